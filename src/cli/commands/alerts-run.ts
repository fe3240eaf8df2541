// What `alerts test` does; loaded only when it is called.
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { messageOf, oneLine, SeaworthyError } from '../../base/error.ts';
import { type TestResult, testOutputs } from '../../flow/alerts.ts';
import { type AlertConfig, readAlertConfig } from '../../runtime/alert/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { stdout } from '../stdout.ts';
import { version } from '../version.ts';
import { writeResult } from '../write.ts';
import type { AlertsOptions } from './alerts-options.ts';

/** Sends a test message to each output; 3 when one was not delivered. */
export async function runAlertsTest(options: AlertsOptions): Promise<number> {
  const results = await testOutputs({
    config: readAlertFile(options.config),
    hostname: hostname(),
    version,
    write: (text) => void stdout().write(text),
  });
  const text =
    options.format === 'json'
      ? `${JSON.stringify({ outputs: results }, null, 2)}\n`
      : results.map((result) => `${lineOf(result)}\n`).join('');
  await writeResult(text, options.output);
  return results.every(({ delivered }) => delivered) ? exitCodes.satisfied : exitCodes.failed;
}

/** The file of `--config` and `--alerts`. Throws `SeaworthyError` `not-found`, `malformed`. */
export function readAlertFile(path: string): AlertConfig {
  return readAlertConfig(path, readSettings(path));
}

/** The text of a file that the user named. Throws `SeaworthyError` `not-found`. */
export function readSettings(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new SeaworthyError('not-found', `${path} cannot be read (${messageOf(cause)})`, {
      cause,
      advice: 'check the path',
    });
  }
}

function lineOf({ output, kind, delivered, problem }: TestResult): string {
  const what = delivered ? 'delivered' : `NOT delivered: ${problem ?? ''}`;
  return oneLine(`${output} (${kind}): ${what}`);
}

// What `gate test` and `gate baseline` do; loaded only when they are called.
import { dirname, join } from 'node:path';
import { SeaworthyError } from '../../base/error.ts';
import { gateSource } from '../../flow/gate.ts';
import { baselineText } from '../../flow/gate-baseline.ts';
import { runGateTests, type TestResult } from '../../flow/gate-test.ts';
import { createPaint, harmless, wrap } from '../../report/paint/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { writeResult } from '../write.ts';
import { readSources } from './gate-files.ts';
import { knownImages } from './gate-image-run.ts';
import { readPolicyTexts } from './gate-policy-files.ts';
import { loadSetting } from './gate-setting.ts';
import type { GateBaselineOptions, GateTestOptions } from './gate-test-options.ts';

/** Runs all suites and writes one result; returns the exit code. */
export async function runGateTest(
  words: readonly string[],
  options: GateTestOptions,
): Promise<number> {
  const now = new Date();
  const results: TestResult[] = [];
  for (const { file, text, reason, isNamed } of readSources(words)) {
    if (text === null) throw new SeaworthyError('unreadable', `${file}: ${reason ?? ''}`);
    // A folder holds policies and objects beside the suites.
    if (!isNamed && !/^\s*["']?kind["']?:\s*["']?PolicyTest\b/m.test(text)) continue;
    results.push(
      ...runGateTests(file, text, {
        policyTexts: (name, suite) => readPolicyTexts([beside(name, suite)]),
        objectText: (name, suite) => {
          const [source] = readPolicyTexts([beside(name, suite)]);
          return source?.text ?? '';
        },
        now,
      }),
    );
  }
  if (results.length === 0) {
    throw new SeaworthyError('malformed', `${words.join(', ')} holds no test`, {
      advice: 'a suite says kind: PolicyTest',
    });
  }
  const text = options.format === 'json' ? jsonText(results) : testTable(results, options);
  await writeResult(text, options.output);
  return results.every(({ ok }) => ok) ? exitCodes.satisfied : exitCodes.violated;
}

/** Names of a suite are meant beside it. */
function beside(name: string, suite: string): string {
  return join(dirname(suite), name);
}

function jsonText(results: readonly TestResult[]): string {
  const failed = results.filter(({ ok }) => !ok).length;
  return `${JSON.stringify({ tests: results.length, failed, results }, null, 2)}\n`;
}

function testTable(results: readonly TestResult[], options: GateTestOptions): string {
  const toTerminal = options.output === undefined && process.stdout.isTTY;
  const columns = toTerminal ? (process.stdout.columns ?? 80) : 80;
  const paint = createPaint(columns, toTerminal && !process.env['NO_COLOR']);
  const failed = results.filter(({ ok }) => !ok);
  const count = `${results.length} ${results.length === 1 ? 'test' : 'tests'}`;
  const lines = [
    '',
    paint.strong(failed.length === 0 ? `${count} passed` : `${failed.length} of ${count} failed`),
  ];
  for (const { file, line, name, problems } of failed) {
    lines.push(
      '',
      `   ${paint.severity('high', 'fail')}  ${harmless(name)}  ${harmless(file)}:${line ?? 1}`,
    );
    for (const problem of problems) {
      lines.push(...wrap(harmless(problem), columns - 9).map((one) => `         ${one}`));
    }
  }
  return `${lines.join('\n')}\n`;
}

const baselineDays = 90;

/** Writes waivers for all that is wrong; returns the exit code. */
export async function runGateBaseline(
  words: readonly string[],
  options: GateBaselineOptions,
): Promise<number> {
  const now = new Date();
  const last = new Date(now.getTime() + baselineDays * 86_400_000).toISOString().slice(0, 10);
  const expires = options.expires ?? last;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(expires) || Number.isNaN(Date.parse(expires))) {
    throw new SeaworthyError('usage', `--expires ${expires} is no day`, {
      advice: `give one as ${last}`,
    });
  }
  const setting = await loadSetting({ ...options, onUnknown: 'allow' }, now);
  const sources = [...readSources(words)];
  const texts = sources.map(({ text }) => text);
  const known = setting.asksImages ? await knownImages(texts, options) : () => null;
  const policy = setting.policy(known);
  const answers = sources.flatMap((source) => gateSource(source, policy));
  const lost = answers.reduce((sum, { moreReasons }) => sum + moreReasons, 0);
  if (lost > 0)
    process.stderr.write(`seaworthy: ${lost} more faults of large objects are not in it\n`);
  const text = baselineText(answers, { owner: options.owner, reason: options.reason, expires });
  await writeResult(text ?? 'waivers: []\n', options.output);
  return exitCodes.satisfied;
}

// What `watch` does with detections besides showing them: `--alerts FILE` tells others, `--response FILE`
// lets a policy act. Without these flags nothing of it is loaded.
import { hostname } from 'node:os';
import { SeaworthyError } from '../../base/error.ts';
import { startAlerting } from '../../flow/alerts.ts';
import { createResponder, type Responder } from '../../flow/respond.ts';
import { connectEngine, type DockerEngine } from '../../host/docker/index.ts';
import { createActor } from '../../host/response/index.ts';
import type { RuntimeRecord } from '../../model/timeline.ts';
import { readResponsePolicy } from '../../runtime/response/index.ts';
import { openResponseLog } from '../../store/index.ts';
import { version } from '../version.ts';
import { readAlertFile, readSettings } from './alerts-run.ts';

export interface WatchResponseOptions {
  /** The data folder: the log of responses lies there. */
  readonly data: string;
  readonly alerts?: string;
  readonly response?: string;
}

/**
 * Opens what the flags ask for; null when they ask for nothing. Throws `SeaworthyError` `not-found`,
 * `malformed` with file and line.
 */
export async function openWatchResponder(
  options: WatchResponseOptions,
  {
    warn,
    record,
  }: {
    readonly warn: (line: string) => void;
    /** Takes what was done into the record of a container. */
    readonly record: (record: RuntimeRecord) => void;
  },
): Promise<Responder | null> {
  const { alerts, response, data } = options;
  if (alerts === undefined && response === undefined) return null;
  const config =
    response === undefined ? null : readResponsePolicy(response, readSettings(response));
  const alerting =
    alerts === undefined
      ? null
      : startAlerting({
          config: readAlertFile(alerts),
          hostname: hostname(),
          version,
          write: (text) => void process.stdout.write(text),
          onProblem: (output, problem) => warn(`${output} was not told: ${problem}`),
        });
  const engines = config === null ? [] : await enginesHere(warn);
  return createResponder({
    hostname: hostname(),
    alerting,
    warn,
    record,
    response:
      config === null
        ? null
        : {
            config,
            log: openResponseLog(data),
            actor: (guard) => createActor({ ...config, engines, guard }),
          },
  });
}

async function enginesHere(warn: (line: string) => void): Promise<readonly DockerEngine[]> {
  try {
    return [await connectEngine()];
  } catch (error) {
    if (!(error instanceof SeaworthyError)) throw error;
    warn(`responses reach only containers of containerd: ${error.message}`);
    return [];
  }
}

// What `watch`, `up` and `agent` do about detections: `--alerts FILE` tells others, `--response FILE` lets
// a policy act. Without these flags nothing of it is loaded.
import { hostname } from 'node:os';
import { SeaworthyError } from '../../base/error.ts';
import { type AlertDesk, openAlertDesk } from '../../flow/alert-desk.ts';
import { createResponder, type Responder } from '../../flow/respond.ts';
import { connectEngine, type DockerEngine } from '../../host/docker/index.ts';
import { createActor } from '../../host/response/index.ts';
import type { ResponseRecord } from '../../model/response.ts';
import type { RuntimeRecord } from '../../model/timeline.ts';
import { type ResponsePolicy, readResponsePolicy } from '../../runtime/response/index.ts';
import { openResponseLog, type ResponseLog } from '../../store/index.ts';
import { stdout } from '../stdout.ts';
import { version } from '../version.ts';
import { readAlertFile, readSettings } from './alerts-run.ts';

export interface WatchResponseOptions {
  /** The data folder: the log of responses lies there. */
  readonly data: string;
  readonly alerts?: string;
  readonly response?: string;
}

/** Where what is said and done goes. */
export interface AnsweringHooks {
  readonly warn: (line: string) => void;
  /** Takes what was done into the record of a container. */
  readonly record: (record: RuntimeRecord) => void;
  /** Told of each state of an action. */
  readonly onResponse?: (record: ResponseRecord) => void;
}

/** What answers detections here. */
export interface Answering {
  readonly responder: Responder;
  /** Null: nobody is told. */
  readonly alerts: AlertDesk | null;
  /** Null: nothing is done. */
  readonly policy: ResponsePolicy | null;
}

/**
 * Opens what the flags ask for; null when they ask for nothing. Throws `SeaworthyError` `not-found`,
 * `malformed` with file and line.
 */
export async function openAnswering(
  options: WatchResponseOptions,
  { warn, record, onResponse }: AnsweringHooks,
): Promise<Answering | null> {
  const { alerts: file, response, data } = options;
  if (file === undefined && response === undefined) return null;
  const policy =
    response === undefined ? null : readResponsePolicy(response, readSettings(response));
  const alerts = file === undefined ? null : alertDeskOf(file, warn);
  const engines = policy === null ? [] : await enginesHere(warn);
  const log = openResponseLog(data);
  const responder = createResponder({
    hostname: hostname(),
    alerting: alerts?.alerting ?? null,
    warn,
    record,
    response:
      policy === null
        ? null
        : {
            config: policy,
            log: { ...log, write: (one) => writeAndTell(log, one, onResponse) },
            actor: (guard) => createActor({ ...policy, engines, guard }),
          },
  });
  return { responder, alerts, policy };
}

/** Outputs of a file of alerts. Throws `SeaworthyError` `not-found`, `malformed` with file and line. */
export function alertDeskOf(file: string, warn: (line: string) => void): AlertDesk {
  return openAlertDesk({
    config: readAlertFile(file),
    hostname: hostname(),
    version,
    write: (text) => void stdout().write(text),
    now: () => new Date(),
    warn,
  });
}

function writeAndTell(
  log: ResponseLog,
  record: ResponseRecord,
  tell: AnsweringHooks['onResponse'],
): void {
  log.write(record);
  tell?.(record);
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

// What `respond` does; loaded only when it is called.
import { oneLine, SeaworthyError } from '../../base/error.ts';
import { realPace } from '../../base/retry.ts';
import { undoRecord } from '../../flow/respond-record.ts';
import { connectEngine, type DockerEngine } from '../../host/docker/index.ts';
import { createActor } from '../../host/response/index.ts';
import type { ResponseRecord } from '../../model/response.ts';
import { openResponseLog, type ResponseLog } from '../../store/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { writeResult } from '../write.ts';
import type { RespondListOptions, RespondOptions } from './respond-options.ts';

/** Lists actions; returns the exit code. */
export async function runRespondList(options: RespondListOptions): Promise<number> {
  const all = openResponseLog(options.data).read().toReversed();
  const records = options.active === true ? all.filter(isActive) : all;
  await writeResult(textOf(records, options), options.output);
  return exitCodes.satisfied;
}

function isActive({ state, undo, undoneAt }: ResponseRecord): boolean {
  return state === 'done' && undo !== null && undoneAt === null;
}

/** Takes an action back; 3 when it cannot be. */
export async function runRespondUndo(id: string, options: RespondOptions): Promise<number> {
  const log = openResponseLog(options.data);
  const record = chosen(log.read(), id);
  if (record.undoneAt !== null) {
    throw new SeaworthyError('busy', `${record.id} was taken back at ${record.undoneAt}`);
  }
  if (record.undo === null) {
    throw new SeaworthyError('unsupported', `${record.action} (${record.state}) cannot be undone`, {
      advice: 'start the container again with its engine',
    });
  }
  const requested = { ...record, undoRequestedAt: new Date().toISOString() };
  const undone =
    record.undo.kind === 'lift-deny'
      ? await asWatcher(requested, log)
      : await takeBack(requested, log);
  await writeResult(textOf([undone], options), options.output);
  return exitCodes.satisfied;
}

function chosen(records: readonly ResponseRecord[], id: string): ResponseRecord {
  const found = records.filter((one) => one.id.startsWith(id));
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first;
  const what = first === undefined ? 'no action' : 'more than one action';
  throw new SeaworthyError('not-found', `${what} begins with ${id.slice(0, 40)}`, {
    advice: 'see `seaworthy respond list`',
  });
}

/** Who watches learns of it by the log too, and leaves the container alone for a while. */
async function takeBack(record: ResponseRecord, log: ResponseLog): Promise<ResponseRecord> {
  const engines = await enginesHere();
  const actor = createActor({
    engines,
    denyVolumes: false,
    graceSeconds: 0,
    guard: { onDenied: () => undefined },
  });
  try {
    const undone = await undoRecord(record, actor, new Date());
    log.write(undone);
    return undone;
  } finally {
    await actor.close();
    for (const engine of engines) engine.close();
  }
}

async function enginesHere(): Promise<readonly DockerEngine[]> {
  try {
    return [await connectEngine()];
  } catch (error) {
    // containerd alone is enough.
    if (error instanceof SeaworthyError && error.code === 'not-found') return [];
    throw error;
  }
}

/** A running `watch` looks into the log each second. */
const watcherMs = 6000;

/** Denials are held by the process that watches: it lifts them, or they ended with it. */
async function asWatcher(record: ResponseRecord, log: ResponseLog): Promise<ResponseRecord> {
  log.write(record);
  for (const end = realPace.now() + watcherMs; realPace.now() < end; ) {
    await realPace.sleep(200);
    const now = log.read().find(({ id }) => id === record.id);
    if (now !== undefined && now.undoneAt !== null) return now;
  }
  const undone: ResponseRecord = {
    ...record,
    state: 'undone',
    undoneAt: new Date().toISOString(),
    result: 'nobody watches: the denial ended with the process that held it',
  };
  log.write(undone);
  return undone;
}

function textOf(records: readonly ResponseRecord[], { format }: RespondOptions): string {
  if (format === 'json') return `${JSON.stringify(records, null, 2)}\n`;
  if (records.length === 0) return 'nothing was done\n';
  return records
    .map((record) => {
      const { id, at, action, state, container, why, result, policy } = record;
      const name = container.name ?? container.id.slice(0, 12);
      const head = `${id}  ${at}  ${action} on ${name}: ${state}`;
      const lines = [
        head,
        `  ${result}`,
        `  because of ${why.priority}: ${why.rule}; allowed by ${policy.rule} (${policy.file}${policy.line === null ? '' : `:${policy.line}`})`,
      ];
      if (isActive(record)) lines.push(`  take it back: seaworthy respond undo ${id}`);
      return `${lines.map((line) => indented(line)).join('\n')}\n`;
    })
    .join('');
}

/** Names of containers and rules are a stranger's. */
function indented(line: string): string {
  return `${line.startsWith('  ') ? '  ' : ''}${oneLine(line)}`;
}

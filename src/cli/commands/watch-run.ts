// What `watch` does; loaded only when it is called.
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { oneLine } from '../../base/error.ts';
import { createIdleMemory } from '../../base/idle-memory.ts';
import { realPace } from '../../base/retry.ts';
import { createWakeable } from '../../base/wakeable.ts';
import type { flatRecordFields } from '../../flow/flat-timeline.ts';
import type { Responder } from '../../flow/respond.ts';
import { startWatch, type Watch, type WatchListener } from '../../flow/watch.ts';
import type { ContainerRun } from '../../model/container.ts';
import type { RuntimeRecord } from '../../model/timeline.ts';
import { jsonLines, peopleStream, type WatchPrinter } from '../../report/watch/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { stdout, viewOf } from '../stdout.ts';
import { version } from '../version.ts';
import { failPriorities } from './replay-options.ts';
import { type BackgroundInventory, openBackgroundInventory } from './watch-inventory.ts';
import type { WatchCommandOptions } from './watch-options.ts';
import type { Answering, AnsweringHooks } from './watch-response.ts';
import { openWatchRules } from './watch-rules.ts';

/** While a line is held back. */
const tickMs = 200;
/** Rules files are looked at, and responses have their time. */
const lookMs = 1000;
/** Where there is neither: memory of a start, or of a storm, is given back. */
const restMs = 5000;

/** Watches until it is told to end, or until `--for` has passed; returns the exit code. */
export async function runWatch(options: WatchCommandOptions): Promise<number> {
  const warn = (line: string): void => {
    if (options.quiet !== true) process.stderr.write(`seaworthy: ${oneLine(line)}\n`);
  };
  const rules = await openWatchRules(options, warn);
  const ending = new AbortController();
  const ended = endOf(options, ending);
  const printer = printerOf(options);
  const inventory =
    options.record && options.inventory ? openBackgroundInventory(options.data) : null;
  const record: { take: ((record: RuntimeRecord) => void) | null } = { take: null };
  const answering = await answeringOf(options, {
    warn,
    record: (told) => record.take?.(told),
  });
  const responder = answering?.responder ?? null;
  const flatFields = await fieldsOf(options);
  const rest = createWakeable();
  const wake = (): void => rest.wake();
  const watch = await startWatch({
    folder: options.record ? options.data : null,
    node: hostname(),
    clock: {
      wallNs: () => BigInt(realPace.now()) * 1_000_000n,
      monotonicNs: () => process.hrtime.bigint(),
    },
    rules: rules.files,
    users: namesOf('/etc/passwd'),
    groups: namesOf('/etc/group'),
    listener: listenerOf({ printer, inventory, responder, flatFields, wake }, options, warn),
  });
  record.take = (told) => watch.append(told);
  tellCoverage(watch, options, warn);
  const memory = createIdleMemory(() => process.hrtime.bigint());
  const stopFollowing = rules.follow((files) => watch.load(files));
  const idleMs = options.rules.length === 0 && responder === null ? restMs : lookMs;
  while (!ending.signal.aborted) {
    await rest.sleep(printer.isWaiting ? tickMs : idleMs, ending.signal);
    printer.tick();
    rules.look();
    memory.rest();
    responder?.tick();
  }
  await ended;
  stopFollowing();
  inventory?.stop();
  // What is done about the last detections belongs into the record too.
  await watch.stop(async () => responder?.close());
  printer.end();
  return exitCodes.satisfied;
}

/** Ends at Ctrl-C, at SIGTERM, or when the time is over; heard from the first moment on. */
async function endOf(options: WatchCommandOptions, ending: AbortController): Promise<void> {
  process.once('SIGINT', () => ending.abort());
  process.once('SIGTERM', () => ending.abort());
  // Longer than anybody waits, where no time is given.
  const waitMs = options.for ?? 2 ** 31 - 1;
  await realPace.sleep(waitMs, ending.signal).catch(() => undefined);
  ending.abort();
}

function tellCoverage(
  { coverage }: Watch,
  options: WatchCommandOptions,
  warn: (line: string) => void,
): void {
  for (const sentence of coverage.missing) warn(sentence);
  const started = Math.round(performance.now());
  const programs = coverage.programs ? 'containers, starts of programs' : 'containers';
  const seen = coverage.sensor ? 'processes, files, connections, containers' : programs;
  const record = coverage.record ? `; recorded in ${options.data}` : '; not recorded';
  warn(`watching ${seen}${record} (seaworthy ${version}, ready after ${started} ms)`);
}

function write(text: string): void {
  stdout().write(text);
}

function printerOf(options: WatchCommandOptions): WatchPrinter {
  if (options.format === 'jsonl') return jsonLines(write);
  return peopleStream({
    write,
    ...viewOf(undefined, 160),
    nowMs: () => performance.now(),
  });
}

type FlatFields = typeof flatRecordFields;

/** What is told of each record; null: records are not told. Loaded for those who ask, as the next. */
async function fieldsOf({ events }: WatchCommandOptions): Promise<FlatFields | null> {
  return events === 'all' ? (await import('../../flow/flat-timeline.ts')).flatRecordFields : null;
}

async function answeringOf(
  options: WatchCommandOptions,
  hooks: AnsweringHooks,
): Promise<Answering | null> {
  if (options.alerts === undefined && options.response === undefined) return null;
  return (await import('./watch-response.ts')).openAnswering(options, hooks);
}

function listenerOf(
  {
    printer,
    inventory,
    responder,
    flatFields,
    wake,
  }: {
    readonly printer: WatchPrinter;
    readonly inventory: BackgroundInventory | null;
    readonly responder: Responder | null;
    readonly flatFields: FlatFields | null;
    /** The printer waits for time to pass. */
    readonly wake: () => void;
  },
  options: WatchCommandOptions,
  warn: (line: string) => void,
): WatchListener {
  const wanted = options.container;
  const shown = new Set<string>();
  const isShown = (id: string | null, run: ContainerRun | null): boolean => {
    if (wanted === undefined) return true;
    if (id === null) return false;
    if (run === null) return id.startsWith(wanted) || shown.has(id);
    const isMeant = run.identity.name === wanted || id.startsWith(wanted);
    if (isMeant) shown.add(id);
    return isMeant;
  };
  const lowest = options.priority === undefined ? 0 : rankOf(options.priority);
  return {
    container: (update, by) => {
      const action = update.kind === 'told' ? update.action : update.kind;
      const { run, atNs } = update;
      const imageId = run.identity.image.id;
      if (update.kind === 'started' && imageId !== null) inventory?.ran(imageId);
      if (!isShown(run.identity.id, run)) return;
      const wasWaiting = printer.isWaiting;
      printer.container({ action, run, atNs, startedBy: by });
      if (!wasWaiting && printer.isWaiting) wake();
    },
    detection: (sighted, run) => {
      const { timeNs } = sighted;
      const about =
        run === null ? { container: null } : { container: run.identity, workload: run.workload };
      responder?.take(sighted, { timeNs, ...about });
      if (rankOf(sighted.facts.priority) < lowest || !isShown(sighted.containerId, run)) return;
      printer.detection({ ...sighted, run });
    },
    record: (record) => {
      if (flatFields === null || !isShown(record.containerId, null)) return;
      printer.event(record, flatFields(record));
    },
    lost: (loss) => printer.lost(loss),
    warn,
  };
}

function rankOf(priority: string): number {
  const word = priority.toLowerCase();
  return failPriorities.findIndex((one) => one === (word === 'informational' ? 'info' : word));
}

/** Names by number of a file like /etc/passwd; none where it cannot be read. */
export function namesOf(path: string): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  try {
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      const [name = '', , id = ''] = line.split(':');
      if (/^\d{1,10}$/.test(id) && !names.has(Number(id))) names.set(Number(id), name);
    }
  } catch {
    // Numbers are told instead.
  }
  return names;
}

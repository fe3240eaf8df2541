// The small process that owns the fanotify group: nothing else runs in it, so nothing but its own death
// or a signal stops it, and its death lets everybody pass. Started by `namer.ts`; its one worker is
// this same file.
import { flushCompileCache } from 'node:module';
import { setPriority } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { collectMemory } from '../../base/idle-memory.ts';
import { realPace } from '../../base/retry.ts';
import {
  attachDeadlineTimer,
  attachExecGuard,
  bindProcessCalls,
  createDeadlineTimer,
  type ExecGuard,
  goFirst,
  loadLibrary,
  openExecGuard,
  releaseFreedMemory,
} from '../kernel/index.ts';
import { startThread } from '../program/index.ts';
import { keepDeadline } from './deadline-keeper.ts';
import type {
  AnswererFigures,
  AnswererMessage,
  AnswererOptions,
  NamedContainer,
  ToAnswerer,
} from './messages.ts';
import { type NamerThread, runNamerThread } from './namer-thread.ts';
import { findRuntimePrograms, inodeOf, type ProgramSearch, stampOfFolders } from './places.ts';
import { createSharedState, figurePlaces, type SharedState } from './shared-state.ts';

interface ThreadData {
  readonly guardDescriptor: number;
  readonly timerDescriptor: number;
  readonly state: SharedState;
  readonly options: AnswererOptions;
}

/** Sooner than the parent's patience with a silent process. */
const beatMs = 1000;
/** Folders of programs are looked at this often: packages are upgraded while we run. */
const beatsPerSearch = 2;
/** Messages on their way to a parent that does not read (a stopped one); about 3 kB each. */
const messagesWaiting = 10_000;

/** Whoever starts ever new files of that name in a container gets no more of our marks. */
const furtherMost = 1024;

const priority = -5;
const parentDeathSignal = 1;
const sigkill = 9;

// It works for some milliseconds an hour: what compiles hot code would cost 20 MB and bring nothing.
setFlagsFromString('--max-opt=1');
if (!isMainThread) nameInThread(workerData as ThreadData);
else if (process.send !== undefined) process.once('message', begin);

function nameInThread({ guardDescriptor, timerDescriptor, state, options }: ThreadData): void {
  const thread: NamerThread = {
    guard: attachExecGuard(guardDescriptor),
    timer: attachDeadlineTimer(timerDescriptor),
    deadlineMs: options.deadlineMs,
    state,
    places: options.places,
    rest: () => {
      // It will be killed: what a thread compiled is otherwise written down at its end.
      flushCompileCache();
      collectMemory();
      parentPort?.postMessage('warm');
    },
    hurry: goFirst,
    processes: bindProcessCalls(),
    post: (container) => parentPort?.postMessage(container),
    elapsedMs,
    nowNs: () => BigInt(realPace.now()) * 1_000_000n,
  };
  runNamerThread(thread, () => parentPort?.postMessage('ready'));
}

/** What the start has used, and nobody will. */
function giveBack(): void {
  flushCompileCache();
  collectMemory();
  releaseFreedMemory();
}

/** Milliseconds that only grow; both threads read the same clock. */
function elapsedMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function begin(message: unknown): void {
  const options = message as AnswererOptions;
  const send = createSender();
  try {
    // While it reads, a container waits: it must not queue behind whatever else is busy.
    setPriority(priority);
  } catch {
    // Not allowed here: it is as fast as the others.
  }
  // The parent's death, however it comes, is ours: also when we are stopped just then.
  process.on('disconnect', dieNow);
  loadLibrary('libc.so.6').func('int prctl(int option, unsigned long value)')(
    parentDeathSignal,
    sigkill,
  );
  try {
    const guard = openExecGuard();
    const marked = new Map<string, string>();
    const state = createSharedState();
    const timer = createDeadlineTimer();
    const data: ThreadData = {
      guardDescriptor: guard.descriptor,
      timerDescriptor: timer.descriptor,
      state,
      options,
    };
    const worker = startThread(new URL(import.meta.url), { workerData: data });
    worker.on('message', (container: NamedContainer | 'ready' | 'warm') => {
      if (container === 'warm') return giveBack();
      if (container !== 'ready') return send({ kind: 'named', container });
      markNew(guard, options.search, marked);
      const further = new Set<string>();
      process.on('message', (told) => markFurther(guard, told as ToAnswerer, further));
      send({ kind: 'ready', programs: [...marked.values()] });
      void beat({ guard, search: options.search, marked, state, send });
    });
    // Without its reader the group would hold every container: better that it goes.
    worker.on('error', dieNow);
    worker.on('exit', dieNow);
    void keepDeadline({
      guard,
      state,
      timer,
      elapsedMs,
      onLate: (pid) => send({ kind: 'late', pid, atNs: BigInt(realPace.now()) * 1_000_000n }),
      onStuck: () => send({ kind: 'stuck' }),
    }).catch(dieNow);
  } catch (error) {
    const code = error instanceof SeaworthyError ? error.code : 'unsupported';
    send({ kind: 'failed', code, message: messageOf(error) });
  }
}

function dieNow(): void {
  process.kill(process.pid, 'SIGKILL');
}

type Send = (message: AnswererMessage) => void;

/** Sends without ever waiting: what finds no room is counted, and told when there is room again. */
function createSender(): Send {
  let waiting = 0;
  let dropped = 0;
  const send = (message: AnswererMessage): void => {
    if (waiting >= messagesWaiting) {
      dropped += 1;
      return;
    }
    waiting += 1;
    process.send?.(message, undefined, undefined, () => {
      waiting -= 1;
      if (dropped > 0 && waiting < messagesWaiting / 2) {
        const count = dropped;
        dropped = 0;
        send({ kind: 'dropped', count });
      }
    });
  };
  return send;
}

interface Beating {
  readonly guard: ExecGuard;
  readonly search: ProgramSearch;
  readonly marked: Map<string, string>;
  readonly state: SharedState;
  readonly send: Send;
}

/** A sign of life each second; each other second a look for new programs. */
async function beat({ guard, search, marked, state, send }: Beating): Promise<void> {
  let stamp = stampOfFolders(search);
  for (let round = 0; ; round += 1) {
    send({ kind: 'beat', figures: figuresOf(state) });
    await realPace.sleep(beatMs);
    if (round % beatsPerSearch !== 0) continue;
    const now = stampOfFolders(search);
    if (now === stamp) continue;
    stamp = now;
    if (markNew(guard, search, marked)) {
      send({ kind: 'programs', programs: [...marked.values()] });
    }
  }
}

function figuresOf({ figures }: SharedState): AnswererFigures {
  const at = (place: number): number => figures[place] ?? 0;
  return {
    answered: at(figurePlaces.answered) + at(figurePlaces.answeredByKeeper),
    named: at(figurePlaces.named),
    late: at(figurePlaces.late),
    unresolved: at(figurePlaces.unresolved),
    heldMsSum: at(figurePlaces.heldMsSum),
    heldMsMaximum: at(figurePlaces.heldMsMaximum),
  };
}

/** A runtime that somebody started inside of a container; each file once. */
function markFurther(guard: ExecGuard, { path }: ToAnswerer, further: Set<string>): void {
  const inode = inodeOf(path);
  if (inode === null || further.has(inode) || further.size >= furtherMost) return;
  try {
    guard.mark(path);
    further.add(inode);
  } catch (error) {
    // It is gone, or its file system takes no marks: its containers are named after their start.
    if (!(error instanceof SeaworthyError)) throw error;
  }
}

/** Marks programs that are not marked yet; true when there were some. */
function markNew(guard: ExecGuard, search: ProgramSearch, marked: Map<string, string>): boolean {
  let changed = false;
  const found = findRuntimePrograms(search);
  for (const { path, inode } of found) {
    if (marked.has(inode)) continue;
    try {
      guard.mark(path);
      marked.set(inode, path);
      changed = true;
    } catch (error) {
      // Gone between the look and the mark: the next look tells.
      if (!(error instanceof SeaworthyError)) throw error;
    }
  }
  // The number of a replaced file may be given to the next one.
  for (const inode of marked.keys()) {
    if (!found.some((one) => one.inode === inode)) marked.delete(inode);
  }
  return changed;
}

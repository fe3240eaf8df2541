// The thread that names: waits for an attempt, reads who it is for, lets it go on, tells what it read.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { DeadlineTimer, ExecAttempt, ExecGuard, ProcessCalls } from '../kernel/index.ts';
import { listBundles } from './bundles.ts';
import { type Evidence, type Gathered, gatherEvidence } from './evidence.ts';
import type { NamedContainer } from './messages.ts';
import { type EnginePlaces, usualPlaces } from './places.ts';
import {
  type Candidate,
  ofTaskFolder,
  type RunState,
  resolveAttempt,
  runStateOf,
  shimKey,
  siblingsOf,
} from './resolve-attempt.ts';
import {
  answered,
  attemptDescriptor,
  attemptPid,
  claimAnswer,
  claimAnswerAhead,
  claimRest,
  createSharedState,
  deadlineMs,
  figurePlaces,
  type SharedState,
  turn,
} from './shared-state.ts';
import { warmUp } from './warm-up.ts';

export interface NamerThread {
  readonly guard: ExecGuard;
  readonly state: SharedState;
  /** Wakes the keeper of the deadline. */
  readonly timer: DeadlineTimer;
  readonly deadlineMs: number;
  readonly places: EnginePlaces;
  readonly post: (container: NamedContainer) => void;
  /** All code is warm: from here on it only waits. */
  readonly rest: () => void;
  /** Called by the thread when it is warm. */
  readonly hurry: () => void;
  readonly processes: ProcessCalls;
  /** Milliseconds that only grow, with fractions. */
  readonly elapsedMs: () => number;
  /** Nanoseconds since 1970. */
  readonly nowNs: () => bigint;
}

/** Runs that are remembered as named; each container causes about seven attempts within seconds. */
const runsKept = 20_000;

/** The rest of warming up begins so much later: who starts us has more to start just now. */
const restMs = 2000;

/** A named run, so that its further attempts pass at once. */
interface KnownRun {
  /** Of the bundle's configuration: a restart writes a new one. */
  readonly stamp: string;
  readonly isSandbox: boolean;
  /** By the thread's clock; 0: it ran before. */
  readonly namedAt: number;
}

interface Memory {
  /** By bundle. */
  readonly runs: Map<string, KnownRun>;
  readonly shims: Map<string, Candidate>;
  /** By the process group that a shim leads, until when all its attempts are for the run just named. */
  readonly groups: Map<number, number>;
}

/**
 * A start is over within it, and no group's number is given again. An attempt that passes unread is held
 * for a fifth of the time.
 */
const groupMs = 2000;

/** A run that is new to us, as far as it had to be read while it waited. */
interface GatheredRun {
  readonly stamp: string;
  readonly candidate: Candidate;
  readonly gathered: Gathered;
  readonly runState: RunState;
}

interface Found extends Omit<GatheredRun, 'gathered'> {
  readonly evidence: Evidence;
}

/**
 * Names the containers that run already, says `onReady` (from then on programs may be marked), and then
 * names attempt after attempt; returns only when the guard fails.
 */
export function runNamerThread(thread: NamerThread, onReady: () => void): void {
  const known: Memory = { runs: new Map(), shims: new Map(), groups: new Map() };
  const warming = warmUp((task, places) => serveDry(thread, task, places));
  let isWarm = warming.next().done;
  let isBegun = false;
  for (const candidate of listBundles(thread.places)) {
    if (runStateOf(candidate) !== 'running') continue;
    const stamp = stampOf(candidate);
    const gathered =
      stamp === null ? null : readCandidate({ candidate, stamp }, thread.places, known);
    const found = gathered === null ? null : understand(gathered, { known, at: 0 });
    if (found === null) continue;
    thread.post(noticeOf(found, { inTime: true, heldMs: 0, namedAtNs: thread.nowNs() }));
  }
  onReady();
  for (;;) {
    const waitMs = isWarm === true ? -1 : isBegun ? 0 : restMs;
    if (!thread.guard.wait(waitMs)) {
      if (isWarm === true) continue;
      isBegun = true;
      isWarm = warming.next().done;
      if (isWarm === true) {
        thread.rest();
        thread.hurry();
      }
      continue;
    }
    const attempt = thread.guard.next();
    if (attempt !== null) serve(thread, attempt, known);
  }
}

const nothing = (): void => {};

/** An attempt that nobody makes, of a shim that stands in `task`. */
function serveDry(thread: NamerThread, task: string, places: EnginePlaces): void {
  const dry: NamerThread = {
    ...thread,
    places,
    guard: { ...thread.guard, allow: nothing, release: nothing },
    state: createSharedState(),
    timer: { ...thread.timer, set: nothing },
    processes: { groupOf: (pid) => pid, folderOf: () => task },
    post: nothing,
  };
  const known: Memory = { runs: new Map(), shims: new Map(), groups: new Map() };
  // Named, met again, and known.
  for (let meeting = 0; meeting < 3; meeting += 1) {
    serve(dry, { descriptor: -1, pid: process.pid }, known);
  }
}

function serve(thread: NamerThread, attempt: ExecAttempt, known: Memory): void {
  const begun = thread.elapsedMs();
  const group = thread.processes.groupOf(attempt.pid);
  if (begun < (known.groups.get(group) ?? 0)) {
    thread.guard.allow(attempt);
    countHeld(thread, begun);
    thread.guard.release(attempt);
    return;
  }
  const { runs, inTime, heldMs } = answer(thread, attempt, { begun, group, known });
  for (const run of runs) {
    const found = understand(run, { known, at: begun });
    if (found === null) continue;
    add(thread.state.figures, figurePlaces.named, 1);
    thread.post(noticeOf(found, { inTime, heldMs, namedAtNs: thread.nowNs() }));
  }
}

interface Circumstances {
  /** When the attempt was read, by the thread's clock. */
  readonly begun: number;
  /** The process group of who executes. */
  readonly group: number;
  readonly known: Memory;
}

interface Answered {
  readonly runs: readonly GatheredRun[];
  readonly inTime: boolean;
  readonly heldMs: number;
}

/** Reads whom an attempt is for, and lets it go on. */
function answer(thread: NamerThread, attempt: ExecAttempt, circumstances: Circumstances): Answered {
  const { guard, state, timer, elapsedMs, places } = thread;
  const { begun, known } = circumstances;
  const { words, figures } = state;
  Atomics.store(words, attemptDescriptor, attempt.descriptor);
  Atomics.store(words, attemptPid, attempt.pid);
  Atomics.store(words, answered, 0);
  figures[deadlineMs] = begun + thread.deadlineMs;
  Atomics.add(words, turn, 1);
  timer.set(thread.deadlineMs);
  let runs: readonly GatheredRun[] = [];
  let heldMs: number | null = null;
  const letGo = (): void => {
    guard.allow(attempt);
    heldMs = countHeld(thread, begun);
  };
  try {
    const asker = findAsker(thread, attempt.pid, circumstances);
    if (asker?.comesAgain === true && claimAnswerAhead(state)) letGo();
    if (asker !== null) runs = readRuns(asker, places, known);
  } catch {
    // Whatever is wrong with what an engine wrote: nobody may wait for it.
    add(figures, figurePlaces.unresolved, 1);
  }
  const isAhead = heldMs !== null;
  const inTime = isAhead ? claimRest(state) : claimAnswer(state);
  if (inTime && !isAhead) letGo();
  Atomics.add(words, turn, 1);
  Atomics.notify(words, turn);
  timer.set(0);
  guard.release(attempt);
  return { runs, inTime, heldMs: heldMs ?? elapsedMs() - begun };
}

/** Milliseconds since `begun`, when we answered. */
function countHeld({ elapsedMs, state: { figures } }: NamerThread, begun: number): number {
  const heldMs = elapsedMs() - begun;
  add(figures, figurePlaces.answered, 1);
  add(figures, figurePlaces.heldMsSum, heldMs);
  const maximum = figures[figurePlaces.heldMsMaximum] ?? 0;
  figures[figurePlaces.heldMsMaximum] = Math.max(maximum, heldMs);
  return heldMs;
}

function add(figures: Float64Array, place: number, amount: number): void {
  figures[place] = (figures[place] ?? 0) + amount;
}

/** Whom an attempt is for. */
interface Asker {
  readonly candidate: Candidate;
  readonly stamp: string;
  /**
   * A shim that begins executes itself and a runtime before the container's program runs: it may go on
   * at once, for it meets us again, and waits then until we have read.
   */
  readonly comesAgain: boolean;
}

function findAsker(
  { processes }: NamerThread,
  pid: number,
  { begun, group, known }: Circumstances,
): Asker | null {
  // containerd gives a shim that begins a group of its own, and so does the shim that goes on by itself.
  const folder = group === pid ? processes.folderOf(pid) : null;
  const shim = folder === null ? null : ofTaskFolder(folder);
  const stamp = shim === null ? null : stampOf(shim);
  if (shim !== null && stamp !== null) {
    const run = known.runs.get(keyOf(shim));
    const isKnown = run?.stamp === stamp && !run.isSandbox;
    if (isKnown && begun < run.namedAt + groupMs) keep(known.groups, group, begun + groupMs);
    if (isKnown || run?.stamp !== stamp) return { candidate: shim, stamp, comesAgain: true };
  }
  const candidate = resolveAttempt(pid, known.shims);
  const found = candidate === null ? null : stampOf(candidate);
  return candidate === null || found === null
    ? null
    : { candidate, stamp: found, comesAgain: false };
}

function readRuns(asker: Asker, places: EnginePlaces, known: Memory): readonly GatheredRun[] {
  const { candidate } = asker;
  const first = readCandidate(asker, places, known);
  if (first !== null) return [first];
  // A pod's shim makes its other containers too, and says only the first one's id.
  if (known.runs.get(keyOf(candidate))?.isSandbox !== true) return [];
  return siblingsOf(candidate).flatMap((sibling) => {
    const stamp = stampOf(sibling);
    if (stamp === null) return [];
    return readCandidate({ candidate: sibling, stamp }, places, known) ?? [];
  });
}

/** What must be read of a run that is not known yet, else null. */
function readCandidate(
  { candidate, stamp }: Omit<Asker, 'comesAgain'>,
  places: EnginePlaces,
  known: Memory,
): GatheredRun | null {
  if (known.runs.get(keyOf(candidate))?.stamp === stamp) return null;
  // Asked first: while a slow disk is read, the container may be let go and end.
  const runState = runStateOf(candidate);
  const { root } = candidate;
  const gathered = gatherEvidence(candidate, root === '' ? places : usualPlaces(root));
  return gathered === null ? null : { stamp, candidate, gathered, runState };
}

/** What was read of a run; from then on the run is known. Null: its documents are none. */
function understand(
  { gathered, ...run }: GatheredRun,
  { known, at }: { readonly known: Memory; readonly at: number },
): Found | null {
  const { candidate, stamp } = run;
  const evidence = gathered();
  if (evidence === null) return null;
  keep(known.runs, keyOf(candidate), { stamp, isSandbox: evidence.isSandbox, namedAt: at });
  if (candidate.program === 'shim' && candidate.root === '') {
    keep(known.shims, shimKey(candidate.namespace, candidate.id), candidate);
  }
  return { ...run, evidence };
}

/** By the bundle; one process after the other leads to it where it lies in another root. */
function keyOf({ bundle, root }: Candidate): string {
  return bundle.slice(root.length);
}

function keep<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= runsKept) return;
    map.delete(oldest);
  }
}

/** Of a bundle's configuration; null: there is none. */
function stampOf({ bundle }: Candidate): string | null {
  try {
    const { ino, mtimeNs, size } = statSync(join(bundle, 'config.json'), { bigint: true });
    return `${ino} ${mtimeNs} ${size}`;
  } catch {
    return null;
  }
}

interface Outcome {
  readonly inTime: boolean;
  readonly heldMs: number;
  readonly namedAtNs: bigint;
}

function noticeOf(found: Found, outcome: Outcome): NamedContainer {
  const { candidate, evidence, runState } = found;
  const { inTime, heldMs, namedAtNs } = outcome;
  return {
    identity: evidence.identity,
    naming: runState !== 'waiting' ? 'after-start' : inTime ? 'before-start' : 'late',
    namedAtNs,
    heldMs,
    bundle: candidate.bundle,
    stamp: found.stamp,
    cgroupsPath: evidence.cgroupsPath,
    namespace: candidate.namespace,
    exitFile: candidate.exitFile,
    pidFile: candidate.pidFile,
    engineFolder: evidence.engineFolder,
    isSandbox: evidence.isSandbox,
    within: candidate.within,
  };
}

// The thread that names: waits for an attempt, reads who it is for, lets it go on, tells what it read.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { DeadlineTimer, ExecAttempt, ExecGuard } from '../kernel/index.ts';
import { listBundles } from './bundles.ts';
import { type Evidence, readEvidence } from './evidence.ts';
import type { NamedContainer } from './messages.ts';
import { type EnginePlaces, usualPlaces } from './places.ts';
import {
  type Candidate,
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
}

interface Memory {
  /** By bundle. */
  readonly runs: Map<string, KnownRun>;
  readonly shims: Map<string, Candidate>;
}

interface Found {
  readonly stamp: string;
  readonly candidate: Candidate;
  readonly evidence: Evidence;
  readonly runState: RunState;
}

/**
 * Names the containers that run already, says `onReady` (from then on programs may be marked), and then
 * names attempt after attempt; returns only when the guard fails.
 */
export function runNamerThread(thread: NamerThread, onReady: () => void): void {
  const known: Memory = { runs: new Map(), shims: new Map() };
  const warming = warmUp();
  let isWarm = warming.next().done;
  let isBegun = false;
  for (const candidate of listBundles(thread.places)) {
    if (runStateOf(candidate) !== 'running') continue;
    const found = readCandidate(candidate, thread.places, known);
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
      if (isWarm === true) thread.rest();
      continue;
    }
    const attempt = thread.guard.next();
    if (attempt !== null) serve(thread, attempt, known);
  }
}

function serve(thread: NamerThread, attempt: ExecAttempt, known: Memory): void {
  const { guard, state, timer, elapsedMs } = thread;
  const { words, figures } = state;
  const begun = elapsedMs();
  Atomics.store(words, attemptDescriptor, attempt.descriptor);
  Atomics.store(words, attemptPid, attempt.pid);
  Atomics.store(words, answered, 0);
  figures[deadlineMs] = begun + thread.deadlineMs;
  Atomics.add(words, turn, 1);
  timer.set(thread.deadlineMs);
  let found: readonly Found[] = [];
  try {
    found = readAttempt(attempt, thread.places, known);
  } catch {
    // Whatever is wrong with what an engine wrote: nobody may wait for it.
    add(figures, figurePlaces.unresolved, 1);
  }
  const inTime = claimAnswer(state);
  if (inTime) guard.allow(attempt);
  const heldMs = elapsedMs() - begun;
  Atomics.add(words, turn, 1);
  Atomics.notify(words, turn);
  timer.set(0);
  guard.release(attempt);
  if (inTime) {
    add(figures, figurePlaces.answered, 1);
    add(figures, figurePlaces.heldMsSum, heldMs);
    const maximum = figures[figurePlaces.heldMsMaximum] ?? 0;
    figures[figurePlaces.heldMsMaximum] = Math.max(maximum, heldMs);
  }
  for (const one of found) {
    add(figures, figurePlaces.named, 1);
    thread.post(noticeOf(one, { inTime, heldMs, namedAtNs: thread.nowNs() }));
  }
}

function add(figures: Float64Array, place: number, amount: number): void {
  figures[place] = (figures[place] ?? 0) + amount;
}

function readAttempt(attempt: ExecAttempt, places: EnginePlaces, known: Memory): readonly Found[] {
  const candidate = resolveAttempt(attempt.pid, known.shims);
  if (candidate === null) return [];
  const first = readCandidate(candidate, places, known);
  const run = known.runs.get(keyOf(candidate));
  // A pod's shim makes its other containers too, and says only the first one's id.
  const others =
    first === null && run?.isSandbox === true
      ? siblingsOf(candidate).flatMap((one) => readCandidate(one, places, known) ?? [])
      : [];
  return first === null ? others : [first];
}

/** The evidence for a run that is not known yet, else null. */
function readCandidate(candidate: Candidate, places: EnginePlaces, known: Memory): Found | null {
  const { bundle, root } = candidate;
  const key = keyOf(candidate);
  const stamp = stampOf(join(bundle, 'config.json'));
  if (stamp === null || known.runs.get(key)?.stamp === stamp) return null;
  // Asked first: while a slow disk is read, the container may be let go and end.
  const runState = runStateOf(candidate);
  const evidence = readEvidence(candidate, root === '' ? places : usualPlaces(root));
  if (evidence === null) return null;
  keep(known.runs, key, { stamp, isSandbox: evidence.isSandbox });
  if (candidate.program === 'shim' && root === '') {
    keep(known.shims, shimKey(candidate.namespace, candidate.id), candidate);
  }
  return { stamp, candidate, evidence, runState };
}

/** By the bundle; one process after the other leads to it where it lies in another root. */
function keyOf({ bundle, root }: Candidate): string {
  return bundle.slice(root.length);
}

function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > runsKept) map.delete(map.keys().next().value ?? '');
}

function stampOf(path: string): string | null {
  try {
    const { ino, mtimeNs, size } = statSync(path, { bigint: true });
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

// The thread that keeps the deadline: answers what the naming thread does not answer in time, and
// answers everybody while that one does not come back from a read (a dead network file system, a
// command line in somebody's slow memory).
import type { ExecGuard } from '../kernel/index.ts';
import {
  attemptDescriptor,
  attemptPid,
  claimAnswer,
  figurePlaces,
  type SharedState,
  turn,
} from './shared-state.ts';

export interface DeadlineKeeper {
  readonly guard: ExecGuard;
  readonly state: SharedState;
  readonly deadlineMs: number;
  /** A starting container went on without its name. */
  readonly onLate: (pid: number) => void;
  /** The naming thread has not come back for `stuckMs`; once. */
  readonly onStuck: () => void;
}

/** How often the queue is emptied while the naming thread hangs. */
const takeoverMs = 2;
/** Longer than any disk takes: the process is replaced then. */
const stuckMs = 2000;

/** Keeps the deadline for as long as the process lives. */
export async function keepDeadline(keeper: DeadlineKeeper): Promise<void> {
  const { words } = keeper.state;
  for (;;) {
    const seen = Atomics.load(words, turn);
    if (seen % 2 === 0) {
      await changed(words, seen);
      continue;
    }
    await changed(words, seen, keeper.deadlineMs);
    if (Atomics.load(words, turn) === seen) await takeOver(keeper, seen);
  }
}

/** Resolves when the turn is no longer `seen`, or after `timeoutMs`. */
async function changed(
  words: Int32Array<SharedArrayBuffer>,
  seen: number,
  timeoutMs: number = Number.POSITIVE_INFINITY,
): Promise<void> {
  const wait = Atomics.waitAsync(words, turn, seen, timeoutMs);
  if (wait.async) await wait.value;
}

async function takeOver(keeper: DeadlineKeeper, seen: number): Promise<void> {
  const { guard, state, onLate, onStuck } = keeper;
  const { words, figures } = state;
  const pid = Atomics.load(words, attemptPid);
  const descriptor = Atomics.load(words, attemptDescriptor);
  if (!claimAnswer(state)) return;
  guard.allow({ pid, descriptor });
  late(pid);
  for (let round = 1; Atomics.load(words, turn) === seen; round += 1) {
    for (let next = guard.next(); next !== null; next = guard.next()) {
      guard.allow(next);
      guard.release(next);
      late(next.pid);
    }
    if (round * takeoverMs === stuckMs) onStuck();
    await changed(words, seen, takeoverMs);
  }

  function late(who: number): void {
    figures[figurePlaces.late] = (figures[figurePlaces.late] ?? 0) + 1;
    figures[figurePlaces.answeredByKeeper] = (figures[figurePlaces.answeredByKeeper] ?? 0) + 1;
    onLate(who);
  }
}

// The thread that keeps the deadline: answers what the naming thread does not answer in time, and
// answers everybody while that one does not come back from a read (a dead network file system, a
// command line in somebody's slow memory).
import type { DeadlineTimer, ExecGuard } from '../kernel/index.ts';
import {
  attemptDescriptor,
  attemptPid,
  claimAnswer,
  claimRest,
  deadlineMs,
  figurePlaces,
  type SharedState,
  turn,
} from './shared-state.ts';

export interface DeadlineKeeper {
  readonly guard: ExecGuard;
  readonly state: SharedState;
  /** The naming thread sets it for each attempt and stops it when it answers. */
  readonly timer: DeadlineTimer;
  /** The naming thread's clock. */
  readonly elapsedMs: () => number;
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
  const { state, timer, elapsedMs } = keeper;
  for (;;) {
    await timer.fired();
    const seen = Atomics.load(state.words, turn);
    // It may have fired for an attempt that was answered just then; the next one has its own time.
    const isDue = elapsedMs() >= (state.figures[deadlineMs] ?? 0);
    if (seen % 2 === 1 && isDue) await takeOver(keeper, seen);
  }
}

async function takeOver(keeper: DeadlineKeeper, seen: number): Promise<void> {
  const { guard, state, onLate, onStuck } = keeper;
  const { words, figures } = state;
  const pid = Atomics.load(words, attemptPid);
  const descriptor = Atomics.load(words, attemptDescriptor);
  if (claimAnswer(state)) {
    guard.allow({ pid, descriptor });
    late(pid);
  } else if (!claimRest(state)) {
    return;
  }
  for (let round = 1; Atomics.load(words, turn) === seen; round += 1) {
    for (let next = guard.next(); next !== null; next = guard.next()) {
      guard.allow(next);
      guard.release(next);
      late(next.pid);
    }
    if (round * takeoverMs === stuckMs) onStuck();
    const wait = Atomics.waitAsync(words, turn, seen, takeoverMs);
    if (wait.async) await wait.value;
  }

  function late(who: number): void {
    figures[figurePlaces.late] = (figures[figurePlaces.late] ?? 0) + 1;
    figures[figurePlaces.answeredByKeeper] = (figures[figurePlaces.answeredByKeeper] ?? 0) + 1;
    onLate(who);
  }
}

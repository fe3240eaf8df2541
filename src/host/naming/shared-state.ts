// What the thread that names and the thread that watches its deadline know of one another.

/** Odd while an attempt is in work: it changes when work begins and when it ends. */
export const turn = 0;
/**
 * 0: nobody answered the attempt in work; 1: one of the two threads does, and the other keeps away;
 * 2: it was let go, and the naming thread reads on while everybody else waits.
 */
export const answered = 1;
/** The attempt's descriptor and process. */
export const attemptDescriptor = 2;
export const attemptPid = 3;

export interface SharedState {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly figures: Float64Array<SharedArrayBuffer>;
}

/** Places in `figures`; each has one writing thread. */
export const figurePlaces = {
  answered: 0,
  named: 1,
  unresolved: 2,
  heldMsSum: 3,
  heldMsMaximum: 4,
  late: 5,
  answeredByKeeper: 6,
} as const;

/** A place in `figures`: until when the attempt in work must be answered, by the naming thread's clock. */
export const deadlineMs = 7;

export function createSharedState(): SharedState {
  return {
    words: new Int32Array(new SharedArrayBuffer(4 * Int32Array.BYTES_PER_ELEMENT)),
    figures: new Float64Array(new SharedArrayBuffer(8 * Float64Array.BYTES_PER_ELEMENT)),
  };
}

/** True for the one thread that may answer the attempt in work. */
export function claimAnswer({ words }: SharedState): boolean {
  return Atomics.compareExchange(words, answered, 0, 1) === 0;
}

/** True for the naming thread when it may answer now and read afterwards; `claimRest` ends that. */
export function claimAnswerAhead({ words }: SharedState): boolean {
  return Atomics.compareExchange(words, answered, 0, 2) === 0;
}

/** True for the one thread that comes first: the reading is complete, or the deadline has passed. */
export function claimRest({ words }: SharedState): boolean {
  return Atomics.compareExchange(words, answered, 2, 1) === 2;
}

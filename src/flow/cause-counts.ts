// How often causes were seen, where detections come one by one: the first is news, and the 10th, the
// 100th ...; the others are only counted.

/** Causes that are known; the one that was seen longest ago makes room. */
const causesAtMost = 10_000;

export interface CauseCount {
  readonly count: number;
  /** 10, 100, 1000 ...: worth being told again. */
  readonly isRound: boolean;
}

/** @returns counts one more of a cause */
export function createCauseCounts(): (cause: string) => CauseCount {
  const counts = new Map<string, number>();
  return (cause) => {
    const count = (counts.get(cause) ?? 0) + 1;
    counts.delete(cause);
    counts.set(cause, count);
    if (counts.size > causesAtMost) counts.delete(counts.keys().next().value ?? '');
    return { count, isRound: /^10+$/.test(String(count)) };
  };
}

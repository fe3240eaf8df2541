// How often one caller may ask: a bucket that fills again with time.

export interface Rate {
  /** Milliseconds until it may ask again; 0: now, and one is taken. */
  waitMs(caller: string): number;
}

export interface RateOptions {
  readonly perSecond: number;
  readonly atOnce: number;
  /** Callers that are remembered; beyond it the oldest begin anew. */
  readonly callers: number;
  /** Milliseconds. */
  readonly nowMs: () => number;
}

interface Bucket {
  left: number;
  atMs: number;
}

export function createRate({ perSecond, atOnce, callers, nowMs }: RateOptions): Rate {
  const buckets = new Map<string, Bucket>();
  return {
    waitMs(caller) {
      const now = nowMs();
      const bucket = buckets.get(caller) ?? { left: atOnce, atMs: now };
      bucket.left = Math.min(atOnce, bucket.left + ((now - bucket.atMs) / 1000) * perSecond);
      bucket.atMs = now;
      buckets.delete(caller);
      buckets.set(caller, bucket);
      if (buckets.size > callers) buckets.delete(buckets.keys().next().value ?? '');
      if (bucket.left < 1) return Math.ceil(((1 - bucket.left) / perSecond) * 1000);
      bucket.left -= 1;
      return 0;
    },
  };
}

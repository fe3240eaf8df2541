// Rate limits: buckets that fill with time, one for each name, forgotten when they are full again.

export interface BucketOptions {
  readonly perSecond: number;
  readonly burst: number;
  readonly nowMs: () => number;
}

export interface Buckets {
  /** 0: taken; else the milliseconds after which there is enough. */
  take(name: string, amount: number): number;
}

/** Names that are remembered: beyond it the oldest begin anew. */
const mostNames = 20_000;

export function createBuckets({ perSecond, burst, nowMs }: BucketOptions): Buckets {
  const known = new Map<string, { left: number; atMs: number }>();
  return {
    take(name, amount) {
      const now = nowMs();
      const before = known.get(name) ?? { left: burst, atMs: now };
      const passed = Math.max(0, now - before.atMs);
      const left = Math.min(burst, before.left + (passed / 1000) * perSecond);
      known.delete(name);
      // More than a whole bucket is let through when it is full: it would never fit.
      const isTaken = left >= Math.min(amount, burst);
      known.set(name, { left: isTaken ? left - amount : left, atMs: now });
      if (known.size > mostNames) known.delete(known.keys().next().value ?? '');
      if (isTaken) return 0;
      return Math.ceil(((Math.min(amount, burst) - left) / perSecond) * 1000);
    },
  };
}

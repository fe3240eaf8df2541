// A sleep that somebody may end early: what waits for work sleeps long, and is woken when some comes.
import { type Pace, realPace } from './retry.ts';

export interface Wakeable {
  /** Resolves after `delayMs`, when it is woken, or when the signal is aborted; never rejects. */
  sleep(delayMs: number, signal: AbortSignal): Promise<void>;
  /** Ends the present sleep, or the next one at once where nobody sleeps. */
  wake(): void;
}

/** Sleeps of one loop; nobody has been woken yet. */
export function createWakeable(pace: Pace = realPace): Wakeable {
  let isWoken = false;
  let sleeping: AbortController | null = null;
  return {
    sleep: async (delayMs, signal) => {
      if (!isWoken && !signal.aborted) {
        sleeping = new AbortController();
        const either = AbortSignal.any([signal, sleeping.signal]);
        await pace.sleep(delayMs, either).catch(() => undefined);
        sleeping = null;
      }
      isWoken = false;
    },
    wake: () => {
      isWoken = true;
      sleeping?.abort();
    },
  };
}

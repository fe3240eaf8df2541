// Whether anybody waits for an answer. A start lets those go first who are there already: a page asks some
// questions behind one another, and draws in between.
import { type Pace, realPace } from '../../base/retry.ts';

export interface RestBounds {
  /** Nobody asked for so long: nobody is there. */
  readonly nobodyMs: number;
  /** So long after the last answer nothing more belongs to the same page. */
  readonly afterMs: number;
  /** Whoever goes on asking is not waited for beyond this. */
  readonly mostMs: number;
}

export interface Rest {
  /** Somebody asks. @returns tells that it is answered */
  asked(): () => void;
  /** Resolves at the first rest. */
  until(bounds: RestBounds): Promise<void>;
}

/** How exactly a rest is noticed. */
const lookMs = 20;

/** @param nowMs milliseconds that only ever grow */
export function createRest(nowMs: () => number, pace: Pace = realPace): Rest {
  let waiting = 0;
  let answeredMs: number | null = null;
  return {
    asked() {
      waiting += 1;
      let isAnswered = false;
      return () => {
        if (isAnswered) return;
        isAnswered = true;
        waiting -= 1;
        answeredMs = nowMs();
      };
    },
    async until({ nobodyMs, afterMs, mostMs }) {
      const beganMs = nowMs();
      for (;;) {
        const now = nowMs();
        const isOver =
          answeredMs === null ? now - beganMs >= nobodyMs : now - answeredMs >= afterMs;
        if ((waiting === 0 && isOver) || now - beganMs >= mostMs) return;
        await pace.sleep(lookMs);
      }
    },
  };
}

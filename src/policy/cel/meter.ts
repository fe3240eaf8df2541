// What an evaluation may cost. Every loop and every walk over text or lists pays; who cannot pay any
// more is stopped. CEL has no endless loops, but nested ones over long lists end too late.
import { EvaluationError } from './library.ts';

/**
 * Units of one policy on one object. A unit is a round of a comprehension, an element that is
 * compared or copied, or 16 characters; some 0.3 µs. The cost limit of Kubernetes counts finer
 * (10,000,000 of its own for a policy).
 */
export const policyCost = 1_000_000;

/** Units of one expression. */
export const expressionCost = 500_000;

export interface Meter {
  left: number;
  /** Once true it stays: `expensive || true` must not hide it. */
  isSpent: boolean;
}

/** A meter with `units` to spend. */
export function meterOf(units: number): Meter {
  return { left: units, isSpent: false };
}

let current: Meter = meterOf(policyCost);

/** Runs `work`, whose costs `meter` pays. Evaluation is synchronous, so nothing comes between. */
export function metered<T>(meter: Meter, work: () => T): T {
  const outer = current;
  current = meter;
  try {
    return work();
  } finally {
    current = outer;
  }
}

/** Pays; throws an evaluation error once the meter is empty. */
export function spend(units: number): void {
  current.left -= units;
  if (current.left >= 0) return;
  current.isSpent = true;
  throw new EvaluationError({ code: 'cost_limit', message: 'the expression costs too much' });
}

/** Pays for reading or making text of `length` characters. */
export function spendText(length: number): void {
  if (length > 16) spend(length >> 4);
}

/** Units that are left, for work that has to know beforehand. */
export function unitsLeft(): number {
  return Math.max(0, current.left);
}

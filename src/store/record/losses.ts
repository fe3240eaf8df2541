// What the record does not hold: told by others, or refused here for want of room and then counted.
import type { LossRecord, RuntimeRecord } from '../../model/timeline.ts';

/** Losses that wait; more of them are summed into the last. */
const mostWaiting = 1000;

interface Refused {
  count: number;
  readonly fromNs: bigint;
  toNs: bigint;
  readonly why: string;
}

export class Losses {
  #told: LossRecord[] = [];
  readonly #refused = new Map<string, Refused>();

  get hasAny(): boolean {
    return this.#told.length > 0 || this.#refused.size > 0;
  }

  tell(loss: LossRecord): void {
    if (this.#told.length < mostWaiting) this.#told.push(loss);
    else this.refuse(loss, 'too many losses at once');
  }

  refuse(record: RuntimeRecord, why: string): void {
    const known = this.#refused.get(record.kind);
    if (known === undefined) {
      const { timeNs } = record;
      this.#refused.set(record.kind, { count: 1, fromNs: timeNs, toNs: timeNs, why });
      return;
    }
    known.count += 1;
    known.toNs = record.timeNs;
  }

  /** Everything that waits, as records of their own. */
  take(nowNs: bigint): readonly LossRecord[] {
    const refused = [...this.#refused].map(
      ([what, { count, fromNs, toNs, why }]): LossRecord => ({
        kind: 'loss',
        what,
        count,
        containerId: null,
        timeNs: nowNs,
        fromNs,
        toNs,
        why,
      }),
    );
    this.#refused.clear();
    const told = this.#told;
    this.#told = [];
    return [...told, ...refused];
  }

  /** They could not be written. */
  giveBack(losses: readonly LossRecord[]): void {
    for (const loss of losses) {
      const known = loss.count === null ? undefined : this.#refused.get(loss.what);
      const isCount = loss.containerId === null && rawKinds.has(loss.what) && loss.count !== null;
      if (!isCount) this.#told.push(loss);
      else if (known === undefined) {
        const { fromNs, toNs, why } = loss;
        this.#refused.set(loss.what, { count: loss.count ?? 0, fromNs, toNs, why });
      } else known.count += loss.count ?? 0;
    }
  }
}

/** Losses under these names with a count are ours, or may be summed with them. */
const rawKinds = new Set(['process', 'exit', 'file', 'library', 'flow', 'container', 'detection']);

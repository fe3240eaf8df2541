// Detections of a node that stand for more than one: how often their cause came since they were told. The
// record goes on counting in the row, so rows that may still grow are looked at again for a while.
import { asArray, asNumber } from '../base/json.ts';
import type { FleetRepeat } from '../model/fleet.ts';
import type { RecordReader, StoredDetection } from '../store/record/index.ts';

/** Rows that may still grow are looked at so often. */
const lookMs = 10_000;
/** The record begins a cause anew after ten minutes of silence: the row of before is done. */
const quietMs = 660_000;
/** A count that did not double is told after this. */
const tellMs = 60_000;
/** Rows that are followed at once; of more the oldest are told a last time. */
const followedMost = 1000;

interface Followed {
  told: number;
  toldMs: number;
}

/** Follows the rows of detections that were told to the fleet. */
export class Repeats {
  readonly #rows = new Map<number, Followed>();
  #lookedMs = Number.NEGATIVE_INFINITY;

  /** Rows that were followed before, as a position has them. @param saved as `saved` gave it */
  load(saved: unknown, nowMs: number): void {
    this.#rows.clear();
    for (const one of asArray(saved).slice(-followedMost)) {
      const [id, told] = asArray(one).map(asNumber);
      if (id != null && told != null) this.#rows.set(id, { told, toldMs: nowMs });
    }
  }

  /** For the position: numbers of rows, and the counts that were told. */
  saved(): readonly (readonly [number, number])[] {
    return [...this.#rows].map(([id, { told }]) => [id, told]);
  }

  follow({ id }: StoredDetection, nowMs: number): void {
    this.#rows.set(id, { told: 1, toldMs: nowMs });
  }

  /** Sums that are news. */
  look(reader: RecordReader, nowMs: number): readonly FleetRepeat[] {
    const isFull = this.#rows.size > followedMost;
    if (nowMs - this.#lookedMs < lookMs && !isFull) return [];
    this.#lookedMs = nowMs;
    const found: FleetRepeat[] = [];
    let over = this.#rows.size - followedMost;
    for (const [id, row] of this.#rows) {
      const [stored] = reader.detectionsOfAll({ beforeId: id + 1, limit: 1 });
      const isGone = stored?.id !== id;
      if (isGone) this.#rows.delete(id);
      else {
        const isOver = over > 0 || nowMs - Number(stored.lastNs / 1_000_000n) > quietMs;
        const isDue = stored.count >= row.told * 2 || nowMs - row.toldMs >= tellMs || isOver;
        if (stored.count > row.told && isDue) {
          found.push(repeatOf(stored));
          Object.assign(row, { told: stored.count, toldMs: nowMs });
        }
        if (isOver) this.#rows.delete(id);
      }
      over -= 1;
    }
    return found;
  }
}

function repeatOf({ timeNs, lastNs, count, detection, run }: StoredDetection): FleetRepeat {
  return {
    kind: 'repeat',
    container: run?.run.identity.id ?? null,
    rule: detection.rule,
    timeUs: Number(timeNs / 1000n),
    count,
    lastUs: Number(lastNs / 1000n),
  };
}

// Detections on their way into the record. Those of one cause in one run are folded: the first ones and
// each tenfold have rows of their own, all others are counted in the row before them.
import type { DetectionRecord } from '../../model/timeline.ts';
import type { LiveRun } from './live-run.ts';
import type { LiveRuns } from './live-runs.ts';
import { microseconds } from './run-row.ts';
import type { Statements } from './statements.ts';

/** So many of a cause are worth a row each: how it began. */
const rowsOfOwn = 10;
/** A cause that was silent for so long begins anew; the grouping of alerts waits as long. */
const quietNs = 600_000_000_000n;
/** Causes that are folded at the same time; the one that was silent for longest makes room. */
const causesAtMost = 8192;

interface Row {
  readonly run: LiveRun | null;
  readonly record: DetectionRecord;
  /** Detections that it stands for: its own and those behind it. */
  count: number;
  lastNs: bigint;
  /** Null until it is committed. */
  id: number | null;
  /** Of a transaction that is not committed yet. */
  written: number | null;
}

interface Cause {
  total: number;
  row: Row;
}

export class DetectionRows {
  readonly #causes = new Map<string, Cause>();
  /** New or changed since the last commit. */
  #pending = new Set<Row>();
  /** Detections taken since the last commit, folded ones included. */
  #taken = 0;

  get isEmpty(): boolean {
    return this.#pending.size === 0;
  }

  /** @returns the characters that it adds to what waits */
  add(run: LiveRun | null, record: DetectionRecord): number {
    this.#taken += 1;
    const { cause, timeNs } = record;
    if (cause === null) {
      this.#begin(run, record);
      return sizeOf(record);
    }
    const key = `${run?.containerId ?? ''}\n${run?.baseNs ?? 0}\n${cause}`;
    const known = this.#causes.get(key);
    this.#causes.delete(key);
    if (known === undefined || timeNs - known.row.lastNs > quietNs) {
      this.#causes.set(key, { total: 1, row: this.#begin(run, record) });
      this.#makeRoom();
      return sizeOf(record);
    }
    known.total += 1;
    this.#causes.set(key, known);
    if (hasOwnRow(known.total)) {
      known.row = this.#begin(run, record);
      return sizeOf(record);
    }
    const { row } = known;
    row.count += 1;
    if (timeNs > row.lastNs) row.lastNs = timeNs;
    this.#pending.add(row);
    return 0;
  }

  #begin(run: LiveRun | null, record: DetectionRecord): Row {
    const row: Row = { run, record, count: 1, lastNs: record.timeNs, id: null, written: null };
    this.#pending.add(row);
    return row;
  }

  #makeRoom(): void {
    const oldest = this.#causes.size > causesAtMost ? this.#causes.keys().next() : null;
    if (oldest?.done === false) this.#causes.delete(oldest.value);
  }

  /** Within the commit's transaction. */
  write(statements: Statements, runs: LiveRuns): void {
    for (const row of this.#pending) {
      if (row.id === null) row.written = insert(statements, runs, row);
      else {
        // Forgotten meanwhile by policy: then its repeats are as well.
        statements
          .of('UPDATE detection SET count = ?, last_us = ? WHERE id = ?')
          .run(row.count, microseconds(row.lastNs), row.id);
      }
    }
  }

  /** @returns how many detections it were */
  committed(): number {
    for (const row of this.#pending) row.id ??= row.written;
    this.#pending = new Set();
    const taken = this.#taken;
    this.#taken = 0;
    return taken;
  }

  /** The rows lie in a file that is not used any more: what is not written yet begins anew. */
  moved(): void {
    this.#causes.clear();
    this.#pending = new Set([...this.#pending].filter(({ id }) => id === null));
  }
}

function hasOwnRow(total: number): boolean {
  return total <= rowsOfOwn || /^10+$/.test(String(total));
}

function sizeOf({ detection }: DetectionRecord): number {
  return detection.output.length + 500;
}

function insert(statements: Statements, runs: LiveRuns, row: Row): number {
  const { run, record, count, lastNs } = row;
  if (run !== null && run.row === null) runs.write(run);
  const { timeNs, detection } = record;
  const { lastInsertRowid } = statements
    .of(
      `INSERT INTO detection (run, time_us, rule, priority, value, count, last_us)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      run?.row ?? null,
      microseconds(timeNs),
      detection.rule,
      detection.priority,
      JSON.stringify(detection),
      count,
      microseconds(lastNs),
    );
  return Number(lastInsertRowid);
}

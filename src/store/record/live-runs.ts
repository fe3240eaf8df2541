// All runs that the recorder holds: found by the engine's id, written when they changed, sealed when
// their story is long, old or over.
import type { ContainerRecord } from '../../model/timeline.ts';
import { hostId, LiveRun } from './live-run.ts';
import { nanoseconds, type RunRow } from './run-row.ts';
import { findRow, readRow, writeRun } from './run-writer.ts';
import type { Statements } from './statements.ts';
import { storedRun } from './stored-runs.ts';

/** Runs kept for quick appending after everything of them is written. */
const heldRuns = 20_000;
/** An ended run stays this long for late records. */
const endedHeldNs = 10_000_000_000n;
const runsPerStep = 256;

export interface SealRules {
  readonly nowNs: bigint;
  readonly ageNs: bigint;
  readonly bytes: number;
  readonly endedNs: bigint;
  readonly openBytes: number;
  readonly stepBytes: number;
}

interface Before {
  readonly live: LiveRun;
  readonly row: number | null;
  readonly image: number | null;
  readonly alive: boolean;
}

export class LiveRuns {
  #statements: Statements;
  readonly #byId = new Map<string, LiveRun>();
  readonly #dirty = new Set<LiveRun>();
  /** Runs with lines that are in no chunk. */
  readonly #open = new Set<LiveRun>();
  #written: Before[] = [];
  openBytes = 0;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  get hasDirty(): boolean {
    return this.#dirty.size > 0;
  }

  /** The run of this id, from memory or file; a new one when nobody knows it. */
  of(containerId: string, timeNs: bigint): LiveRun {
    const held = this.#byId.get(containerId);
    if (held !== undefined) return held;
    const live = new LiveRun(containerId, timeNs);
    this.#load(live);
    this.#byId.set(containerId, live);
    if (live.row === null) this.#dirty.add(live);
    return live;
  }

  #load(live: LiveRun): void {
    let found: ReturnType<typeof findRow> = null;
    try {
      found = findRow(this.#statements, live.containerId);
    } catch {
      // A file that cannot be read shows when it is written; until then the run counts as new.
    }
    if (found === null) return;
    live.row = found.row;
    live.baseNs = found.baseNs;
    live.image = found.image;
    live.useSet = found.useSet;
    live.alive = found.alive;
    live.before = found.before;
    live.dirty = false;
  }

  /** The run of a row, for recovery. */
  ofRow(row: number): { readonly live: LiveRun; readonly sealedOrder: number } | null {
    const found = readRow(this.#statements, row);
    if (found === null) return null;
    return { live: this.of(found.containerId, 0n), sealedOrder: found.sealedOrder };
  }

  update({ run, startedBy, timeNs }: ContainerRecord): void {
    const live = this.of(run.identity.id, run.identity.createdAtNs ?? timeNs);
    live.take(run, startedBy);
    live.dirty = true;
    this.#dirty.add(live);
  }

  /** Within the commit's transaction. */
  writeDirty(): void {
    for (const live of this.#dirty) this.write(live);
  }

  write(live: LiveRun): void {
    const { row, image, alive } = live;
    this.#written.push({ live, row, image, alive });
    writeRun(this.#statements, live);
  }

  rolledBack(): void {
    for (const { live, row, image, alive } of this.#written.toReversed()) {
      Object.assign(live, { row, image, alive });
    }
    this.#written = [];
  }

  committed(): void {
    for (const { live } of this.#written) live.dirty = false;
    this.#written = [];
    this.#dirty.clear();
  }

  /** Lines of this run were committed. */
  opened(live: LiveRun, bytes: number): void {
    // Its flows told an address.
    if (live.dirty) this.#dirty.add(live);
    this.#open.add(live);
    this.openBytes += bytes;
  }

  open(): readonly LiveRun[] {
    return [...this.#open];
  }

  dueForSealing(rules: SealRules): readonly LiveRun[] {
    const due: LiveRun[] = [];
    let bytes = 0;
    const take = (live: LiveRun): void => {
      due.push(live);
      bytes += live.bytes;
    };
    for (const live of this.#open) {
      if (bytes >= rules.stepBytes || due.length >= runsPerStep) return due;
      const openNs = rules.nowNs - live.openedNs;
      const ended = !live.alive && rules.nowNs - live.touchedNs >= rules.endedNs;
      if (ended || live.bytes >= rules.bytes || openNs >= rules.ageNs) take(live);
    }
    if (this.openBytes - bytes > rules.openBytes) {
      const largest = [...this.#open]
        .filter((live) => !due.includes(live))
        .toSorted((a, b) => b.bytes - a.bytes);
      for (const live of largest) {
        if (bytes >= rules.stepBytes) break;
        take(live);
      }
    }
    return due;
  }

  /** The first order that is in no chunk once these runs are sealed. */
  firstOpenOrder(sealing: readonly LiveRun[]): number {
    const leaving = new Set(sealing);
    let first = Number.MAX_SAFE_INTEGER;
    for (const live of this.#open) {
      if (!leaving.has(live)) first = Math.min(first, live.firstOrder);
    }
    return first;
  }

  sealed(runs: readonly LiveRun[]): void {
    for (const live of runs) {
      this.openBytes -= live.bytes;
      live.released();
      this.#open.delete(live);
    }
  }

  /** Ended runs of which all is written leave the memory; so do idle ones when there are too many. */
  forgetEnded(nowNs: bigint): void {
    let looked = 0;
    for (const [id, live] of this.#byId) {
      looked += 1;
      if (looked > runsPerStep && this.#byId.size < heldRuns) return;
      if (live.dirty || live.records > 0 || live.row === null) continue;
      const isOver = !live.alive && nowNs - live.touchedNs > endedHeldNs;
      if (isOver || this.#byId.size > heldRuns) this.#byId.delete(id);
      else {
        // To the end of the line: the next look begins with others.
        this.#byId.delete(id);
        this.#byId.set(id, live);
      }
      if (looked > heldRuns) return;
    }
  }

  /** Everything that is in memory is to be written into a new file. */
  moveTo(statements: Statements): void {
    this.#statements = statements;
    this.#written = [];
    for (const live of this.#byId.values()) {
      Object.assign(live, { row: null, image: null, useSet: null, dirty: true });
      this.#dirty.add(live);
    }
  }

  /** Runs that the record believes alive and that are not among these. @returns how many */
  endUnseen(aliveIds: ReadonlySet<string>, nowNs: bigint): number {
    const rows = this.#statements
      .of('SELECT * FROM run WHERE alive = 1')
      .all() as unknown as readonly RunRow[];
    let ended = 0;
    for (const row of rows) {
      const stored = storedRun(this.#statements, row);
      const { id } = stored.run.identity;
      if (aliveIds.has(id) || id === hostId) continue;
      // When it ended nobody saw: the last that was heard of it is the best that is known.
      const endedAtNs = nanoseconds(row.last_us);
      const run = { ...stored.run, endedAtNs: endedAtNs > nowNs ? nowNs : endedAtNs };
      this.update({
        kind: 'container',
        timeNs: nowNs,
        containerId: id,
        run,
        startedBy: stored.startedBy,
      });
      ended += 1;
    }
    return ended;
  }
}

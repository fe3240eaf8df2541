// What waits for the next commit, and how it is written: one batch of lines, by run, for each commit.
import type { DetectionRecord, RawRecord } from '../../model/timeline.ts';
import { DetectionRows } from './detection-rows.ts';
import { encodeLine } from './line.ts';
import type { LiveRun } from './live-run.ts';
import type { LiveRuns } from './live-runs.ts';
import type { Statements } from './statements.ts';

interface PendingLine {
  readonly line: string;
  readonly order: number;
  readonly timeNs: bigint;
}

/** Which bytes of a batch are lines of which run: `[run, bytes]`, one after the other. */
export type Directory = readonly (readonly [number, number])[];

export class Journal {
  readonly #lines = new Map<LiveRun, PendingLine[]>();
  readonly #detections = new DetectionRows();
  #nextOrder: number;
  #firstOrder: number;
  /** Characters that wait. */
  bytes = 0;

  constructor(nextOrder: number) {
    this.#nextOrder = nextOrder;
    this.#firstOrder = nextOrder;
  }

  get isEmpty(): boolean {
    return this.#lines.size === 0 && this.#detections.isEmpty;
  }

  addLine(live: LiveRun, record: RawRecord): void {
    const order = this.#nextOrder;
    this.#nextOrder += 1;
    const line = encodeLine(record, order, live.baseNs);
    let lines = this.#lines.get(live);
    if (lines === undefined) {
      lines = [];
      this.#lines.set(live, lines);
    }
    lines.push({ line, order, timeNs: record.timeNs });
    live.note(record);
    this.bytes += line.length;
  }

  addDetection(run: LiveRun | null, record: DetectionRecord): void {
    this.bytes += this.#detections.add(run, record);
  }

  /** Within the commit's transaction. */
  write(statements: Statements, runs: LiveRuns): void {
    this.#detections.write(statements, runs);
    if (this.#lines.size === 0) return;
    const directory: (readonly [number, number])[] = [];
    const parts: Buffer[] = [];
    for (const [live, lines] of this.#lines) {
      if (live.row === null) runs.write(live);
      const text = Buffer.from(`${lines.map(({ line }) => line).join('\n')}\n`);
      directory.push([live.row ?? 0, text.length]);
      parts.push(text);
    }
    const value = Buffer.concat(parts);
    // Its number is its first order: two recorders cannot both write it.
    statements
      .of(
        'INSERT INTO batch (id, first_order, last_order, directory, value) VALUES (?, ?, ?, ?, ?)',
      )
      .run(
        this.#firstOrder,
        this.#firstOrder,
        this.#nextOrder - 1,
        JSON.stringify(directory),
        value,
      );
    statements
      .of("INSERT OR REPLACE INTO meta (key, value) VALUES ('order', ?)")
      .run(this.#nextOrder);
  }

  /** The record goes on in another file. */
  moved(): void {
    this.#detections.moved();
  }

  /** What was written is held by its runs until it is sealed. @returns how many records it were */
  committed(runs: LiveRuns, nowNs: bigint): number {
    let count = this.#detections.committed();
    for (const [live, lines] of this.#lines) {
      let bytes = 0;
      for (const { line, order, timeNs } of lines) {
        live.hold(line, { order, timeNs, nowNs });
        bytes += line.length + 1;
      }
      runs.opened(live, bytes);
      live.touchedNs = nowNs;
      count += lines.length;
    }
    this.#lines.clear();
    this.#firstOrder = this.#nextOrder;
    this.bytes = 0;
    return count;
  }
}

/** The lines of one run in a batch. */
export function linesOfRun(
  batch: { readonly directory: string; readonly value: Uint8Array },
  run: number,
): readonly string[] {
  return batchParts(batch)
    .filter((part) => part.run === run)
    .flatMap(({ lines }) => lines);
}

/** All lines of a batch by their run; a damaged directory gives none. */
export function batchParts({
  directory,
  value,
}: {
  readonly directory: string;
  readonly value: Uint8Array;
}): readonly { readonly run: number; readonly lines: readonly string[] }[] {
  const parts: { run: number; lines: string[] }[] = [];
  let at = 0;
  for (const [run, bytes] of directoryOf(directory)) {
    const text = Buffer.from(
      value.buffer,
      value.byteOffset + at,
      Math.min(bytes, value.length - at),
    );
    parts.push({
      run,
      lines: text
        .toString('utf8')
        .split('\n')
        .filter((line) => line !== ''),
    });
    at += bytes;
    if (at >= value.length) break;
  }
  return parts;
}

function directoryOf(text: string): Directory {
  try {
    return JSON.parse(text) as Directory;
  } catch {
    return [];
  }
}

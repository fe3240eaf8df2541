// Records of several rings in the order of their time: what lies in the rings now, or a copy of it.
import { type BatchSection, nextRecord, ringHeaderBytes } from './ring.ts';
import { RecordView } from './view.ts';

/** What crosses from the worker to its owner: the copy, and where the sections begin and end in it. */
export interface BatchCopy {
  readonly bytes: ArrayBuffer;
  readonly ends: readonly number[];
  /** To be added to boot times to get nanoseconds since 1970. */
  readonly clockOffsetNs: bigint;
}

/**
 * Moves over the records of all sections by time. `record` is one object that is placed anew by each
 * `next`: look at its `type` first, and make texts only of what is wanted.
 */
export class BatchCursor {
  readonly record = new RecordView();
  readonly clockOffsetNs: bigint;
  private readonly heads: Head[];

  constructor(sections: readonly BatchSection[], clockOffsetNs: bigint) {
    this.clockOffsetNs = clockOffsetNs;
    this.heads = sections.map((section) => new Head(section)).filter((head) => head.advance());
  }

  /** Places `record` on the next one; false when there is none. */
  next(): boolean {
    const heads = this.heads;
    let first = heads[0];
    if (first === undefined) return false;
    for (let index = 1; index < heads.length; index++) {
      const other = heads[index];
      if (other !== undefined && other.order < first.order) first = other;
    }
    this.record.place(first.view, first.start, first.length);
    if (!first.advance()) heads.splice(heads.indexOf(first), 1);
    return true;
  }
}

/** The next record of a section, with its time. */
class Head {
  readonly view: DataView;
  order = 0;
  start = 0;
  length = 0;
  private at: number;
  private readonly end: number;

  constructor({ view, start, end }: BatchSection) {
    this.view = view;
    this.at = start;
    this.end = end;
  }

  advance(): boolean {
    const place = nextRecord(this.view, this.at, this.end);
    if (place === null) return false;
    this.start = place.start;
    this.length = place.length;
    this.at = place.next;
    this.order =
      place.length < 16
        ? 0
        : this.view.getUint32(place.start + 8, true) +
          this.view.getUint32(place.start + 12, true) * 0x1_0000_0000;
    return true;
  }
}

/** Copies sections into one buffer that can be given to another thread. */
export function copyBatch(sections: readonly BatchSection[], clockOffsetNs: bigint): BatchCopy {
  const total = sections.reduce((sum, { start, end }) => sum + end - start, 0);
  const bytes = new ArrayBuffer(total);
  const target = new Uint8Array(bytes);
  const ends: number[] = [];
  let at = 0;
  for (const { view, start, end } of sections) {
    target.set(new Uint8Array(view.buffer, view.byteOffset + start, end - start), at);
    at += end - start;
    ends.push(at);
  }
  return { bytes, ends, clockOffsetNs };
}

/** A cursor over a copy. Strange ends give fewer records, never an error. */
export function readBatch({ bytes, ends, clockOffsetNs }: BatchCopy): BatchCursor {
  const view = new DataView(bytes);
  const sections: BatchSection[] = [];
  let start = 0;
  for (const end of ends) {
    const bounded = Math.max(start, Math.min(end, bytes.byteLength));
    if (bounded - start >= ringHeaderBytes) sections.push({ view, start, end: bounded });
    start = bounded;
  }
  return new BatchCursor(sections, clockOffsetNs);
}

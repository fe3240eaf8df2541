// Reads a BPF ring buffer where it lies. Positions run on for ever. The kernel offers the data twice in a
// row, so that no record wraps; it is mapped once, because each page counts as ours each time it is
// mapped, and the one record at the end is copied. A record's length is set last, with its busy bit.
import type { RingWindow } from './ring-window.ts';

const busyBit = 0x8000_0000;
const discardBit = 0x4000_0000;
const lengthMask = 0x3fff_ffff;
export const ringHeaderBytes = 8;

/** The shared memory of a ring. */
export interface RingMemory {
  /** Where we have read to: ours to write. */
  readonly consumer: BigUint64Array;
  /** Where the kernel has reserved to. */
  readonly producer: BigUint64Array;
  /** `size` bytes of data; with a window only what it has reached can be read. */
  readonly data: Uint8Array;
  /** A power of two. */
  readonly size: number;
  /** Absent: all of the data is mapped. */
  readonly window?: RingWindow;
}

/** Records in a row, each with the ring's own header. */
export interface BatchSection {
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
}

/** Finished records from where we are. */
export interface RingSpan {
  /** In their order; three at most: up to the end of the data, the record over the end, those behind. */
  readonly sections: readonly BatchSection[];
  readonly bytes: number;
  /** The kernel is still writing the record behind the end. */
  readonly isBusy: boolean;
}

export interface Ring {
  /** Whether anything was reserved since the last span was released: one load. */
  hasNews(): boolean;
  /** Position up to which records were reserved by now: a mark to read to. */
  mark(): number;
  /** Records from where we are to `mark`, `maxBytes` at most; nothing is given back yet. */
  span(mark: number, maxBytes: number): RingSpan;
  /** Gives the records of a span back to the kernel. */
  release(span: RingSpan): void;
}

/** A record takes its header and its bytes, in eights. */
function step(length: number): number {
  return (ringHeaderBytes + length + 7) & ~7;
}

/** A reader; there may be one for each ring. */
export function openRing({ consumer, producer, data, size, window }: RingMemory): Ring {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const lengths = new Int32Array(data.buffer, data.byteOffset, data.byteLength / 4);
  const producerLow = new Int32Array(producer.buffer, producer.byteOffset, 1);
  let position = Number(Atomics.load(consumer, 0));
  const overEnd = (start: number, bytes: number): BatchSection => {
    const copy = new Uint8Array(bytes);
    copy.set(data.subarray(start, size));
    copy.set(data.subarray(0, start + bytes - size), size - start);
    return { view: new DataView(copy.buffer), start: 0, end: bytes };
  };
  return {
    hasNews: () => Atomics.load(producerLow, 0) !== (position | 0),
    mark: () => Number(Atomics.load(producer, 0)),
    span: (mark, maxBytes) => {
      const limit = Math.min(mark - position, maxBytes, size);
      const sections: BatchSection[] = [];
      let start = position & (size - 1);
      let at = start;
      let used = 0;
      let isBusy = false;
      if (limit > 0) window?.reach(start, limit);
      while (used < limit) {
        const word = Atomics.load(lengths, at >>> 2) >>> 0;
        if (word >= busyBit) {
          isBusy = true;
          break;
        }
        const bytes = Math.min(step(word & lengthMask), size - used);
        used += bytes;
        // The last record may end behind what was asked for.
        if (used > limit) window?.reach(at, bytes);
        if (at + bytes < size) {
          at += bytes;
          continue;
        }
        const end = at + bytes === size ? size : at;
        if (end > start) sections.push({ view, start, end });
        if (at + bytes > size) sections.push(overEnd(at, bytes));
        at = at + bytes - size;
        start = at;
      }
      if (at > start) sections.push({ view, start, end: at });
      return { sections, bytes: used, isBusy };
    },
    release: ({ bytes }) => {
      position += bytes;
      Atomics.store(consumer, 0, BigInt(position));
      window?.leave(position & (size - 1));
    },
  };
}

/** Walks the records of a span, or of a copy of one. Never leaves its bounds, whatever lies there. */
export function nextRecord(view: DataView, at: number, end: number): RecordPlace | null {
  let place = at;
  while (place + ringHeaderBytes <= end) {
    const word = view.getUint32(place, true);
    const length = word & lengthMask;
    const next = place + step(length);
    if (word >= busyBit || next > end) return null;
    if ((word & discardBit) === 0) {
      return { start: place + ringHeaderBytes, length, next };
    }
    place = next;
  }
  return null;
}

export interface RecordPlace {
  /** Offset of the record's first byte. */
  readonly start: number;
  readonly length: number;
  readonly next: number;
}

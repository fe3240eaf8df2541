// Where the readers of the three database formats put what they find.

export interface HeaderSink {
  /** One header blob, valid only during the call. */
  header(blob: Uint8Array): void;
  /** What could not be read, in one plain sentence; equal ones are counted. */
  problem(reason: string): void;
}

/** Reads a 4-byte number of a page. */
export function u32(bytes: Uint8Array, offset: number, littleEndian: boolean): number {
  const [a = 0, b = 0, c = 0, d = 0] = [
    bytes[offset],
    bytes[offset + 1],
    bytes[offset + 2],
    bytes[offset + 3],
  ];
  return littleEndian
    ? (a | (b << 8) | (c << 16) | (d << 24)) >>> 0
    : ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

/** Reads a 2-byte number of a page. */
export function u16(bytes: Uint8Array, offset: number, littleEndian: boolean): number {
  const a = bytes[offset] ?? 0;
  const b = bytes[offset + 1] ?? 0;
  return littleEndian ? a | (b << 8) : (a << 8) | b;
}

/** A set of page numbers: each page of an honest file belongs to one record, so loops end here. */
export class PageSet {
  readonly #bits: Uint8Array;

  constructor(pages: number) {
    this.#bits = new Uint8Array((pages >>> 3) + 1);
  }

  /** False when the page was there before. */
  add(page: number): boolean {
    const bit = 1 << (page & 7);
    const at = page >>> 3;
    if (((this.#bits[at] ?? 0xff) & bit) !== 0) return false;
    this.#bits[at] = (this.#bits[at] as number) | bit;
    return true;
  }
}

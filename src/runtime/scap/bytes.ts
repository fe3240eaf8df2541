// Reads little-endian numbers and short texts one after the other, and tells when the bytes ran out
// instead of throwing: what it then gives is zero and empty.

export class ByteReader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at: number;
  private over = false;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  get offset(): number {
    return this.at;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** Something was asked for that is not there. */
  get ranOut(): boolean {
    return this.over;
  }

  u8(): number {
    return this.take(1) ? this.view.getUint8(this.at - 1) : 0;
  }

  u16(): number {
    return this.take(2) ? this.view.getUint16(this.at - 2, true) : 0;
  }

  u32(): number {
    return this.take(4) ? this.view.getUint32(this.at - 4, true) : 0;
  }

  u64(): bigint {
    return this.take(8) ? this.view.getBigUint64(this.at - 8, true) : 0n;
  }

  i64(): bigint {
    return this.take(8) ? this.view.getBigInt64(this.at - 8, true) : 0n;
  }

  /** A signed number of 64 bits that is a descriptor or a process: small. */
  number(): number {
    return Number(this.i64());
  }

  take(count: number): boolean {
    if (count < 0 || this.at + count > this.bytes.length) {
      this.over = true;
      this.at = this.bytes.length;
      return false;
    }
    this.at += count;
    return true;
  }

  slice(count: number): Uint8Array {
    return this.take(count) ? this.bytes.subarray(this.at - count, this.at) : empty;
  }

  /** A text behind its length of 16 bits. */
  text(): string {
    return textOf(this.slice(this.u16()));
  }

  /** Goes on at an absolute place, which must not lie behind. */
  skipTo(offset: number): void {
    this.take(offset - this.at);
  }
}

const empty = new Uint8Array(0);
const decoder = new TextDecoder();

/** Text of bytes: UTF-8 up to the first NUL. */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end === -1 ? bytes : bytes.subarray(0, end));
}

/** Texts that are each ended by NUL, as argv lies in memory. */
export function textsOf(bytes: Uint8Array): readonly string[] {
  if (bytes.length === 0) return [];
  const ended = bytes.at(-1) === 0 ? bytes.subarray(0, -1) : bytes;
  return decoder.decode(ended).split('\0');
}

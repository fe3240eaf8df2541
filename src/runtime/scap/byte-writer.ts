// Writes little-endian numbers and texts one after the other.

export class ByteWriter {
  private bytes = new Uint8Array(1024);
  private view = new DataView(this.bytes.buffer);
  private length = 0;

  get size(): number {
    return this.length;
  }

  u8(value: number): this {
    const at = this.grow(1);
    this.view.setUint8(at, value);
    return this;
  }

  u16(value: number): this {
    const at = this.grow(2);
    this.view.setUint16(at, value, true);
    return this;
  }

  u32(value: number): this {
    const at = this.grow(4);
    this.view.setUint32(at, value, true);
    return this;
  }

  u64(value: bigint): this {
    const at = this.grow(8);
    this.view.setBigUint64(at, BigInt.asUintN(64, value), true);
    return this;
  }

  i64(value: number | bigint): this {
    const at = this.grow(8);
    this.view.setBigInt64(at, BigInt.asIntN(64, BigInt(value)), true);
    return this;
  }

  raw(bytes: Uint8Array): this {
    const at = this.grow(bytes.length);
    this.bytes.set(bytes, at);
    return this;
  }

  /** Behind its length of 16 bits; what is longer is cut. */
  short(bytes: Uint8Array): this {
    const cut = bytes.subarray(0, 0xffff);
    return this.u16(cut.length).raw(cut);
  }

  /** The number of what was written as 32 bits at a former place. */
  patch(at: number, value: number): void {
    this.view.setUint32(at, value, true);
  }

  take(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  private grow(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.length, this.bytes.length * 2));
      larger.set(this.bytes);
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    }
    return at;
  }
}

const encoder = new TextEncoder();

export function textBytes(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Texts that are each ended by NUL. */
export function textsBytes(texts: readonly string[]): Uint8Array {
  return texts.length === 0 ? new Uint8Array(0) : encoder.encode(`${texts.join('\0')}\0`);
}

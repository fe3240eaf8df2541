// A look at one record where it lies. Numbers are read when asked for, texts are made only then; a
// short or strange record reads as zeros and empty texts and never throws.
import { callArguments, header, recordType } from './layout.ts';

const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });
/** Slots of one record: more are not written, and no loop is longer. */
const maxSlots = 32;

/** Where a slot's bytes lie. */
export interface Slot {
  readonly kind: number;
  readonly value: number;
  readonly start: number;
  readonly length: number;
}

/** One record. It is moved on by its cursor: what is to be kept must be read out. */
export class RecordView {
  private data: DataView = new DataView(new ArrayBuffer(0));
  private start = 0;
  private length = 0;

  /** Looks at other bytes from now on. */
  place(data: DataView, start: number, length: number): this {
    this.data = data;
    this.start = start;
    this.length = Math.max(0, Math.min(length, data.byteLength - start));
    return this;
  }

  get bytes(): number {
    return this.length;
  }

  uint16(at: number): number {
    return at + 2 <= this.length ? this.data.getUint16(this.start + at, true) : 0;
  }

  uint32(at: number): number {
    return at + 4 <= this.length ? this.data.getUint32(this.start + at, true) : 0;
  }

  uint64(at: number): bigint {
    return at + 8 <= this.length ? this.data.getBigUint64(this.start + at, true) : 0n;
  }

  /** As a number: exact below 2^53. */
  number64(at: number): number {
    return this.uint32(at) + this.uint32(at + 4) * 0x1_0000_0000;
  }

  get type(): number {
    return this.uint16(header.type);
  }

  /** Boot clock in nanoseconds, as a number: for order, not for arithmetic. */
  get order(): number {
    return this.number64(header.time);
  }

  get bootNs(): bigint {
    return this.uint64(header.time);
  }

  get pid(): number {
    return this.uint32(header.pid);
  }

  get tid(): number {
    return this.uint32(header.tid);
  }

  get isCall(): boolean {
    return this.type >= recordType.firstCall;
  }

  /** What a call returned: negative is an errno. */
  get result(): number {
    const low = this.uint32(header.result);
    const high = this.uint32(header.result + 4);
    return (high | 0) * 0x1_0000_0000 + low;
  }

  /** An argument of a call as it lay in its register, 0 to 5. */
  argument(index: number): bigint {
    return index < callArguments ? this.uint64(header.bytes + index * 8) : 0n;
  }

  /** The lower half of an argument, unsigned: flags, modes, descriptors. */
  argument32(index: number): number {
    return index < callArguments ? this.uint32(header.bytes + index * 8) : 0;
  }

  /** The first slot of a kind at or behind `from`, or null. */
  slot(kind: number, from: number): Slot | null {
    let at = from;
    for (let count = 0; count < maxSlots && at + 8 <= this.length; count++) {
      const length = this.uint16(at + 2);
      const end = at + 8 + length;
      if (end > this.length) return null;
      if (this.uint16(at) === kind) {
        return { kind, length, value: this.uint32(at + 4), start: at + 8 };
      }
      at = (end + 7) & ~7;
    }
    return null;
  }

  /** Text of bytes of this record; what is no UTF-8 becomes U+FFFD. */
  text(at: number, length: number): string {
    return decoder.decode(this.slice(at, length));
  }

  /** Text up to a NUL. */
  fixedText(at: number, length: number): string {
    const bytes = this.slice(at, length);
    const end = bytes.indexOf(0);
    return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
  }

  /** Texts that are each ended by NUL; the last may have lost its end. */
  texts({ start, length }: Slot): string[] {
    const bytes = this.slice(start, length);
    const whole = decoder.decode(bytes);
    const parts = whole.split('\0');
    if (parts.at(-1) === '') parts.pop();
    return parts;
  }

  /** Bytes where they lie: valid as long as this record is. */
  slice(at: number, length: number): Uint8Array {
    const from = Math.min(at, this.length);
    const bytes = Math.max(0, Math.min(length, this.length - from));
    return new Uint8Array(this.data.buffer, this.data.byteOffset + this.start + from, bytes);
  }
}

/** A path that the kernel walked from its leaf to the root. */
export function walkedPath(record: RecordView, slot: Slot, isDetached: boolean): string {
  const names = record.texts(slot);
  // A namespace and the like have no name but the root's.
  if (isDetached && names.length === 1) return names[0] === '/' ? '' : (names[0] ?? '');
  return `/${names.reverse().join('/')}`;
}

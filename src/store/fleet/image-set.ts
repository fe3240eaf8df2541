// Sets of images by their numbers, as bitmaps: those of fifty thousand are six kilobytes, which a statement
// takes as one parameter.
import type { SqlRow } from './sql.ts';

/** Images of one stored bitmap. */
export const segmentSize = 4096;
const segmentBytes = segmentSize / 8;
/** Above it no number is believed: a set is held in memory. */
const mostImages = 2 ** 27;

export function hasBit(bits: Uint8Array, place: number): boolean {
  return ((bits[place >> 3] ?? 0) & (1 << (place & 7))) !== 0;
}

export function setBit(bits: Uint8Array, place: number, value: boolean): void {
  const byte = bits[place >> 3] ?? 0;
  bits[place >> 3] = value ? byte | (1 << (place & 7)) : byte & ~(1 << (place & 7));
}

/** Where the bit of an image lies. */
export function placeOf(image: number): { readonly segment: number; readonly place: number } {
  return { segment: Math.floor(image / segmentSize), place: image % segmentSize };
}

/** A bitmap of one image. */
export function bitOf(place: number): Uint8Array {
  const bits = new Uint8Array(segmentBytes);
  setBit(bits, place, true);
  return bits;
}

/** The images of all these rows (`segment`, `bits`) as one bitmap, from number 0 on. */
export function joined(rows: readonly SqlRow[]): Uint8Array {
  const last = rows.reduce((most, row) => Math.max(most, Number(row['segment'])), -1);
  const bits = new Uint8Array(Math.min(last + 1, mostImages / segmentSize) * segmentBytes);
  for (const row of rows) {
    const own = row['bits'];
    if (!(own instanceof Uint8Array)) continue;
    const from = Number(row['segment']) * segmentBytes;
    const length = Math.min(own.length, bits.length - from);
    for (let at = 0; at < length; at += 1) {
      bits[from + at] = (bits[from + at] ?? 0) | (own[at] ?? 0);
    }
  }
  return bits;
}

/** How many there are. */
export function sizeOf(bits: Uint8Array): number {
  let count = 0;
  for (const byte of bits) for (let rest = byte; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

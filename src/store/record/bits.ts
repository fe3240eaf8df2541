// Sets of small numbers as bitmaps of 4096 each, as far as they lie in the table `posting`, and lists of
// numbers as varints.
import type { DatabaseSync } from 'node:sqlite';

export const segmentSize = 4096;
const segmentBytes = segmentSize / 8;

/** A growing set of ids; segments by number. */
export class IdSet {
  readonly segments = new Map<number, Uint8Array>();

  /** Joins a segment as it is stored; a shorter blob ends in zeros. */
  join(segment: number, bits: Uint8Array): void {
    const own = this.segments.get(segment);
    if (own === undefined) {
      const whole = new Uint8Array(segmentBytes);
      whole.set(bits.subarray(0, segmentBytes));
      this.segments.set(segment, whole);
      return;
    }
    const length = Math.min(bits.length, segmentBytes);
    for (let index = 0; index < length; index += 1)
      own[index] = (own[index] ?? 0) | (bits[index] ?? 0);
  }

  has(id: number): boolean {
    const bits = this.segments.get(Math.floor(id / segmentSize));
    if (bits === undefined) return false;
    const place = id % segmentSize;
    return ((bits[place >> 3] ?? 0) & (1 << (place & 7))) !== 0;
  }

  /** Ascending within each segment. */
  ids(): number[] {
    const found: number[] = [];
    for (const [segment, bits] of [...this.segments].toSorted(([a], [b]) => a - b)) {
      const base = segment * segmentSize;
      for (let index = 0; index < segmentBytes; index += 1) {
        let byte = bits[index] ?? 0;
        while (byte !== 0) {
          const low = byte & -byte;
          found.push(base + index * 8 + (31 - Math.clz32(low)));
          byte ^= low;
        }
      }
    }
    return found;
  }
}

/** The members of several owners, joined. */
export function readSet(database: DatabaseSync, kind: number, owners: readonly number[]): IdSet {
  const select = database.prepare('SELECT segment, bits FROM posting WHERE kind = ? AND owner = ?');
  select.setReturnArrays(true);
  const set = new IdSet();
  for (const owner of owners) {
    for (const row of select.iterate(kind, owner) as unknown as Iterable<[number, Uint8Array]>) {
      set.join(row[0], row[1]);
    }
  }
  return set;
}

/** Adds one member to each of several owners; within the caller's transaction. */
export function addMember(
  database: DatabaseSync,
  { kind, member, owners }: { kind: number; member: number; owners: readonly number[] },
): void {
  const segment = Math.floor(member / segmentSize);
  const place = member % segmentSize;
  const select = database.prepare(
    'SELECT bits FROM posting WHERE kind = ? AND owner = ? AND segment = ?',
  );
  const put = database.prepare(
    'INSERT OR REPLACE INTO posting (kind, owner, segment, bits) VALUES (?, ?, ?, ?)',
  );
  for (const owner of owners) {
    const row = select.get(kind, owner, segment) as { bits: Uint8Array } | undefined;
    const length = Math.max(row?.bits.length ?? 0, (place >> 3) + 1);
    const bits = new Uint8Array(length);
    if (row !== undefined) bits.set(row.bits);
    bits[place >> 3] = (bits[place >> 3] ?? 0) | (1 << (place & 7));
    put.run(kind, owner, segment, bits);
  }
}

/** Ascending numbers as varints of their differences. */
export function packNumbers(sorted: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  let last = 0;
  for (const number of sorted) {
    let rest = number - last;
    last = number;
    while (rest >= 128) {
      bytes.push((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    bytes.push(rest);
  }
  return Uint8Array.from(bytes);
}

export function unpackNumbers(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  let last = 0;
  let value = 0;
  let scale = 1;
  for (const byte of bytes) {
    value += (byte & 127) * scale;
    if (byte >= 128) {
      scale *= 128;
      continue;
    }
    last += value;
    numbers.push(last);
    value = 0;
    scale = 1;
  }
  return numbers;
}

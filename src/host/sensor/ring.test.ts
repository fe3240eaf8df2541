import assert from 'node:assert';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextRecord, openRing, type Ring, ringHeaderBytes } from './ring.ts';
import { type PieceMapper, RingWindow } from './ring-window.ts';

const size = 4096;
const piece = 512;

/** A ring in plain memory, written as the kernel does; `isWindowed`: only pieces of it can be read. */
function madeRing(startAt = 0, isWindowed = false) {
  const consumer = new BigUint64Array(1);
  const producer = new BigUint64Array(1);
  consumer[0] = BigInt(startAt);
  producer[0] = BigInt(startAt);
  const data = new Uint8Array(size);
  const mapper = new ScreenMapper(data);
  const memory = isWindowed
    ? { consumer, producer, data: mapper.screen, size, window: new RingWindow(size, mapper, piece) }
    : { consumer, producer, data, size };
  let position = startAt;
  const word = (at: number, value: number) => {
    for (let index = 0; index < 4; index++) {
      data[(at + index) % size] = (value >>> (index * 8)) & 0xff;
    }
  };
  return {
    ring: openRing(memory),
    consumer,
    mapper,
    write: (bytes: Uint8Array, flags = 0): number => {
      const at = position;
      word(at, (bytes.length | flags) >>> 0);
      bytes.forEach((byte, index) => {
        data[(at + ringHeaderBytes + index) % size] = byte;
      });
      position += (ringHeaderBytes + bytes.length + 7) & ~7;
      producer[0] = BigInt(position);
      mapper.refresh();
      return at;
    },
    finish: (at: number, length: number) => word(at, length),
  };
}

/** Shows pieces of the data; where nothing is shown lies what looks like a discarded record. */
class ScreenMapper implements PieceMapper {
  readonly screen = new Uint8Array(size);
  readonly shown = new Set<number>();
  private readonly data: Uint8Array;

  constructor(data: Uint8Array) {
    this.data = data;
    this.screen.fill(0x55);
  }

  show(offset: number, bytes: number): void {
    assert(offset % piece === 0 && bytes === piece && !this.shown.has(offset), 'no new piece');
    this.shown.add(offset);
    this.refresh();
  }

  hide(offset: number, bytes: number): void {
    assert(this.shown.delete(offset), 'not shown');
    this.screen.fill(0x55, offset, offset + bytes);
  }

  refresh(): void {
    for (const at of this.shown) this.screen.set(this.data.subarray(at, at + piece), at);
  }
}

const busy = 0x8000_0000;
const discarded = 0x4000_0000;

function readAll(ring: Ring, maxBytes = size): number[][] {
  const span = ring.span(ring.mark(), maxBytes);
  const records: number[][] = [];
  for (const { view, start, end } of span.sections) {
    let at = start;
    for (;;) {
      const place = nextRecord(view, at, end);
      if (place === null) break;
      const from = view.byteOffset + place.start;
      records.push([...new Uint8Array(view.buffer, from, place.length)]);
      at = place.next;
    }
  }
  ring.release(span);
  return records;
}

describe('a ring', () => {
  test('records come once, in their order', () => {
    const { ring, write } = madeRing();
    write(Uint8Array.of(1, 2, 3));
    write(Uint8Array.of(4));
    expect(readAll(ring)).toEqual([[1, 2, 3], [4]]);
    expect(readAll(ring)).toEqual([]);
  });

  test('a record over the end of the ring is in one piece', () => {
    const { ring, write } = madeRing(size - 16);
    write(Uint8Array.from({ length: 32 }, (_, index) => index));
    expect(readAll(ring)).toEqual([Array.from({ length: 32 }, (_, index) => index)]);
  });

  test('what lies on both sides of a record over the end comes with it', () => {
    const { ring, write } = madeRing(size - 48);
    for (let index = 0; index < 6; index++) write(new Uint8Array(20).fill(index));
    const { sections } = ring.span(ring.mark(), size);
    expect(sections.map(({ start, end }) => end - start)).toEqual([32, 32, 128]);
    expect(readAll(ring)).toEqual(
      [0, 1, 2, 3, 4, 5].map((one) => Array.from({ length: 20 }, () => one)),
    );
  });

  test('positions beyond 32 bits', () => {
    const { ring, write, consumer } = madeRing(2 ** 33 + size - 8);
    write(Uint8Array.of(7));
    expect(readAll(ring)).toEqual([[7]]);
    expect(consumer[0]).toBe(BigInt(2 ** 33 + size + 8));
  });

  test('what is being written waits, and all behind it', () => {
    const { ring, write, finish } = madeRing();
    write(Uint8Array.of(1));
    const at = write(Uint8Array.of(2), busy);
    write(Uint8Array.of(3));
    expect(ring.span(ring.mark(), size)).toMatchObject({ isBusy: true, bytes: 16 });
    expect(readAll(ring)).toEqual([[1]]);
    expect(readAll(ring)).toEqual([]);
    finish(at, 1);
    expect(readAll(ring)).toEqual([[2], [3]]);
  });

  test('what was given up is passed over', () => {
    const { ring, write } = madeRing();
    write(Uint8Array.of(1));
    write(Uint8Array.of(2), discarded);
    write(Uint8Array.of(3));
    expect(readAll(ring)).toEqual([[1], [3]]);
  });

  test('a bound on one look loses nothing', () => {
    const { ring, write } = madeRing();
    for (let index = 0; index < 10; index++) write(Uint8Array.of(index));
    const seen: number[][] = [];
    for (let look = 0; look < 10; look++) seen.push(...readAll(ring, 40));
    expect(seen.flat()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('any writes and reads give what was written', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.uint8Array({ maxLength: 200 }), fc.boolean()), { maxLength: 60 }),
        fc.nat(2 ** 20),
        fc.boolean(),
        fc.integer({ min: 100, max: size }),
        (writes, start, isWindowed, most) => {
          const { ring, write, mapper } = madeRing(start * 8, isWindowed);
          const seen: number[][] = [];
          let used = 0;
          const readSome = (): number => {
            const found = readAll(ring, most);
            seen.push(...found);
            if (ring.hasNews() && found.length > 0) return readSome();
            expect(mapper.shown.size).toBeLessThanOrEqual(1);
            return 0;
          };
          for (const [bytes, reads] of writes) {
            // The kernel never overwrites what is not read.
            if (used + bytes.length + 16 > size) used = readSome();
            used += bytes.length + 16;
            write(bytes);
            if (reads || seen.length % 8 === 0) used = readSome();
          }
          readSome();
          expect(seen).toEqual(writes.map(([bytes]) => [...bytes]));
        },
      ),
      { seed: 7, numRuns: 100 },
    );
  });

  test('no bytes lead outside of a copy', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        let at = 0;
        for (;;) {
          const place = nextRecord(view, at, bytes.length);
          if (place === null) break;
          expect(place.next).toBeGreaterThan(at);
          expect(place.start + place.length).toBeLessThanOrEqual(bytes.length);
          at = place.next;
        }
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

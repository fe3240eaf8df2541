// Inflating in place and in a thread: the same bytes, the same errors, nothing left behind.
import { randomBytes } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SeaworthyError } from '../../base/error.ts';
import { type Compression, inflate } from './inflate.ts';

/** Beyond this many compressed bytes a thread inflates. */
const large = 3 * 1024 * 1024;

type Packer = (bytes: Uint8Array) => Buffer;
const packers: readonly (readonly [Compression, Packer])[] = [
  ['gzip', (bytes) => gzipSync(bytes, { level: 1 })],
  ['zstd', (bytes) => zstdCompressSync(bytes)],
];

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  // One buffer for all: whoever keeps a piece beyond its turn reads another one.
  const buffer = new Uint8Array(size);
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size);
    buffer.set(piece);
    yield buffer.subarray(0, piece.length);
    buffer.fill(0xee);
  }
}

async function whole(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const copies: Buffer[] = [];
  for await (const chunk of chunks) copies.push(Buffer.from(chunk));
  return Buffer.concat(copies);
}

async function failure(chunks: AsyncIterable<Uint8Array>): Promise<unknown> {
  try {
    for await (const chunk of chunks) void chunk;
  } catch (error) {
    return error;
  }
  return null;
}

describe.each(packers)('%s', (compression, pack) => {
  const content = Buffer.concat([randomBytes(large), Buffer.alloc(9_000_001, 'seaworthy ')]);
  const packed = pack(content);

  test.each([
    ['in small pieces', 1000],
    ['in pieces that fit no slot', 300_007],
    ['in one piece', packed.length],
  ])('a large stream %s', async (_name, size) => {
    const bytes = await whole(inflate(pieces(packed, size), compression));
    expect(bytes.equals(content)).toBe(true);
  });

  test('small streams of any size, cut anywhere', async () => {
    const property = fc.asyncProperty(
      fc.uint8Array({ maxLength: 5000 }),
      fc.integer({ min: 1, max: 999 }),
      async (bytes, size) => {
        const read = await whole(inflate(pieces(pack(bytes), size), compression));
        expect(read.equals(bytes)).toBe(true);
      },
    );
    await fc.assert(property, { numRuns: 100, seed: 1 });
  });

  test.each([
    ['small', Buffer.from('harbour')],
    ['large', content],
  ])('several members are one stream: %s', async (_name, bytes) => {
    const twice = Buffer.concat([pack(bytes), pack(bytes)]);
    const read = await whole(inflate(pieces(twice, 65_536), compression));
    expect(read.equals(Buffer.concat([bytes, bytes]))).toBe(true);
  });

  test('zeros behind a large stream are padding, and are read to their end', async () => {
    const padded = Buffer.concat([packed, Buffer.alloc(5_000_000)]);
    let taken = 0;
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const piece of pieces(padded, 100_000)) {
        taken += piece.length;
        yield piece;
      }
    };
    expect((await whole(inflate(counted(), compression))).equals(content)).toBe(true);
    expect(taken).toBe(padded.length);
  });

  test.each([
    ['small', Buffer.from('harbour '.repeat(20))],
    ['large', content],
  ])('a truncated stream says so: %s', async (_name, bytes) => {
    const whole = pack(bytes);
    const cut = whole.subarray(0, whole.length - 9);
    const error = await failure(inflate(pieces(cut, 65_536), compression));
    expect(error).toBeInstanceOf(SeaworthyError);
    expect((error as SeaworthyError).message).toMatch(/^is truncated after \d+ inflated bytes$/);
  });

  test.each([0.2, 0.7])('a large stream that is broken at %d of it', async (share) => {
    const broken = Buffer.from(packed);
    broken.fill(0x55, Math.floor(broken.length * share), Math.floor(broken.length * share) + 4000);
    const error = await failure(inflate(pieces(broken, 65_536), compression));
    // Bytes of noise may be stored as they are: then the checksum at the end tells.
    expect(error === null || error instanceof SeaworthyError).toBe(true);
    if (compression === 'gzip') expect(error).toMatchObject({ code: 'malformed' });
  });

  test('an error of the input is the input’s, also in the middle of a thread’s work', async () => {
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      for await (const piece of pieces(packed.subarray(0, 2_500_000), 100_000)) yield piece;
      throw new SeaworthyError('network', 'the registry went away');
    };
    const error = await failure(inflate(broken(), compression));
    expect(error).toMatchObject({ code: 'network', message: 'the registry went away' });
  });

  test('whoever stops early leaves a thread that works for the next stream', async () => {
    for (let round = 0; round < 4; round += 1) {
      for await (const chunk of inflate(pieces(packed, 65_536), compression)) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
      const read = await whole(inflate(pieces(packed, 262_144), compression));
      expect(read.equals(content)).toBe(true);
    }
  });

  test('an input that ends after its reader has left calls nobody back', async () => {
    // More inflated bytes than the ring holds, of fewer compressed ones: the thread waits for room.
    const dense = pack(Buffer.concat([randomBytes(1_200_000), Buffer.alloc(60_000_000)]));
    const atEnd = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const late = async function* (): AsyncGenerator<Uint8Array> {
      yield* pieces(dense, 100_000);
      atEnd.resolve();
      await goOn.promise;
    };
    const reading = inflate(late(), compression);
    expect((await reading.next()).done).toBe(false);
    await atEnd.promise;
    const leaving = reading.return(undefined);
    goOn.resolve();
    await leaving;
    expect((await whole(inflate(pieces(packed, 65_536), compression))).equals(content)).toBe(true);
  });

  test('five streams side by side', async () => {
    const read = await Promise.all(
      [1, 2, 3, 4, 5].map((part) => whole(inflate(pieces(packed, part * 50_000), compression))),
    );
    expect(read.every((bytes) => bytes.equals(content))).toBe(true);
  });

  test('a bomb is refused by its ratio, in place and in a thread', async () => {
    const bomb = pack(Buffer.alloc(400_000_000));
    const error = await failure(inflate(pieces(bomb, 65_536), compression, () => 10_000_000));
    expect(error).toMatchObject({ code: 'limit' });
    expect((error as Error).message).toMatch(/a bomb$/);
  });
});

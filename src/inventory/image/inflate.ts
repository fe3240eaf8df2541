// Layer compression: plain, gzip (also estargz: many members) and zstd (also zstd:chunked).
// Inflating runs on the thread pool while the main thread hashes and reads what came out before.
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { limits } from '../../base/limits.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

const chunkBytes = 512 * 1024;
/** Inflated chunks that may wait for the main thread: keeps the inflating thread busy. */
const readAheadBytes = 16 * chunkBytes;

/** By the first bytes (RFC 1952, RFC 8878; skippable frames open zstd:chunked blobs). */
export function compressionOf(head: Uint8Array): Compression {
  const [a, b, c, d] = head;
  if (a === 0x1f && b === 0x8b) return 'gzip';
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return 'zstd';
  const skippable =
    a !== undefined && (a & 0xf0) === 0x50 && b === 0x2a && c === 0x4d && d === 0x18;
  return skippable ? 'zstd' : 'none';
}

/** The compression of a stream by its first bytes, and the same stream from its beginning. */
export async function sniff(
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ compression: Compression; chunks: AsyncIterable<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < 4) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  return { compression: compressionOf(head), chunks: resumed(head, iterator) };
}

async function* resumed(
  head: Uint8Array,
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    for (;;) {
      const next = await iterator.next();
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

/**
 * The uncompressed bytes. Throws `SeaworthyError`: `malformed` for a broken stream, `limit` for a
 * stream that inflates beyond `limits.inflationRatio`, `limits.layerInflatedBytes` or `mostBytes`.
 */
export async function* inflate(
  chunks: AsyncIterable<Uint8Array>,
  compression: Compression,
  mostBytes: number = limits.layerInflatedBytes,
): AsyncGenerator<Uint8Array> {
  if (compression === 'none') {
    yield* chunks;
    return;
  }
  const options = {
    chunkSize: chunkBytes,
    readableHighWaterMark: readAheadBytes,
    writableHighWaterMark: 4 * chunkBytes,
  };
  const stream = compression === 'gzip' ? createGunzip(options) : createZstdDecompress(options);
  let taken = 0;
  const feeding = feed(chunks, stream, (count) => {
    taken += count;
  });
  // The consumer may stop early; its own error is the one to tell.
  feeding.catch(() => undefined);
  let given = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      given += chunk.length;
      checkInflation(taken, given);
      if (given > mostBytes) throw bomb();
      yield chunk;
    }
  } catch (error) {
    if (error instanceof SeaworthyError) throw error;
    throw new SeaworthyError('malformed', inflateMessage(compression, error, given), {
      cause: error,
    });
  } finally {
    stream.destroy();
  }
  await feeding;
}

async function feed(
  chunks: AsyncIterable<Uint8Array>,
  stream: NodeJS.WritableStream & { destroy(error?: Error): unknown; destroyed?: boolean },
  count: (bytes: number) => void,
): Promise<void> {
  try {
    for await (const chunk of chunks) {
      if (stream.destroyed === true) return;
      count(chunk.length);
      if (!stream.write(chunk)) await drained(stream);
    }
    stream.end();
  } catch (error) {
    stream.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

function drained(stream: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      stream.removeListener('drain', settle);
      stream.removeListener('close', settle);
      resolve();
    };
    stream.once('drain', settle);
    stream.once('close', settle);
  });
}

function checkInflation(taken: number, given: number): void {
  if (given > limits.layerInflatedBytes) {
    throw new SeaworthyError('limit', `inflates to more than ${limits.layerInflatedBytes} bytes`);
  }
  if (given > limits.inflationFloorBytes && given > taken * limits.inflationRatio) {
    throw bomb();
  }
}

function bomb(): SeaworthyError {
  return new SeaworthyError('limit', `inflates more than ${limits.inflationRatio} fold: a bomb`);
}

function inflateMessage(compression: Compression, error: unknown, given: number): string {
  const message = messageOf(error);
  if (message.includes('unexpected end')) return `is truncated after ${given} inflated bytes`;
  return `is no sound ${compression} stream after ${given} inflated bytes (${message})`;
}

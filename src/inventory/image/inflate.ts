// Layer compression: plain, gzip (also estargz: many members) and zstd (also zstd:chunked).
// Large layers are inflated beside the main thread, which hashes and reads what came out before.
import { headed, resumed } from '../../base/chunks.ts';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { limits } from '../../base/limits.ts';
import { outputBytes } from './inflate-ring.ts';
import { inflateThread, startInflateThread } from './inflate-thread.ts';
import { openInflater } from './inflater.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

/** Compressed streams up to this size are inflated in place: a thread takes longer to start. */
const inlineBytes = 1024 * 1024;
/** Buffers of streams that were inflated in place, for the next one. */
const spareOutputs: Buffer[] = [];

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
  stream: AsyncIterable<Uint8Array>,
): Promise<{ compression: Compression; chunks: AsyncIterable<Uint8Array> }> {
  const { head, chunks } = await headed(stream, 4);
  return { compression: compressionOf(head), chunks };
}

/**
 * The uncompressed bytes; each piece is valid until the next is asked for. Throws `SeaworthyError`:
 * `malformed` for a broken stream, `limit` for a stream that inflates beyond `limits.inflationRatio`,
 * `limits.layerInflatedBytes` or `mostBytes`.
 */
export async function* inflate(
  chunks: AsyncIterable<Uint8Array>,
  compression: Compression,
  mostBytes: () => number = () => limits.layerInflatedBytes,
): AsyncGenerator<Uint8Array> {
  if (compression === 'none') {
    yield* chunks;
    return;
  }
  let taken = 0;
  let given = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      taken += chunk.length;
      yield chunk;
    }
  };
  try {
    for await (const piece of inflated(counted(), compression)) {
      given += piece.length;
      checkInflation(taken, given);
      if (given > mostBytes()) throw bomb();
      yield piece;
    }
  } catch (error) {
    // What the input throws is the input's: only zlib and zstd speak of the stream.
    if (!isInflateError(error)) throw error;
    throw new SeaworthyError('malformed', inflateMessage(compression, error, given), {
      cause: error,
    });
  }
}

/**
 * Starts the thread for the large compressed layers among these, before their bytes come: it takes as
 * long as loading all that reads them.
 */
export function expectLayers(
  layers: readonly { readonly compressed?: boolean; readonly size: number | null }[],
): void {
  const isLarge = layers.some(({ compressed, size }) => compressed && (size ?? 0) > inlineBytes);
  if (isLarge) startInflateThread();
}

/** Small streams where they are, large ones beside the main thread. */
async function* inflated(
  chunks: AsyncIterable<Uint8Array>,
  compression: 'gzip' | 'zstd',
): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  while (length <= inlineBytes) {
    const next = await iterator.next();
    if (next.done === true) {
      yield* inflateHere(Buffer.concat(first), compression);
      return;
    }
    first.push(Buffer.from(next.value));
    length += next.value.length;
  }
  yield* inflateThread().inflate(resumed(Buffer.concat(first), iterator), compression);
}

function* inflateHere(input: Uint8Array, compression: 'gzip' | 'zstd'): Generator<Uint8Array> {
  const inflater = openInflater(compression);
  const output = spareOutputs.pop() ?? Buffer.allocUnsafe(outputBytes);
  try {
    for (let at = 0; ; ) {
      const step = inflater.step(input.subarray(at), output, at === input.length);
      const isLast = at === input.length && step.written < output.length;
      at += step.read;
      if (step.written > 0) yield output.subarray(0, step.written);
      if (step.ended || isLast) return;
    }
  } finally {
    inflater.close();
    spareOutputs.push(output);
  }
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

/** Codes of zlib (`Z_...`) and zstd (`ZSTD_...`). */
function isInflateError(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^Z(STD)?_/.test(code);
}

function inflateMessage(compression: Compression, error: unknown, given: number): string {
  const message = messageOf(error);
  if (message.includes('unexpected end')) return `is truncated after ${given} inflated bytes`;
  return `is no sound ${compression} stream after ${given} inflated bytes (${message})`;
}

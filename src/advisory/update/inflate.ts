// Inflates gzip and zstd while they are read, within a bound.
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { messageOf, SeaworthyError } from '../../base/error.ts';

/** Inflated bytes of one file: NVD's largest year has 250 MB, a database of the world below 2 GB. */
const inflatedBytesLimit = 8 * 1024 ** 3;

export interface InflateOptions {
  readonly kind: 'gzip' | 'zstd';
  /** How errors name the file. */
  readonly name: string;
}

/** The inflated chunks. Throws `SeaworthyError` `malformed` for broken streams, `limit` for bombs. */
export async function* inflateChunks(
  packed: Iterable<Uint8Array>,
  options: InflateOptions,
): AsyncGenerator<Uint8Array> {
  const { kind, name } = options;
  const inflater = kind === 'gzip' ? createGunzip() : createZstdDecompress();
  const feeding = feed(packed, inflater);
  let size = 0;
  try {
    for await (const chunk of inflater as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > inflatedBytesLimit) {
        throw new SeaworthyError(
          'limit',
          `${name} inflates to more than ${inflatedBytesLimit} bytes`,
        );
      }
      yield chunk;
    }
  } catch (error) {
    if (error instanceof SeaworthyError) throw error;
    throw new SeaworthyError('malformed', `${name} does not inflate: ${messageOf(error)}`);
  } finally {
    inflater.destroy();
    await feeding;
  }
}

async function feed(
  packed: Iterable<Uint8Array>,
  inflater: ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress>,
): Promise<void> {
  // Its reader tells of errors; this listener only keeps them from being uncaught.
  inflater.on('error', () => undefined);
  for (const chunk of packed) {
    if (inflater.destroyed) return;
    // The giver reuses its buffer, the inflater keeps it until it has worked it off.
    if (inflater.write(new Uint8Array(chunk))) continue;
    await new Promise<void>((resolve) => {
      inflater.once('drain', resolve);
      inflater.once('close', resolve);
      inflater.once('error', () => resolve());
    });
  }
  if (!inflater.destroyed) inflater.end();
}

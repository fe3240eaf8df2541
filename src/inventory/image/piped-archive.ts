// An image archive that comes through a pipe, plain or compressed: read once, as it passes, and never
// written anywhere.
import { headed } from '../../base/chunks.ts';
import { limits } from '../../base/limits.ts';
import type { AnalystSource } from './analyst.ts';
import { refuseForeign, streamedArchive } from './archive-store.ts';
import type { BlobStore } from './blob-store.ts';
import { compressionOf, inflate } from './inflate.ts';

/** Longer than the marks of all compressions. */
const headBytes = 8;

/**
 * Reads the archive to its end. What only a second look would show is told as unknown. Throws
 * `SeaworthyError` `malformed`, `unsupported`, `limit`.
 * @param name how messages call it
 */
export async function pipedArchive(options: {
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly analyst: AnalystSource;
}): Promise<BlobStore> {
  const { name, analyst } = options;
  const { head, chunks } = await headed(options.chunks, headBytes);
  refuseForeign(name, head);
  const compression = compressionOf(head);
  if (compression === 'none') {
    return streamedArchive({ name, open: () => chunks, analyst, passesOnce: true });
  }
  let taken = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      taken += chunk.length;
      yield chunk;
    }
  };
  return streamedArchive({
    name,
    open: () => inflate(counted(), compression),
    analyst,
    passesOnce: true,
    // A bomb in a bomb multiplies: all layers together are judged by what came through the pipe.
    mostBytes: () => Math.max(limits.inflationFloorBytes, taken * limits.inflationRatio),
  });
}

// Blobs as streams: counted and hashed while they pass, taken up again where a connection broke.
import { SeaworthyError } from '../../base/error.ts';
import type { HttpResponse } from '../../base/http.ts';
import { NetworkError } from '../../base/http-error.ts';
import { limits } from '../../base/limits.ts';
import { backoffMs, type Pace } from '../../base/retry.ts';
import { startDigestCheck } from './digest.ts';
import type { Descriptor } from './manifest.ts';

export interface BlobSource {
  /** For messages. */
  readonly name: string;
  /** Asks for the bytes from `offset` on; the answer has status 200 (all of it) or 206. */
  readonly open: (offset: number) => Promise<HttpResponse>;
  readonly pace: Pace;
  readonly tries: number;
  readonly signal: AbortSignal | undefined;
  /** Called with the number of bytes that have come so far. */
  readonly onProgress: ((receivedBytes: number) => void) | undefined;
}

/** A break after this much progress does not count against the tries. */
const progressBytes = 1024 * 1024;

/**
 * Streams a blob. What is yielded is only proven good when the stream ends without an error: at the
 * end the digest is compared, and a byte more than declared ends it at once. Errors:
 * `digest-mismatch`, `limit`, `network`, and those of `open`.
 */
export async function* readBlob(
  source: BlobSource,
  descriptor: Pick<Descriptor, 'digest' | 'size'>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const check = startDigestCheck(descriptor.digest, source.name);
  let offset = 0;
  let failures = 0;
  let failedAt = 0;
  for (;;) {
    try {
      const response = await source.open(offset);
      for await (const chunk of continuation(response, { source, descriptor, offset })) {
        offset += chunk.length;
        check.update(chunk);
        source.onProgress?.(offset);
        yield chunk;
      }
      if (offset === descriptor.size) break;
      throw endedEarly(source, { offset, size: descriptor.size });
    } catch (error) {
      if (!(error instanceof NetworkError && error.transient)) throw error;
      if (offset === descriptor.size && offset > 0) break;
      failures = offset - failedAt >= progressBytes ? 1 : failures + 1;
      failedAt = offset;
      if (failures >= source.tries) throw error;
      await source.pace.sleep(backoffMs(failures, source.pace), source.signal);
    }
  }
  check.finish();
}

interface Position {
  readonly source: BlobSource;
  readonly descriptor: Pick<Descriptor, 'digest' | 'size'>;
  readonly offset: number;
}

/** The bytes from `offset` on, whether or not the server understood Range; never one too many. */
async function* continuation(
  response: HttpResponse,
  position: Position,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { source, descriptor, offset } = position;
  const start = startOf(response, source);
  const length = Number(response.header('content-length') ?? Number.NaN);
  if (start > offset || start + length > descriptor.size) {
    response.discard();
    if (start > offset) {
      throw new NetworkError(
        `${response.url.host} sent another part of ${source.name} than asked`,
        {
          transient: false,
        },
      );
    }
    throw tooLong(source, descriptor.size);
  }
  if (response.status === 200 && start + length < descriptor.size) {
    response.discard();
    throw new SeaworthyError(
      'digest-mismatch',
      `${source.name} has ${length} bytes on ${response.url.host}, its manifest says ${descriptor.size}`,
      { advice: 'push the image again' },
    );
  }
  let at = start;
  for await (const chunk of response.body) {
    const known = Math.min(chunk.length, Math.max(0, offset - at));
    at += chunk.length;
    if (at > descriptor.size) throw tooLong(source, descriptor.size);
    if (known < chunk.length) yield known === 0 ? chunk : chunk.subarray(known);
  }
}

function startOf(response: HttpResponse, source: BlobSource): number {
  if (response.status === 200) return 0;
  const match = /^bytes (\d{1,16})-/.exec(response.header('content-range') ?? '');
  if (match !== null) return Number(match[1]);
  response.discard();
  throw new NetworkError(`${response.url.host} sent an unmarked part of ${source.name}`, {
    transient: false,
  });
}

function tooLong(source: BlobSource, size: number): SeaworthyError {
  return new SeaworthyError(
    'limit',
    `${source.name} is longer than the ${size} bytes that its manifest says`,
    { advice: 'do not use it: the registry, a mirror or the network changed it' },
  );
}

function endedEarly(
  source: BlobSource,
  at: { readonly offset: number; readonly size: number },
): NetworkError {
  return new NetworkError(`${source.name} ended after ${at.offset} of ${at.size} bytes`, {
    transient: true,
    advice: 'try again later',
  });
}

/** A small blob in memory. Errors: `limit` when it is declared larger than a manifest may be. */
export async function readSmallBlob(
  source: BlobSource,
  descriptor: Pick<Descriptor, 'digest' | 'size'>,
): Promise<Uint8Array> {
  if (descriptor.size > limits.manifestBytes) {
    throw new SeaworthyError(
      'limit',
      `${source.name} has ${descriptor.size} bytes, more than the ${limits.manifestBytes} we read`,
    );
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of readBlob(source, descriptor)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

// A finished database from elsewhere: a file, an address, or an OCI artifact; plain, gzip or zstd. It
// replaces ours only when every page of it is sound and it is not older.
import { SeaworthyError } from '../../base/error.ts';
import {
  checkContent,
  databaseStatus,
  discard,
  fileChunks,
  fileStart,
  publish,
  temporaryBeside,
  writeChunks,
} from '../database/index.ts';
import { detectBytes, detectFeed } from '../feed/index.ts';
import { inflateChunks } from './inflate.ts';
import type { Input } from './input.ts';
import { get, type Network } from './network.ts';
import type { OnProgress } from './progress.ts';

/** The whole world of OSV takes below 1 GB. */
const databaseBytes = 8 * 1024 ** 3;

/** Fetches a file that was pushed as an OCI artifact; `reference` has no scheme. */
export type PullArtifact = (reference: string) => AsyncIterable<Uint8Array>;

export interface PrebuiltOptions {
  /** The file to replace. */
  readonly file: string;
  readonly network: Network;
  readonly pullArtifact?: PullArtifact | undefined;
  readonly clock: () => Date;
  readonly onProgress?: OnProgress | undefined;
}

export type PrebuiltSource = Exclude<Input, { readonly kind: 'folder' | 'bucket' | 'address' }>;

/**
 * Installs a finished database. Answers false when the present one is as new or newer. Throws
 * `SeaworthyError`: `network`, `not-found`, `database` (not ours, another version, damaged) ...
 */
export async function installPrebuilt(
  source: PrebuiltSource,
  options: PrebuiltOptions,
): Promise<boolean> {
  const spool = temporaryBeside(options.file);
  const whole = temporaryBeside(options.file);
  try {
    if (source.kind === 'file') await writeChunks(spool, asynchronous(fileChunks(source.path)));
    else if (source.kind === 'artifact') await pull(source.reference, { ...options, spool });
    else await download(source.url, { ...options, spool });
    const kind = detectFeed(fileStart(spool, detectBytes));
    const packed = kind === 'gzip' || kind === 'zstd';
    if (packed) {
      const name = 'the prebuilt database';
      await writeChunks(whole, inflateChunks(fileChunks(spool), { kind, name }));
    }
    const candidate = packed ? whole : spool;
    checkCandidate(candidate, nameOf(source));
    const status = databaseStatus(candidate, options.clock);
    const present = databaseStatus(options.file, options.clock);
    if (
      status.kind === 'present' &&
      present.kind === 'present' &&
      Date.parse(present.info.builtAt) >= Date.parse(status.info.builtAt)
    ) {
      return false;
    }
    publish(candidate, options.file);
    return true;
  } finally {
    discard(spool);
    discard(whole);
  }
}

/** Checks the candidate and tells of its faults under the name that the user knows. */
function checkCandidate(candidate: string, name: string): void {
  try {
    checkContent(candidate);
  } catch (error) {
    if (!(error instanceof SeaworthyError)) throw error;
    throw new SeaworthyError(error.code, error.message.replace(candidate, name), {
      cause: error,
      advice: 'the present database is kept; ask for a new file where this one came from',
    });
  }
}

function nameOf(source: PrebuiltSource): string {
  if (source.kind === 'file') return source.path;
  return source.kind === 'prebuilt' ? source.url : `oci://${source.reference}`;
}

async function download(
  url: string,
  options: PrebuiltOptions & { readonly spool: string },
): Promise<void> {
  const got = await get(options.network, url, {
    maximumBytes: databaseBytes,
    onBytes: (received, total) =>
      options.onProgress?.({ kind: 'download', name: url, received, total }),
    consume: (chunks) => writeChunks(options.spool, chunks),
  });
  if (got.kind === 'missing') throw new SeaworthyError('not-found', `${url} is not there`);
}

async function pull(
  reference: string,
  options: PrebuiltOptions & { readonly spool: string },
): Promise<void> {
  if (options.pullArtifact === undefined) {
    throw new SeaworthyError('unsupported', 'OCI artifacts cannot be fetched here');
  }
  const name = `oci://${reference}`;
  const chunks = counted(options.pullArtifact(reference), (received) =>
    options.onProgress?.({ kind: 'download', name, received, total: null }),
  );
  await writeChunks(options.spool, chunks);
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: (received: number) => void,
): AsyncGenerator<Uint8Array> {
  let received = 0;
  for await (const chunk of chunks) {
    received += chunk.length;
    if (received > databaseBytes) {
      throw new SeaworthyError('limit', `the artifact has more than ${databaseBytes} bytes`);
    }
    onBytes(received);
    yield chunk;
  }
}

async function* asynchronous(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield chunk;
}

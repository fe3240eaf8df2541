// What `--from`, `--kev`, `--epss` and `--cve` may name: files, folders, mirrors and single addresses.
import { basename, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import {
  type DatabaseWriter,
  discard,
  filesBelow,
  lookAt,
  temporaryBeside,
  writeChunks,
} from '../database/index.ts';
import { type IngestTotals, ingestFile } from './ingest.ts';
import { get, type Network } from './network.ts';
import type { OnProgress } from './progress.ts';

/** A single file behind an address: NVD's yearly feeds and trackers stay below 1 GB. */
const fileBytes = 4 * 1024 ** 3;

const feedFile = /\.(?:json|jsonl|zip|csv|gz|zst)$/i;
const prebuiltFile = /\.(?:db|sqlite|sqlite3)(?:\.(?:gz|zst|zstd))?$/i;

export type Input =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'folder'; readonly path: string }
  /** A mirror in the layout of OSV's bucket. */
  | { readonly kind: 'bucket'; readonly base: string }
  /** One feed behind an address. */
  | { readonly kind: 'address'; readonly url: string }
  /** A finished database. */
  | { readonly kind: 'prebuilt'; readonly url: string }
  | { readonly kind: 'artifact'; readonly reference: string };

/** Tells what a user's word names. Throws `not-found` for a path that is not there, `usage` for schemes. */
export function inputOf(word: string): Input {
  if (word.startsWith('oci://')) return { kind: 'artifact', reference: word.slice(6) };
  if (/^https?:\/\//i.test(word)) {
    const url = URL.parse(word);
    if (url === null) throw new SeaworthyError('usage', `${word} is not an address`);
    if (prebuiltFile.test(url.pathname)) return { kind: 'prebuilt', url: word };
    if (feedFile.test(url.pathname)) return { kind: 'address', url: word };
    return { kind: 'bucket', base: word.replace(/\/+$/, '') };
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(word) && !word.startsWith('file://')) {
    throw new SeaworthyError('usage', `${word} has a scheme that is not known`, {
      advice: 'name a folder, a file, or an address with https://, oci:// or file://',
    });
  }
  const path = localPath(word);
  const { kind } = lookAt(path);
  if (kind === 'absent')
    throw new SeaworthyError('not-found', `there is no file or folder ${path}`);
  return { kind, path };
}

function localPath(word: string): string {
  if (!word.startsWith('file://')) return word;
  try {
    return fileURLToPath(word);
  } catch (error) {
    throw new SeaworthyError('usage', `${word} is not a file address: ${messageOf(error)}`);
  }
}

export interface InputContext {
  readonly writer: DatabaseWriter;
  /** The database that is being made: temporary files lie beside it. */
  readonly output: string;
  readonly network: Network;
  readonly clock: () => Date;
  readonly onProgress?: OnProgress | undefined;
}

/** Reads one local file. */
export async function readFile(
  context: InputContext,
  path: string,
  name: string,
): Promise<IngestTotals> {
  const totals = await ingestFile(context.writer, path, {
    name,
    spool: temporaryBeside(context.output),
    onRecords: (records) => context.onProgress?.({ kind: 'read', name, records }),
  });
  const changedAt = lookAt(path).changedAt ?? context.clock();
  for (const source of totals.sources) {
    context.writer.noteRetrieved(source, changedAt.toISOString());
  }
  return totals;
}

/** Reads every feed file below a folder, in the order of their names. */
export async function* readFolder(
  context: InputContext,
  folder: string,
): AsyncGenerator<IngestTotals> {
  for (const path of filesBelow(folder)) {
    if (feedFile.test(path)) yield await readFile(context, path, relative(folder, path));
  }
}

/** Downloads one feed file and reads it. Throws `not-found` where the server has none. */
export async function readAddress(context: InputContext, url: string): Promise<IngestTotals> {
  const { pathname, host } = new URL(url);
  const name = basename(pathname) || host;
  const spool = temporaryBeside(context.output);
  try {
    const got = await get(context.network, url, {
      maximumBytes: fileBytes,
      onBytes: (received, total) =>
        context.onProgress?.({ kind: 'download', name, received, total }),
      consume: (chunks) => writeChunks(spool, chunks),
    });
    if (got.kind === 'missing') throw new SeaworthyError('not-found', `${url} is not there`);
    return await readFile(context, spool, name);
  } finally {
    discard(spool);
  }
}

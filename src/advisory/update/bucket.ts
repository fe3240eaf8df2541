// OSV's bucket (google.github.io/osv.dev/data): exports of whole ecosystems, lists of changes, records.
import { type DatabaseWriter, discard, writeChunks } from '../database/index.ts';
import { feedLimits, LineSplitter } from '../feed/index.ts';
import { type IngestTotals, ingestFile } from './ingest.ts';
import { get, type Network } from './network.ts';
import type { OnProgress } from './progress.ts';

const MiB = 1024 * 1024;
/** One ecosystem's export; the largest (npm, Ubuntu) have 200 to 400 MB. */
const exportBytes = 8 * 1024 * MiB;
/** A list of changes holds a line for each record ever: 700,000 lines of 60 bytes in all. */
const changesBytes = 512 * MiB;
const listingBytes = 1 * MiB;

/**
 * Ecosystems of OSV that say nothing about what runs in a container: source fuzzing, phones, commits,
 * and the kernel, which belongs to the host.
 */
const irrelevant = new Set(['GIT', 'OSS-Fuzz', 'Android', 'Linux', 'UVI', 'GSD', 'DWF']);

/** Read where a mirror lacks the list of ecosystems. */
const usualEcosystems = [
  'AlmaLinux',
  'Alpine',
  'Alpaquita',
  'BellSoft Hardened Containers',
  'Bitnami',
  'Chainguard',
  'CRAN',
  'crates.io',
  'Debian',
  'GitHub Actions',
  'Go',
  'Hackage',
  'Hex',
  'Mageia',
  'Maven',
  'MinimOS',
  'npm',
  'NuGet',
  'openEuler',
  'openSUSE',
  'Packagist',
  'Pub',
  'PyPI',
  'Red Hat',
  'Rocky Linux',
  'RubyGems',
  'SUSE',
  'SwiftURL',
  'Ubuntu',
  'Wolfi',
];

export interface Bucket {
  /** Base address without a slash at its end. */
  readonly base: string;
  readonly network: Network;
  readonly onProgress?: OnProgress | undefined;
}

/**
 * The ecosystems of a bucket that concern containers. Throws `network` when it cannot be reached; a
 * mirror without `ecosystems.txt` is taken to have the usual ones, of which some may be missing.
 */
export async function bucketEcosystems(
  bucket: Bucket,
): Promise<{ readonly names: readonly string[]; readonly listed: boolean }> {
  const listing = await get(bucket.network, `${bucket.base}/ecosystems.txt`, {
    maximumBytes: listingBytes,
    consume: readLines,
  });
  if (listing.kind === 'missing') return { names: usualEcosystems, listed: false };
  const names = listing.value
    .map((line) => line.trim())
    // `Debian:12` is a part of `Debian`; a slash or dot would lead out of the bucket.
    .filter((name) => /^[A-Za-z][\w. -]{0,60}$/.test(name) && !irrelevant.has(name));
  return { names: [...new Set(names)], listed: true };
}

/** The address of a file of an ecosystem. */
function addressOf(bucket: Bucket, ecosystem: string, file: string): string {
  return `${bucket.base}/${encodeURIComponent(ecosystem)}/${encodeURIComponent(file)}`;
}

export interface ExportOptions {
  readonly writer: DatabaseWriter;
  /** Path of the temporary file for the download. */
  readonly spool: string;
  /** Takes the ids of all its records. */
  readonly seen?: Set<string>;
}

/**
 * Downloads an ecosystem's export to `spool` and reads it in; null when the bucket has none. Throws
 * `network`, `limit`, or `malformed` for an export that is no zip.
 */
export async function readExport(
  bucket: Bucket,
  ecosystem: string,
  options: ExportOptions,
): Promise<IngestTotals | null> {
  const { writer, spool, seen } = options;
  try {
    const got = await get(bucket.network, addressOf(bucket, ecosystem, 'all.zip'), {
      maximumBytes: exportBytes,
      onBytes: (received, total) =>
        bucket.onProgress?.({ kind: 'download', name: ecosystem, received, total }),
      consume: (chunks) => writeChunks(spool, chunks),
    });
    if (got.kind === 'missing') return null;
    return await ingestFile(writer, spool, {
      name: `${ecosystem}/all.zip`,
      spool: `${spool}-inflated`,
      feed: ecosystem,
      seen,
      onRecords: (records) => bucket.onProgress?.({ kind: 'read', name: ecosystem, records }),
    });
  } finally {
    discard(spool);
  }
}

export interface Change {
  readonly id: string;
  /** RFC 3339. */
  readonly modified: string;
}

/**
 * The changes of an ecosystem that are not older than `since`, newest first; null when there is no
 * list. `tooMany`: more than `maximum`, the export is cheaper then. Lines that are no change are dropped.
 */
export async function changesSince(
  bucket: Bucket,
  ecosystem: string,
  options: { readonly since: Date; readonly maximum: number },
): Promise<{ readonly changes: readonly Change[]; readonly tooMany: boolean } | null> {
  const got = await get(bucket.network, addressOf(bucket, ecosystem, 'modified_id.csv'), {
    maximumBytes: changesBytes,
    consume: (chunks) => readChanges(chunks, options),
  });
  return got.kind === 'missing' ? null : got.value;
}

async function readChanges(
  chunks: AsyncIterable<Uint8Array>,
  options: { readonly since: Date; readonly maximum: number },
): Promise<{ readonly changes: readonly Change[]; readonly tooMany: boolean }> {
  const { since, maximum } = options;
  const changes = new Map<string, Change>();
  const splitter = new LineSplitter();
  /** False at the first line that is too old: the list is sorted. */
  const take = (lines: Iterable<string>): boolean => {
    for (const line of lines) {
      const comma = line.indexOf(',');
      const modified = line.slice(0, comma);
      const time = Date.parse(modified);
      const id = line.slice(Math.max(comma, line.lastIndexOf('/')) + 1).trim();
      if (comma === -1 || Number.isNaN(time) || !/^[\w.:+@~-]{1,256}$/.test(id)) continue;
      if (time < since.getTime()) return false;
      if (!changes.has(id)) changes.set(id, { id, modified });
      if (changes.size > maximum) return false;
    }
    return true;
  };
  let more = true;
  for await (const chunk of chunks) {
    more = take(splitter.push(chunk));
    if (!more) break;
  }
  if (more) take(splitter.end());
  return { changes: [...changes.values()], tooMany: changes.size > maximum };
}

/** The bytes of one record; null when it is gone from the bucket. */
export async function fetchRecord(
  bucket: Bucket,
  ecosystem: string,
  id: string,
): Promise<Uint8Array | null> {
  const got = await get(bucket.network, addressOf(bucket, ecosystem, `${id}.json`), {
    maximumBytes: feedLimits.recordBytes,
    consume: readAll,
  });
  return got.kind === 'missing' ? null : got.value;
}

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(new Uint8Array(chunk));
  return Buffer.concat(parts);
}

async function readLines(chunks: AsyncIterable<Uint8Array>): Promise<readonly string[]> {
  return Buffer.from(await readAll(chunks))
    .toString('utf8')
    .split('\n');
}

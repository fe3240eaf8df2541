// Brings a copy of the present database up to date from a bucket, ecosystem by ecosystem: by the list of
// changes where we know how far we are, by the whole export where not. A fault in one ecosystem leaves
// its old advisories and is told; the others go on.
import { SeaworthyError } from '../../base/error.ts';
import { type DatabaseWriter, type PresentDatabase, temporaryBeside } from '../database/index.ts';
import { type Bucket, type Change, changesSince, fetchRecord, readExport } from './bucket.ts';
import { noteExport } from './build.ts';
import { ingestRecord } from './ingest.ts';
import type { UpdateProblem } from './progress.ts';

/** Records fetched one by one; above it the export is fewer requests and about as many bytes. */
const maximumChanges = 2000;
/** Records fetched at the same time. */
const parallel = 8;
/** Records can vanish without a trace in the lists of changes: all is read anew after this long. */
const fullSyncMs = 30 * 24 * 60 * 60 * 1000;
/** A list may be older than the records beside it: go back a little, known records are not refetched. */
const overlapMs = 60 * 60 * 1000;

/** What changed; `ids` holds added and changed advisories up to a bound. */
export interface Changes {
  readonly ids: readonly string[];
  readonly removed: readonly string[];
  readonly bad: number;
}

export interface DeltaContext {
  readonly writer: DatabaseWriter;
  readonly file: string;
  readonly clock: () => Date;
  /** What the present database knows of each feed, as `databaseStatus` tells it. */
  readonly feeds: ReadonlyMap<string, PresentDatabase['feeds'][number]>;
}

/** Updates one ecosystem; a fault that is not the disk's is answered, not thrown. */
export async function updateEcosystem(
  bucket: Bucket,
  ecosystem: string,
  context: DeltaContext,
): Promise<Changes | UpdateProblem> {
  try {
    const since = deltaStart(ecosystem, context);
    const found =
      since === null
        ? null
        : await changesSince(bucket, ecosystem, { since, maximum: maximumChanges });
    if (found === null || found.tooMany) return await wholeExport(bucket, ecosystem, context);
    return await applyChanges(bucket, ecosystem, { ...context, changes: found.changes });
  } catch (error) {
    if (!(error instanceof SeaworthyError) || !cureless.has(error.code)) throw error;
    return { name: ecosystem, message: error.message };
  }
}

/** From when on changes are wanted; null when the whole export is due. */
function deltaStart(ecosystem: string, context: DeltaContext): Date | null {
  const known = context.feeds.get(ecosystem);
  const cursor = Date.parse(known?.cursor ?? '');
  const full = Date.parse(known?.fullAt ?? '');
  const isDue = !(context.clock().getTime() - full < fullSyncMs);
  return isDue || Number.isNaN(cursor) ? null : new Date(cursor - overlapMs);
}

/** Faults of one ecosystem's files; all others (a full disk) concern the whole. */
const cureless = new Set(['network', 'limit', 'malformed', 'not-found', 'digest-mismatch']);

async function wholeExport(
  bucket: Bucket,
  ecosystem: string,
  context: DeltaContext,
): Promise<Changes | UpdateProblem> {
  const { writer, file, clock } = context;
  const seen = new Set<string>();
  const totals = await readExport(bucket, ecosystem, {
    writer,
    spool: temporaryBeside(file),
    seen,
  });
  if (totals === null) return { name: ecosystem, message: `${bucket.base} has none of it` };
  // An export without a single record is a fault of its maker, not the end of all advisories.
  const removed = totals.records === 0 ? [] : writer.removeUnseen(ecosystem, seen);
  noteExport({ writer }, ecosystem, totals, clock().toISOString());
  return { ids: totals.changed, removed, bad: totals.bad };
}

async function applyChanges(
  bucket: Bucket,
  ecosystem: string,
  context: DeltaContext & { readonly changes: readonly Change[] },
): Promise<Changes> {
  const { writer, clock, changes } = context;
  const wanted = changes.filter((change) => isNews(writer, change));
  const ids: string[] = [];
  const removed: string[] = [];
  const sources = new Set<string>();
  let bad = 0;
  for (let start = 0; start < wanted.length; start += parallel) {
    const batch = wanted.slice(start, start + parallel);
    const fetched = await Promise.all(batch.map((c) => fetchRecord(bucket, ecosystem, c.id)));
    for (const [index, bytes] of fetched.entries()) {
      const { id } = batch[index] ?? { id: '' };
      if (bytes === null) {
        // Listed and yet not there: it was taken back without a tombstone.
        if (writer.remove(id)) removed.push(id);
        continue;
      }
      const name = `${ecosystem}/${id}.json`;
      const totals = ingestRecord(writer, bytes, { name, feed: ecosystem });
      ids.push(...totals.changed);
      bad += totals.bad;
      for (const source of totals.sources) sources.add(source);
    }
    bucket.onProgress?.({ kind: 'read', name: ecosystem, records: start + batch.length });
  }
  const now = clock().toISOString();
  for (const source of sources) writer.noteRetrieved(source, now);
  const cursor = changes[0]?.modified ?? context.feeds.get(ecosystem)?.cursor ?? null;
  writer.noteFeed(ecosystem, { cursor, retrievedAt: now, full: false });
  return { ids, removed, bad };
}

/** False when our copy is as new as the change. */
function isNews(writer: DatabaseWriter, change: Change): boolean {
  const known = writer.modifiedOf(change.id);
  return known === null || Date.parse(known) < Date.parse(change.modified);
}

// The record as it is asked: one file, read by any number of processes while it is written.
import type { LossRecord } from '../../model/timeline.ts';
import { askEvents } from './ask-events.ts';
import { askRunsOf } from './ask-exposure.ts';
import {
  askAliveByImage,
  askAllDetections,
  askAllPeers,
  askCounts,
  countDetections,
  factsOf,
  peersOf,
} from './ask-pages.ts';
import { askRuns, findRuns } from './ask-runs.ts';
import {
  countsOfImage,
  filesUsed,
  indexImage,
  mapFiles,
  packagesKnownAs,
  runCount,
  unindexedCount,
  unindexedImages,
  usesInImage,
} from './image-index.ts';
import { openForAsking } from './open.ts';
import type { RecordReader, StoredRun } from './record-store.ts';
import { microseconds, nanoseconds } from './run-row.ts';
import { lastSignOf } from './session.ts';
import { Statements } from './statements.ts';

/**
 * Opens the record of a data folder to ask it. Throws `SeaworthyError`: `not-found` when nothing was
 * recorded, `database` when the file is damaged, `unreadable` when this user may not read it.
 */
export function openRecord(folder: string): RecordReader {
  const statements = new Statements(openForAsking(folder));
  return {
    runs: (query) => askRuns(statements, query),
    find: (word, limit) => findRuns(statements, word, limit),
    events: (run, query) => askEvents(statements, run, query),
    detections: (run, limit) => detectionsOf(statements, run, limit),
    recordedUntilNs: () => lastSignOf(statements)?.atNs ?? null,
    counts: () => askCounts(statements),
    aliveByImage: () => askAliveByImage(statements),
    detectionsSince: (sinceNs) => countDetections(statements, sinceNs),
    detectionsOfAll: (query) => askAllDetections(statements, query),
    peersOfAll: (query) => askAllPeers(statements, query),
    losses: (stored, limit) => lossesOf(statements, stored, limit),
    peers: (run, limit) => peersOf(statements, run, limit),
    filesUsed: (run) => filesUsed(statements, run),
    packagesKnownAs: (names) => packagesKnownAs(statements, names),
    runsOf: (versions, page) => askRunsOf(statements, versions, page),
    usesInImage: (imageId) => usesInImage(statements, imageId),
    runCount: (imageId) => runCount(statements, imageId),
    countsOf: (imageId) => countsOfImage(statements, imageId),
    unindexed: (limit) => unindexedImages(statements, limit),
    unindexedCount: () => unindexedCount(statements),
    indexImage: (image) => indexImage(statements, image),
    mapFiles: (imageId, ownerOf) => mapFiles(statements, imageId, ownerOf),
    close: () => statements.database.close(),
  };
}

function detectionsOf(
  statements: Statements,
  run: number,
  limit: number,
): ReturnType<RecordReader['detections']> {
  const rows = statements
    .of('SELECT time_us, value, count, last_us FROM detection WHERE run = ? ORDER BY id LIMIT ?')
    .all(run, limit) as unknown as readonly {
    time_us: number;
    value: string;
    count: number;
    last_us: number;
  }[];
  return rows.flatMap(({ time_us: timeUs, last_us: lastUs, value, count }) => {
    const detection = factsOf(value);
    if (detection === null) return [];
    return [{ timeNs: nanoseconds(timeUs), lastNs: nanoseconds(lastUs), detection, count }];
  });
}

interface LossRow {
  readonly run: number | null;
  readonly what: string;
  readonly count: number | null;
  readonly from_us: number;
  readonly to_us: number;
  readonly why: string;
}

function lossesOf(statements: Statements, stored: StoredRun, limit: number): readonly LossRecord[] {
  const { id, run } = stored;
  const from = microseconds(stored.firstSeenNs);
  const to = stored.alive ? Number.MAX_SAFE_INTEGER : microseconds(stored.lastSeenNs);
  const rows = statements
    .of(
      `SELECT run, what, count, from_us, to_us, why FROM loss WHERE run = $id
       UNION ALL SELECT run, what, count, from_us, to_us, why FROM loss
       WHERE run IS NULL AND to_us >= $from AND from_us <= $to ORDER BY from_us LIMIT $limit`,
    )
    .all({ id, from, to, limit }) as unknown as readonly LossRow[];
  const containerId = run.identity.id;
  const losses = rows.map(
    (row): LossRecord => ({
      kind: 'loss',
      what: row.what,
      count: row.count,
      containerId: row.run === null ? null : containerId,
      timeNs: nanoseconds(row.to_us),
      fromNs: nanoseconds(row.from_us),
      toNs: nanoseconds(row.to_us),
      why: row.why,
    }),
  );
  return [...losses, ...forgottenOf(statements, stored)];
}

/** How the record says that it forgot raw records by policy. */
export const forgottenWhy = 'forgotten by the retention policy';

/** What retention took is a loss too, though a wanted one. */
function forgottenOf(statements: Statements, { id, run, firstSeenNs }: StoredRun): LossRecord[] {
  const row = statements
    .of('SELECT forgotten, forgotten_us FROM run WHERE id = ? AND forgotten > 0')
    .get(id) as { forgotten: number; forgotten_us: number } | undefined;
  if (row === undefined) return [];
  const toNs = nanoseconds(row.forgotten_us);
  return [
    {
      kind: 'loss',
      what: 'all',
      count: row.forgotten,
      containerId: run.identity.id,
      timeNs: toNs,
      fromNs: firstSeenNs,
      toNs,
      why: forgottenWhy,
    },
  ];
}

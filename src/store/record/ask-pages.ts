// Lists over all runs, as pages of a server show them: detections, peers, counts; each bounded.
import type { DetectionFacts } from '../../model/timeline.ts';
import type {
  DetectionQuery,
  Peer,
  PeerQuery,
  RunCounts,
  RunPeer,
  StoredDetection,
} from './record-store.ts';
import { microseconds, nanoseconds, type RunRow, runColumns } from './run-row.ts';
import type { Statements } from './statements.ts';
import { storedRun } from './stored-runs.ts';
import { allImageTallies } from './tally.ts';

/** By the tallies: counting ten million rows takes seconds. */
export function askCounts(statements: Statements): RunCounts {
  const { alive } = statements
    .of("SELECT count(*) AS alive FROM run WHERE alive = 1 AND container <> 'host'")
    .get() as { alive: number };
  const { without } = statements
    .of('SELECT count(*) AS without FROM run WHERE image IS NULL AND container <> ?')
    .get('host') as { without: number };
  return { runs: allImageTallies(statements) + without, alive };
}

/** Running containers by the id of their image; '' stands for those without one. */
export function askAliveByImage(statements: Statements): ReadonlyMap<string, number> {
  const rows = statements
    .of(
      `SELECT coalesce(i.image_id, '') AS image, a.runs FROM (
         SELECT image, count(*) AS runs FROM run INDEXED BY run_alive
         WHERE alive = 1 AND container <> 'host' GROUP BY image
       ) a LEFT JOIN image i ON i.id = a.image`,
    )
    .all() as unknown as readonly { image: string; runs: number }[];
  return new Map(rows.map(({ image, runs }) => [image, runs]));
}

const runsOfDetections = runColumns
  .split(', ')
  .map((column) => `r.${column} AS r_${column}`)
  .join(', ');

/** Priorities of one question; Falco has eight. */
const mostPriorities = 16;

/** Detections since then, folded ones included. */
export function countDetections(statements: Statements, sinceNs: bigint): number {
  const { count } = statements
    .of('SELECT coalesce(sum(count), 0) AS count FROM detection WHERE time_us >= ?')
    .get(microseconds(sinceNs)) as { count: number };
  return count;
}

/** Newest first, with the runs that they are about. */
export function askAllDetections(
  statements: Statements,
  { sinceNs, priorities, beforeId, limit }: DetectionQuery,
): readonly StoredDetection[] {
  const where: string[] = ['id < ?'];
  const values: (string | number)[] = [beforeId ?? Number.MAX_SAFE_INTEGER];
  if (sinceNs !== undefined) {
    const since = microseconds(sinceNs);
    // Their numbers grow with time: behind the first one of the window nothing is looked at.
    where.push('id >= (SELECT min(id) FROM detection WHERE time_us >= ?) AND time_us >= ?');
    values.push(since, since);
  }
  const select = (source: string): string =>
    `SELECT id FROM detection WHERE ${[...where, source].join(' AND ')} ORDER BY id DESC LIMIT ?`;
  // Each priority has its order in the index; together they would be sorted.
  const chosen = priorities?.slice(0, mostPriorities).map((one) => one.toLowerCase());
  const text = (chosen ?? [null])
    .map((one) => `SELECT * FROM (${select(one === null ? 'true' : 'lower(priority) = ?')})`)
    .join(' UNION ALL ');
  const parameters = (chosen ?? [null]).flatMap((one) => [
    ...values,
    ...(one === null ? [] : [one]),
    limit,
  ]);
  if (chosen?.length === 0) return [];
  const rows = statements
    .of(
      `SELECT d.id, d.time_us, d.value, d.count, d.last_us, ${runsOfDetections} FROM detection d
       LEFT JOIN run r ON r.id = d.run AND r.container <> 'host'
       WHERE d.id IN (${text}) ORDER BY d.id DESC LIMIT ?`,
    )
    .all(...parameters, limit) as unknown as readonly (Readonly<Record<string, unknown>> & {
    id: number;
    time_us: number;
    value: string;
    count: number;
    last_us: number;
  })[];
  return rows.flatMap((row) => {
    const detection = factsOf(row.value);
    if (detection === null) return [];
    const run = row['r_id'] === null ? null : storedRun(statements, runRowOf(row));
    const times = { timeNs: nanoseconds(row.time_us), lastNs: nanoseconds(row.last_us) };
    return [{ id: row.id, ...times, run, detection, count: row.count }];
  });
}

function runRowOf(row: Readonly<Record<string, unknown>>): RunRow {
  const own = Object.entries(row).filter(([name]) => name.startsWith('r_'));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(2), value])) as never;
}

/** Runs of a window that are looked at for peers: of a year of runs only the newest are shown. */
const runsPassed = 20_000;

/** Runs that live or began since then, newest first, and whom each talked with. */
export function askAllPeers(
  statements: Statements,
  { sinceNs, runsMost, limit }: PeerQuery,
): readonly RunPeer[] {
  // By their numbers, which grow with time: no row is read of a run without peers.
  const hasPeers = 'EXISTS (SELECT 1 FROM peer WHERE peer.run = run.id)';
  const rows = statements
    .of(
      `SELECT ${runColumns} FROM run WHERE id IN (
         SELECT * FROM (SELECT id FROM run INDEXED BY run_alive WHERE alive = 1 AND ${hasPeers}
           ORDER BY id DESC LIMIT ?)
         UNION SELECT id FROM (SELECT id FROM run INDEXED BY run_first WHERE first_us >= ?
           ORDER BY first_us DESC LIMIT ${runsPassed}) run WHERE ${hasPeers}
       ) AND container <> 'host' ORDER BY first_us DESC LIMIT ?`,
    )
    .all(runsMost, microseconds(sinceNs), runsMost) as unknown as readonly RunRow[];
  const found: RunPeer[] = [];
  for (const row of rows) {
    const peers = peersOf(statements, row.id, limit - found.length);
    if (peers.length === 0) continue;
    const run = storedRun(statements, row);
    for (const peer of peers) if (peer.lastNs >= sinceNs) found.push({ run, peer });
    if (found.length >= limit) break;
  }
  return found;
}

/** A stored detection; null for what a damaged file holds in its place. */
export function factsOf(value: string): DetectionFacts | null {
  try {
    return JSON.parse(value) as DetectionFacts;
  } catch {
    return null;
  }
}

/** Whom one run talked with, served peers first. */
export function peersOf(statements: Statements, run: number, limit: number): readonly Peer[] {
  const rows = statements
    .of('SELECT * FROM peer WHERE run = ? ORDER BY direction DESC, flows DESC LIMIT ?')
    .all(run, limit) as unknown as readonly {
    direction: number;
    protocol: string;
    port: number;
    remote: string;
    name: string | null;
    flows: number;
    sent: number;
    received: number;
    first_us: number;
    last_us: number;
  }[];
  return rows.map(({ direction, first_us: first, last_us: last, ...row }) => ({
    direction: direction === 1 ? 'in' : 'out',
    protocol: row.protocol,
    port: row.port,
    remote: row.remote,
    name: row.name,
    flows: row.flows,
    sent: row.sent,
    received: row.received,
    firstNs: nanoseconds(first),
    lastNs: nanoseconds(last),
  }));
}

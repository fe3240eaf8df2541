// What the page of one container asks beside its detections and flows: losses, and packages it used.
import type { FleetLoss } from '../../model/fleet.ts';
import { runOf } from './ask-runs.ts';
import type { StoredFleetRun } from './fleet-pages.ts';
import type { SqlDatabase } from './sql.ts';

interface Place {
  readonly agent: string;
  readonly container: string;
}

/** Packages of one run that a page lists. */
const usedMost = 10_000;

/** Runs of these agents and containers. */
export async function askRunsOf(
  database: SqlDatabase,
  pairs: readonly (readonly [agent: string, container: string])[],
): Promise<ReadonlyMap<string, StoredFleetRun>> {
  const once = new Map(pairs.map((pair) => [pair.join('\n'), pair]));
  if (once.size === 0) return new Map();
  const rows = await database.query(
    `SELECT r.id, r.agent, a.node, r.first_us, r.value FROM ${database.words.elements('$1')}
     JOIN run r ON r.agent = w.value->>0 AND r.container = w.value->>1
     JOIN agent a ON a.id = r.agent`,
    [JSON.stringify([...once.values()])],
  );
  const runs = rows.map(runOf);
  return new Map(runs.map((one) => [`${one.agent}\n${one.run.container}`, one]));
}

/** What this run could not be seen doing, in the order of time. */
export async function askLosses(
  database: SqlDatabase,
  { agent, container }: Place,
  limit: number,
): Promise<readonly FleetLoss[]> {
  const rows = await database.query(
    `SELECT what, count, from_us, to_us, why FROM loss WHERE agent = $1 AND container = $2
     ORDER BY from_us LIMIT $3`,
    [agent, container, limit],
  );
  return rows.map((row) => ({
    kind: 'loss',
    container,
    what: String(row['what']),
    count: row['count'] === null ? null : Number(row['count']),
    fromUs: Number(row['from_us']),
    toUs: Number(row['to_us']),
    why: String(row['why']),
  }));
}

export async function askUsed(
  database: SqlDatabase,
  { agent, container }: Place,
): Promise<readonly string[]> {
  const rows = await database.query(
    'SELECT purl FROM in_use WHERE agent = $1 AND container = $2 ORDER BY purl LIMIT $3',
    [agent, container, usedMost],
  );
  return rows.map(({ purl }) => String(purl));
}

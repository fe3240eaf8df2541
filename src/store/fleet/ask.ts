// Small questions to the fleet's store: counts, inventories, what was set aside.
import { inflateRawSync } from 'node:zlib';
import type { FleetInventory } from '../../model/fleet.ts';
import type { FleetCounts, RefusedLine } from './fleet-store.ts';
import type { SqlDatabase } from './sql.ts';

/** Inflated bytes of one stored inventory. */
const inventoryBytes = 512 * 1024 ** 2;

export async function askSetAside(
  database: SqlDatabase,
  limit: number,
): Promise<readonly (RefusedLine & { agent: string; stream: string })[]> {
  const rows = await database.query(
    'SELECT agent, stream, sequence, why, value FROM set_aside ORDER BY id DESC LIMIT $1',
    [limit],
  );
  return rows.map((row) => ({
    agent: String(row['agent']),
    stream: String(row['stream']),
    sequence: row['sequence'] === null ? null : Number(row['sequence']),
    why: String(row['why']),
    text: String(row['value']),
  }));
}

/** Exact but where that would mean to read very many rows: those are named in `estimated`. */
export async function askCounts(database: SqlDatabase): Promise<FleetCounts> {
  const [row] = await database.query(
    `SELECT (SELECT count(*) FROM agent) AS agents, (SELECT sum(runs) FROM ran_total_now) AS runs,
       (SELECT sum(alive) FROM ran_total_now) AS alive, (SELECT count(*) FROM image) AS images,
       (SELECT count(*) FROM work WHERE done_us IS NULL) AS work_open`,
  );
  const count = (name: string): number => Number(row?.[name] ?? 0);
  const estimated: string[] = [];
  const rowsOf = async (table: string, name: string): Promise<number> => {
    const { rows, isExact } = await database.rowsOf(table);
    if (!isExact) estimated.push(name);
    return rows;
  };
  return {
    agents: count('agents'),
    runs: count('runs'),
    alive: count('alive'),
    images: count('images'),
    detections: await rowsOf('detection', 'detections'),
    flows: await rowsOf('flow', 'flows'),
    losses: await rowsOf('loss', 'losses'),
    setAside: await rowsOf('set_aside', 'setAside'),
    workOpen: count('work_open'),
    estimated,
  };
}

export async function askInventory(
  database: SqlDatabase,
  imageId: string,
): Promise<FleetInventory | null> {
  const [row] = await database.query('SELECT value FROM image WHERE id = $1', [imageId]);
  const value = row?.['value'];
  if (!(value instanceof Uint8Array)) return null;
  const text = inflateRawSync(value, { maxOutputLength: inventoryBytes }).toString('utf8');
  return JSON.parse(text) as FleetInventory;
}

// Which runs there were: lists with filters, and one by the start of its id or by its name.
import type { RunQuery, StoredRun } from './record-store.ts';
import { keyRange, microseconds, type RunRow, runColumns } from './run-row.ts';
import type { Statements } from './statements.ts';
import { storedRun } from './stored-runs.ts';

const columns = runColumns;

/** Newest first; the host itself is no container. */
export function askRuns(statements: Statements, query: RunQuery): readonly StoredRun[] {
  const where: string[] = ["container <> 'host'"];
  const values: (string | number)[] = [];
  if (query.aliveOnly === true) where.push('alive = 1');
  if (query.sinceNs !== undefined) {
    where.push('(alive = 1 OR last_us >= ?)');
    values.push(microseconds(query.sinceNs));
  }
  if (query.name !== undefined) addName(query.name, where, values);
  if (query.image !== undefined) {
    where.push('image IN (SELECT value FROM json_each(?))');
    values.push(JSON.stringify(imagesNamed(statements, query.image)));
  }
  if (query.remote !== undefined) {
    where.push('id IN (SELECT run FROM peer WHERE remote = ?)');
    values.push(query.remote);
  }
  if (query.before !== undefined) {
    const { firstSeenNs, id } = query.before;
    const firstUs = microseconds(firstSeenNs);
    where.push('first_us <= ? AND (first_us < ? OR id < ?)');
    values.push(firstUs, firstUs, id);
  }
  // Few of many runs live: by the time of their start all others would be passed over.
  const index = query.aliveOnly === true && query.image === undefined ? 'INDEXED BY run_alive' : '';
  const rows = statements
    .of(
      `SELECT ${columns} FROM run ${index} WHERE ${where.join(' AND ')}
       ORDER BY first_us DESC, id DESC LIMIT ?`,
    )
    .all(...values, query.limit) as unknown as readonly RunRow[];
  return rows.map((row) => storedRun(statements, row));
}

function addName(name: string, where: string[], values: (string | number)[]): void {
  const range = keyRange(name.toLowerCase());
  const byId = range === null ? '' : ' OR (key BETWEEN ? AND ? AND hex(container) LIKE ?)';
  where.push(`(instr(lower(name), lower(?)) > 0${byId})`);
  values.push(name);
  if (range !== null) values.push(...range, `${name}%`);
}

function imagesNamed(statements: Statements, word: string): readonly number[] {
  const rows = statements
    .of(
      `SELECT id FROM image WHERE instr(reference, $word) > 0 OR instr(digest, $word) > 0
       OR instr(image_id, $word) > 0`,
    )
    .all({ word }) as unknown as readonly { id: number }[];
  return rows.map(({ id }) => id);
}

/** By the whole name, the start of the id, or the whole id of an engine without such ids. */
export function findRuns(
  statements: Statements,
  word: string,
  limit: number,
): readonly StoredRun[] {
  const found = new Map<number, RunRow>();
  const add = (rows: unknown): void => {
    for (const row of rows as readonly RunRow[]) found.set(row.id, row);
  };
  const range = keyRange(word.toLowerCase());
  if (range !== null) {
    const select = `SELECT ${columns} FROM run WHERE key BETWEEN ? AND ? AND hex(container) LIKE ?
      ORDER BY first_us DESC LIMIT ?`;
    add(statements.of(select).all(...range, `${word}%`, limit));
  }
  const byName = `SELECT ${columns} FROM run WHERE name = ? ORDER BY first_us DESC LIMIT ?`;
  add(statements.of(byName).all(word, limit));
  if (found.size === 0) {
    const byId = `SELECT ${columns} FROM run WHERE container = ? LIMIT ?`;
    add(statements.of(byId).all(word, limit));
  }
  return [...found.values()]
    .toSorted((a, b) => b.first_us - a.first_us || b.id - a.id)
    .slice(0, limit)
    .map((row) => storedRun(statements, row));
}

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
  const { name, limit } = query;
  if (name !== undefined) {
    const named = askNamed(statements, name, { where: where.join(' AND '), values, limit });
    return named.map((row) => storedRun(statements, row));
  }
  const clause = where.join(' AND ');
  const order = 'ORDER BY first_us DESC, id DESC LIMIT ?';
  // Few of many runs live: by the time of their start all others would be passed over. Numbers alone
  // are put in order, not whole rows.
  const select =
    query.aliveOnly === true && query.image === undefined
      ? `SELECT ${columns} FROM run WHERE id IN (
           SELECT id FROM run INDEXED BY run_alive WHERE ${clause} ${order}
         ) ORDER BY first_us DESC, id DESC`
      : `SELECT ${columns} FROM run WHERE ${clause} ${order}`;
  const rows = statements.of(select).all(...values, limit) as unknown as readonly RunRow[];
  return rows.map((row) => storedRun(statements, row));
}

/** Runs, newest first, in whose names any part is looked for: a look at all of ten million takes seconds. */
const namesSearched = 50_000;
/** Behind the last letter that a name may go on with. */
const lastCharacter = '\u{10ffff}';
/** Runs of one name, in any order, that are put in order. */
const namesakes = 5000;

interface Filter {
  readonly where: string;
  readonly values: readonly (string | number)[];
  readonly limit: number;
}

/** The newest with a part of the name, then older ones by the start of their name or id. */
function askNamed(statements: Statements, name: string, filter: Filter): readonly RunRow[] {
  const { where, values, limit } = filter;
  const order = 'ORDER BY first_us DESC, id DESC';
  const newest = statements
    .of(
      `SELECT ${columns} FROM (
         SELECT ${columns} FROM run WHERE ${where} ${order} LIMIT ${namesSearched}
       ) WHERE instr(lower(name), lower(?)) > 0 LIMIT ?`,
    )
    .all(...values, name, limit) as unknown as readonly RunRow[];
  const range = keyRange(name.toLowerCase());
  if (newest.length === limit && range === null) return newest;
  const byId =
    range === null
      ? ''
      : `UNION ALL SELECT id FROM (SELECT id FROM run
           WHERE key BETWEEN ? AND ? AND hex(container) LIKE ? LIMIT ${namesakes})`;
  const begun = statements
    .of(
      `SELECT ${columns} FROM run WHERE id IN (
         SELECT id FROM (SELECT id FROM run WHERE name >= ? AND name < ? LIMIT ${namesakes}) ${byId}
       ) AND ${where} ${order} LIMIT ?`,
    )
    .all(
      name,
      `${name}${lastCharacter}`,
      ...(range === null ? [] : [...range, `${name}%`]),
      ...values,
      limit,
    ) as unknown as readonly RunRow[];
  const found = new Map([...newest, ...begun].map((row) => [row.id, row]));
  return [...found.values()]
    .toSorted((a, b) => b.first_us - a.first_us || b.id - a.id)
    .slice(0, limit);
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

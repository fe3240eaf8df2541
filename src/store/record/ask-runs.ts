// Which runs there were: lists with filters, and one by the start of its id or by its name.
import type { RunQuery, StoredRun } from './record-store.ts';
import { keyRange, microseconds, type RunRow, runColumns } from './run-row.ts';
import type { Statements } from './statements.ts';
import { storedRun } from './stored-runs.ts';
import { runsOfImages } from './tally.ts';

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
  const images = query.image === undefined ? null : imagesNamed(statements, query.image);
  const [image] = images ?? [];
  if (images?.length === 1 && image !== undefined) {
    // Of one image its index gives the order.
    where.push('image = ?');
    values.push(image);
  } else if (images !== null) {
    where.push('image IN (SELECT value FROM json_each(?))');
    values.push(JSON.stringify(images));
  }
  if (query.remote !== undefined) {
    where.push('id IN (SELECT run FROM peer WHERE remote = ?)');
    values.push(query.remote);
  }
  const place = placeOf(query);
  where.push(place.where);
  values.push(...place.values);
  const { name, limit } = query;
  const from = sourceOf(statements, query, images);
  if (name !== undefined) {
    const named = askNamed(statements, name, {
      from,
      place,
      where: where.join(' AND '),
      values,
      limit,
    });
    return named.map((row) => storedRun(statements, row));
  }
  // Numbers alone are put in order, not whole rows.
  const rows = statements
    .of(
      `SELECT ${columns} FROM run WHERE id IN (
         SELECT id FROM ${from} WHERE ${where.join(' AND ')} ORDER BY first_us DESC, id DESC LIMIT ?
       ) ORDER BY first_us DESC, id DESC`,
    )
    .all(...values, limit) as unknown as readonly RunRow[];
  return rows.map((row) => storedRun(statements, row));
}

interface Place {
  readonly where: string;
  readonly values: readonly number[];
}

/** Behind the last one of the page before. */
function placeOf({ before }: RunQuery): Place {
  if (before === undefined) return { where: 'true', values: [] };
  const firstUs = microseconds(before.firstSeenNs);
  return {
    where: 'first_us <= ? AND (first_us < ? OR id < ?)',
    values: [firstUs, firstUs, before.id],
  };
}

/** Runs of images that are put in order; where there are more, the newest of all are passed. */
const sortedMost = 50_000;

/** The index that leads to few runs: of those that live, of the images, or by time. */
function sourceOf(
  statements: Statements,
  query: RunQuery,
  images: readonly number[] | null,
): string {
  if (query.aliveOnly === true) return 'run INDEXED BY run_alive';
  if (query.remote !== undefined) return 'run';
  if (images === null) return 'run INDEXED BY run_first';
  const isInOrder = images.length === 1;
  const isFew = isInOrder || runsOfImages(statements, images) <= sortedMost;
  return `run INDEXED BY ${isFew ? 'run_image' : 'run_first'}`;
}

/** Runs, newest first, in whose names any part is looked for: a look at all of ten million takes seconds. */
const namesSearched = 50_000;
/** Behind the last letter that a name may go on with. */
const lastCharacter = '\u{10ffff}';
/** Runs of one name, in any order, that are put in order. */
const namesakes = 5000;

interface Filter {
  /** Table and index. */
  readonly from: string;
  readonly place: Place;
  readonly where: string;
  readonly values: readonly (string | number)[];
  readonly limit: number;
}

/** The newest with a part of the name, then older ones by the start of their name or id. */
function askNamed(statements: Statements, name: string, filter: Filter): readonly RunRow[] {
  const { from, place, where, values, limit } = filter;
  // By time alone so many are looked at, whatever they are; by another index so many that fit.
  const passed = from.endsWith('run_first') ? place : { where, values };
  const order = 'ORDER BY first_us DESC, id DESC';
  const newest = statements
    .of(
      `SELECT ${columns} FROM (
         SELECT * FROM ${from} WHERE ${passed.where} ${order} LIMIT ${namesSearched}
       ) WHERE ${where} AND instr(lower(name), lower(?)) > 0 LIMIT ?`,
    )
    .all(...passed.values, ...values, name, limit) as unknown as readonly RunRow[];
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

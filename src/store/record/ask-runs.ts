// Which runs there were: lists with filters, and one by the start of its id or by its name.
import type { RunQuery, StoredRun } from './record-store.ts';
import { keyRange, microseconds, type RunRow, runColumns } from './run-row.ts';
import type { Statements } from './statements.ts';
import { storedRun } from './stored-runs.ts';
import { runsOfImages, tallies } from './tally.ts';

const columns = runColumns;

/** Newest first; the host itself is no container. */
export function askRuns(statements: Statements, query: RunQuery): readonly StoredRun[] {
  return rowsOf(statements, query).map((row) => storedRun(statements, row));
}

/**
 * What lived since a time is what began since then and, all of it older, what went on: each part has its
 * index. In one list the runs of years would be passed for those that are not there.
 */
function rowsOf(statements: Statements, query: RunQuery): readonly RunRow[] {
  const { sinceNs, limit } = query;
  if (sinceNs === undefined || query.aliveOnly === true) return listed(statements, query, null);
  const since = microseconds(sinceNs);
  const begun = listed(statements, query, { where: 'first_us >= ?', values: [since], from: null });
  if (begun.length >= limit) return begun;
  const rest = { ...query, limit: limit - begun.length };
  const before = { values: [since] };
  const living = {
    ...before,
    where: 'alive = 1 AND first_us < ?',
    from: 'run INDEXED BY run_alive',
  };
  const ended = {
    values: [since, since],
    where: 'alive = 0 AND last_us >= ? AND +first_us < ?',
    from: 'run',
  };
  const goingOn = [...listed(statements, rest, living), ...listed(statements, rest, ended)];
  return [...begun, ...inOrder(goingOn).slice(0, rest.limit)];
}

function inOrder(rows: readonly RunRow[]): RunRow[] {
  return rows.toSorted((a, b) => b.first_us - a.first_us || b.id - a.id);
}

interface Part {
  readonly where: string;
  readonly values: readonly number[];
  /** Table and index; null: as the query needs. */
  readonly from: string | null;
}

function listed(statements: Statements, query: RunQuery, part: Part | null): readonly RunRow[] {
  const where: string[] = ["container <> 'host'"];
  const values: (string | number)[] = [];
  if (query.aliveOnly === true) where.push('alive = 1');
  if (part !== null) {
    where.push(part.where);
    values.push(...part.values);
  }
  if (query.remote !== undefined) {
    where.push('id IN (SELECT run FROM peer WHERE remote = ?)');
    values.push(query.remote);
  }
  const place = placeOf(query);
  where.push(place.where);
  values.push(...place.values);
  const images = query.image === undefined ? null : imagesNamed(statements, query.image);
  const source = part?.from ?? sourceOf(statements, query, images);
  const { name, limit } = query;
  if (source === 'each' && images !== null && name === undefined) {
    const others = { where: where.join(' AND '), values, limit };
    return newestOfImages(statements, images, { ...others, before: query.before });
  }
  const [image] = images ?? [];
  if (images?.length === 1 && image !== undefined) {
    // Of one image its index gives the order.
    where.push('image = ?');
    values.push(image);
  } else if (images !== null) {
    where.push('image IN (SELECT value FROM json_each(?))');
    values.push(JSON.stringify(images));
  }
  const from = source === 'each' ? 'run INDEXED BY run_first' : source;
  const filter = { from, place, where: where.join(' AND '), values, limit };
  if (name !== undefined) return askNamed(statements, name, filter);
  // Numbers alone are put in order, not whole rows.
  return statements
    .of(
      `SELECT ${columns} FROM run WHERE id IN (
         SELECT id FROM ${from} WHERE ${filter.where} ORDER BY first_us DESC, id DESC LIMIT ?
       ) ORDER BY first_us DESC, id DESC`,
    )
    .all(...values, limit) as unknown as readonly RunRow[];
}

interface OfImages extends Omit<Filter, 'from' | 'place'> {
  readonly before: RunQuery['before'];
}

/**
 * The newest runs of these images, each image asked by itself and only as far as it can still matter:
 * those first that go on behind the place of the page, then those whose newest run is newest.
 */
function newestOfImages(
  statements: Statements,
  images: readonly number[],
  { where, values, limit, before }: OfImages,
): readonly RunRow[] {
  const placeUs = before === undefined ? Number.MAX_SAFE_INTEGER : microseconds(before.firstSeenNs);
  const ranked = tallies(statements, images)
    .filter(({ firstUs }) => firstUs <= placeUs)
    .map(({ image, newestUs }) => ({ image, from: Math.min(newestUs, placeUs) }))
    .toSorted((a, b) => b.from - a.from);
  const select = statements.of(
    `SELECT id, first_us FROM run INDEXED BY run_image WHERE image = ? AND first_us >= ?
       AND ${where} ORDER BY first_us DESC LIMIT ?`,
  );
  type Found = Pick<RunRow, 'id' | 'first_us'>;
  let best: Found[] = [];
  let floor = 0;
  for (const { image, from } of ranked) {
    if (from < floor) break;
    best.push(...(select.all(image, floor, ...values, limit) as unknown as readonly Found[]));
    if (best.length < limit) continue;
    best = best.toSorted((a, b) => b.first_us - a.first_us || b.id - a.id).slice(0, limit);
    floor = best.at(-1)?.first_us ?? 0;
  }
  const ids = JSON.stringify(best.map(({ id }) => id));
  const rows = statements
    .of(`SELECT ${columns} FROM run WHERE id IN (SELECT value FROM json_each(?))`)
    .all(ids) as unknown as readonly RunRow[];
  return inOrder(rows);
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

/** Runs of images that are put in order; where there are more, each image is asked by itself. */
const sortedMost = 50_000;
/** Images that are asked one by one; of more the newest runs are near, wherever a page stands. */
const eachMost = 20_000;

/** The index that leads to few runs: of those that live, of the images (`each`: one by one), or by time. */
function sourceOf(
  statements: Statements,
  query: RunQuery,
  images: readonly number[] | null,
): string {
  if (query.aliveOnly === true) return 'run INDEXED BY run_alive';
  if (query.remote !== undefined) return 'run';
  if (images === null) return 'run INDEXED BY run_first';
  if (images.length === 1 || runsOfImages(statements, images) <= sortedMost) {
    return 'run INDEXED BY run_image';
  }
  return images.length <= eachMost ? 'each' : 'run INDEXED BY run_first';
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
  return inOrder([...found.values()]).slice(0, limit);
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

// How often each image ran, for each name and team: what would otherwise be counted over all runs. What
// a commit adds is a row of its own (`ran_change`), so that servers never wait for one another over an
// image that runs everywhere; now and then one of them folds these rows into the sums (`ran`).
import type { KnownRun, Row } from './ingest-rows.ts';
import { nameOf, runTable } from './ingest-rows.ts';
import { numbersOfImages } from './numbers.ts';
import { pairIs } from './sources.ts';
import type { SqlRow, SqlSession, SqlValue } from './sql.ts';

interface Change {
  /** The image by its number. */
  readonly key: readonly [image: number, reference: string, team: string];
  runs: number;
  alive: number;
  firstUs: number;
  lastUs: number;
  newestUs: number;
}

const sums = [
  ['image', 'bigint'],
  ['reference', 'text'],
  ['team', 'text'],
  ['runs', 'bigint'],
  ['alive', 'bigint'],
  ['first_us', 'bigint'],
  ['last_us', 'bigint'],
  ['newest_us', 'bigint'],
] as const;

const changeTable = { table: 'ran_change', columns: sums, tail: '' } as const;

const ranTable = {
  table: 'ran',
  columns: sums,
  tail: `ON CONFLICT (image, reference, team) DO UPDATE SET runs = ran.runs + excluded.runs,
    alive = ran.alive + excluded.alive,
    first_us = CASE WHEN excluded.first_us < ran.first_us THEN excluded.first_us ELSE ran.first_us END,
    last_us = CASE WHEN excluded.last_us > ran.last_us THEN excluded.last_us ELSE ran.last_us END,
    newest_us = CASE WHEN excluded.newest_us > ran.newest_us THEN excluded.newest_us ELSE ran.newest_us END`,
} as const;

const totalTable = {
  table: 'ran_total',
  columns: [
    ['team', 'text'],
    ['runs', 'bigint'],
    ['alive', 'bigint'],
  ],
  tail: `ON CONFLICT (team) DO UPDATE SET runs = ran_total.runs + excluded.runs,
    alive = ran_total.alive + excluded.alive`,
} as const;

/** Changes folded at once: so many are read and written in a few milliseconds. */
const foldedAtOnce = 5000;

const place = Object.fromEntries(runTable.columns.map(([name], index) => [name, index])) as Record<
  (typeof runTable.columns)[number][0],
  number
>;

/** Counts rows of runs that are written next: those that are new, ended, or have another image now. */
export async function tallyRuns(
  session: SqlSession,
  rows: readonly Row[],
  known: ReadonlyMap<string, KnownRun>,
): Promise<void> {
  if (rows.length === 0) return;
  const images = rows.map((row) => textOf(row[place.image]));
  const before = [...known.values()].map((row) => textOf(row['image']));
  const numbers = await numbersOfImages(session, [...images, ...before]);
  const changes = new Map<string, Change>();
  for (const row of rows) {
    const value = (name: keyof typeof place): Row[number] => row[place[name]] ?? null;
    const [firstUs, lastUs] = [Number(value('first_us')), Number(value('last_us'))];
    const times = { firstUs, lastUs, newestUs: firstUs };
    const told = { image: value('image'), reference: value('reference'), team: value('team') };
    const key = keyOf(told, numbers);
    add(changes, { key, runs: 1, alive: Number(value('alive')), ...times });
    const old = known.get(nameOf(value('agent'), value('container')));
    if (old !== undefined) add(changes, { ...gone(old, numbers), ...times });
  }
  await write(session, changes);
}

/** Takes runs back that were deleted. `rows` have image, reference, team, alive. */
export async function untallyRuns(session: SqlSession, rows: readonly SqlRow[]): Promise<void> {
  const images = rows.map((row) => textOf(row['image']));
  const numbers = await numbersOfImages(session, images);
  const changes = new Map<string, Change>();
  // Times of what was forgotten stay: that image did run then.
  const never = { firstUs: Number.MAX_SAFE_INTEGER, lastUs: 0, newestUs: 0 };
  for (const row of rows) add(changes, { ...gone(row, numbers), ...never });
  await write(session, changes);
}

/** Folds what waits, the oldest first; nothing where somebody else is at it. @returns how many */
export async function foldChanges(session: SqlSession): Promise<number> {
  const [lock] = await session.query(`SELECT ${session.words.foldLock} AS held`);
  if (!lock?.['held']) return 0;
  const rows = await session.query(
    `DELETE FROM ran_change WHERE id IN (SELECT id FROM ran_change ORDER BY id LIMIT $1)
     RETURNING image, reference, team, runs, alive, first_us, last_us, newest_us`,
    [foldedAtOnce],
  );
  if (rows.length === 0) return 0;
  const changes = new Map<string, Change>();
  for (const row of rows) {
    const number = (name: string): number => Number(row[name]);
    add(changes, {
      key: [number('image'), String(row['reference']), String(row['team'])],
      runs: number('runs'),
      alive: number('alive'),
      firstUs: number('first_us'),
      lastUs: number('last_us'),
      newestUs: number('newest_us'),
    });
  }
  const folded = sorted(changes);
  await session.insert({ ...ranTable, rows: folded });
  await session.insert({ ...totalTable, rows: totalsOf(folded) });
  return rows.length;
}

/** Of rows of sums, runs and living ones of each team. */
function totalsOf(folded: readonly Row[]): Row[] {
  const teams = new Map<string, [runs: number, alive: number]>();
  for (const [, , team, runs, alive] of folded) {
    const before = teams.get(String(team)) ?? [0, 0];
    teams.set(String(team), [before[0] + Number(runs), before[1] + Number(alive)]);
  }
  return [...teams].map(([team, sum]) => [team, ...sum]);
}

/** Images of which every run is forgotten go; of those that still live, the newest run is another one. */
export async function forgetSums(session: SqlSession, beforeUs: number): Promise<void> {
  await session.query('DELETE FROM ran WHERE runs = 0 AND alive = 0');
  await session.query(
    `UPDATE ran SET newest_us = coalesce((
       SELECT max(r.first_us) FROM run r JOIN image_number n ON n.number = ran.image
       WHERE ${pairIs(session.words, 'n.image', 'ran.team')}), newest_us)
     WHERE newest_us < $1`,
    [beforeUs],
  );
}

type Numbers = ReadonlyMap<string, number>;

function gone(row: SqlRow, numbers: Numbers): Pick<Change, 'key' | 'runs' | 'alive'> {
  return { key: keyOf(row, numbers), runs: -1, alive: -Number(row['alive']) };
}

function keyOf(row: SqlRow, numbers: Numbers): Change['key'] {
  return [numbers.get(textOf(row['image'])) ?? 0, textOf(row['reference']), textOf(row['team'])];
}

/** What is not known stands as ''. */
function textOf(value: SqlValue | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}

function add(changes: Map<string, Change>, one: Change): void {
  const name = one.key.join('\n');
  const change = changes.get(name);
  if (change === undefined) {
    changes.set(name, { ...one });
    return;
  }
  change.runs += one.runs;
  change.alive += one.alive;
  change.firstUs = Math.min(change.firstUs, one.firstUs);
  change.lastUs = Math.max(change.lastUs, one.lastUs);
  change.newestUs = Math.max(change.newestUs, one.newestUs);
}

function sorted(changes: ReadonlyMap<string, Change>): Row[] {
  return [...changes]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { key, runs, alive, firstUs, lastUs, newestUs }]) => [
      ...key,
      runs,
      alive,
      firstUs,
      lastUs,
      newestUs,
    ]);
}

async function write(session: SqlSession, changes: ReadonlyMap<string, Change>): Promise<void> {
  if (changes.size > 0) await session.insert({ ...changeTable, rows: sorted(changes) });
}

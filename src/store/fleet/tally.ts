// How often each agent ran each image, for each team: what would otherwise be counted over all runs.
// The rows of an agent are written under the lock of its streams, so that no two servers meet there.
import type { Row } from './ingest-rows.ts';
import { runTable } from './ingest-rows.ts';
import type { SqlDatabase, SqlRow, SqlSession } from './sql.ts';

interface Change {
  readonly key: readonly [agent: string, image: string, reference: string, team: string];
  runs: number;
  firstUs: number;
  lastUs: number;
}

const ranTable = {
  table: 'ran',
  columns: [
    ['agent', 'text'],
    ['image', 'text'],
    ['reference', 'text'],
    ['team', 'text'],
    ['runs', 'bigint'],
    ['first_us', 'bigint'],
    ['last_us', 'bigint'],
    ['newest_us', 'bigint'],
  ],
  tail: `ON CONFLICT (agent, image, reference, team) DO UPDATE SET runs = ran.runs + excluded.runs,
    first_us = CASE WHEN excluded.first_us < ran.first_us THEN excluded.first_us ELSE ran.first_us END,
    last_us = CASE WHEN excluded.last_us > ran.last_us THEN excluded.last_us ELSE ran.last_us END,
    newest_us = CASE WHEN excluded.newest_us > ran.newest_us THEN excluded.newest_us ELSE ran.newest_us END`,
} as const;

const place = Object.fromEntries(runTable.columns.map(([name], index) => [name, index])) as Record<
  (typeof runTable.columns)[number][0],
  number
>;

/** Counts rows of runs that are written next: those that are new, and those whose image is another now. */
export async function tallyRuns(
  { words }: Pick<SqlDatabase, 'words'>,
  session: SqlSession,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  const pairs = rows.map((row) => [row[place.agent], row[place.container]]);
  const known = await session.query(
    `SELECT r.agent, r.container, r.image, r.reference, r.team FROM ${words.elements('$1')}
     JOIN run r ON r.agent = w.value->>0 AND r.container = w.value->>1`,
    [JSON.stringify(pairs)],
  );
  const before = new Map(known.map((row) => [nameOf(row['agent'], row['container']), row]));
  const changes = new Map<string, Change>();
  for (const row of rows) {
    const value = (name: keyof typeof place): Row[number] => row[place[name]] ?? null;
    const [firstUs, lastUs] = [Number(value('first_us')), Number(value('last_us'))];
    const now = changeOf(changes, {
      key: keyOf({
        agent: value('agent'),
        image: value('image'),
        reference: value('reference'),
        team: value('team'),
      }),
      firstUs,
      lastUs,
    });
    now.runs += 1;
    const old = before.get(nameOf(value('agent'), value('container')));
    if (old !== undefined) changeOf(changes, { key: keyOf(old), firstUs, lastUs }).runs -= 1;
  }
  await write(session, changes);
}

/** Takes runs back that were deleted. `rows` have agent, image, reference, team. */
export async function untallyRuns(session: SqlSession, rows: readonly SqlRow[]): Promise<void> {
  const changes = new Map<string, Change>();
  for (const row of rows) {
    // Times of what was forgotten stay: that image did run then.
    const far = { firstUs: Number.MAX_SAFE_INTEGER, lastUs: Number.MIN_SAFE_INTEGER };
    changeOf(changes, { key: keyOf(row), ...far }).runs -= 1;
  }
  await write(session, changes);
  await session.query('DELETE FROM ran WHERE runs <= 0');
}

function nameOf(agent: Row[number] | undefined, container: Row[number] | undefined): string {
  return `${String(agent)}\n${String(container)}`;
}

function keyOf(row: SqlRow): Change['key'] {
  const of = (name: string): string => {
    const value = row[name] ?? null;
    return value === null ? '' : String(value);
  };
  return [of('agent'), of('image'), of('reference'), of('team')];
}

function changeOf(changes: Map<string, Change>, one: Omit<Change, 'runs'>): Change {
  const name = one.key.join('\n');
  let change = changes.get(name);
  if (change === undefined) {
    change = { ...one, runs: 0 };
    changes.set(name, change);
  } else {
    change.firstUs = Math.min(change.firstUs, one.firstUs);
    change.lastUs = Math.max(change.lastUs, one.lastUs);
  }
  return change;
}

/** In one order for all: two servers never wait for one another. */
async function write(session: SqlSession, changes: ReadonlyMap<string, Change>): Promise<void> {
  const sorted = [...changes].toSorted(([a], [b]) => (a < b ? -1 : 1));
  await session.insert({
    ...ranTable,
    rows: sorted.map(([, { key, runs, firstUs, lastUs }]) => [
      ...key,
      runs,
      firstUs,
      lastUs,
      firstUs,
    ]),
  });
}

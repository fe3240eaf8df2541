// What happens now, for the open pages of all replicas: written with what is taken, in the same
// transaction, and only while somebody follows. The order is that of transactions, read where it is settled.
import type { FleetLiveEvent, LivePlace } from './fleet-pages.ts';
import type { SqlDatabase, SqlRow, SqlSession, SqlWords } from './sql.ts';

const duty = 'live';
/** Events of one commit: beyond it pages are told to ask their lists again. */
const mostOfCommit = 500;
/** Events that are kept for those who were away: some minutes of a busy fleet. */
const keptMost = 20_000;

export interface LiveRow {
  readonly kind: 'run' | 'detection' | 'response' | 'image';
  readonly agent: string | null;
  readonly container: string | null;
  /** JSON. */
  readonly value: string;
}

/** Says what happened, where somebody follows. Within the transaction of what happened. */
export async function tellLive(
  { session, words }: { readonly session: SqlSession; readonly words: SqlWords },
  rows: readonly LiveRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const followed = await session.query(
    `SELECT name FROM duty WHERE name = $1 AND until_us > ${words.nowUs}`,
    [duty],
  );
  if (followed.length === 0) return;
  const told = rows
    .slice(0, mostOfCommit)
    .map(({ kind, agent, container, value }) => [kind, agent, container, value]);
  if (rows.length > mostOfCommit) told.push(['lost', null, null, '']);
  await session.insert({
    table: 'live',
    columns: [
      ['kind', 'text'],
      ['agent', 'text'],
      ['container', 'text'],
      ['value', 'text'],
    ],
    rows: told,
    tail: '',
  });
}

/**
 * Has events written down for so long. Where nobody followed before, what is there is of long ago: it is
 * forgotten, so that nobody takes up behind the gap.
 */
export async function followLive(
  database: SqlDatabase,
  owner: string,
  leaseMs: number,
): Promise<void> {
  const now = database.words.nowUs;
  await database.transaction(async (session) => {
    const [before] = await session.query(
      `SELECT until_us - ${now} AS left_us FROM duty WHERE name = $1 ${database.words.forUpdate}`,
      [duty],
    );
    await session.query(
      `INSERT INTO duty (name, owner, until_us) VALUES ($1, $2, ${now} + $3)
       ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until_us = excluded.until_us`,
      [duty, owner, leaseMs * 1000],
    );
    if (before !== undefined && Number(before['left_us']) > 0) {
      await session.query(
        `DELETE FROM live WHERE id <= (SELECT id FROM live ORDER BY id DESC LIMIT 1 OFFSET $1)`,
        [keptMost],
      );
      return;
    }
    await session.query('DELETE FROM live');
    await session.query(`INSERT INTO live (kind, value) VALUES ('begin', '')`);
  });
}

/** The place behind which whatever happens next will stand. */
export async function liveEnd(database: SqlDatabase): Promise<LivePlace> {
  const [row] = await database.query(database.words.liveEnd);
  return placeOf(row ?? {});
}

/** What stands behind a place, in its order; null: some of it is forgotten. */
export async function liveSince(
  database: SqlDatabase,
  { tx, id }: LivePlace,
  limit: number,
): Promise<readonly FleetLiveEvent[] | null> {
  const rows = await database.query(
    `SELECT l.id, l.tx, l.kind, l.agent, l.container, l.value, a.node, r.team
     FROM live l LEFT JOIN agent a ON a.id = l.agent
     LEFT JOIN run r ON r.agent = l.agent AND r.container = l.container
     WHERE (l.tx, l.id) > ($1, $2) AND ${database.words.settled('l.tx')}
     ORDER BY l.tx, l.id LIMIT $3`,
    [tx, id, limit],
  );
  const [oldest] = await database.query(
    'SELECT id FROM live WHERE (tx, id) <= ($1, $2) ORDER BY tx, id LIMIT 1',
    [tx, id],
  );
  if (oldest === undefined) return null;
  return rows.map((row) => ({
    place: placeOf(row),
    kind: String(row['kind']) as FleetLiveEvent['kind'],
    agent: textOrNull(row['agent']),
    node: textOrNull(row['node']),
    container: textOrNull(row['container']),
    team: textOrNull(row['team']),
    value: String(row['value']),
  }));
}

function placeOf(row: SqlRow): LivePlace {
  return { tx: Number(row['tx'] ?? 0), id: Number(row['id'] ?? 0) };
}

function textOrNull(value: SqlRow[string] | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

// Duties that one replica has at a time (to tell others of detections, so that digests are of the whole
// fleet), and the detections that wait to be told. A dead one's duty and notices go to another.
import type { DetectionFacts } from '../../model/timeline.ts';
import type { FleetNotice, FleetRunOfNotice } from './fleet-store.ts';
import type { SqlDatabase, SqlRow, SqlSession, SqlValue, SqlWords } from './sql.ts';

const alerts = 'alerts';
/** Where nobody told anybody for so long, detections are not kept for it any more. */
const wantedUs = 86_400_000_000;
/** What waits beyond it is given up, the oldest first: an hour of a storm must not fill the store. */
const waitingMost = 100_000;

/** True: the duty of alerts is this replica's until the lease ends. */
export async function holdAlerts(
  database: SqlDatabase,
  owner: string,
  leaseMs: number,
): Promise<boolean> {
  const now = database.words.nowUs;
  const rows = await database.query(
    `INSERT INTO duty (name, owner, until_us) VALUES ($1, $2, ${now} + $3)
     ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until_us = excluded.until_us
       WHERE duty.owner = excluded.owner OR duty.until_us < ${now}
     RETURNING owner`,
    [alerts, owner, leaseMs * 1000],
  );
  return rows.length > 0;
}

/** Ends the lease at once, that another takes over. */
export async function leaveAlerts(database: SqlDatabase, owner: string): Promise<void> {
  const now = database.words.nowUs;
  await database.query(`UPDATE duty SET until_us = ${now} - 1 WHERE name = $1 AND owner = $2`, [
    alerts,
    owner,
  ]);
}

/** Who tells now; null: nobody does. */
export async function alertsHeldBy(database: SqlDatabase): Promise<string | null> {
  const [row] = await database.query(
    `SELECT owner FROM duty WHERE name = $1 AND until_us >= ${database.words.nowUs}`,
    [alerts],
  );
  return row === undefined ? null : String(row['owner']);
}

/** Detections that were just taken wait to be told, where somebody tells. Within their transaction. */
export async function addNotices(
  { session, words, nowUs }: { session: SqlSession; words: SqlWords; nowUs: number },
  detections: readonly NoticeRow[],
): Promise<void> {
  if (detections.length === 0) return;
  const wanted = await session.query(
    `SELECT name FROM duty WHERE name = $1 AND until_us > ${words.nowUs} - ${wantedUs}`,
    [alerts],
  );
  if (wanted.length === 0) return;
  await session.insert({
    table: 'notice',
    columns: [
      ['agent', 'text'],
      ['container', 'text'],
      ['time_us', 'bigint'],
      ['value', 'text'],
      ['received_us', 'bigint'],
    ],
    rows: detections.map(({ agent, container, timeUs, value }) => [
      agent,
      container,
      timeUs,
      value,
      nowUs,
    ]),
    tail: '',
  });
}

export interface NoticeRow {
  readonly agent: string;
  readonly container: string | null;
  readonly timeUs: number;
  /** JSON of the detection. */
  readonly value: string;
}

/** Claims the oldest that nobody holds. They come again when `endNotices` is not heard within the lease. */
export async function takeNotices(
  database: SqlDatabase,
  owner: string,
  { leaseMs, limit }: { leaseMs: number; limit: number },
): Promise<readonly FleetNotice[]> {
  const { nowUs, skipLocked } = database.words;
  const claimed = await database.query(
    `UPDATE notice SET owner = $1, until_us = ${nowUs} + $2 WHERE id IN (
       SELECT id FROM notice WHERE until_us IS NULL OR until_us < ${nowUs}
       ORDER BY id LIMIT $3 ${skipLocked})
     RETURNING id, agent, container, time_us, value`,
    [owner, leaseMs * 1000, limit],
  );
  const runs = await runsOf(database, claimed);
  return claimed
    .map((row): FleetNotice => {
      const container = row['container'] === null ? null : String(row['container']);
      return {
        id: Number(row['id']),
        agent: String(row['agent']),
        container,
        timeUs: Number(row['time_us']),
        detection: JSON.parse(String(row['value'])) as DetectionFacts,
        run: runs.get(`${String(row['agent'])}\n${container ?? ''}`) ?? null,
      };
    })
    .toSorted((a, b) => a.id - b.id);
}

async function runsOf(
  database: SqlDatabase,
  rows: readonly SqlRow[],
): Promise<ReadonlyMap<string, FleetRunOfNotice>> {
  const containers = [...new Set(rows.flatMap(({ container }) => textOrNone(container)))];
  if (containers.length === 0) return new Map();
  const found = await database.query(
    `SELECT agent, container, value FROM run WHERE ${database.words.inList('container', '$1')}`,
    [JSON.stringify(containers)],
  );
  return new Map(
    found.map(({ agent, container, value }) => [
      `${String(agent)}\n${String(container)}`,
      JSON.parse(String(value)) as FleetRunOfNotice,
    ]),
  );
}

function textOrNone(value: SqlValue | undefined): readonly string[] {
  return typeof value === 'string' ? [value] : [];
}

/** They were told: nobody needs them any more. */
export async function endNotices(
  database: SqlDatabase,
  owner: string,
  ids: readonly number[],
): Promise<void> {
  if (ids.length === 0) return;
  const list = database.words.inList('CAST(id AS text)', '$2');
  await database.query(`DELETE FROM notice WHERE owner = $1 AND ${list}`, [
    owner,
    JSON.stringify(ids.map(String)),
  ]);
}

/** Gives up what is too old or too much. @returns how many notices */
export async function forgetNotices(database: SqlDatabase, nowUs: number): Promise<number> {
  const old = await database.query('DELETE FROM notice WHERE received_us < $1 RETURNING id', [
    nowUs - wantedUs,
  ]);
  const many = await database.query(
    `DELETE FROM notice WHERE id <= (SELECT id FROM notice ORDER BY id DESC LIMIT 1 OFFSET $1)
     RETURNING id`,
    [waitingMost],
  );
  return old.length + many.length;
}

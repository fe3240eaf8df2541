// Work that replicas share by the database alone: leased with SKIP LOCKED, kept by heartbeats, taken
// over when its holder falls silent. All times are the database's: clocks of replicas do not count.
import { forgetChanges } from './changes.ts';
import { forgetNotices } from './duty.ts';
import type {
  AdvisoryRevision,
  FleetRetention,
  LeaseOptions,
  Work,
  WorkKind,
} from './fleet-store.ts';
import { forgetHouse } from './house.ts';
import { forgetResponses } from './responses.ts';
import { forgetLogins } from './sessions.ts';
import type { SqlDatabase } from './sql.ts';
import { foldChanges, forgetSums, untallyRuns } from './tally.ts';

/** After so many tries it rests: an image that nobody can match must not be tried for ever. */
const mostTries = 5;
const dayUs = 86_400_000_000;
/** Of who does not say how new its advisories are. */
const newest = Number.MAX_SAFE_INTEGER;

export async function addWork(
  database: SqlDatabase,
  kind: WorkKind,
  subjects: readonly string[],
): Promise<number> {
  const now = database.words.nowUs;
  return database.transaction(async (session) => {
    let added = 0;
    for (const subject of [...new Set(subjects)].toSorted()) {
      const rows = await session.query(
        `INSERT INTO work (kind, subject, due_us) VALUES ($1, $2, ${now})
         ON CONFLICT DO NOTHING RETURNING id`,
        [kind, subject],
      );
      added += rows.length;
    }
    return added;
  });
}

export async function addMatchOfAll(
  database: SqlDatabase,
  { revision, builtUs }: AdvisoryRevision,
): Promise<number> {
  const now = database.words.nowUs;
  return database.transaction(async (session) => {
    const first = await session.query(
      `INSERT INTO round (revision, begun_us, built_us)
       SELECT $1, ${now}, $2 WHERE NOT EXISTS (SELECT 1 FROM round WHERE built_us > $2)
       ON CONFLICT DO NOTHING RETURNING revision`,
      [revision, builtUs],
    );
    if (first.length === 0) return 0;
    const rows = await session.query(
      `INSERT INTO work (kind, subject, due_us) SELECT 'match', id, ${now} FROM image WHERE true
       ON CONFLICT DO NOTHING RETURNING id`,
    );
    return rows.length;
  });
}

export async function lease(
  database: SqlDatabase,
  worker: string,
  { leaseMs, limit, kinds = ['match', 'scan'], builtUs = newest }: LeaseOptions,
): Promise<readonly Work[]> {
  const { nowUs, skipLocked, inList } = database.words;
  return database.transaction(async (session) => {
    // Whoever let its lease run out too often is not tried for ever either.
    await session.query(
      `UPDATE work SET done_us = ${nowUs}, why = 'its workers died' WHERE id IN (
         SELECT id FROM work WHERE done_us IS NULL AND tries >= $1 AND until_us < ${nowUs}
         ORDER BY id LIMIT 100 ${skipLocked})`,
      [mostTries],
    );
    const rows = await session.query(
      `UPDATE work SET owner = $1, until_us = ${nowUs} + $2, tries = tries + 1 WHERE id IN (
         SELECT id FROM work WHERE done_us IS NULL AND due_us <= ${nowUs}
         AND (until_us IS NULL OR until_us < ${nowUs}) AND tries < $3
         AND ${inList('kind', '$5')}
         AND (kind <> 'match' OR NOT EXISTS (SELECT 1 FROM round WHERE built_us > $6))
         ORDER BY due_us, id LIMIT $4 ${skipLocked})
       RETURNING id, kind, subject, tries`,
      [worker, leaseMs * 1000, mostTries, limit, JSON.stringify(kinds), builtUs],
    );
    return rows.map((row) => ({
      id: Number(row['id']),
      kind: row['kind'] as WorkKind,
      subject: String(row['subject']),
      tries: Number(row['tries']),
    }));
  });
}

export async function heartbeat(
  database: SqlDatabase,
  held: { id: number; worker: string },
  leaseMs: number,
): Promise<boolean> {
  const rows = await database.query(
    `UPDATE work SET until_us = ${database.words.nowUs} + $3
     WHERE id = $1 AND owner = $2 AND done_us IS NULL RETURNING id`,
    [held.id, held.worker, leaseMs * 1000],
  );
  return rows.length > 0;
}

export async function finish(
  database: SqlDatabase,
  held: { id: number; worker: string },
): Promise<boolean> {
  const rows = await database.query(
    `UPDATE work SET done_us = ${database.words.nowUs}, why = NULL
     WHERE id = $1 AND owner = $2 AND done_us IS NULL RETURNING id`,
    [held.id, held.worker],
  );
  return rows.length > 0;
}

export async function fail(
  database: SqlDatabase,
  held: { id: number; worker: string },
  { why, againMs }: { why: string; againMs: number },
): Promise<void> {
  const now = database.words.nowUs;
  await database.query(
    `UPDATE work SET owner = NULL, until_us = NULL, why = $3, due_us = ${now} + $4,
       done_us = CASE WHEN tries >= $5 THEN ${now} ELSE NULL END
     WHERE id = $1 AND owner = $2 AND done_us IS NULL`,
    [held.id, held.worker, why, againMs * 1000, mostTries],
  );
}

/** Events go by whole days; runs that ended, with what hangs on them; work that is done. */
export async function retain(
  database: SqlDatabase,
  { eventDays, runDays }: FleetRetention,
): Promise<number> {
  const [clock] = await database.query(`SELECT ${database.words.nowUs} AS now`);
  const nowUs = Number(clock?.['now']);
  const gone = await database.dropDaysBefore(Math.floor(nowUs / dayUs) - eventDays);
  const before = nowUs - runDays * dayUs;
  const runs = await forgetRuns(database, before);
  await database.query(
    `DELETE FROM in_use WHERE received_us < $1 AND NOT EXISTS (
       SELECT 1 FROM run r WHERE r.agent = in_use.agent AND r.container = in_use.container)`,
    [before],
  );
  await database.query('DELETE FROM set_aside WHERE received_us < $1', [before]);
  await database.query('DELETE FROM untold WHERE received_us < $1', [before]);
  await database.query('DELETE FROM work WHERE done_us < $1', [nowUs - dayUs]);
  await forgetHouse(database, { eventsBeforeUs: nowUs - eventDays * dayUs, nowUs });
  await forgetNotices(database, nowUs);
  await forgetResponses(database, before);
  await forgetChanges(database, nowUs);
  await forgetLogins(database, nowUs);
  return gone + runs;
}

/** Ids that are looked at by one statement: each ends soon, whatever the store holds. */
const idsAtOnce = 100_000;

/** Runs that ended and were told of before then. */
async function forgetRuns(database: SqlDatabase, beforeUs: number): Promise<number> {
  const [ids] = await database.query(database.words.oldRuns, [beforeUs]);
  const last = Number(ids?.['last'] ?? -1);
  let count = 0;
  for (let from = Number(ids?.['first'] ?? 0); from <= last; from += idsAtOnce) {
    count += await database.transaction(async (session) => {
      const rows = await session.query(
        `DELETE FROM run WHERE id >= $1 AND id < $2 AND alive = 0 AND received_us < $3
         RETURNING image, reference, team, alive`,
        [from, from + idsAtOnce, beforeUs],
      );
      if (rows.length > 0) await untallyRuns(session, rows);
      return rows.length;
    });
  }
  if (count > 0) await forgetFolded(database, beforeUs);
  return count;
}

/** What the sums lost goes into them at once; then those of nothing go. */
async function forgetFolded(database: SqlDatabase, beforeUs: number): Promise<void> {
  for (;;) {
    const folded = await database.transaction((session) => foldChanges(session));
    if (folded === 0) break;
  }
  await forgetSums(database, beforeUs);
}

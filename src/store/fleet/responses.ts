// What people ask nodes to do, and what nodes did. An order waits until its node comes for it, is given
// again until it is answered, and ends by the database's clock where nobody comes.

import { Conditions } from './conditions.ts';
import type {
  FleetOrder,
  FleetOrderAnswer,
  FleetResponse,
  FleetResponseFacts,
  FleetResponseState,
  NewFleetResponse,
} from './fleet-pages.ts';
import { tellLive } from './live.ts';
import type { SqlDatabase, SqlRow, SqlSession, SqlWords } from './sql.ts';

/** A node that came for an order and says nothing for so long will hardly say it. */
const silentUs = 600_000_000;
/** A node asks at least every 25 s: one that did not for this long is away. */
const awayUs = 90_000_000;
const ordersAtOnce = 100;

export async function order(
  database: SqlDatabase,
  asked: NewFleetResponse,
): Promise<FleetResponse> {
  const now = database.words.nowUs;
  const { agent, id, container, action, by, lifeMs, facts } = asked;
  return database.transaction(async (session) => {
    await expire(session, database.words);
    const added = await session.query(
      `INSERT INTO response (agent, id, container, action, state, asked_by, at_us, until_us, value)
       VALUES ($1, $2, $3, $4, 'waiting', $5, ${now}, ${now} + $6, $7)
       ON CONFLICT DO NOTHING RETURNING *`,
      [agent, id, container, action, by, lifeMs * 1000, JSON.stringify(facts)],
    );
    if (added[0] !== undefined) {
      const made = responseOf(added[0]);
      await told({ session, words: database.words }, [made]);
      return made;
    }
    const [known] = await session.query(
      `SELECT * FROM response WHERE agent = $1 AND container = $2 AND action = $3
       AND state = 'waiting'`,
      [agent, container, action],
    );
    if (known === undefined) throw new Error('the order was answered at this moment: ask again');
    return responseOf(known);
  });
}

export async function takeOrders(
  database: SqlDatabase,
  agent: string,
  byHand: readonly string[],
): Promise<readonly FleetOrder[]> {
  const { nowUs } = database.words;
  return database.transaction(async (session) => {
    await expire(session, database.words);
    await session.query(
      `UPDATE agent SET by_hand = $2, asked_us = ${nowUs} WHERE id = $1 AND revoked = 0`,
      [agent, JSON.stringify(byHand)],
    );
    await session.query(
      `UPDATE response SET taken_us = ${nowUs}
       WHERE agent = $1 AND state = 'waiting' AND taken_us IS NULL`,
      [agent],
    );
    const rows = await session.query(
      `SELECT response.*, until_us - ${nowUs} AS left_us FROM response
       WHERE agent = $1 AND state IN ('waiting', 'unknown') ORDER BY at_us LIMIT ${ordersAtOnce}`,
      [agent],
    );
    return rows.map((row) => {
      const { id, container, action, by, facts } = responseOf(row);
      const leftMs = Math.floor(Number(row['left_us']) / 1000);
      return { id, container, action, by: by ?? '', reason: facts.why.output, leftMs };
    });
  });
}

export async function ordered(
  database: SqlDatabase,
  agents: readonly string[],
): Promise<readonly string[]> {
  if (agents.length === 0) return [];
  const { inList, nowUs } = database.words;
  const rows = await database.query(
    `SELECT DISTINCT agent FROM response WHERE state = 'waiting' AND taken_us IS NULL
     AND until_us > ${nowUs} AND ${inList('agent', '$1')}`,
    [JSON.stringify(agents)],
  );
  return rows.map(({ agent }) => String(agent));
}

export async function answerOrders(
  database: SqlDatabase,
  agent: string,
  answers: readonly FleetOrderAnswer[],
): Promise<void> {
  if (answers.length === 0) return;
  await database.transaction(async (session) => {
    const changed: FleetResponse[] = [];
    for (const answer of answers) changed.push(...(await answerOne(session, agent, answer)));
    await told({ session, words: database.words }, changed);
  });
}

/** Only what this agent came for and did not answer yet: what is sent again changes nothing. */
async function answerOne(
  session: SqlSession,
  agent: string,
  { id, state, result, canUndo, undoes, policy }: FleetOrderAnswer,
): Promise<readonly FleetResponse[]> {
  const [row] = await session.query(
    `SELECT * FROM response WHERE agent = $1 AND id = $2 AND taken_us IS NOT NULL
     AND state IN ('waiting', 'unknown')`,
    [agent, id],
  );
  if (row === undefined) return [];
  const before = responseOf(row);
  const facts = { ...before.facts, result, canUndo: canUndo && state === 'done', policy };
  await session.query('UPDATE response SET state = $3, value = $4 WHERE agent = $1 AND id = $2', [
    agent,
    id,
    state,
    JSON.stringify(facts),
  ]);
  const answered = { ...before, state, facts };
  if (undoes === null || state !== 'done') return [answered];
  return [answered, ...(await undone(session, { agent, id: undoes }, before.atUs))];
}

async function undone(
  session: SqlSession,
  { agent, id }: { readonly agent: string; readonly id: string },
  atUs: number,
): Promise<readonly FleetResponse[]> {
  const [row] = await session.query(
    `SELECT * FROM response WHERE agent = $1 AND id = $2 AND state = 'done'`,
    [agent, id],
  );
  if (row === undefined) return [];
  const before = responseOf(row);
  const undoneAt = new Date(atUs / 1000).toISOString();
  const facts = { ...before.facts, canUndo: false, undoneAt };
  await session.query(
    `UPDATE response SET state = 'undone', value = $3 WHERE agent = $1 AND id = $2`,
    [agent, id, JSON.stringify(facts)],
  );
  return [{ ...before, state: 'undone', facts }];
}

/** What a node did by a rule of its own policy, as its detections tell. Within their transaction. */
export interface ToldResponse {
  readonly agent: string;
  readonly id: string;
  readonly container: string;
  readonly action: string;
  readonly state: FleetResponseState;
  readonly atUs: number;
  readonly facts: FleetResponseFacts;
}

const ownStates = new Set(['done', 'dry-run', 'refused', 'failed', 'undone']);

/** What people asked for is answered by the node itself: only that it was taken back is taken from here. */
export async function tellResponses(
  { session, words }: { readonly session: SqlSession; readonly words: SqlWords },
  responses: readonly ToldResponse[],
): Promise<void> {
  const known = responses.filter(({ state }) => ownStates.has(state));
  const newest = new Map(known.map((one) => [`${one.agent}\n${one.id}`, one]));
  if (newest.size === 0) return;
  const told: FleetResponse[] = [];
  for (const one of newest.values()) {
    const { agent, id, container, action, state, atUs, facts } = one;
    const rows = await session.query(
      `INSERT INTO response (agent, id, container, action, state, at_us, value)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (agent, id) DO UPDATE SET state = excluded.state,
         value = CASE WHEN response.asked_by IS NULL THEN excluded.value ELSE response.value END
       WHERE response.container = excluded.container AND response.state <> excluded.state
         AND (response.asked_by IS NULL
           OR (response.state = 'done' AND excluded.state = 'undone'))
       RETURNING *`,
      [agent, id, container, action, state, atUs, JSON.stringify(facts)],
    );
    told.push(...rows.map(responseOf));
  }
  await tellLive({ session, words }, told.map(liveOf));
}

export async function askResponses(
  database: SqlDatabase,
  query: {
    readonly container?: string;
    readonly agent?: string;
    readonly activeOnly?: boolean;
    readonly teams?: readonly string[];
    readonly limit: number;
  },
): Promise<readonly FleetResponse[]> {
  await expire(database, database.words);
  const where = new Conditions();
  where.add('d.container = ?', query.container);
  where.add('d.agent = ?', query.agent);
  if (query.activeOnly === true)
    where.plain(`d.state = 'done' AND d.value LIKE '%"canUndo":true%'`);
  where.teamsOfRuns(query.teams, database.words, 'd');
  const rows = await database.query(
    `SELECT d.* FROM response d ${where.text} ORDER BY d.at_us DESC, d.id
     LIMIT ${where.parameter(query.limit)}`,
    where.values,
  );
  return rows.map(responseOf);
}

export async function handsOf(
  database: SqlDatabase,
  agent: string,
): Promise<{
  readonly byHand: readonly string[];
  readonly askedUs: number;
  readonly isHere: boolean;
} | null> {
  const [row] = await database.query(
    `SELECT by_hand, asked_us, ${database.words.nowUs} - asked_us AS ago_us FROM agent
     WHERE id = $1 AND revoked = 0 AND asked_us IS NOT NULL`,
    [agent],
  );
  if (row === undefined) return null;
  return {
    byHand: wordsIn(row['by_hand']),
    askedUs: Number(row['asked_us']),
    isHere: Number(row['ago_us']) < awayUs,
  };
}

export async function byHandAnywhere(database: SqlDatabase): Promise<readonly string[]> {
  const rows = await database.query(
    `SELECT DISTINCT by_hand FROM agent WHERE revoked = 0 AND by_hand IS NOT NULL
     AND asked_us > ${database.words.nowUs} - $1 LIMIT 1000`,
    [awayUs],
  );
  return [...new Set(rows.flatMap((row) => wordsIn(row['by_hand'])))];
}

export async function responseCounts(
  database: SqlDatabase,
): Promise<{ readonly waiting: number; readonly done: number; readonly failed: number }> {
  const rows = await database.query('SELECT state, count(*) AS found FROM response GROUP BY state');
  const count = (...states: readonly string[]): number =>
    rows
      .filter(({ state }) => states.includes(String(state)))
      .reduce((sum, { found }) => sum + Number(found), 0);
  return {
    waiting: count('waiting'),
    done: count('done', 'undone'),
    failed: count('failed', 'unknown'),
  };
}

function wordsIn(value: SqlRow[string] | undefined): readonly string[] {
  const words: unknown = JSON.parse(String(value ?? '[]'));
  return Array.isArray(words) ? words.filter((one) => typeof one === 'string') : [];
}

/** Ends what nobody came for, and what nobody will hear of any more. */
async function expire(
  session: Pick<SqlSession, 'query' | 'insert'>,
  words: SqlWords,
): Promise<void> {
  await session.query(
    `UPDATE response SET state = CASE WHEN taken_us IS NULL THEN 'expired' ELSE 'unknown' END
     WHERE state = 'waiting' AND until_us + CASE WHEN taken_us IS NULL THEN 0 ELSE $1 END
       < ${words.nowUs}`,
    [silentUs],
  );
}

export async function forgetResponses(database: SqlDatabase, beforeUs: number): Promise<void> {
  await database.query(`DELETE FROM response WHERE at_us < $1 AND state <> 'done'`, [beforeUs]);
}

async function told(
  context: { readonly session: SqlSession; readonly words: SqlWords },
  responses: readonly FleetResponse[],
): Promise<void> {
  await tellLive(context, responses.map(liveOf));
}

function liveOf(response: FleetResponse): Parameters<typeof tellLive>[1][number] {
  const { agent, container } = response;
  return { kind: 'response', agent, container, value: JSON.stringify(response) };
}

function responseOf(row: SqlRow): FleetResponse {
  const numberOrNull = (name: string): number | null =>
    row[name] === null || row[name] === undefined ? null : Number(row[name]);
  return {
    agent: String(row['agent']),
    id: String(row['id']),
    container: String(row['container']),
    action: String(row['action']),
    state: String(row['state']) as FleetResponseState,
    by: row['asked_by'] === null ? null : String(row['asked_by']),
    atUs: Number(row['at_us']),
    untilUs: numberOrNull('until_us'),
    takenUs: numberOrNull('taken_us'),
    facts: JSON.parse(String(row['value'])) as FleetResponseFacts,
  };
}

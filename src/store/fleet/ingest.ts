// Taking batches of agents: one commit for many of them, each record at most once. The row of its
// stream is locked, so that two replicas never take the same numbers.
import { messageOf } from '../../base/error.ts';
import { addNotices, type NoticeRow } from './duty.ts';
import type { AgentBatch, IngestOutcome, RefusedLine } from './fleet-store.ts';
import { writeHouse } from './ingest-house.ts';
import {
  dayOf,
  detectionTable,
  type Fresh,
  flowTable,
  lossTable,
  type Row,
  rowsOf,
  runTable,
  useTable,
} from './ingest-rows.ts';
import { imagesOf, imageTable, liveIn, responsesIn } from './ingest-told.ts';
import { writeInventories } from './inventories.ts';
import { tellLive } from './live.ts';
import { tellResponses } from './responses.ts';
import type { SqlDatabase, SqlSession } from './sql.ts';
import { foldChanges, tallyRuns } from './tally.ts';
import { followTeams, knownRuns, withTeams } from './teams.ts';

/** Characters kept of what was set aside. */
const setAsideLength = 4096;
/** Rows of what is set aside for one batch: a broken agent must not fill the store. */
const setAsideMost = 1000;

/** Resolves after the commit; see the contract. */
export async function ingestBatches(
  database: SqlDatabase,
  batches: readonly AgentBatch[],
): Promise<readonly IngestOutcome[]> {
  try {
    return await commit(database, batches, writeAll);
  } catch (error) {
    if (!database.isDataError(error)) throw error;
  }
  // Somewhere a record is refused by the database: each batch alone, each record alone.
  const outcomes: IngestOutcome[] = [];
  for (const batch of batches) {
    const write = oneByOne(database);
    outcomes.push(...(await commit(database, [batch], write)));
  }
  return outcomes;
}

interface Aside extends RefusedLine {
  readonly agent: string;
  readonly stream: string;
}

interface Write {
  readonly session: SqlSession;
  readonly nowUs: number;
  readonly fresh: readonly Fresh[];
  readonly aside: Aside[];
}

async function commit(
  database: SqlDatabase,
  batches: readonly AgentBatch[],
  write: (write: Write) => Promise<void>,
): Promise<readonly IngestOutcome[]> {
  const nowUs = await database.nowUs();
  await database.ensureDay(dayOf(nowUs));
  return database.transaction(async (session) => {
    const positions = await lockStreams(database, session, batches);
    const fresh: Fresh[] = [];
    const aside: Aside[] = [];
    const told: Told[] = [];
    const outcomes = batches.map((batch): IngestOutcome => {
      const key = streamKey(batch);
      const known = positions.get(key) ?? 0;
      if (batch.head.after > known) return { kind: 'gap', acknowledged: known };
      const taken = freshOf(batch, known);
      fresh.push(...taken.fresh);
      aside.push(...taken.aside);
      const acknowledged = Math.max(known, batch.head.through);
      positions.set(key, acknowledged);
      const missing =
        acknowledged - known - taken.fresh.length - taken.aside.filter(isNumbered).length;
      told.push({ batch, acknowledged, fresh: taken.fresh.length, missing: Math.max(0, missing) });
      return { kind: 'taken', acknowledged, fresh: taken.fresh.length };
    });
    await write({ session, nowUs, fresh, aside });
    await foldWhenDue(database, session, nowUs);
    await writeAside(session, aside, nowUs);
    await writePositions(session, told, aside, nowUs);
    return outcomes;
  });
}

function isNumbered({ sequence }: RefusedLine): boolean {
  return sequence !== null;
}

function streamKey({ agent, head }: AgentBatch): string {
  return `${agent}\n${head.stream}`;
}

/** In one order for all, so that two replicas never wait for one another. */
async function lockStreams(
  database: SqlDatabase,
  session: SqlSession,
  batches: readonly AgentBatch[],
): Promise<Map<string, number>> {
  const select = async (): Promise<Map<string, number>> => {
    const agents = JSON.stringify([...new Set(batches.map(({ agent }) => agent))]);
    const rows = await session.query(
      `SELECT agent, name, acknowledged FROM stream WHERE ${database.words.inList('agent', '$1')}
       ORDER BY agent, name ${database.words.forUpdate}`,
      [agents],
    );
    return new Map(
      rows.map(({ agent, name, acknowledged }) => [
        `${String(agent)}\n${String(name)}`,
        Number(acknowledged),
      ]),
    );
  };
  const known = await select();
  // A stream that is seen for the first time begins where its agent says: another store may have the rest.
  const first = new Map(batches.map((batch) => [streamKey(batch), batch.head.after]));
  const keys = [...first]
    .filter(([key]) => !known.has(key))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (keys.length === 0) return known;
  await session.insert({
    table: 'stream',
    columns: [
      ['agent', 'text'],
      ['name', 'text'],
      ['acknowledged', 'bigint'],
    ],
    rows: keys.map(([key, after]) => [...key.split('\n'), after]),
    tail: 'ON CONFLICT DO NOTHING',
  });
  return select();
}

/** What is new of a batch: above what is acknowledged, each number once, in order. */
function freshOf(
  { agent, head, records, refused }: AgentBatch,
  acknowledged: number,
): { readonly fresh: Fresh[]; readonly aside: Aside[] } {
  const seen = new Set<number>();
  const isNew = (sequence: number): boolean => {
    if (sequence <= acknowledged || sequence > head.through || seen.has(sequence)) return false;
    seen.add(sequence);
    return true;
  };
  const place = { agent, stream: head.stream };
  const fresh = records
    .filter(({ sequence }) => isNew(sequence))
    .map((one) => ({ ...place, ...one }));
  const whole = head.through > acknowledged;
  const aside = refused
    .filter(({ sequence }) => (sequence === null ? whole : isNew(sequence)))
    .slice(0, setAsideMost)
    .map((one) => ({ ...place, ...one }));
  return { fresh, aside };
}

/** Everything in a few statements. */
async function writeAll({ session, nowUs, fresh }: Write): Promise<void> {
  const tables = rowsOf(fresh, nowUs);
  const runs = [...tables.runs.values()];
  const known = await knownRuns(session, runs, tables.detections);
  await tallyRuns(session, runs, known);
  await session.insert({ ...runTable, rows: runs });
  await session.insert({ ...imageTable, rows: imagesOf(fresh) });
  const told = { session, nowUs, runs: tables.runs, known };
  const detections = await withTeams(told, tables.detections);
  await session.insert({ ...detectionTable, rows: detections });
  await followTeams(told);
  const { words } = session;
  await addNotices({ session, words, nowUs }, fresh.flatMap(noticeOf));
  await session.insert({ ...flowTable, rows: [...tables.flows.values()] });
  await session.insert({ ...lossTable, rows: [...tables.losses.values()] });
  await session.insert({ ...useTable, rows: [...tables.uses.values()] });
  await writeHouse(session, fresh, nowUs);
  await writeInventories(session, [...tables.inventories.values()], nowUs);
  await tellResponses({ session, words }, fresh.flatMap(responsesIn));
  await tellLive({ session, words }, fresh.flatMap(liveIn));
}

/** Sums are folded so often by each process, with a commit that is made anyway. */
const foldUs = 1_000_000;
const foldedUs = new WeakMap<SqlDatabase, number>();

async function foldWhenDue(
  database: SqlDatabase,
  session: SqlSession,
  nowUs: number,
): Promise<void> {
  const passedUs = nowUs - (foldedUs.get(database) ?? 0);
  if (passedUs >= 0 && passedUs < foldUs) return;
  foldedUs.set(database, nowUs);
  await foldChanges(session);
}

function noticeOf({ agent, record }: Fresh): readonly NoticeRow[] {
  if (record.kind !== 'detection') return [];
  const { container, timeUs, detection } = record;
  return [{ agent, container, timeUs, value: JSON.stringify(detection) }];
}

/** Each record behind a savepoint: what is refused goes aside. */
function oneByOne(database: SqlDatabase): (write: Write) => Promise<void> {
  return async (write) => {
    for (const one of write.fresh) {
      try {
        await write.session.savepoint(() => writeAll({ ...write, fresh: [one] }));
      } catch (error) {
        if (!database.isDataError(error)) throw error;
        const { agent, stream, sequence, record } = one;
        const text = JSON.stringify(record);
        write.aside.push({ agent, stream, sequence, why: messageOf(error), text });
      }
    }
  };
}

/** PostgreSQL holds no NUL in a text. */
function clean(text: string): string {
  return text.slice(0, setAsideLength).replaceAll('\0', '\ufffd').toWellFormed();
}

async function writeAside(
  session: SqlSession,
  aside: readonly Aside[],
  nowUs: number,
): Promise<void> {
  await session.insert({
    table: 'set_aside',
    columns: [
      ['agent', 'text'],
      ['stream', 'text'],
      ['sequence', 'bigint'],
      ['why', 'text'],
      ['value', 'text'],
      ['received_us', 'bigint'],
    ],
    rows: aside.map(({ agent, stream, sequence, why, text }) => [
      agent,
      stream,
      sequence,
      clean(why),
      clean(text),
      nowUs,
    ]),
    tail: '',
  });
}

interface Told {
  readonly batch: AgentBatch;
  readonly acknowledged: number;
  readonly fresh: number;
  readonly missing: number;
}

async function writePositions(
  session: SqlSession,
  told: readonly Told[],
  aside: readonly Aside[],
  nowUs: number,
): Promise<void> {
  const positions = new Map<string, number>();
  for (const { batch, acknowledged } of told) positions.set(streamKey(batch), acknowledged);
  await session.insert({
    table: 'stream',
    columns: [
      ['agent', 'text'],
      ['name', 'text'],
      ['acknowledged', 'bigint'],
    ],
    rows: [...positions].map(([key, value]) => [...key.split('\n'), value]),
    tail: 'ON CONFLICT (agent, name) DO UPDATE SET acknowledged = excluded.acknowledged',
  });
  const agents = new Map<string, Row>();
  for (const { batch, fresh, missing } of told) {
    const before = agents.get(batch.agent);
    const { health } = batch.head;
    const sum = (index: number, more: number): number => Number(before?.[index] ?? 0) + more;
    const asideCount = aside.filter(
      (one) => one.agent === batch.agent && one.stream === batch.head.stream,
    ).length;
    agents.set(batch.agent, [
      batch.agent,
      batch.agent,
      nowUs,
      nowUs,
      JSON.stringify(health),
      health.sentUs - nowUs,
      sum(6, fresh),
      sum(7, missing),
      sum(8, asideCount),
    ]);
  }
  // The row is there already: this is an update of many rows by one statement.
  await session.insert({
    table: 'agent',
    columns: [
      ['id', 'text'],
      ['node', 'text'],
      ['enrolled_us', 'bigint'],
      ['seen_us', 'bigint'],
      ['health', 'text'],
      ['ahead_us', 'bigint'],
      ['records', 'bigint'],
      ['missing', 'bigint'],
      ['set_aside', 'bigint'],
    ],
    rows: [...agents.values()],
    tail: `ON CONFLICT (id) DO UPDATE SET seen_us = excluded.seen_us, health = excluded.health,
      ahead_us = excluded.ahead_us, records = agent.records + excluded.records,
      missing = agent.missing + excluded.missing, set_aside = agent.set_aside + excluded.set_aside`,
  });
}

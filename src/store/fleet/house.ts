// What pages ask of gates and audits of nodes, and of repeated detections; and forgetting it.
import { zstdDecompressSync } from 'node:zlib';
import type { GateDecision } from '../../model/gate-decision.ts';
import { Conditions } from './conditions.ts';
import type { SqlDatabase, SqlRow } from './sql.ts';

export interface StoredFleetDecision {
  readonly agent: string;
  readonly node: string;
  readonly id: string;
  readonly timeUs: number;
  readonly decision: GateDecision;
}

/** Sums of one day over all nodes. */
export interface FleetDecidedDay {
  readonly day: string;
  readonly decision: string;
  readonly count: number;
  readonly nodes: number;
}

export interface FleetAuditRun {
  readonly agent: string;
  readonly node: string;
  readonly audit: string;
  readonly target: string;
  readonly atUs: number;
  readonly score: number;
  readonly failed: readonly string[];
}

export interface FleetHouse {
  /** Newest first. */
  decisions(page: {
    readonly agent?: string;
    readonly before?: { readonly timeUs: number; readonly agent: string; readonly id: string };
    readonly limit: number;
  }): Promise<readonly StoredFleetDecision[]>;
  /** Newest day first. @param since `2026-11-01` */
  decidedSince(since: string): Promise<readonly FleetDecidedDay[]>;
  /** How many nodes have a gate that ever recorded something. */
  nodesWithGate(): Promise<number>;
  /** The newest audit of each target of each node, the worst first. */
  newestAudits(limit: number): Promise<readonly FleetAuditRun[]>;
  /** Of all nodes since then, oldest first. */
  auditsSince(options: {
    readonly sinceUs: number;
    readonly limit: number;
  }): Promise<readonly FleetAuditRun[]>;
  /** The last whole answer of a kind; null: that node told none. */
  auditAnswer(agent: string, audit: string): Promise<Readonly<Record<string, unknown>> | null>;
  /** Counts of detections; the key of the answer is agent, container, time and rule, on a line each. */
  repeats(
    detections: readonly (readonly [
      agent: string,
      container: string,
      timeUs: number,
      rule: string,
    ])[],
  ): Promise<ReadonlyMap<string, { readonly count: number; readonly lastUs: number }>>;
}

/** A whole answer inflated; the largest have a few MB. */
const answerBytes = 64 * 1024 * 1024;

/** Over one of the databases. */
export function houseIn(database: SqlDatabase): FleetHouse {
  return {
    decisions: (page) => askDecisions(database, page),
    async decidedSince(since) {
      const rows = await database.query(
        `SELECT day, decision, sum(count) AS count, count(DISTINCT agent) AS nodes FROM decided
         WHERE day >= $1 GROUP BY day, decision ORDER BY day DESC, decision`,
        [since],
      );
      return rows.map((row) => ({
        day: String(row['day']),
        decision: String(row['decision']),
        count: Number(row['count']),
        nodes: Number(row['nodes']),
      }));
    },
    async nodesWithGate() {
      const [row] = await database.query(
        `SELECT count(DISTINCT d.agent) AS nodes FROM decided d JOIN agent a ON a.id = d.agent
         WHERE a.revoked = 0`,
      );
      return Number(row?.['nodes'] ?? 0);
    },
    async newestAudits(limit) {
      const rows = await database.query(
        `SELECT r.*, a.node FROM audit_run r JOIN agent a ON a.id = r.agent
         WHERE a.revoked = 0 AND r.at_us = (
           SELECT max(n.at_us) FROM audit_run n WHERE n.agent = r.agent AND n.target = r.target)
         ORDER BY r.score, a.node, r.target LIMIT $1`,
        [limit],
      );
      return rows.map(auditOf);
    },
    async auditsSince({ sinceUs, limit }) {
      const rows = await database.query(
        `SELECT r.*, a.node FROM audit_run r JOIN agent a ON a.id = r.agent
         WHERE r.at_us >= $1 ORDER BY r.at_us DESC LIMIT $2`,
        [sinceUs, limit],
      );
      return rows.map(auditOf).toReversed();
    },
    async auditAnswer(agent, audit) {
      const [row] = await database.query(
        'SELECT value FROM audit_answer WHERE agent = $1 AND audit = $2',
        [agent, audit],
      );
      const bytes = row?.['value'];
      if (!(bytes instanceof Uint8Array)) return null;
      const told = zstdDecompressSync(bytes, { maxOutputLength: answerBytes }).toString('utf8');
      return JSON.parse(told) as Readonly<Record<string, unknown>>;
    },
    repeats: (detections) => askRepeats(database, detections),
  };
}

async function askDecisions(
  database: SqlDatabase,
  { agent, before, limit }: Parameters<FleetHouse['decisions']>[0],
): Promise<readonly StoredFleetDecision[]> {
  const where = new Conditions();
  where.add('d.agent = ?', agent);
  if (before !== undefined) {
    const [time, own, id] = [before.timeUs, before.agent, before.id].map((value) =>
      where.parameter(value),
    );
    where.plain(`(d.time_us, d.agent, d.id) < (${time}, ${own}, ${id})`);
  }
  const rows = await database.query(
    `SELECT d.agent, d.time_us, d.id, d.value, a.node FROM decision d
     JOIN agent a ON a.id = d.agent ${where.text}
     ORDER BY d.time_us DESC, d.agent DESC, d.id DESC LIMIT ${where.parameter(limit)}`,
    where.values,
  );
  return rows.map((row) => ({
    agent: String(row['agent']),
    node: String(row['node']),
    id: String(row['id']),
    timeUs: Number(row['time_us']),
    decision: JSON.parse(String(row['value'])) as GateDecision,
  }));
}

async function askRepeats(
  database: SqlDatabase,
  detections: Parameters<FleetHouse['repeats']>[0],
): ReturnType<FleetHouse['repeats']> {
  if (detections.length === 0) return new Map();
  const rows = await database.query(
    `SELECT r.agent, r.container, r.time_us, r.rule, r.count, r.last_us
     FROM ${database.words.elements('$1')}
     JOIN repeated r ON r.agent = w.value->>0 AND r.container = w.value->>1
       AND r.time_us = CAST(w.value->>2 AS bigint) AND r.rule = w.value->>3`,
    [JSON.stringify(detections)],
  );
  return new Map(
    rows.map((row) => [
      [row['agent'], row['container'], row['time_us'], row['rule']].map(String).join('\n'),
      { count: Number(row['count']), lastUs: Number(row['last_us']) },
    ]),
  );
}

function auditOf(row: SqlRow): FleetAuditRun {
  return {
    agent: String(row['agent']),
    node: String(row['node']),
    audit: String(row['audit']),
    target: String(row['target']),
    atUs: Number(row['at_us']),
    score: Number(row['score']),
    failed: JSON.parse(String(row['failed'])) as readonly string[],
  };
}

/** Audits are kept as long as the log of changes: trends are of years. */
const auditsKeptUs = 400 * 86_400_000_000;

/** @param eventsBeforeUs what was received before then goes, as other events do */
export async function forgetHouse(
  database: SqlDatabase,
  { eventsBeforeUs, nowUs }: { readonly eventsBeforeUs: number; readonly nowUs: number },
): Promise<void> {
  for (const table of ['repeated', 'decision']) {
    await database.query(`DELETE FROM ${table} WHERE received_us < $1`, [eventsBeforeUs]);
  }
  const day = new Date(eventsBeforeUs / 1000).toISOString().slice(0, 10);
  await database.query('DELETE FROM decided WHERE day < $1', [day]);
  const before = nowUs - auditsKeptUs;
  await database.query('DELETE FROM audit_run WHERE received_us < $1', [before]);
  await database.query('DELETE FROM audit_answer WHERE received_us < $1', [before]);
}

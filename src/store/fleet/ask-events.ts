// Detections and flows of a fleet: pages over partitions of many days, by indexes that give their order.
import type { DetectionFacts } from '../../model/timeline.ts';
import { askRuns } from './ask-runs.ts';
import { Conditions } from './conditions.ts';
import type { FleetDetectionQuery, StoredFleetDetection, StoredFleetFlow } from './fleet-store.ts';
import type { SqlDatabase, SqlRow } from './sql.ts';

/** Priorities of one question; Falco has eight. */
const mostPriorities = 16;
const dayUs = 86_400_000_000;

/** Newest first. */
export async function askDetections(
  database: SqlDatabase,
  query: FleetDetectionQuery,
): Promise<readonly StoredFleetDetection[]> {
  const where = new Conditions();
  const { agent, container, priorities } = query;
  where.add('d.agent = ?', agent);
  where.add('d.container = ?', container);
  where.add('d.id < ?', query.beforeId);
  if (query.sinceUs !== undefined) {
    // Partitions of days before are not even opened.
    where.add('d.day >= ?', Math.floor(query.sinceUs / dayUs) - 1);
    where.add('d.time_us >= ?', query.sinceUs);
  }
  where.teamsOfRuns(query.teams, database.words, 'd');
  const most = where.parameter(query.limit);
  const of = (source?: string): string =>
    `SELECT d.id, d.agent, d.sequence, d.container, d.time_us, d.value FROM detection d
     ${where.and(source)} ORDER BY d.id DESC LIMIT ${most}`;
  const names = priorities?.slice(0, mostPriorities).map((one) => one.toLowerCase());
  // Each priority has its order in the index; together they would be sorted.
  const each = names?.map(
    (one) => `SELECT * FROM (${of(`d.priority = ${where.parameter(one)}`)}) s`,
  );
  if (each?.length === 0) return [];
  const text =
    each === undefined
      ? of()
      : `SELECT * FROM (${each.join(' UNION ALL ')}) d ORDER BY id DESC LIMIT ${most}`;
  const rows = await database.query(text, where.values);
  return rows.map((row) => ({
    id: Number(row['id']),
    agent: String(row['agent']),
    sequence: Number(row['sequence']),
    told: {
      kind: 'detection',
      container: row['container'] === null ? null : String(row['container']),
      timeUs: Number(row['time_us']),
      detection: JSON.parse(String(row['value'])) as DetectionFacts,
    },
  }));
}

export interface FleetFlowQuery {
  readonly agent?: string;
  readonly container?: string;
  readonly teams?: readonly string[];
  readonly limit: number;
}

/** Runs whose flows are looked at, and those of one statement. */
const runsLookedAt = 1000;
const runsAtOnce = 50;

/** Whom runs talked with, the newest runs first; of each peer the newest sums, whatever the day. */
export async function askFlows(
  database: SqlDatabase,
  query: FleetFlowQuery,
): Promise<readonly StoredFleetFlow[]> {
  const { agent, container, limit } = query;
  const pairs =
    agent !== undefined && container !== undefined && query.teams === undefined
      ? [[agent, container]]
      : await pairsOf(database, query);
  const found: StoredFleetFlow[] = [];
  for (let from = 0; from < pairs.length && found.length < limit; from += runsAtOnce) {
    const rows = await database.query(
      `SELECT agent, container, direction, protocol, port, remote, max(name) AS name,
         max(flows) AS flows, max(sent) AS sent, max(received) AS received,
         min(first_us) AS first_us, max(last_us) AS last_us
       FROM ${database.words.elements('$1')}
       JOIN flow f ON f.agent = w.value->>0 AND f.container = w.value->>1
       GROUP BY agent, container, direction, protocol, port, remote
       ORDER BY max(last_us) DESC LIMIT $2`,
      [JSON.stringify(pairs.slice(from, from + runsAtOnce)), limit - found.length],
    );
    found.push(...rows.map(flowOf));
  }
  return found.toSorted((a, b) => b.told.lastUs - a.told.lastUs);
}

/** Agent and container of the runs that are meant: those that live first, then the newest. */
async function pairsOf(
  database: SqlDatabase,
  { agent, container, teams }: FleetFlowQuery,
): Promise<readonly (readonly [string, string])[]> {
  const query = {
    ...(agent === undefined ? {} : { agent }),
    ...(container === undefined ? {} : { container }),
    ...(teams === undefined ? {} : { teams }),
    limit: runsLookedAt,
  };
  const runs = [
    ...(await askRuns(database, { ...query, aliveOnly: true })),
    ...(await askRuns(database, query)),
  ];
  const pairs = new Map(
    runs.map((one) => [one.id, [one.agent, one.run.container] as const] as const),
  );
  return [...pairs.values()];
}

function flowOf(row: SqlRow): StoredFleetFlow {
  return {
    agent: String(row['agent']),
    told: {
      kind: 'flow',
      container: String(row['container']),
      direction: row['direction'] === 'in' ? 'in' : 'out',
      protocol: String(row['protocol']),
      port: Number(row['port']),
      remote: String(row['remote']),
      name: row['name'] === null ? null : String(row['name']),
      flows: Number(row['flows']),
      sent: Number(row['sent']),
      received: Number(row['received']),
      firstUs: Number(row['first_us']),
      lastUs: Number(row['last_us']),
    },
  };
}

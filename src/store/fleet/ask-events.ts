// Detections and flows of a fleet: pages over partitions of many days, by indexes that give their order.
import type { DetectionFacts } from '../../model/timeline.ts';
import { askPairs } from './ask-runs.ts';
import { Conditions } from './conditions.ts';
import type { FleetDetectionQuery, StoredFleetDetection, StoredFleetFlow } from './fleet-store.ts';
import type { SqlDatabase, SqlRow } from './sql.ts';

/** Priorities of one question; Falco has eight. */
const mostPriorities = 16;
/** Teams of one question that are asked one by one. */
const mostTeams = 20;
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
  const teams = sourceTeams(query);
  if (teams === null) where.teams(query.teams, database.words, 'd');
  const most = where.parameter(query.limit);
  const of = (source?: string): string =>
    `SELECT d.id, d.agent, d.sequence, d.container, d.time_us, d.value FROM detection d
     ${where.and(source)} ORDER BY d.id DESC LIMIT ${most}`;
  const named = priorities?.slice(0, mostPriorities).map((one) => one.toLowerCase());
  if (named?.length === 0 || teams?.length === 0) return [];
  // Each team and each priority has its order in an index; together they would be sorted.
  const is = (column: string, value: string | null): string =>
    value === null ? '1 = 1' : `d.${column} = ${where.parameter(value)}`;
  const parts = (teams ?? [null]).flatMap((team) =>
    (named ?? [null]).map((priority) => {
      const source = `${is('team', team)} AND ${is('priority', priority)}`;
      return `SELECT * FROM (${of(source)}) s`;
    }),
  );
  const text = `SELECT * FROM (${parts.join(' UNION ALL ')}) d ORDER BY id DESC LIMIT ${most}`;
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

/** Teams of which each is asked by itself; null: none, or so many that a condition does it. */
function sourceTeams({ agent, container, teams }: FleetDetectionQuery): readonly string[] | null {
  if (teams === undefined || agent !== undefined || container !== undefined) return null;
  return teams.length > mostTeams ? null : [...new Set(teams)].filter((team) => team !== '');
}

export interface FleetFlowQuery {
  readonly agent?: string;
  readonly container?: string;
  readonly teams?: readonly string[];
  readonly limit: number;
}

/** Runs whose flows are looked at: of those that live, and of all. */
const runsLookedAt = 500;
/** Those of the first statement; each further one takes so many times more. */
const runsAtFirst = 50;
const timesMore = 4;

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
  for (let from = 0, count = runsAtFirst; from < pairs.length && found.length < limit; ) {
    const rows = await database.query(
      `SELECT agent, container, direction, protocol, port, remote, max(name) AS name,
         max(flows) AS flows, max(sent) AS sent, max(received) AS received,
         min(first_us) AS first_us, max(last_us) AS last_us
       FROM ${database.words.elements('$1')}
       JOIN flow f ON f.agent = w.value->>0 AND f.container = w.value->>1
       GROUP BY agent, container, direction, protocol, port, remote
       ORDER BY max(last_us) DESC LIMIT $2`,
      [JSON.stringify(pairs.slice(from, from + count)), limit - found.length],
    );
    found.push(...rows.map(flowOf));
    from += count;
    count *= timesMore;
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
    ...(await askPairs(database, { ...query, aliveOnly: true })),
    ...(await askPairs(database, query)),
  ];
  return [...new Map(runs.map((one) => [one.join('\n'), one] as const)).values()];
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

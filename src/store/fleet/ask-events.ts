// Detections of a fleet: pages over partitions of many days, by indexes that give their order.
import type { DetectionFacts } from '../../model/timeline.ts';
import { Conditions } from './conditions.ts';
import type { FleetDetectionQuery, StoredFleetDetection } from './fleet-store.ts';
import type { SqlDatabase } from './sql.ts';

/** Priorities of one question; Falco has eight. */
const mostPriorities = 16;
/** Teams of one question that are asked one by one. */
const mostTeams = 20;
/** Teams that are named one by one in a condition, so that the planner sees which are rare. */
const mostNamed = 1000;
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
  if (teams === null) limitTo(where, query.teams, database);
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

/** Only detections of these teams. What of them is rare is found without passing those of all others. */
function limitTo(
  where: Conditions,
  teams: FleetDetectionQuery['teams'],
  { words }: SqlDatabase,
): void {
  if (teams === undefined || teams.length > mostNamed) return where.teams(teams, words, 'd');
  const named = teams.filter((team) => team !== '').map((team) => where.parameter(team));
  where.plain(named.length === 0 ? '1 = 0' : words.inNamed('d.team', named));
}

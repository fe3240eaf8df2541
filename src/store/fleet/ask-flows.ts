// Whom runs talked with: sums by peer, over the days of receipt that can hold them and no others.
import { findRuns, newestFirst } from './ask-runs.ts';
import type { FleetTalk, StoredFleetFlow } from './fleet-store.ts';
import type { SqlDatabase, SqlRow } from './sql.ts';

/** Runs whose peers are looked at: of those that live, and of the newest. */
const runsLookedAt = 300;
/** Runs of the first statement; each further one takes so many times more. */
const runsAtFirst = 100;
const timesMore = 5;
const dayUs = 86_400_000_000;
/** Days are those of the receipt, times those of the node: its clock may be ahead. */
const slackDays = 1;

/** Whom one run talked with, the last first; of each peer the newest sums, whatever the day. */
export function askFlows(
  database: SqlDatabase,
  { agent, container }: { readonly agent: string; readonly container: string },
  limit: number,
): Promise<readonly StoredFleetFlow[]> {
  return flowsOf(database, [[agent, container, 0]], { sinceUs: 0, limit });
}

/** The same of runs that lived since then: of those that live first, then of the newest. */
export async function askTalk(
  database: SqlDatabase,
  query: {
    readonly sinceUs: number;
    readonly teams?: readonly string[] | undefined;
    readonly limit: number;
  },
): Promise<FleetTalk> {
  const { sinceUs, teams, limit } = query;
  const asked = { ...(teams === undefined ? {} : { teams }), limit: runsLookedAt };
  const [alive, newest] = await Promise.all([
    livesOf(database, { ...asked, aliveOnly: true }),
    livesOf(database, asked),
  ]);
  const oldest = newest.at(-1)?.firstUs ?? 0;
  const isWhole = alive.length < runsLookedAt && (newest.length < runsLookedAt || oldest < sinceUs);
  const lived = [...alive, ...newest.filter(({ lastUs }) => lastUs >= sinceUs)];
  const runs = [...new Map(lived.map((one) => [`${one.agent}\n${one.container}`, one])).values()];
  const flows: StoredFleetFlow[] = [];
  for (let from = 0, count = runsAtFirst; from < runs.length && flows.length < limit; ) {
    const some = runs.slice(from, from + count).map(({ agent, container, firstUs }): Place => {
      const day = Math.floor(Math.max(firstUs, sinceUs) / dayUs) - slackDays;
      return [agent, container, day];
    });
    flows.push(...(await flowsOf(database, some, { sinceUs, limit: limit - flows.length })));
    from += count;
    count *= timesMore;
  }
  return { flows, isWhole: isWhole && flows.length < limit };
}

interface Life {
  readonly agent: string;
  readonly container: string;
  readonly firstUs: number;
  readonly lastUs: number;
}

/** When the runs of a question lived, newest first. */
async function livesOf(
  database: SqlDatabase,
  query: Parameters<typeof findRuns>[1],
): Promise<readonly Life[]> {
  const found = await findRuns(database, query);
  if (found === null) return [];
  const rows = await database.query(
    `SELECT r.agent, r.container, r.first_us, r.last_us FROM run r
     WHERE r.id IN (SELECT id FROM (${found.text}) f) ${newestFirst}`,
    found.where.values,
  );
  return rows.map((row) => ({
    agent: String(row['agent']),
    container: String(row['container']),
    firstUs: Number(row['first_us']),
    lastUs: Number(row['last_us']),
  }));
}

/** A run, and the first day that can hold flows of it. */
type Place = readonly [agent: string, container: string, day: number];

async function flowsOf(
  database: SqlDatabase,
  places: readonly Place[],
  { sinceUs, limit }: { readonly sinceUs: number; readonly limit: number },
): Promise<readonly StoredFleetFlow[]> {
  const rows = await database.query(
    `SELECT agent, container, direction, protocol, port, remote, max(name) AS name,
       max(flows) AS flows, max(sent) AS sent, max(received) AS received,
       min(first_us) AS first_us, max(last_us) AS last_us
     FROM ${database.words.elements('$1')}
     JOIN flow f ON f.agent = w.value->>0 AND f.container = w.value->>1
       AND f.day >= CAST(w.value->>2 AS bigint) AND f.day >= $2
     GROUP BY agent, container, direction, protocol, port, remote
     HAVING max(last_us) >= $3 ORDER BY max(last_us) DESC LIMIT $4`,
    [JSON.stringify(places), Math.min(...places.map(([, , day]) => day)), sinceUs, limit],
  );
  return rows.map(flowOf);
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

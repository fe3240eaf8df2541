// How long the pages of a fleet take over many runs in PostgreSQL: a made-up store behind a real server,
// asked over HTTP, by who sees everything and by teams, also with words that find little. By hand:
// `node tools/bench/fleet-pages.ts [runs] [address of a store that was filled before] [pid of its server]`.
import { secretHash } from '../../src/base/secret.ts';
import { type FleetStore, openFleetStore } from '../../src/store/fleet/index.ts';
import { openPostgres } from '../../src/store/fleet/postgres.ts';
import {
  missingPostgres,
  type PostgresCluster,
  startPostgres,
} from '../../test/postgres-cluster.ts';
import type { Case } from './context.ts';
import { figure, type Row } from './figure.ts';
import { fillFleet, images, sidecars } from './fleet-fill.ts';
import { endOf, startServer } from './fleet-server.ts';
import { processorSeconds, treeSeconds } from './processor.ts';

const fullRuns = 10_000_000;
const smallRuns = 200_000;
const port = 18_643;
const asksEach = 30;
/** Nothing here has to outlive the machine. */
const settings = [
  'shared_buffers = 1GB',
  'fsync = off',
  'maintenance_work_mem = 1GB',
  // Summaries of blocks would hold the table of runs while its indexes are made, longer than a lock is
  // waited for. The filling ends with VACUUM ANALYZE.
  'autovacuum = off',
];

interface Timed {
  readonly name: string;
  readonly ms: readonly number[];
  readonly cpuMs: number;
}

/** Name, and the path of question number `at`. */
type Page = readonly [name: string, path: (at: number) => string];

function containers(words: string): string {
  return `containers?limit=100&${words}`;
}

function image(at: number): number {
  return sidecars + 1 + ((at * 7919) % (images - sidecars));
}

function node(at: number): string {
  return `node-${1 + at * 13}`;
}

function pagesOf(runs: number): readonly Page[] {
  const job = (at: number): string => `job-${1 + ((at * 104_729) % runs)}`;
  return [
    ['harbour', () => 'harbour'],
    ['images', () => 'images?limit=100'],
    ['images by a part of the name', (at) => `images?search=legacy-${at}`],
    ['containers, first page', () => containers('')],
    ['containers alive', () => containers('alive=true')],
    ['containers of an image', (at) => containers(`image=-${image(at)}:`)],
    [
      'containers of an image that runs everywhere',
      (at) => containers(`image=sidecar-${at % 20}:`),
    ],
    ['containers of many images', (at) => containers(`image=team-${at}/`)],
    ['containers of 10,000 images of long ago', () => containers('image=legacy')],
    ['containers of all images', () => containers('image=registry')],
    ['containers alive of many images', (at) => containers(`alive=true&image=app-${at}`)],
    ['containers of a node', (at) => containers(`node=${node(at)}`)],
    ['containers of an image on a node', (at) => containers(`image=sidecar-7:&node=${node(at)}`)],
    ['containers of a team', (at) => containers(`team=team-${at % 20}`)],
    ['containers of a team on a node', (at) => containers(`team=team-${at % 20}&node=${node(at)}`)],
    ['containers of a team that ran little', (at) => containers(`team=team-rare&node=${node(at)}`)],
    ['containers since a minute', () => containers('since=1m')],
    ['containers of old images since a minute', () => containers('since=1m&image=legacy')],
    ['containers by a part of the name', () => containers('name=ob-')],
    ['containers by an old name', (at) => containers(`name=${job(at)}`)],
    ['a name that nothing has', (at) => containers(`name=none-${at}`)],
    ['a name that nothing of many images has', (at) => containers(`name=none&image=team-${at}/`)],
    ['detections', () => 'detections'],
    ['detections, a priority that is rare', () => 'detections?priority=alert'],
    ['one container', (at) => `containers/${job(at)}`],
    ['timeline of a container', (at) => `containers/${job(at)}/timeline`],
    ['network', () => 'network'],
    ['network since a year', () => 'network?since=8760h'],
    ['exposed to an advisory', (at) => `exposed?question=CVE-2026-${2 + at}`],
    ['exposed to an advisory of every image', () => 'exposed?question=CVE-2026-1'],
    ['exposed', (at) => `exposed?question=pkg:deb/debian/package-${at * 13}`],
    ['exposed, in every image', () => 'exposed?question=pkg:deb/debian/libc6'],
  ];
}

/** What who is limited to a team asks: one that runs much, one that hardly runs anything. */
const pagesOfTeams = new Set([
  'harbour',
  'images',
  'images by a part of the name',
  'containers, first page',
  'containers of an image that runs everywhere',
  'containers of a node',
  'containers since a minute',
  'a name that nothing has',
  'detections',
  'detections, a priority that is rare',
  'network',
  'exposed, in every image',
]);

interface Asking {
  readonly store: FleetStore;
  readonly pid: number;
  readonly databasePid: number;
}

/** A token for each page: rates are not what is measured here. */
async function timed(
  { store, pid, databasePid }: Asking,
  [name, path]: Page,
  team: string | null,
): Promise<Timed> {
  const token = secretHash(`${team ?? ''} ${name} ${performance.now()}`);
  const teams = team === null ? null : [team];
  await store.addToken({ hash: secretHash(token), role: 'viewer', label: 'bench', teams });
  const headers = { authorization: `Bearer ${token}` };
  const ms: number[] = [];
  const ask = async (at: number): Promise<number> => {
    const begun = performance.now();
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path(at)}`, { headers });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${name}: ${answer.status} ${text.slice(0, 300)}`);
    return performance.now() - begun;
  };
  // Uncounted: the first question of a new server also loads code, and what the server keeps.
  await ask(asksEach);
  const cpu = (): number => processorSeconds(pid) + treeSeconds(databasePid);
  const before = cpu();
  for (let at = 0; at < asksEach; at += 1) ms.push(await ask(at));
  const cpuMs = ((cpu() - before) * 1000) / asksEach;
  return { name: team === null ? name : `${name} (of ${team})`, ms, cpuMs };
}

/** Pages behind the first one, by their cursors. */
async function deep(asking: Asking, words: string): Promise<Timed> {
  let cursor = '';
  const path = (): string => `containers?limit=500&${words}${cursor}`;
  const token = secretHash(`deep ${words} ${performance.now()}`);
  await asking.store.addToken({
    hash: secretHash(token),
    role: 'viewer',
    label: 'bench',
    teams: null,
  });
  const ms: number[] = [];
  const cpu = (): number => processorSeconds(asking.pid) + treeSeconds(asking.databasePid);
  const before = cpu();
  for (let page = 0; page < asksEach; page += 1) {
    const begun = performance.now();
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path()}`, { headers });
    const { next } = (await answer.json()) as { readonly next: string | null };
    ms.push(performance.now() - begun);
    if (next === null) break;
    cursor = `&cursor=${next}`;
  }
  const cpuMs = ((cpu() - before) * 1000) / ms.length;
  return { name: `containers (${words}), page after page of 500`, ms, cpuMs };
}

/** @returns bytes of a run, with the indexes of the pages */
async function measure(
  runs: number,
  tell: (one: Timed) => void,
  filled?: { readonly address: string; readonly databasePid: number },
): Promise<number> {
  const cluster: PostgresCluster | null =
    filled === undefined ? await startPostgres(settings) : null;
  const address = filled?.address ?? cluster?.database() ?? '';
  const databasePid = filled?.databasePid ?? cluster?.pid() ?? 0;
  const store = await openFleetStore(address, { connections: 2 });
  if (filled === undefined) await fillFleet(address, runs, () => undefined);
  // What was made up is of long ago.
  const server = await startServer({ address, port, words: ['--keep-runs', '10000'] });
  try {
    const asking = { store, pid: server.pid ?? 0, databasePid };
    const pages = pagesOf(runs);
    for (const page of pages) tell(await timed(asking, page, null));
    for (const team of ['team-3', 'team-rare']) {
      for (const page of pages) {
        if (pagesOfTeams.has(page[0])) tell(await timed(asking, page, team));
      }
    }
    for (const words of ['', 'image=legacy', 'team=team-3']) tell(await deep(asking, words));
    const database = await openPostgres(address);
    const [size] = await database.query("SELECT pg_total_relation_size('run') AS bytes");
    await database.close();
    return Number(size?.['bytes']) / runs;
  } finally {
    await endOf(server);
    await store.close();
    await cluster?.stop();
  }
}

function at(ms: readonly number[], part: number): number {
  const sorted = ms.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

/** Pages of a fleet; over ten million runs with `--full`. */
export const fleetPages: Case = {
  name: 'fleet-pages',
  async measure({ full, say }): Promise<readonly Row[]> {
    const missing = missingPostgres();
    if (missing !== null) return [{ name: 'fleet, pages', skipped: missing }];
    const runs = full ? fullRuns : smallRuns;
    say(`making a store of ${runs} runs`);
    const all: Timed[] = [];
    const bytes = await measure(runs, (one) => all.push(one));
    say(`${bytes.toFixed(0)} bytes a run`);
    return all.map(({ name, ms, cpuMs }) =>
      figure({
        name: `fleet of ${runs} runs: ${name}, p95`,
        value: at(ms, 0.95),
        unit: 'ms',
        target: 200,
        note: `median ${at(ms, 0.5).toFixed(1)} ms, CPU ${cpuMs.toFixed(1)} ms each of ${ms.length}`,
      }),
    );
  },
};

if (import.meta.main) {
  const [runs = String(fullRuns), address, pid = '0'] = process.argv.slice(2);
  const filled = address === undefined ? undefined : { address, databasePid: Number(pid) };
  console.log('| page | p50 ms | p95 ms | worst ms | CPU ms |\n| --- | --: | --: | --: | --: |');
  const tell = ({ name, ms, cpuMs }: Timed): void => {
    const told = [at(ms, 0.5), at(ms, 0.95), at(ms, 1), cpuMs].map((one) => one.toFixed(1));
    console.log(`| ${name} | ${told.join(' | ')} |`);
  };
  const bytes = await measure(Number(runs), tell, filled);
  console.log(`${bytes.toFixed(0)} bytes a run`);
}

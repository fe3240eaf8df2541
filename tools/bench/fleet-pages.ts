// How long questions to a fleet take over many runs in PostgreSQL: a made-up store, asked as the server
// asks it. By hand: `node tools/bench/fleet-pages.ts [runs]`; ten million runs need minutes to be made.
import type { Evidence } from '../../src/flow/evidence.ts';
import { fleetEvidence } from '../../src/flow/fleet-evidence.ts';
import { type FleetStore, openFleetStore } from '../../src/store/fleet/index.ts';
import { openPostgres } from '../../src/store/fleet/postgres.ts';
import { missingPostgres, startPostgres } from '../../test/postgres-cluster.ts';
import { fleetDetection, fleetRun } from '../../test/sample-fleet.ts';
import type { Case } from './context.ts';
import { figure, type Row } from './figure.ts';
import { treeSeconds } from './processor.ts';

const fullRuns = 10_000_000;
const smallRuns = 200_000;
const agents = 1000;
const images = 50_000;
/** Each agent runs so many of the images, as a node of a cluster does. */
const imagesEach = 100;
const asksEach = 60;
/** Every so many runs have a detection; the newest of them have flows. */
const detectionEvery = 20;
const flowRuns = 100_000;
const aliveRuns = 20_000;
const beganUs = 1_760_000_000_000_000;
/** Nothing here has to outlive the machine. */
const settings = ['shared_buffers = 1GB', 'fsync = off', 'maintenance_work_mem = 1GB'];

interface Timed {
  readonly name: string;
  readonly ms: readonly number[];
  readonly cpuMs: number;
}

type Page = readonly [name: string, ask: (asked: Asked) => unknown];

function imageOf(index: number): number {
  return 1 + ((index * 7919) % images);
}

interface Asked {
  readonly evidence: Evidence;
  readonly store: FleetStore;
  /** Number of the question. */
  readonly at: number;
}

type Words = Partial<Parameters<Evidence['containers']>[0]>;

function containers(words: (at: number) => Words): Page[1] {
  return ({ evidence, at }) =>
    evidence.containers({ aliveOnly: false, limit: 100, ...words(at) }, null);
}

function exposed(question: (at: number) => string): Page[1] {
  return ({ evidence, at }) => evidence.exposed({ asked: question(at), skip: 0, limit: 100 }, null);
}

function agent(at: number): string {
  return `agent-${1 + at * 13}`;
}

function pagesOf(runs: number): readonly Page[] {
  const job = (at: number): string => `job-${1 + ((at * 104_729) % runs)}`;
  const detections = { limit: 100 };
  return [
    ['harbour', ({ evidence }) => evidence.harbour(null)],
    ['harbour of a team', ({ evidence, at }) => evidence.harbour(new Set([`team-${at % 20}`]))],
    ['images, first page', ({ evidence }) => evidence.images({ limit: 100 }, null)],
    ['network', ({ evidence }) => evidence.network(0n, null)],
    ['containers, first page', containers(() => ({}))],
    ['containers alive', containers(() => ({ aliveOnly: true }))],
    ['containers of an image', containers((at) => ({ image: `app-${imageOf(at)}:1` }))],
    ['containers of many images', containers((at) => ({ image: `team-${at}/` }))],
    ['containers of all images', containers(() => ({ image: 'registry' }))],
    ['containers alive of an image', containers((at) => ({ aliveOnly: true, image: `app-${at}` }))],
    ['containers of a node', containers((at) => ({ node: `node-${1 + at * 13}` }))],
    ['containers of a team', containers((at) => ({ team: `team-${at % 20}` }))],
    [
      'containers of a team with one node',
      containers((at) => ({ team: `team-${at % 20}`, node: 'node-7' })),
    ],
    ['containers by a part of the name', containers(() => ({ name: 'ob-' }))],
    ['containers by an old name', containers((at) => ({ name: job(at) }))],
    ['a name that nothing has', containers((at) => ({ name: `none-${at}` }))],
    ['counts', ({ store }) => store.counts()],
    ['detections, grouped', ({ evidence }) => evidence.detections(detections, null)],
    ['detections', ({ store }) => store.detections(detections)],
    [
      'detections, a priority that is rare',
      ({ store }) => store.detections({ ...detections, priorities: ['alert'] }),
    ],
    [
      'detections, two priorities',
      ({ store }) => store.detections({ ...detections, priorities: ['critical', 'notice'] }),
    ],
    [
      'detections of an agent',
      ({ store, at }) => store.detections({ ...detections, agent: agent(at) }),
    ],
    ['flows', ({ store }) => store.flows({ limit: 100 })],
    ['flows of an agent', ({ store, at }) => store.flows({ limit: 100, agent: agent(at) })],
    ['exposed', exposed((at) => `pkg:deb/package-${at}`)],
    ['exposed, in every image', exposed(() => 'pkg:deb/libc6')],
    ['exposed by an advisory', exposed(() => 'CVE-2026-0001')],
  ];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** In SQL, of a number in SQL. */
function imageId(number: string): string {
  return `'sha256:' || lpad(to_hex(${number}), 64, '0')`;
}

/** In SQL: each agent runs its images, the newest runs are alive. Indexes are made at the end, as dumps do. */
function statementsOf(runs: number): readonly string[] {
  const { kind: _, ...value } = fleetRun('job-@', { ports: [], command: ['job'] });
  const { detection } = fleetDetection('job', 'Terminal shell in container');
  const number = `(1 + (a * ${imagesEach} + ((i / ${agents}) % ${imagesEach})) % ${images})`;
  const t = `${beganUs} + i::bigint * 3000000`;
  return [
    `INSERT INTO agent (id, node, enrolled_us) SELECT 'agent-' || a, 'node-' || a, 1
     FROM generate_series(1, ${agents}) a`,
    'DROP INDEX run_image, run_first, run_name, run_short, run_agent, run_team, run_alive',
    'ALTER TABLE run DROP CONSTRAINT run_agent_container_key',
    'ALTER TABLE run SET UNLOGGED',
    `INSERT INTO run (agent, container, name, image, reference, team, first_us, last_us, alive,
       received_us, value)
     SELECT 'agent-' || a, md5(i::text) || repeat('0', 32), 'job-' || i, ${imageId('n')},
       'registry.example/team-' || n % 300 || '/app-' || n || ':1', 'team-' || n % 20, ${t},
       ${t} + 2000000, (i > ${runs - Math.min(aliveRuns, runs / 10)})::int, ${t}, 
       replace(replace(${quoted(JSON.stringify(value))}, 'job-@', 'job-' || i),
         ${quoted(value.image.id ?? '')}, ${imageId('n')})
     FROM (SELECT i, a, ${number} AS n FROM (SELECT i, 1 + i % ${agents} AS a
       FROM generate_series(1, ${runs}) i) o) r`,
    'ALTER TABLE run ADD CONSTRAINT run_agent_container_key UNIQUE (agent, container)',
    'CREATE INDEX run_image ON run (image, first_us)',
    'CREATE INDEX run_first ON run (first_us, id)',
    'CREATE INDEX run_name ON run (name COLLATE "C")',
    'CREATE INDEX run_short ON run ((substr(container, 1, 12)) COLLATE "C")',
    'CREATE INDEX run_agent ON run (agent, first_us)',
    'CREATE INDEX run_team ON run (team, first_us) WHERE team IS NOT NULL',
    'CREATE INDEX run_alive ON run (first_us, id, image) WHERE alive = 1',
    `INSERT INTO catalogue (id, reference) SELECT ${imageId('n')},
       'registry.example/team-' || n % 300 || '/app-' || n || ':1' FROM generate_series(1, ${images}) n`,
    `INSERT INTO ran SELECT agent, image, reference, team, count(*), min(first_us), max(last_us),
       max(first_us) FROM run GROUP BY agent, image, reference, team`,
    `INSERT INTO image_package SELECT ${imageId('n')}, 'deb', 'package-' || n % 400, '1',
       'pkg:deb/package-' || n % 400 || '@1' FROM generate_series(1, ${images}) n`,
    `INSERT INTO image_package SELECT ${imageId('n')}, 'deb', 'libc6', '1', 'pkg:deb/libc6@1'
     FROM generate_series(1, ${images}) n`,
    `INSERT INTO finding SELECT ${imageId('n')}, 'CVE-2026-0001', 'pkg:deb/libc6@1', 'high'
     FROM generate_series(1, ${images}, 7) n`,
    `INSERT INTO detection (day, agent, stream, sequence, container, time_us, rule, priority, value)
     SELECT day.day, r.agent, 's', r.id, r.container, r.first_us, 'Terminal shell in container',
       CASE WHEN r.id % 100000 = 0 THEN 'alert' WHEN r.id % 1000 = 0 THEN 'critical' ELSE 'notice' END,
       ${quoted(JSON.stringify(detection))}
     FROM run r, (SELECT floor(extract(epoch FROM now()) / 86400)::bigint AS day) day
     WHERE r.id % ${detectionEvery} = 0 ORDER BY r.id`,
    `INSERT INTO flow SELECT day.day, r.agent, r.container, 'out', 'tcp', 443 + p, '10.0.' || r.id % 200 || '.1',
       NULL, 3, 1200, 34000, r.first_us, r.last_us
     FROM run r, generate_series(1, 4) p,
       (SELECT floor(extract(epoch FROM now()) / 86400)::bigint AS day) day
     WHERE r.id > (SELECT max(id) FROM run) - ${Math.min(flowRuns, runs / 2)}`,
    'VACUUM ANALYZE',
  ];
}

async function fill(address: string, runs: number): Promise<void> {
  const database = await openPostgres(address, { statementMs: 3_600_000, connections: 2 });
  await database.ensureDay(Math.floor((await database.nowUs()) / 86_400_000_000));
  for (const statement of statementsOf(runs)) await database.query(statement);
  await database.close();
}

async function timed(store: FleetStore, [name, ask]: Page, pid: number): Promise<Timed> {
  const ms: number[] = [];
  const before = process.cpuUsage();
  const database = treeSeconds(pid);
  const evidence = fleetEvidence({
    store,
    advisories: () => null,
    coverage: () => Promise.resolve([]),
    now: () => new Date(),
  });
  for (let index = 0; index < asksEach; index += 1) {
    const begun = performance.now();
    JSON.stringify(await ask({ evidence, store, at: index }));
    ms.push(performance.now() - begun);
  }
  const { user, system } = process.cpuUsage(before);
  const cpuMs = ((user + system) / 1000 + (treeSeconds(pid) - database) * 1000) / asksEach;
  return { name, ms, cpuMs };
}

async function measureFleetPages(runs: number, tell: (one: Timed) => void): Promise<number> {
  const cluster = await startPostgres(settings);
  const stop = (): void => {
    void cluster.stop().finally(() => process.exit(1));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  try {
    const address = cluster.database();
    await (await openFleetStore(address)).close();
    await fill(address, runs);
    const store = await openFleetStore(address, { connections: 4 });
    for (const page of pagesOf(runs)) tell(await timed(store, page, cluster.pid()));
    await store.close();
    const database = await openPostgres(address);
    const [size] = await database.query("SELECT pg_total_relation_size('run') AS bytes");
    await database.close();
    return Number(size?.['bytes']) / runs;
  } finally {
    process.off('SIGTERM', stop);
    process.off('SIGINT', stop);
    await cluster.stop();
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
    const bytes = await measureFleetPages(runs, (one) => all.push(one));
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
  const runs = Number(process.argv[2] ?? fullRuns);
  console.log('| page | p50 ms | p95 ms | worst ms | CPU ms |\n| --- | --: | --: | --: | --: |');
  const bytes = await measureFleetPages(runs, ({ name, ms, cpuMs }) => {
    const told = [at(ms, 0.5), at(ms, 0.95), at(ms, 1), cpuMs].map((one) => one.toFixed(1));
    console.log(`| ${name} | ${told.join(' | ')} |`);
  });
  console.log(`${bytes.toFixed(0)} bytes a run`);
}

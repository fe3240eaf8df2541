// Simulated agents into one server and PostgreSQL: latency, memory, processor time, growth, loss. By
// hand: `node tools/bench/fleet.ts [agents] [events a second each] [seconds] [seconds between batches]`;
// with SEAWORTHY_BENCH_PROFILE=FOLDER the server writes its CPU profile there.
import type { ChildProcess } from 'node:child_process';
import { loadavg } from 'node:os';
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
import { type DriveOutcome, drive, type FleetLoad, type SimulatedAgent } from './fleet-agents.ts';
import { endOf, startServer } from './fleet-server.ts';
import { processorSeconds, residentMB, treeSeconds } from './processor.ts';

const port = 18_642;
const settings = ['shared_buffers = 256MB', 'max_wal_size = 2GB'];
/** What issue and docs ask for, and what a usual run of the bench takes instead. */
const fullLoad: FleetLoad = { agents: 1000, perSecond: 10, seconds: 600, betweenS: 5 };
const smallLoad: FleetLoad = { agents: 200, perSecond: 10, seconds: 20, betweenS: 5 };

interface Growth {
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
}

interface FleetOutcome extends DriveOutcome {
  readonly received: number;
  readonly missing: number;
  readonly loads: readonly [number, number];
  readonly server: { readonly cpuS: number; readonly peakMB: number; readonly nowMB: number };
  readonly databaseCpuS: number;
  readonly agentsCpuS: number;
  readonly growth: readonly Growth[];
}

/** Everything that was started ends, whatever happens. */
async function measureFleet(load: FleetLoad): Promise<FleetOutcome> {
  const cluster = await startPostgres(settings);
  let server: ChildProcess | null = null;
  const ended = new AbortController();
  const end = (): void => ended.abort();
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  try {
    const address = cluster.database();
    const store = await openFleetStore(address, { connections: 2 });
    const fleet = await enrolAll(store, load.agents);
    server = await startServer({ address, port });
    const run = measureRun({
      load,
      fleet,
      store,
      cluster,
      address,
      pid: server.pid ?? 0,
      signal: ended.signal,
    });
    const stopped = new Promise<never>((_, reject) => {
      const refuse = (): void => reject(new Error('ended by a signal'));
      ended.signal.addEventListener('abort', refuse);
      server?.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    });
    const outcome = await Promise.race([run, stopped]);
    await store.close();
    return outcome;
  } finally {
    end();
    process.off('SIGTERM', end);
    process.off('SIGINT', end);
    if (server !== null) await endOf(server);
    await cluster.stop();
  }
}

interface Measured {
  readonly load: FleetLoad;
  readonly fleet: readonly SimulatedAgent[];
  readonly store: FleetStore;
  readonly cluster: PostgresCluster;
  readonly address: string;
  readonly pid: number;
  readonly signal: AbortSignal;
}

async function measureRun(measured: Measured): Promise<FleetOutcome> {
  const { load, fleet, store, cluster, address, pid } = measured;
  const before = {
    server: processorSeconds(pid),
    database: treeSeconds(cluster.pid()),
    own: process.cpuUsage(),
    load: loadavg()[0] ?? 0,
  };
  const driven = await drive(fleet, load, { port, signal: measured.signal });
  const { user, system } = process.cpuUsage(before.own);
  const { peak, now } = residentMB(pid);
  const known = await store.agents({ after: null, limit: load.agents });
  return {
    ...driven,
    received: known.reduce((sum, one) => sum + one.records, 0),
    missing: known.reduce((sum, one) => sum + one.missing, 0),
    loads: [before.load, loadavg()[0] ?? 0],
    server: { cpuS: processorSeconds(pid) - before.server, peakMB: peak, nowMB: now },
    databaseCpuS: treeSeconds(cluster.pid()) - before.database,
    agentsCpuS: (user + system) / 1e6,
    growth: await growthOf(address, store),
  };
}

async function growthOf(address: string, store: FleetStore): Promise<readonly Growth[]> {
  const database = await openPostgres(address, {});
  const sizes = await database.query(
    `SELECT p.relname AS name, sum(pg_total_relation_size(c.oid)) AS bytes FROM pg_class p
     LEFT JOIN pg_inherits i ON i.inhparent = p.oid JOIN pg_class c ON c.oid = coalesce(i.inhrelid, p.oid)
     WHERE p.relname IN ('run', 'detection', 'flow') GROUP BY p.relname ORDER BY p.relname`,
  );
  await database.close();
  const { runs, detections, flows } = await store.counts();
  const rows = new Map([
    ['run', runs],
    ['detection', detections],
    ['flow', flows],
  ]);
  return sizes.map(({ name, bytes }) => {
    const table = String(name);
    return { table, rows: rows.get(table) ?? 0, bytes: Number(bytes) };
  });
}

async function enrolAll(store: FleetStore, agents: number): Promise<SimulatedAgent[]> {
  await store.addEnrolment({ hash: 'e', label: 'bench', uses: agents, lifeMs: 1e9 });
  const fleet = Array.from({ length: agents }, (_, index) => ({
    name: `agent-${index}`,
    secret: `secret-${index}`,
    sequence: 0,
  }));
  for (const { name, secret } of fleet) {
    const hash = secretHash(secret);
    await store.enrol({ id: name, node: name, secretHash: hash, enrolmentHash: 'e' });
  }
  return fleet;
}

function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

function spreadOf(values: readonly number[]): string {
  const at = (part: number): string => percentile(values, part).toFixed(1);
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, worst ${at(1)} ms`;
}

function bytesOf({ table, rows, bytes }: Growth): string {
  return `${table}: ${rows} rows, ${(bytes / 1e6).toFixed(1)} MB, ${Math.round(bytes / Math.max(1, rows))} bytes each`;
}

function describe(load: FleetLoad, outcome: FleetOutcome): string {
  const { agents, perSecond, betweenS } = load;
  const { events, received, missing, deferred, broken, elapsedS, loads, server } = outcome;
  const each = (seconds: number): string =>
    `${seconds.toFixed(1)} s (${((seconds * 1e6) / events).toFixed(1)} us an event)`;
  return [
    `${agents} agents x ${perSecond} events/s, a batch each ${betweenS} s, ${elapsedS.toFixed(0)} s, load ${loads.map((one) => one.toFixed(1)).join(' to ')}`,
    `sent ${events} (${Math.round(events / elapsedS)} a second), received ${received}, missing ${missing}; told to come later ${deferred}, broken ${broken}`,
    `send to acknowledgement: ${spreadOf(outcome.ackMs)}`,
    `due to acknowledgement: ${spreadOf(outcome.dueMs)}`,
    `server: RSS peak ${server.peakMB.toFixed(0)} MB, now ${server.nowMB.toFixed(0)} MB, processor ${each(server.cpuS)}`,
    `PostgreSQL: processor ${each(outcome.databaseCpuS)}; the agents: ${each(outcome.agentsCpuS)}`,
    ...outcome.growth.map(bytesOf),
  ].join('\n');
}

/** The fleet's ingest; as long and as large as the target with `--full`. */
export const fleet: Case = {
  name: 'fleet',
  async measure({ full, say }): Promise<readonly Row[]> {
    const missing = missingPostgres();
    if (missing !== null) return [{ name: 'fleet, ingest', skipped: missing }];
    const load = full ? fullLoad : smallLoad;
    const { agents, perSecond, seconds } = load;
    say(`${agents} agents send ${perSecond} events a second each for ${seconds} s`);
    const outcome = await measureFleet(load);
    say(describe(load, outcome));
    const { events, received, missing: lost, server, databaseCpuS } = outcome;
    const name = `fleet, ${agents} agents with ${perSecond} events a second`;
    return [
      figure({
        name: `${name}, p99 from send to acknowledgement`,
        value: percentile(outcome.ackMs, 0.99),
        unit: 'ms',
        target: 250,
        note: `${spreadOf(outcome.ackMs)}; ${seconds} s`,
      }),
      figure({
        name: `${name}, events lost`,
        value: events - received + lost,
        unit: '',
        target: 0,
        note: `${events} sent`,
      }),
      figure({ name: `${name}, server's RSS`, value: server.peakMB, unit: 'MB', target: 700 }),
      figure({
        name: `${name}, CPU of an event`,
        value: ((server.cpuS + databaseCpuS) * 1e6) / events,
        unit: 'us',
        note: `server ${server.cpuS.toFixed(1)} s, PostgreSQL ${databaseCpuS.toFixed(1)} s`,
      }),
    ];
  },
};

if (import.meta.main) {
  const words = process.argv.slice(2).map(Number);
  const load: FleetLoad = {
    agents: words[0] ?? fullLoad.agents,
    perSecond: words[1] ?? fullLoad.perSecond,
    seconds: words[2] ?? fullLoad.seconds,
    betweenS: words[3] ?? fullLoad.betweenS,
  };
  console.log(describe(load, await measureFleet(load)));
}

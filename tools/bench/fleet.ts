// Simulated agents into one server and PostgreSQL: latency, memory, processor time, growth, loss. Run
// by hand: `node tools/bench/fleet.ts [agents] [events a second each] [seconds] [seconds between batches]`.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { zstdCompressSync } from 'node:zlib';
import { secretHash } from '../../src/base/secret.ts';
import type { FleetRecord } from '../../src/model/fleet.ts';
import { type FleetStore, openFleetStore } from '../../src/store/fleet/index.ts';
import { openPostgres } from '../../src/store/fleet/postgres.ts';
import { startPostgres } from '../../test/postgres-cluster.ts';
import { fleetDetection, fleetFlow, fleetRun } from '../../test/sample-fleet.ts';

const [agents = 1000, perSecond = 10, seconds = 600, betweenS = 5] = process.argv
  .slice(2)
  .map(Number);
const ticksPerSecond = 100;
const port = 18_642;

interface Simulated {
  readonly name: string;
  readonly secret: string;
  sequence: number;
  sent: number;
  runs: number;
}

/** Of ten events seven are sums of flows, two lifecycles (a container begins, it ends), one a detection. */
function eventOf(one: Simulated, number: number): FleetRecord {
  const kind = number % 10;
  if (kind < 7)
    return fleetFlow(`${one.name}-${number % 50}`, `10.${number % 200}.0.1`, number + 1);
  if (kind === 7) return fleetDetection(`${one.name}-${number % 50}`, `rule ${number % 20}`);
  if (kind === 8) one.runs += 1;
  return fleetRun(`${one.name}-run-${one.runs}`, kind === 8 ? {} : { alive: false, exitCode: 0 });
}

function batchOf(one: Simulated, count: number): { body: Buffer; through: number } {
  const lines: string[] = [];
  const after = one.sequence;
  for (let index = 1; index <= count; index += 1) {
    lines.push(`[${after + index},${JSON.stringify(eventOf(one, after + index))}]`);
  }
  const health = { version: 'bench', sentUs: Date.now() * 1000, spooledBytes: 0, dropped: 0 };
  const head = JSON.stringify({ stream: 's', after, through: after + count, health });
  const body = zstdCompressSync(Buffer.from(`${[head, ...lines].join('\n')}\n`));
  return { body, through: after + count };
}

const connections = new Agent({ keepAlive: true, maxSockets: agents, maxFreeSockets: agents });

function post(one: Simulated, body: Buffer): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/api/v1/ingest',
        agent: connections,
        headers: {
          authorization: `Bearer ${one.secret}`,
          'content-encoding': 'zstd',
          'content-length': body.length,
        },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** User and system seconds of a process and of its children that were waited for. */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (
    [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0) / ticksPerSecond
  );
}

/** The same of a process and its living children. */
function treeSeconds(pid: number): number {
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const own = children.filter((name) => {
    try {
      return (
        readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(pid)
      );
    } catch {
      return false;
    }
  });
  return processorSeconds(pid) + own.reduce((sum, name) => sum + processorSeconds(Number(name)), 0);
}

function statusOf(pid: number, name: string): number {
  const line = new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(
    readFileSync(`/proc/${pid}/status`, 'utf8'),
  );
  return Number(line?.[1] ?? 0) / 1024;
}

function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

interface Outcome {
  readonly taken: readonly number[];
  readonly retried: number;
  readonly late: number;
  readonly elapsedS: number;
}

/** Every agent sends at its own moment of each round, evenly spread, as jitter spreads real ones. */
async function drive(fleet: readonly Simulated[]): Promise<Outcome> {
  const taken: number[] = [];
  let retried = 0;
  let late = 0;
  const began = performance.now();
  const end = began + seconds * 1000;
  await Promise.all(
    fleet.map(async (one, index) => {
      let due = began + (index / agents) * betweenS * 1000;
      while (due < end) {
        const now = performance.now();
        if (now < due) await pause(due - now);
        else if (now - due > 1000) late += 1;
        due += betweenS * 1000;
        const { body, through } = batchOf(one, perSecond * betweenS);
        for (;;) {
          const start = performance.now();
          const answer = await post(one, body);
          if (answer.status === 200) {
            taken.push(performance.now() - start);
            one.sent += through - one.sequence;
            one.sequence = through;
            break;
          }
          retried += 1;
          await pause(1000);
        }
      }
    }),
  );
  return { taken, retried, late, elapsedS: (performance.now() - began) / 1000 };
}

async function growth(address: string, store: FleetStore): Promise<readonly string[]> {
  const database = await openPostgres(address, {});
  const sizes = await database.query(
    `SELECT p.relname AS name, sum(pg_total_relation_size(c.oid)) AS bytes FROM pg_class p
     LEFT JOIN pg_inherits i ON i.inhparent = p.oid JOIN pg_class c ON c.oid = coalesce(i.inhrelid, p.oid)
     WHERE p.relname IN ('run', 'detection', 'flow') GROUP BY p.relname`,
  );
  await database.close();
  const { runs, detections, flows } = await store.counts();
  const rowsOf: Readonly<Record<string, number>> = {
    run: runs,
    detection: detections,
    flow: flows,
  };
  return sizes.map(({ name, bytes }) => {
    const rows = rowsOf[String(name)] ?? 0;
    const each = Math.round(Number(bytes) / Math.max(1, rows));
    return `${String(name)}: ${rows} rows, ${(Number(bytes) / 1e6).toFixed(1)} MB, ${each} bytes each`;
  });
}

async function enrolAll(store: FleetStore): Promise<Simulated[]> {
  await store.addEnrolment({ hash: 'e', label: 'bench', uses: agents, lifeMs: 1e9 });
  const fleet = Array.from({ length: agents }, (_, index) => ({
    name: `agent-${index}`,
    secret: `secret-${index}`,
    sequence: 0,
    sent: 0,
    runs: 0,
  }));
  for (const { name, secret } of fleet) {
    const hash = secretHash(secret);
    await store.enrol({ id: name, node: name, secretHash: hash, enrolmentHash: 'e' });
  }
  return fleet;
}

function fixed(value: number): string {
  return value.toFixed(1);
}

async function main(): Promise<void> {
  const cluster = await startPostgres(['shared_buffers = 256MB', 'max_wal_size = 2GB']);
  const address = cluster.database();
  const store = await openFleetStore(address, { connections: 2 });
  const fleet = await enrolAll(store);
  const launch = new URL('../../src/cli/launch.ts', import.meta.url).pathname;
  const words = [launch, 'server', '--port', String(port), '--store', address];
  const server = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit'] });
  await pause(3000);
  const pid = server.pid ?? 0;
  const before = { server: processorSeconds(pid), database: treeSeconds(cluster.pid()) };
  const load = loadavg()[0];
  const { taken, retried, late, elapsedS } = await drive(fleet);
  const used = {
    server: processorSeconds(pid) - before.server,
    database: treeSeconds(cluster.pid()) - before.database,
  };
  const sorted = taken.toSorted((a, b) => a - b);
  const sent = fleet.reduce((sum, one) => sum + one.sent, 0);
  const known = await store.agents({ after: null, limit: agents });
  const received = known.reduce((sum, one) => sum + one.records, 0);
  const lost = known.reduce((sum, one) => sum + one.missing, 0);
  const { user, system } = process.cpuUsage();
  console.log(
    [
      `${agents} agents x ${perSecond} events/s, a batch each ${betweenS} s, ${fixed(elapsedS)} s, load before ${load?.toFixed(1)}`,
      `sent ${sent} (${Math.round(sent / elapsedS)} a second), received ${received}, missing ${lost}, retried ${retried}, batches late by 1 s ${late}`,
      `latency of a batch, ms: p50 ${fixed(percentile(sorted, 0.5))} p95 ${fixed(percentile(sorted, 0.95))} p99 ${fixed(percentile(sorted, 0.99))} max ${fixed(sorted.at(-1) ?? 0)}`,
      `server: peak RSS ${fixed(statusOf(pid, 'VmHWM'))} MiB, now ${fixed(statusOf(pid, 'VmRSS'))} MiB, processor ${fixed(used.server)} s; PostgreSQL processor ${fixed(used.database)} s`,
      `this simulation: processor ${fixed((user + system) / 1e6)} s`,
      ...(await growth(address, store)),
    ].join('\n'),
  );
  connections.destroy();
  server.kill('SIGTERM');
  await store.close();
  await cluster.stop();
}

await main();

// Servers and agents killed at random moments under load, a server that is gone for a while, a clock
// that is wrong: what was acknowledged is in the store exactly once.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  missingPostgres,
  type PostgresCluster,
  startPostgres,
} from '../../../test/postgres-cluster.ts';
import { present } from '../../../test/present.ts';
import { secretHash } from '../../base/secret.ts';
import { type FleetStore, openFleetStore } from '../../store/fleet/index.ts';

/** By hand with more: `SEAWORTHY_FLEET_KILLS=100 npx vitest run src/server/ingest/faults.test.ts`. */
const kills = Number(process.env['SEAWORTHY_FLEET_KILLS'] ?? 30);
/** Which moments are chosen: another `SEAWORTHY_FLEET_SEED` chooses others. */
const seed = Number(process.env['SEAWORTHY_FLEET_SEED'] ?? 42);
const root = mkdtempSync(join(tmpdir(), 'seaworthy-faults-'));
const sources = new URL('../../', import.meta.url).href;
const children = new Set<ChildProcess>();

function child(code: string): ChildProcess {
  const started = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.add(started);
  started.once('exit', () => children.delete(started));
  return started;
}

async function killed(one: ChildProcess): Promise<void> {
  if (one.exitCode !== null || one.signalCode !== null) return;
  await new Promise((resolve) => {
    one.once('exit', resolve);
    one.kill('SIGKILL');
  });
}

const serverCode = (store: string, port: number): string => `
  import { createFleetDesk, listenFleet } from '${sources}server/ingest/index.ts';
  import { openFleetStore } from '${sources}store/fleet/index.ts';
  const store = await openFleetStore(${JSON.stringify(store)}, { connections: 4 });
  const desk = createFleetDesk({ store, nowMs: () => performance.now(), warn: () => {} });
  const front = { serve: () => Promise.resolve(), streams: { close() {} } };
  await listenFleet({ host: '127.0.0.1', port: ${port}, desk, front, tls: null });`;

/** Numbers records from 1 on, ten at a time, until a file says which is the last. */
const agentCode = (name: string, ports: readonly number[], skewMs: number): string => `
  import { existsSync, readFileSync } from 'node:fs';
  import { runAgent } from '${sources}flow/agent.ts';
  import { openAgentLink } from '${sources}flow/agent-link.ts';
  import { openSpool } from '${sources}host/spool/index.ts';
  import { realPace } from '${sources}base/retry.ts';
  import { fleetDetection, fleetFlow } from '${new URL('../../../test/sample-fleet.ts', import.meta.url).href}';
  const pace = { ...realPace, now: () => Date.now() + ${skewMs}, sleep: (ms, signal) => realPace.sleep(Math.min(ms, 60), signal) };
  const spool = openSpool({ folder: '${join(root, name)}', mostBytes: 64e6, segmentBytes: 20000 });
  const end = '${join(root, `${name}.end`)}';
  const source = {
    next(before) {
      const at = before?.n ?? 0;
      if (existsSync(end) && at >= Number(readFileSync(end, 'utf8'))) return null;
      if (spool.last - spool.acknowledged > 2000) return null;
      const records = [];
      for (let n = at + 1; n <= at + 10; n += 1) records.push(fleetDetection('web', '${name} ' + n), fleetFlow('web', '10.0.0.' + (n % 200), n));
      return { records, position: { n: at + 10 } };
    },
  };
  const ports = ${JSON.stringify(ports)};
  const identity = { server: '', agent: '${name}', secret: 'secret-${name}', next: null };
  const links = ports.map((port) => openAgentLink({ server: new URL('http://127.0.0.1:' + port), tls: {}, node: '${name}', identity, keep: () => {}, nowMs: () => Date.now() }));
  let turn = 0;
  const link = { send: (...words) => links[turn++ % links.length].send(...words) };
  await runAgent({ spool, source, link, pace, signal: new AbortController().signal, version: '0', warn: () => {}, collectMs: 15, sendMs: 15 });`;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Every number from 1 on, each once. */
async function rulesOf(store: FleetStore, agent: string): Promise<number[]> {
  const found: number[] = [];
  let beforeId: number | undefined;
  for (;;) {
    const page = await store.detections({
      agent,
      limit: 5000,
      ...(beforeId === undefined ? {} : { beforeId }),
    });
    if (page.length === 0) return found.toSorted((a, b) => a - b);
    found.push(...page.map(({ told }) => Number(told.detection.rule.split(' ')[1])));
    beforeId = page.at(-1)?.id;
  }
}

const missing = missingPostgres();

describe.skipIf(missing !== null)(`faults${missing === null ? '' : ` (${missing})`}`, () => {
  let cluster: PostgresCluster | null = null;
  beforeAll(async () => {
    cluster = await startPostgres(['max_wal_size = 256MB']);
  });
  afterAll(async () => {
    for (const one of children) await killed(one);
    await cluster?.stop();
    rmSync(root, { recursive: true, force: true });
  });

  async function begin(
    names: readonly string[],
  ): Promise<{ address: string; store: FleetStore; ports: number[] }> {
    const address = present(cluster).database();
    const store = await openFleetStore(address, { connections: 2 });
    await store.addEnrolment({ hash: 'e', label: 't', uses: names.length, lifeMs: 1e9 });
    for (const id of names) {
      const secret = secretHash(`secret-${id}`);
      await store.enrol({ id, node: id, secretHash: secret, enrolmentHash: 'e' });
    }
    return { address, store, ports: [await freePort(), await freePort()] };
  }

  async function finished(store: FleetStore, name: string): Promise<number[]> {
    for (let tries = 0; tries < 600; tries += 1) {
      const numbers = await rulesOf(store, name);
      const agents = await store.agents({ after: null, limit: 9 });
      const agent = agents.find(({ id }) => id === name);
      const end = present(ends.get(name));
      if (numbers.length >= end && agent?.records === numbers.length * 2) return numbers;
      await pause(100);
    }
    return rulesOf(store, name);
  }

  const ends = new Map<string, number>();
  async function endAt(store: FleetStore, name: string): Promise<void> {
    const numbers = await rulesOf(store, name);
    // Above all that was numbered: what waits in the spool is below 2,000 records.
    const end = Math.ceil(((numbers.at(-1) ?? 0) + 1200) / 10) * 10;
    ends.set(name, end);
    writeFileSync(join(root, `${name}.end.new`), String(end));
    writeFileSync(join(root, `${name}.end`), String(end));
  }

  test(`${kills} kill -9 of servers and agent, seed ${seed}: each record exactly once`, async () => {
    const { address, store, ports } = await begin(['k']);
    const servers = ports.map((port) => child(serverCode(address, port)));
    let agent = child(agentCode('k', ports, 0));
    await pause(1500);
    let chance = seed;
    const random = (): number => {
      chance = (chance * 48_271) % 2_147_483_647;
      return chance / 2_147_483_647;
    };
    for (let count = 0; count < kills; count += 1) {
      await pause(30 + random() * 300);
      const which = Math.floor(random() * 3);
      if (which === 2) {
        await killed(agent);
        agent = child(agentCode('k', ports, 0));
      } else {
        await killed(present(servers[which]));
        servers[which] = child(serverCode(address, present(ports[which])));
      }
    }
    await endAt(store, 'k');
    const numbers = await finished(store, 'k');
    expect(numbers).toEqual(
      Array.from({ length: present(ends.get('k')) }, (_, index) => index + 1),
    );
    expect((await store.agents({ after: null, limit: 1 }))[0]).toMatchObject({ missing: 0 });
    for (const one of [agent, ...servers]) await killed(one);
    await store.close();
  }, 300_000);

  test('server and database gone for a while, and a clock two hours ahead: nothing is lost', async () => {
    const { address, store, ports } = await begin(['o']);
    const [port = 0] = ports;
    let server = child(serverCode(address, port));
    const agent = child(agentCode('o', [port], 7_200_000));
    await pause(1000);
    await killed(server);
    await pause(500);
    await present(cluster).kill();
    await pause(500);
    await present(cluster).start();
    server = child(serverCode(address, port));
    await pause(1000);
    await endAt(store, 'o');
    const numbers = await finished(store, 'o');
    expect(numbers).toEqual(
      Array.from({ length: present(ends.get('o')) }, (_, index) => index + 1),
    );
    const [known] = await store.agents({ after: null, limit: 1 });
    expect(Math.round(present(present(known).aheadUs) / 3.6e9)).toBe(2);
    for (const one of [agent, server]) await killed(one);
    await store.close();
  }, 300_000);
});

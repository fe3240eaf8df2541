// A fleet of real processes: two replicas of `server` on a real PostgreSQL, an `agent` over a record, a
// registry, a receiver of alerts. What a node reports is pulled, scanned and matched by whoever is free;
// a newer advisory reaches images of before; each detection is told once.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createRegistry, digestOf, parseReference } from '../../src/host/registry/index.ts';
import { openRecorder, usualRetention } from '../../src/store/record/index.ts';
import { buildImage, debianLayer, ociFiles } from '../image-builder.ts';
import { missingPostgres, type PostgresCluster, startPostgres } from '../postgres-cluster.ts';
import { present } from '../present.ts';
import { hasRegistry, type RegistryProcess, startRegistry } from '../registry-process.ts';
import { detected, lifecycle, sampleRun, second } from '../sample-record.ts';
import { seaworthy } from './run.ts';

const launcher = fileURLToPath(new URL('../../bin/seaworthy', import.meta.url));
const patience = { timeout: 90_000, interval: 100 };
const missing = missingPostgres() ?? (hasRegistry ? null : 'needs docker-registry');

interface Json {
  readonly [key: string]: unknown;
}

/** A command that runs until it is ended. */
class Running {
  readonly child: ChildProcess;
  output = '';

  constructor(words: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    this.child = spawn(launcher, words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString('utf8')));
    }
  }

  /** Where it says that it listens. */
  async address(): Promise<string> {
    const find = (): string | undefined =>
      /listens on (http:\/\/[\d.]+:\d+)/.exec(this.output)?.[1];
    await vi.waitUntil(() => {
      if (this.child.exitCode !== null) throw new Error(this.output);
      return find() !== undefined;
    }, patience);
    return present(find());
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const gone = once(this.child, 'exit');
    this.child.kill(signal);
    const [code] = (await gone) as [number | null];
    return code;
  }
}

describe.skipIf(missing !== null)(`a fleet${missing === null ? '' : ` (${missing})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-fleet-e2e-'));
  const node = join(folder, 'node');
  const started: Running[] = [];
  const alerts: Json[] = [];
  const database = join(folder, 'advisories.db');
  let cluster: PostgresCluster | null = null;
  let registry: RegistryProcess | null = null;
  let receiver: Server | null = null;
  let store = '';
  let servers: readonly Running[] = [];
  let addresses: readonly string[] = [];
  let token = '';
  let image = { reference: '', id: '', digest: '' };

  const run = (words: readonly string[], environment: NodeJS.ProcessEnv = {}): Running => {
    const one = new Running(words, environment);
    started.push(one);
    return one;
  };
  const serve = (name: string, port: string): Running =>
    run(
      [
        'server',
        `--port=${port}`,
        `--db=${database}`,
        `--data=${join(folder, name)}`,
        `--alerts=${join(folder, 'alerts.yaml')}`,
        `--scan=${present(registry).host}`,
        '--scan-after=1ms',
      ],
      { SEAWORTHY_STORE: store },
    );
  const ask = async (path: string, who = token, at = 0): Promise<Json> => {
    const headers = { authorization: `Bearer ${who}` };
    const answer = await fetch(new URL(path, addresses[at]), { headers });
    return { status: answer.status, ...((await answer.json()) as Json) };
  };
  /** Advisories on `openssl`, in the order in which they were written. */
  const publish = async (...ids: readonly string[]): Promise<void> => {
    const from = join(folder, `feed-${ids.length}`);
    mkdirSync(from, { recursive: true });
    for (const id of ids) {
      const affected = [
        {
          package: { ecosystem: 'Debian:12', name: 'openssl' },
          ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '3.0.99-1' }] }],
        },
      ];
      const record = { id, modified: '2026-01-01T00:00:00Z', aliases: [], affected };
      writeFileSync(join(from, `${id}.json`), JSON.stringify(record));
    }
    const { code, stderr } = await seaworthy(['db', 'build', '--from', from, '--db', database]);
    expect(`${code} ${stderr}`).toMatch(/^0 /);
  };
  const exposed = async (id: string, who = token): Promise<Json> =>
    ask(`/api/v1/exposed?question=${id}`, who, 1);

  beforeAll(async () => {
    cluster = await startPostgres();
    store = cluster.database();
    registry = await startRegistry();
    receiver = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
      request.on('end', () => {
        alerts.push(JSON.parse(text) as Json);
        response.end('ok');
      });
    });
    await new Promise<void>((resolve) => receiver?.listen(0, '127.0.0.1', resolve));
    const { port } = receiver.address() as AddressInfo;
    writeFileSync(
      join(folder, 'alerts.yaml'),
      `apiVersion: seaworthy.dev/v1
kind: Alerts
outputs: [{ name: hook, type: webhook, url: "http://127.0.0.1:${port}/" }]
`,
    );
    image = await pushed(registry.host);
    record(node, image);
    await publish('DSA-2026-1');
    servers = [serve('one', '0'), serve('two', '0')];
    addresses = await Promise.all(servers.map((server) => server.address()));
    const made = await seaworthy(['server', 'token', '--role', 'admin', '--store', store]);
    token = made.stdout.trim();
  }, 180_000);
  afterAll(async () => {
    for (const one of started) await one.end('SIGKILL');
    receiver?.close();
    await registry?.stop();
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  test('what a node runs and nobody scanned is pulled, matched, and asked at any replica', async () => {
    const enrol = await seaworthy(['server', 'enrol', '--store', store]);
    await vi.waitUntil(async () => (await ask('/api/v1/alerts'))['heldBy'] !== null, patience);
    run(['agent', '--server', present(addresses[0]), '--data', node, '--node', 'node-1'], {
      SEAWORTHY_TOKEN: enrol.stdout.trim(),
    });
    await vi.waitUntil(async () => runsOf(await exposed('DSA-2026-1')) === 1, patience);
    expect(await exposed('DSA-2026-1')).toMatchObject({
      total: { images: 1, running: 1 },
      items: [{ container: { node: 'node-1', name: 'web' } }],
    });
    const figures = await Promise.all(addresses.map((address) => metrics(address, token)));
    const scanned = figures.map((text) => /work_scanned_total (\d+)/.exec(text)?.[1] ?? '');
    expect(scanned.map(Number).reduce((sum, one) => sum + one, 0)).toBe(1);
  }, 120_000);

  test('each detection is told once, whichever replica took it', async () => {
    await vi.waitUntil(() => alerts.length >= 2, patience);
    const rules = alerts.map(({ rule }) => String(rule));
    expect(rules.toSorted()).toEqual(['Drift', 'Terminal shell in container']);
    expect(alerts[0]).toMatchObject({ hostname: 'node-1' });
  }, 120_000);

  test('a newer advisory reaches what was scanned before, also when a replica is killed', async () => {
    await present(servers[0]).end('SIGKILL');
    await publish('DSA-2026-1', 'CVE-2026-4242');
    await vi.waitUntil(async () => runsOf(await exposed('CVE-2026-4242')) === 1, patience);
    expect(runsOf(await exposed('DSA-2026-1'))).toBe(1);
  }, 150_000);

  test('teams see what they run, viewers change nothing, changes are written down', async () => {
    const words = ['server', 'token', '--store', store, '--team'];
    const [theirs, others] = await Promise.all(
      ['checkout', 'billing'].map(async (team) =>
        (await seaworthy([...words, team])).stdout.trim(),
      ),
    );
    expect(await exposed('DSA-2026-1', theirs)).toMatchObject({ total: { containers: 1 } });
    expect(await exposed('DSA-2026-1', others)).toMatchObject({
      total: { containers: 0 },
      items: [],
    });
    for (const list of ['containers', 'detections', 'images', 'responses']) {
      const path = `/api/v1/${list}`;
      expect(await ask(path, others, 1), list).toMatchObject({ status: 200, items: [] });
    }
    for (const path of ['/api/v1/alerts', '/api/v1/changes', '/api/v1/agents']) {
      expect(await ask(path, theirs, 1), path).toMatchObject({ status: 403 });
    }
    const post = (who: string): Promise<Response> =>
      fetch(new URL('/api/v1/alerts/test', addresses[1]), {
        method: 'POST',
        headers: { authorization: `Bearer ${who}` },
      });
    expect((await post(present(theirs))).status).toBe(403);
    expect(await (await post(token)).json()).toMatchObject({
      outputs: [{ output: 'hook', delivered: true }],
    });
    const { items } = (await ask('/api/v1/changes', token, 1)) as { items?: readonly Json[] };
    expect(items?.map(({ path, status }) => `${String(path)} ${String(status)}`)).toEqual([
      '/api/v1/alerts/test 200',
      '/api/v1/alerts/test 403',
      '/api/v1/agents/enrol 200',
    ]);
    expect(await present(servers[1]).end('SIGTERM')).toBe(0);
  }, 120_000);
});

function runsOf(answer: Json): unknown {
  return (answer['total'] as Json | undefined)?.['containers'];
}

async function metrics(address: string, token: string): Promise<string> {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(new URL('/metrics', address), { headers })).text();
}

/** An image of Debian 12 with openssl in the registry. */
async function pushed(host: string): Promise<{ reference: string; id: string; digest: string }> {
  const reference = `${host}/shop/api:1.2`;
  const layers = [debianLayer({ openssl: '3.0.11-1' })];
  const { files } = ociFiles(buildImage(layers));
  const registry = createRegistry({});
  try {
    const index = JSON.parse(String(files.get('index.json'))) as {
      manifests: readonly [{ digest: string; mediaType: string }];
    };
    const [{ digest, mediaType }] = index.manifests;
    const blob = (name: string): Buffer =>
      present(files.get(`blobs/sha256/${name.slice('sha256:'.length)}`));
    const manifest = blob(digest);
    const parts = JSON.parse(manifest.toString('utf8')) as {
      config: { digest: string };
      layers: readonly { digest: string }[];
    };
    for (const part of [parts.config, ...parts.layers]) {
      await registry.pushBlob(parseReference(reference), blob(part.digest));
    }
    await registry.pushManifest(parseReference(reference), manifest, mediaType);
    return { reference, id: parts.config.digest, digest: digestOf(manifest) };
  } finally {
    registry.close();
  }
}

/** What `watch` would have recorded on the node: a container of the image, two detections. */
function record(
  folder: string,
  image: { readonly reference: string; readonly id: string; readonly digest: string },
): void {
  mkdirSync(folder);
  const nowNs = BigInt(Date.now()) * 1_000_000n - 60n * second;
  const clock = { wallNs: () => nowNs, monotonicNs: () => 1n };
  const writer = openRecorder({
    folder,
    clock,
    retention: usualRetention,
    warn: (line) => {
      throw new Error(line);
    },
  });
  const run = sampleRun('web', { startedAtNs: nowNs });
  writer.append(lifecycle({ ...run, identity: { ...run.identity, image } }));
  writer.append(detected('web', 'Terminal shell in container', nowNs + second));
  writer.append(detected('web', 'Drift', nowNs + 2n * second));
  writer.close();
  expect(readFileSync(join(folder, 'record.db')).length).toBeGreaterThan(0);
}

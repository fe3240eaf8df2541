// The desk of a fleet's server against agents, and against those who only say that they are agents.
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listenLab } from '../../../test/fleet-lab.ts';
import { fleetDetection, health } from '../../../test/sample-fleet.ts';
import { realPace } from '../../base/retry.ts';
import { newSecret, secretHash } from '../../base/secret.ts';
import { type AgentIdentity, enrolAgent, openAgentLink } from '../../flow/agent-link.ts';
import { type FleetStore, openFleetStore } from '../../store/fleet/index.ts';
import { createBuckets } from './bucket.ts';
import { createFleetDesk, type FleetListener } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-desk-'));
let store: FleetStore;
let listener: FleetListener;
const warnings: string[] = [];
const end = new AbortController();
const tokens = { enrol: newSecret('swe'), viewer: newSecret('swt'), admin: newSecret('swt') };

beforeAll(async () => {
  store = await openFleetStore(`sqlite:${join(folder, 'fleet.db')}`);
  await store.addEnrolment({ hash: secretHash(tokens.enrol), label: 't', uses: 3, lifeMs: 1e9 });
  await store.addToken({
    hash: secretHash(tokens.viewer),
    role: 'viewer',
    label: 'ann',
    teams: null,
  });
  await store.addToken({
    hash: secretHash(tokens.admin),
    role: 'admin',
    label: 'bob',
    teams: null,
  });
  const warn = (line: string): void => void warnings.push(line);
  ({ listener } = await listenLab({ store, warn, signal: end.signal }));
});
afterAll(async () => {
  end.abort();
  await listener.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly value: Readonly<Record<string, unknown>>;
}

function ask(
  method: string,
  path: string,
  options: { token?: string; body?: Uint8Array; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { token, body, headers = {} } = options;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        port: listener.port,
        method,
        path,
        headers: {
          ...headers,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            value: text.startsWith('{') ? (JSON.parse(text) as never) : { text },
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function batch(lines: readonly string[], head: object = {}): Uint8Array {
  const whole = { stream: 's', after: 0, through: lines.length, health, ...head };
  return gzipSync(`${[JSON.stringify(whole), ...lines].join('\n')}\n`);
}

const gzip = { 'content-encoding': 'gzip' };
let enrolled = 0;
async function newAgent(): Promise<AgentIdentity> {
  enrolled += 1;
  await store.addEnrolment({ hash: `e${enrolled}`, label: 't', uses: 1, lifeMs: 1e9 });
  const secret = newSecret('swa');
  const id = String(enrolled).padStart(32, '0');
  const enrolmentHash = `e${enrolled}`;
  await store.enrol({ id, node: `n${enrolled}`, secretHash: secretHash(secret), enrolmentHash });
  return { server: '', agent: id, secret, next: null };
}

describe('who may do what', () => {
  test('nothing without a token; each role what is its own', async () => {
    const agent = await newAgent();
    const table: readonly (readonly [string, string, string | undefined, number])[] = [
      ['GET', '/healthz', undefined, 200],
      ['GET', '/readyz', undefined, 200],
      ['GET', '/metrics', undefined, 401],
      ['GET', '/metrics', tokens.viewer, 200],
      ['GET', '/api/v1/agents', undefined, 401],
      ['GET', '/api/v1/agents', 'wrong', 401],
      ['GET', '/api/v1/agents', tokens.enrol, 401],
      ['GET', '/api/v1/agents', agent.secret, 401],
      ['GET', '/api/v1/agents', tokens.viewer, 200],
      ['GET', '/api/v1/counts', tokens.viewer, 200],
      ['GET', '/api/v1/exposed?question=x%27%3B', tokens.viewer, 400],
      ['GET', '/api/v1/containers?cursor=1%20OR%201', tokens.viewer, 400],
      ['GET', '/api/v1/containers?limit=1e9', tokens.viewer, 400],
      ['GET', '/api/v1/containers/%00%27', tokens.viewer, 404],
      ['GET', '/api/v1/../../etc/passwd', tokens.viewer, 404],
      ['POST', '/api/v1/agents/orders', tokens.admin, 403],
      ['POST', '/api/v1/agents/orders', undefined, 401],
      ['POST', '/api/v1/ingest', tokens.admin, 403],
      ['POST', `/api/v1/agents/${agent.agent}/revoke`, tokens.viewer, 403],
      ['POST', `/api/v1/agents/${agent.agent}/revoke`, agent.secret, 401],
      ['POST', '/api/v1/agents/nobody/revoke', tokens.admin, 404],
      ['GET', '/elsewhere', tokens.admin, 404],
    ];
    for (const [method, path, token, status] of table) {
      const answer = await ask(method, path, token === undefined ? {} : { token });
      expect([method, path, answer.status]).toEqual([method, path, status]);
    }
    expect(JSON.stringify(warnings)).not.toContain(agent.secret);
  });

  test('a token cannot be guessed: wrong ones are slowed down', async () => {
    const desk = createFleetDesk({ store, nowMs: () => 0, warn: () => undefined });
    const statuses: number[] = [];
    for (let tries = 0; tries < 40; tries += 1) {
      const answer = await desk.handle({
        method: 'POST',
        url: new URL('http://x/api/v1/ingest'),
        header: (name) => (name === 'authorization' ? `Bearer guess${tries}` : null),
        address: '192.0.2.1',
        certified: null,
        body: () => Promise.resolve(null),
      });
      statuses.push(answer?.status ?? 0);
    }
    expect(statuses.slice(0, 20).every((one) => one === 401)).toBe(true);
    expect(statuses.slice(21).every((one) => one === 429)).toBe(true);
  });

  test('enrolment, rotation and a name that somebody else has', async () => {
    const server = new URL(`http://127.0.0.1:${listener.port}`);
    const kept: AgentIdentity[] = [];
    const own = {
      server,
      tls: {},
      node: 'n',
      keep: (one: AgentIdentity) => void kept.push(one),
      nowMs: () => Date.now(),
    };
    await expect(enrolAgent({ ...own, token: 'swe_wrong' })).rejects.toMatchObject({
      code: 'denied',
    });
    const identity = await enrolAgent({ ...own, token: tokens.enrol });
    const thief = { id: identity.agent, node: 'thief', secretHash: secretHash('mine') };
    const stolen = await ask('POST', '/api/v1/agents/enrol', {
      token: tokens.enrol,
      body: Buffer.from(JSON.stringify(thief)),
    });
    expect(stolen.status).toBe(401);
    const link = openAgentLink({ ...own, identity });
    const { signal } = new AbortController();
    await link.rotate(signal);
    const head = { stream: 's', after: 0, through: 1, health };
    const lines = [`[1,${JSON.stringify(fleetDetection('web', 'x'))}]`];
    expect(await link.send(head, lines, signal)).toEqual({ kind: 'taken', acknowledged: 1 });
    expect(kept.at(-1)?.secret).not.toBe(identity.secret);
    expect(kept.at(-1)?.next).toBeNull();
    expect(await store.identify(secretHash(identity.secret))).toBeNull();
    link.close();
  });
});

describe('batches', () => {
  test('gzip and zstd; again is nothing; another agent cannot speak in its name', async () => {
    const [a, b] = [await newAgent(), await newAgent()];
    const lines = [1, 2].map(
      (one) => `[${one},${JSON.stringify(fleetDetection('web', `r${one}`))}]`,
    );
    const body = batch(lines);
    const before = (await store.counts()).detections;
    for (const token of [a.secret, a.secret, b.secret]) {
      const answer = await ask('POST', '/api/v1/ingest', { token, body, headers: gzip });
      expect(answer).toMatchObject({ status: 200, value: { acknowledged: 2 } });
    }
    expect((await store.counts()).detections - before).toBe(4);
    const text = Buffer.from(
      `${JSON.stringify({ stream: 's', after: 2, through: 3, health })}\n[3,${JSON.stringify(fleetDetection('web', 'z'))}]\n`,
    );
    const zstd = { 'content-encoding': 'zstd' };
    const answer = await ask('POST', '/api/v1/ingest', {
      token: a.secret,
      body: zstdCompressSync(text),
      headers: zstd,
    });
    expect(answer.value).toMatchObject({ acknowledged: 3 });
  });

  test('one bad record is set aside, counted, and blocks nothing', async () => {
    const { secret, agent } = await newAgent();
    const good = JSON.stringify(fleetDetection('web', 'good'));
    const lines = [
      `[1,${good}]`,
      '[2,{"kind":"nonsense"}]',
      '{broken',
      `[4,${good}]`,
      `[9,${good}]`,
    ];
    const body = batch(lines);
    const answer = await ask('POST', '/api/v1/ingest', { token: secret, body, headers: gzip });
    expect(answer).toMatchObject({ status: 200, value: { acknowledged: 5, setAside: 3 } });
    const found = (await store.agents({ after: null, limit: 100 })).find(({ id }) => id === agent);
    expect(found).toMatchObject({ records: 2, setAside: 3 });
    const next = batch([`[6,${good}]`], { after: 5, through: 6 });
    const after = await ask('POST', '/api/v1/ingest', { token: secret, body: next, headers: gzip });
    expect(after.value).toMatchObject({ acknowledged: 6 });
    const gap = batch([`[99,${good}]`], { after: 98, through: 99 });
    const early = await ask('POST', '/api/v1/ingest', { token: secret, body: gap, headers: gzip });
    expect(early).toMatchObject({ status: 409, value: { acknowledged: 6 } });
  });

  test('what is too large, too dense or no batch at all is refused', async () => {
    const { secret: token } = await newAgent();
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024), { level: 9 });
    const table: readonly (readonly [string, Uint8Array, Record<string, string>, number])[] = [
      ['a bomb', bomb, gzip, 413],
      ['no gzip', Buffer.from('plain'), gzip, 400],
      ['an unknown encoding', Buffer.from('x'), { 'content-encoding': 'br' }, 415],
      ['no head', Buffer.from('[]\n'), {}, 400],
      ['more lines than numbers', batch(['[1,{}]', '[1,{}]'], { through: 1 }), gzip, 400],
      ['numbers backwards', batch([], { after: 5, through: 1 }), gzip, 400],
      ['a name that is none', batch([], { stream: "'; DROP" }), gzip, 400],
      ['deep nesting', batch([`[1,${'['.repeat(200_000)}`]), gzip, 200],
    ];
    for (const [what, body, headers, status] of table) {
      const answer = await ask('POST', '/api/v1/ingest', { token, body, headers });
      expect([what, answer.status]).toEqual([what, status]);
    }
    const large = { 'content-length': String(100 * 1024 * 1024) };
    const status = await new Promise<number>((resolve, reject) => {
      const outgoing = request(
        {
          port: listener.port,
          method: 'POST',
          path: '/api/v1/ingest',
          headers: { ...large, authorization: `Bearer ${token}` },
        },
        (response) => {
          resolve(response.statusCode ?? 0);
          outgoing.destroy();
        },
      );
      outgoing.on('error', reject);
      outgoing.write('x');
    });
    expect(status).toBe(413);
  });

  test('a request that is no HTTP ends the connection and nothing else', async () => {
    await new Promise<void>((resolve) => {
      const socket = connect(listener.port, '127.0.0.1', () =>
        socket.write('\0\0 nonsense\r\n\r\n'),
      );
      socket.on('error', () => undefined);
      socket.on('close', () => resolve());
    });
    expect((await ask('GET', '/healthz')).status).toBe(200);
  });
});

test('a bucket: a burst, then what time brings', () => {
  let nowMs = 0;
  const buckets = createBuckets({ perSecond: 10, burst: 20, nowMs: () => nowMs });
  expect(buckets.take('a', 20)).toBe(0);
  expect(buckets.take('a', 5)).toBe(500);
  expect(buckets.take('b', 1000)).toBe(0);
  nowMs = 500;
  expect(buckets.take('a', 5)).toBe(0);
  expect(realPace.random()).toBeLessThan(1);
});

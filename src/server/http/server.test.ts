// The server against its enemies: foreign hosts and origins, tokens, bodies, slow clients, paths; and what
// it owes its friends: ETags, compression, streams that resume.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openServerLab, type ServerLab } from '../../../test/server-lab.ts';
import { isOurHost } from './guard.ts';
import { openTokens } from './index.ts';
import { serverLimits } from './limits.ts';
import { createRate } from './rate.ts';

const root = mkdtempSync(join(tmpdir(), 'seaworthy-http-'));
const dashboard = join(root, 'ui');
let lab: ServerLab;
beforeAll(async () => {
  mkdirSync(join(dashboard, 'assets'), { recursive: true });
  writeFileSync(join(dashboard, 'index.html'), '<!doctype html><title>Seaworthy</title>');
  writeFileSync(join(dashboard, 'assets', 'main-Ab12Cd34.js'), 'let a = 1;\n'.repeat(500));
  writeFileSync(join(root, 'secret.txt'), 'not for you');
  lab = await openServerLab({ dashboard });
});
afterAll(async () => {
  await lab.close();
  rmSync(root, { recursive: true, force: true });
});

describe('who may ask', () => {
  test.each([
    ['evil.example', 421],
    ['127.0.0.1.evil.example', 421],
    ['localhost.evil.example:7070', 421],
    ['192.168.0.7:7070', 421],
    ['user@localhost', 421],
    ['localhost:1', 200],
    ['[::1]:7070', 200],
    ['LOCALHOST', 200],
    ['harbour.example:80', 200],
  ])('Host %j gives %i', async (host, status) => {
    for (const path of ['/api/v1/status', '/healthz', '/']) {
      const answer = await lab.ask(path, { headers: { host } });
      expect(answer.status, path).toBe(status);
    }
  });

  test('addresses are hosts only where others are served', () => {
    const inside = { host: '127.0.0.1', names: [] };
    const outside = { host: '0.0.0.0', names: [] };
    expect(isOurHost('10.0.0.1:7070', inside)).toBe(false);
    expect(isOurHost('10.0.0.1:7070', outside)).toBe(true);
    expect(isOurHost('rebind.example', outside)).toBe(false);
  });

  const cookie = (): string => `theme=dark; seaworthy=${lab.tokens.own}`;
  const own = (): string => `http://127.0.0.1:${lab.port}`;
  test.each<[string, () => Record<string, string>, number]>([
    ['a program with a token', () => ({ authorization: `Bearer ${lab.tokens.own}` }), 200],
    ['our page', () => ({ cookie: cookie(), origin: own() }), 200],
    ['another page', () => ({ cookie: cookie(), origin: 'http://evil.example' }), 403],
    ['another port', () => ({ cookie: cookie(), origin: 'http://127.0.0.1:1' }), 403],
    ['a sandboxed page', () => ({ cookie: cookie(), origin: 'null' }), 403],
    ['a form without origin', () => ({ cookie: cookie() }), 403],
    ['another site', () => ({ cookie: cookie(), 'sec-fetch-site': 'cross-site' }), 403],
    ['a sibling site', () => ({ cookie: cookie(), 'sec-fetch-site': 'same-site' }), 403],
    ['nobody', () => ({}), 401],
    ['a wrong token', () => ({ authorization: 'Bearer sw_0000000000000000000000000000' }), 401],
    ['another scheme', () => ({ authorization: `Basic ${lab.tokens.own}` }), 401],
    ['a token in the query', () => ({ 'x-token': lab.tokens.own }), 401],
  ])('%s changes something', async (_, headers, status) => {
    const answer = await lab.ask('/api/v1/audit/run', {
      method: 'POST',
      token: null,
      headers: headers(),
    });
    expect(answer.status).toBe(status);
  });

  test('another site may not even read with our cookie', async () => {
    const headers = { cookie: cookie(), 'sec-fetch-site': 'cross-site' };
    expect((await lab.ask('/api/v1/status', { token: null, headers })).status).toBe(403);
    const ours = { cookie: cookie(), 'sec-fetch-site': 'same-origin' };
    const answer = await lab.ask('/api/v1/status', { token: null, headers: ours });
    expect(answer.status).toBe(200);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('the link becomes a cookie that no script reads, and leaves no token behind', async () => {
    const answer = await lab.ask(`/?token=${lab.tokens.own}`, { token: null });
    expect(answer.status).toBe(302);
    expect(answer.headers.location).toBe('/');
    expect(String(answer.headers['set-cookie'])).toMatch(
      /^seaworthy=sw_.*HttpOnly; SameSite=Strict/,
    );
    const wrong = await lab.ask('/?token=sw_wrongwrongwrongwrong', { token: null });
    expect(wrong.headers['set-cookie']).toBeUndefined();
    const away = await lab.ask(`//evil.example/?token=${lab.tokens.own}`, { token: null });
    expect(away.headers.location).toBe('/evil.example/');
    const back = await lab.ask(`/\\evil.example?token=${lab.tokens.own}`, { token: null });
    expect(back.headers.location).toBe('/evil.example');
  });

  test('health needs no token, figures do', async () => {
    expect((await lab.ask('/healthz', { token: null })).text).toBe('ok\n');
    expect((await lab.ask('/readyz', { token: null })).status).toBe(200);
    expect((await lab.ask('/metrics', { token: null })).status).toBe(401);
    const { text } = await lab.ask('/metrics');
    expect(text).toContain('seaworthy_images 2');
    expect(text).toMatch(/seaworthy_http_requests_total\{route="[^"]+",status="200"\} \d/);
    expect(text).not.toContain(lab.tokens.own);
  });

  test('tokens lie in files of their owner, as hashes', () => {
    const { token } = lab.tokens.create({ name: 'ann', role: 'viewer', teams: null });
    for (const file of ['token', 'tokens.json']) {
      expect(statSync(join(lab.folder, file)).mode & 0o777).toBe(0o600);
    }
    expect(readFileSync(join(lab.folder, 'tokens.json'), 'utf8')).not.toContain(token);
    const again = openTokens(lab.folder, () => new Date(0));
    expect(again.own).toBe(lab.tokens.own);
    expect(again.callerOf(token)).toMatchObject({ role: 'viewer' });
  });

  test('each change is in the log, refused ones too', async () => {
    const viewer = lab.tokens.create({ name: 'v', role: 'viewer', teams: null });
    await lab.ask('/api/v1/audit/run', { method: 'POST', token: viewer.token });
    const text = readFileSync(join(lab.folder, 'changes.jsonl'), 'utf8');
    const last = JSON.parse(text.trim().split('\n').at(-1) ?? '') as unknown;
    expect(last).toMatchObject({ caller: viewer.id, role: 'viewer', status: 403, method: 'POST' });
    expect(text).not.toContain('sw_');
  });

  test('who asks too often waits', () => {
    let nowMs = 0;
    const rate = createRate({ perSecond: 1, atOnce: 2, callers: 2, nowMs: () => nowMs });
    expect([rate.waitMs('a'), rate.waitMs('a'), rate.waitMs('a')]).toEqual([0, 0, 1000]);
    expect(rate.waitMs('b')).toBe(0);
    nowMs = 1000;
    expect(rate.waitMs('a')).toBe(0);
  });
});

describe('what is too much', () => {
  const json = { 'content-type': 'application/json' };
  test('a body of 100 MB is refused before it is read', async () => {
    const headers = { ...json, 'content-length': String(100 * 1024 * 1024) };
    const answer = await new Promise<number>((resolve, reject) => {
      const sent = httpRequest(
        {
          host: '127.0.0.1',
          port: lab.port,
          path: '/api/v1/tokens',
          method: 'POST',
          headers: { ...headers, authorization: `Bearer ${lab.tokens.own}` },
        },
        (response) => resolve(response.statusCode ?? 0),
      );
      sent.on('error', reject);
      sent.write('{');
    });
    expect(answer).toBe(413);
  });

  test('nor is one that does not tell its length', async () => {
    const body = JSON.stringify({ name: 'x'.repeat(serverLimits.bodyBytes), role: 'viewer' });
    const headers = { ...json, 'transfer-encoding': 'chunked' };
    const { status } = await lab.ask('/api/v1/tokens', { method: 'POST', headers, body });
    expect(status).toBe(413);
  });

  test('bodies of other types, broken and nested ones', async () => {
    const post = (body: string, headers: Record<string, string> = json) =>
      lab.ask('/api/v1/tokens', { method: 'POST', headers, body });
    expect((await post('{}', { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post('{')).status).toBe(400);
    expect((await post('['.repeat(60_000))).status).toBe(400);
    expect((await post('{"__proto__":{"role":"admin"},"name":"x","teams":null}')).status).toBe(400);
  });

  test('headers and addresses beyond their bounds', async () => {
    const path = `/api/v1/status?x=${'y'.repeat(serverLimits.urlLength)}`;
    expect((await lab.ask(path)).status).toBe(414);
    const headers = { 'x-long': 'y'.repeat(serverLimits.headerBytes) };
    await expect(lab.ask('/healthz', { headers })).rejects.toThrow(/socket|ECONN|hang up/);
    expect((await lab.ask('/healthz')).status).toBe(200);
  });

  test('a hundred clients that never end their headers leave room for others', async () => {
    const sockets = Array.from({ length: 100 }, () => {
      const socket = connect(lab.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write('GET / HTTP/1.1\r\nHost: local');
      return socket;
    });
    expect((await lab.ask('/api/v1/status')).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });

  test('methods and paths that are none', async () => {
    const wrong = await lab.ask('/api/v1/containers', { method: 'POST' });
    expect([wrong.status, wrong.headers.allow]).toEqual([405, 'GET']);
    expect((await lab.ask('/api/v1/nothing')).status).toBe(404);
    expect((await lab.ask('/api/v1/containers/%ff')).status).toBe(404);
    expect((await lab.ask('/', { method: 'POST' })).status).toBe(405);
  });
});

describe('the dashboard', () => {
  test.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/../../secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '//secret.txt',
    '/secret.txt%00.js',
    '/etc/passwd.txt',
  ])('%s leads nowhere', async (path) => {
    const answer = await lab.ask(path, { token: null });
    expect(answer.status).toBe(404);
    expect(answer.text).not.toContain('not for you');
  });

  test('pages are the index, files are packed and kept, nothing runs that is not ours', async () => {
    const page = await lab.ask('/containers/abc', { token: null });
    expect(page.text).toContain('<title>Seaworthy</title>');
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(page.headers['x-content-type-options']).toBe('nosniff');
    expect(page.headers['referrer-policy']).toBe('no-referrer');
    const headers = { 'accept-encoding': 'br, gzip' };
    const file = await lab.ask('/assets/main-Ab12Cd34.js', { token: null, headers });
    expect(file.headers['content-encoding']).toBe('gzip');
    expect(file.headers['cache-control']).toContain('immutable');
    expect(file.text.startsWith('let a')).toBe(true);
  });
});

describe('answers', () => {
  test('what the caller has is not sent again', async () => {
    for (const path of ['/api/v1/containers', '/api/v1/harbour', '/']) {
      const first = await lab.ask(path);
      const etag = String(first.headers.etag);
      const again = await lab.ask(path, { headers: { 'if-none-match': `"x", ${etag}` } });
      expect([again.status, again.text], path).toEqual([304, '']);
    }
  });

  test('long answers are packed where the caller takes it', async () => {
    const headers = { 'accept-encoding': 'gzip' };
    const packed = await lab.ask('/api/v1/lessons', { headers });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(packed.value).toEqual((await lab.ask('/api/v1/lessons')).value);
    expect(
      (await lab.ask('/api/v1/gate', { headers })).headers['content-encoding'],
    ).toBeUndefined();
  });

  test('HEAD is GET without its body', async () => {
    const answer = await lab.ask('/api/v1/status', { method: 'HEAD' });
    expect([answer.status, answer.text]).toEqual([200, '']);
  });
});

interface Stream {
  readonly text: () => string;
  readonly end: () => void;
}

/** Opens a stream and resolves when its greeting is there. */
function openStream(headers: Record<string, string> = {}, token = lab.tokens.own): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        host: '127.0.0.1',
        port: lab.port,
        path: '/api/v1/stream',
        headers: { ...headers, authorization: `Bearer ${token}` },
        agent: false,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('error', () => undefined);
        response.on('data', (chunk: string) => {
          text += chunk;
          resolve({ text: () => text, end: () => sent.destroy() });
        });
        if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

describe('the stream', () => {
  test('tells what happens, and takes up where a reader was', async () => {
    const first = await openStream();
    lab.live.tell('container', { id: 'one' });
    await expect.poll(first.text).toContain('event: container\ndata: {"id":"one"}');
    const id = /id: (\d+)\nevent: container/.exec(first.text())?.[1] ?? '';
    first.end();
    lab.live.tell('image', { id: 'two' });
    lab.live.tell('detection', { id: 'three' }, 'checkout');
    const second = await openStream({ 'last-event-id': id });
    await expect.poll(second.text).toContain('"three"');
    expect(second.text()).toContain('"two"');
    expect(second.text()).not.toContain('"one"');
    second.end();
  });

  test('a reader that was away too long, or comes from elsewhere, is told so', async () => {
    for (const id of ['1', 'abc', '99999999999999999999']) {
      const stream = await openStream({ 'last-event-id': id });
      expect(stream.text()).toContain('event: lost');
      stream.end();
    }
  });

  test('a team hears of its own containers alone', async () => {
    const { token } = lab.tokens.create({ name: 'b', role: 'viewer', teams: ['billing'] });
    const stream = await openStream({}, token);
    lab.live.tell('container', { id: 'theirs' }, 'checkout');
    lab.live.tell('image', { id: 'all' });
    lab.live.tell('container', { id: 'ours' }, 'billing');
    await expect.poll(stream.text).toContain('"ours"');
    expect(stream.text()).not.toMatch(/theirs|"all"/);
    stream.end();
  });

  test('a token has only so many', async () => {
    const { token } = lab.tokens.create({ name: 'many', role: 'viewer', teams: null });
    const open = await Promise.all(
      Array.from({ length: serverLimits.streamsOfToken }, () => openStream({}, token)),
    );
    await expect(openStream({}, token)).rejects.toThrow('429');
    for (const stream of open) stream.end();
    await expect.poll(async () => (await lab.ask('/metrics')).text).toMatch(/http_streams 0/);
  });

  test('names that mean harm are data', async () => {
    const stream = await openStream();
    lab.live.tell('container', { name: 'a\n\nevent: image\ndata: {}\u2028<img onerror=x>' });
    await expect.poll(stream.text).toContain('onerror');
    expect(stream.text()).not.toContain('\nevent: image\n');
    stream.end();
  });
});

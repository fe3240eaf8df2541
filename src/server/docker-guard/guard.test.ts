// The plugin's protocol over its socket; the proxy before an engine that writes down what it hears.
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { operationRules } from '../../policy/docker-api/index.ts';
import { noWaivers } from '../../policy/index.ts';
import {
  type DeskOptions,
  type GuardRecord,
  type ProxyServer,
  resolveHostPath,
  startPlugin,
  startProxy,
} from './index.ts';
import { ownerLabel } from './ownership.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-guard-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const told: string[] = [];
const desk: DeskOptions = {
  setting: () => ({
    rules: operationRules('usual', { allow: ['image.build', 'session'], deny: [] }),
    policy: { profiles: ['recommended'], minor: 30, waivers: noWaivers, onUnknown: 'deny' },
    images: null,
    resolve: resolveHostPath,
    engine: null,
  }),
  isAudit: false,
  recordFile: join(folder, 'record.jsonl'),
  now: () => new Date('2026-11-22T00:00:00Z'),
  clockMs: () => performance.now(),
  warn: (line) => void told.push(line),
};

interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

interface Heard {
  readonly status: number;
  readonly text: string;
}

type Place = { readonly socketPath: string } | { readonly port: number };

function send(place: Place, { method = 'GET', path, headers = {}, body }: Sent): Promise<Heard> {
  return new Promise((resolve, reject) => {
    const own = { ...headers };
    if (body !== undefined && own['transfer-encoding'] === undefined) {
      own['content-length'] ??= String(Buffer.byteLength(body));
    }
    const call = httpRequest({ ...place, host: '127.0.0.1', method, path, headers: own });
    call.on('error', reject);
    call.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    call.end(body);
  });
}

const json = { 'content-type': 'application/json' };
const privileged = '{"Image":"a","HostConfig":{"Privileged":true}}';

describe('the plugin', () => {
  const socket = join(folder, 'plugin.sock');
  let plugin: Awaited<ReturnType<typeof startPlugin>>;
  beforeAll(async () => {
    plugin = await startPlugin({ ...desk, socket });
  });
  afterAll(() => plugin.close());
  const post = (path: string, body: string) =>
    send({ socketPath: socket }, { method: 'POST', path, body });
  const ask = async (question: object) => {
    const { text } = await post('/AuthZPlugin.AuthZReq', JSON.stringify(question));
    return JSON.parse(text);
  };

  test('says what it is', async () => {
    expect(JSON.parse((await post('/Plugin.Activate', '')).text)).toEqual({
      Implements: ['authz'],
    });
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    expect((await post('/Plugin.Other', '')).status).toBe(404);
    expect(JSON.parse((await post('/AuthZPlugin.AuthZRes', 'x')).text)).toEqual({ Allow: true });
  });

  test('allows, and denies with the reason', async () => {
    const question = {
      RequestMethod: 'POST',
      RequestUri: '/v1.41/containers/create?name=web',
      RequestHeaders: { 'Content-Type': 'application/json' },
    };
    const bodyOf = (text: string) => ({ RequestBody: Buffer.from(text).toString('base64') });
    expect(await ask({ ...question, ...bodyOf('{"Image":"a"}') })).toEqual({ Allow: true });
    const denied = await ask({ ...question, ...bodyOf(privileged), User: 'ann' });
    expect(denied).toMatchObject({ Allow: false, Msg: expect.stringContaining('privileged') });
    expect(await ask(question)).toMatchObject({ Allow: false });
    expect(await ask({ ...question, RequestBody: 7 })).toMatchObject({ Allow: false });
  });

  test.each(['', '{', 'null', '[]', '{"RequestMethod":"GET"}', '{"RequestMethod":{}}'])(
    'a question that is not understood is denied: %s',
    async (text) => {
      const answer = JSON.parse((await post('/AuthZPlugin.AuthZReq', text)).text);
      expect(answer).toEqual({ Allow: false, Msg: expect.any(String) });
    },
  );

  test('a question that is too long is denied', async () => {
    const { text } = await post('/AuthZPlugin.AuthZReq', 'x'.repeat(9 * 1024 * 1024));
    expect(JSON.parse(text)).toMatchObject({ Allow: false });
  });

  test('counts and records', async () => {
    const { text } = await send({ socketPath: socket }, { path: '/metrics' });
    expect(text).toMatch(/seaworthy_docker_reviews_total\{decision="deny"\} [1-9]/);
    await expect(startPlugin({ ...desk, socket })).rejects.toThrow('listens on');
  });

  test('in audit mode everything passes, and is recorded', async () => {
    const audited = join(folder, 'audit.sock');
    const recordFile = join(folder, 'audit.jsonl');
    const other = await startPlugin({ ...desk, socket: audited, isAudit: true, recordFile });
    const question = { RequestMethod: 'GET', RequestUri: '/containers/a/export' };
    const path = '/AuthZPlugin.AuthZReq';
    const body = JSON.stringify(question);
    const { text } = await send({ socketPath: audited }, { method: 'POST', path, body });
    await other.close();
    expect(JSON.parse(text)).toEqual({ Allow: true });
    const record: GuardRecord = JSON.parse(readFileSync(recordFile, 'utf8'));
    expect(record).toMatchObject({
      by: 'plugin',
      operation: 'container.export',
      target: 'a',
      decision: 'deny',
      isEnforced: false,
    });
  });

  test('links are followed as far as they exist', () => {
    symlinkSync('/', join(folder, 'link'));
    expect(resolveHostPath(join(folder, 'link'))).toBe('/');
    expect(resolveHostPath(join(folder, 'link/etc/none'))).toBe('/etc/none');
    expect(resolveHostPath('/none/at/all')).toBe('/none/at/all');
  });
});

describe('the proxy', () => {
  const upstream = join(folder, 'engine.sock');
  const heard: { line: string; headers: IncomingMessage['headers']; body: string }[] = [];
  let engine: Server;
  let proxy: ProxyServer;
  let place: Place;
  beforeAll(async () => {
    engine = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        heard.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
        if (request.url?.startsWith('/events') === true) {
          response.writeHead(200, { 'content-type': 'application/json' });
          response.write('{"first":1}\n');
          return;
        }
        const own = request.url?.includes('/mine/') === true;
        const labels = own ? { [ownerLabel]: 'alice' } : {};
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ Config: { Labels: labels } }));
      });
    });
    engine.on('upgrade', (request, socket) => {
      request.resume();
      socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nhello ');
      socket.on('data', (chunk: Buffer) => socket.write(chunk.toString().toUpperCase()));
      socket.on('end', () => socket.end(' bye'));
    });
    await new Promise<void>((resolve) => engine.listen(upstream, resolve));
    const listen = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
    proxy = await startProxy({ ...desk, listen, upstream, hosts: ['docker.example'], owner: null });
    place = { port: proxy.port };
  });
  afterAll(async () => {
    await proxy.close();
    engine.closeAllConnections();
    engine.close();
  });
  afterEach(() => void heard.splice(0));

  test('what may pass goes on with the same bytes', async () => {
    const body = '{ "Image":"a",  "hostconfig" : {"binds":["/srv/a:/a"]}, "Zzz": 1.0 }';
    const headers = { ...json, 'x-secret': 'a', 'x-registry-auth': 'b' };
    const path = '/v1.41/containers/create?name=web';
    const answer = await send(place, { method: 'POST', path, headers, body });
    expect(answer.status).toBe(200);
    expect(heard).toMatchObject([{ line: `POST ${path}`, body }]);
    expect(heard[0]?.headers).toMatchObject({ host: 'docker', 'x-registry-auth': 'b' });
    expect(heard[0]?.headers).not.toHaveProperty('x-secret');
  });

  const create = { method: 'POST', path: '/containers/create', headers: json };
  test.each<[string, number, Sent]>([
    ['a foreign name', 421, { path: '/info', headers: { host: 'evil.example:2375' } }],
    [
      'a name that starts well',
      421,
      { path: '/info', headers: { host: '127.0.0.1.evil.example' } },
    ],
    ['an origin', 403, { path: '/info', headers: { origin: 'http://localhost' } }],
    ['an opaque origin', 403, { path: '/info', headers: { origin: 'null' } }],
    ['another site', 403, { path: '/info', headers: { 'sec-fetch-site': 'cross-site' } }],
    ['a page of our name', 403, { path: '/info', headers: { 'sec-fetch-site': 'same-origin' } }],
    ['a preflight', 405, { method: 'OPTIONS', path: '/containers/create' }],
    ['an absolute request', 400, { path: 'http://127.0.0.1/info' }],
    ['a simple type', 415, { ...create, headers: { 'content-type': 'text/plain' }, body: '{}' }],
    ['no type', 415, { ...create, headers: {}, body: '{"Image":"a"}' }],
    [
      'a form to build',
      415,
      { method: 'POST', path: '/build', headers: { 'content-type': 'text/plain' }, body: 'x' },
    ],
    ['a build from elsewhere', 403, { method: 'POST', path: '/build?remote=http://a' }],
    ['privileged', 403, { ...create, body: privileged }],
    [
      'privileged in chunks',
      403,
      { ...create, headers: { ...json, 'transfer-encoding': 'chunked' }, body: privileged },
    ],
    ['two keys', 403, { ...create, body: '{"Image":"a","IMAGE":"b"}' }],
    ['no body', 403, create],
    ['a long body', 413, { ...create, body: `{"Image":"${'a'.repeat(5_000_000)}"}` }],
    ['an export', 403, { path: '/containers/a/export' }],
    ['a path with dots', 403, { path: '/containers/../info' }],
  ])('%s is refused with %i', async (_, status, sent) => {
    const answer = await send(place, sent).catch(() => ({ status: 413, text: '{"message":"x"}' }));
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toEqual({ message: expect.any(String) });
    expect(heard).toEqual([]);
  });

  test('a name that was given is taken', async () => {
    const headers = { host: 'Docker.Example:443' };
    expect((await send(place, { path: '/info', headers })).status).toBe(200);
  });

  test('two hosts, two lengths and both kinds of length are refused', async () => {
    const raw = (text: string) =>
      new Promise<string>((resolve) => {
        const socket = connect(proxy.port, '127.0.0.1', () => socket.write(text));
        let answer = '';
        socket.on('data', (chunk) => (answer += chunk.toString()));
        socket.on('close', () => resolve(answer.split('\r\n')[0] ?? ''));
        socket.on('error', () => resolve('closed'));
        socket.setTimeout(2000, () => socket.destroy());
      });
    const start = 'POST /containers/create HTTP/1.1\r\nHost: localhost\r\n';
    expect(await raw(`GET /info HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n`)).toMatch(
      /400|^$/,
    );
    const both = `${start}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`;
    expect(await raw(both)).not.toMatch(/200/);
    expect(await raw(`${start}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`)).not.toMatch(
      /200/,
    );
    expect(heard).toEqual([]);
  });

  test('events come when they happen', async () => {
    const first = await new Promise<string>((resolve, reject) => {
      const call = httpRequest({ port: proxy.port, host: '127.0.0.1', path: '/events' });
      call.on('error', reject);
      call.on('response', (response) => {
        response.once('data', (chunk: Buffer) => {
          resolve(chunk.toString());
          call.destroy();
        });
      });
      call.end();
    });
    expect(first).toBe('{"first":1}\n');
  });

  const hijack = (head: string) =>
    new Promise<string>((resolve) => {
      const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
      let answer = '';
      socket.write(head);
      socket.on('data', (chunk) => {
        const isFirst = answer === '';
        answer += chunk.toString();
        if (isFirst) socket.end('typed');
      });
      socket.on('close', () => resolve(answer));
      socket.on('end', () => socket.end());
    });
  const upgrade = 'Host: localhost\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n';

  test('a stream flows both ways, and ends on one side first', async () => {
    const exec = `POST /exec/abc/start HTTP/1.1\r\n${upgrade}Content-Type: application/json\r\n`;
    const answer = await hijack(`${exec}Content-Length: 16\r\n\r\n{"Detach":false}`);
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    expect(answer).toMatch(/hello TYPED bye$/);
  });

  test.each([
    ['of a page', `POST /containers/a/attach HTTP/1.1\r\n${upgrade}Origin: http://a\r\n\r\n`, 403],
    ['that is not allowed', `GET /containers/a/attach/ws HTTP/1.1\r\n${upgrade}\r\n`, 403],
    ['of no stream', `GET /info HTTP/1.1\r\n${upgrade}\r\n`, 400],
  ])('a stream %s is refused', async (_, head, status) => {
    expect(await hijack(head)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  test('an engine that is not there is told', async () => {
    const gone = join(folder, 'gone.sock');
    const listen = { kind: 'socket', path: join(folder, 'own.sock'), mode: 0o660 } as const;
    const other = await startProxy({ ...desk, listen, upstream: gone, hosts: [], owner: null });
    const answer = await send({ socketPath: listen.path }, { path: '/info' });
    await other.close();
    expect(answer).toMatchObject({ status: 502, text: expect.stringContaining('ENOENT') });
  });

  describe('for its own containers', () => {
    let own: ProxyServer;
    beforeAll(async () => {
      const listen = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
      own = await startProxy({ ...desk, listen, upstream, hosts: [], owner: 'alice' });
    });
    afterAll(() => own.close());

    test('lists are filtered', async () => {
      const path = '/containers/json?all=1&filters=%7B%22label%22%3A%7B%22a%3Db%22%3Atrue%7D%7D';
      await send({ port: own.port }, { path });
      const query = new URL(`http://a${heard[0]?.line.split(' ')[1]}`).searchParams;
      expect(query.get('all')).toBe('1');
      expect(JSON.parse(query.get('filters') ?? '')).toEqual({
        label: ['a=b', `${ownerLabel}=alice`],
      });
    });

    test('containers of others are not there', async () => {
      const place = { port: own.port };
      expect((await send(place, { path: '/containers/theirs/logs' })).status).toBe(404);
      expect((await send(place, { path: '/containers/mine/logs' })).status).toBe(200);
      expect((await send(place, { path: '/system/df' })).status).toBe(403);
      const joins = '{"Image":"a","HostConfig":{"NetworkMode":"container:theirs"}}';
      const denied = await send(place, { ...create, body: joins });
      expect(denied.status).toBe(403);
      expect(heard.some(({ line }) => line.startsWith('POST /containers/create'))).toBe(false);
    });

    test('new ones are labelled, and nothing else changes', async () => {
      const body = '{"Image":"a", "labels":{"x":"y"} ,"HostConfig":{}}';
      await send({ port: own.port }, { ...create, body });
      expect(heard.at(-1)?.body).toBe(
        `{"Image":"a", "labels":{"${ownerLabel}":"alice","x":"y"} ,"HostConfig":{}}`,
      );
    });
  });
});

// Finding an engine, agreeing with it, and engines that misbehave: sockets of the test's own.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../../../test/http-server.ts';
import { collect, operatingError } from '../../../test/registry-client.ts';
import { hasOpenssl, makeCertificates } from '../../../test/tls-certificates.ts';
import { connectEngine, connectFirst } from './connect.ts';
import { type EndpointSearch, findEndpoints, parseHost } from './endpoint.ts';

let folder = '';
let socketPath = '';
const servers: RunningServer[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-connect-'));
  socketPath = join(folder, 'engine.sock');
});

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  rmSync(folder, { recursive: true });
});

/** An engine that answers pings, and everything else by `handler`. */
async function engineOf(
  handler: RequestListener,
  pingHeaders: Readonly<Record<string, string>> = { 'api-version': '1.41' },
): Promise<void> {
  const server = await startServer(
    (request, response) => {
      if (request.url === '/_ping') {
        response.writeHead(200, pingHeaders);
        response.end('OK');
      } else handler(request, response);
    },
    { socketPath },
  );
  servers.push(server);
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

function paths(search: EndpointSearch): readonly string[] {
  const { endpoints } = findEndpoints(search);
  return endpoints.map((one) => (one.kind === 'socket' ? one.path : one.url.href));
}

describe('where engines are looked for', () => {
  const none = { socketPath: undefined, host: undefined };

  test.each([
    ['unix:///run/x.sock', { kind: 'socket', path: '/run/x.sock' }],
    ['tcp://10.0.0.5:2375', { kind: 'tcp', tls: null }],
    ['http://10.0.0.5:2375', { kind: 'tcp', tls: null }],
    ['https://10.0.0.5:2376', { kind: 'tcp', tls: {} }],
  ])('%s', (text, expected) => {
    expect(parseHost(text, () => null)).toMatchObject(expected);
  });

  test('default ports of tcp', () => {
    const plain = parseHost('tcp://docker.test', () => null);
    const secure = parseHost('tcp://docker.test', () => ({}));
    expect(plain.kind === 'tcp' && plain.url.origin).toBe('http://docker.test:2375');
    expect(secure.kind === 'tcp' && secure.url.origin).toBe('https://docker.test:2376');
  });

  test.each([
    ['unix://relative.sock', 'usage'],
    ['/run/docker.sock', 'usage'],
    ['tcp://', 'usage'],
    ['tcp://user:hunter2@host:1', 'usage'],
    ['gopher://host', 'usage'],
    ['ssh://me@host', 'unsupported'],
    ['npipe:////./pipe/docker_engine', 'unsupported'],
  ])('%s is refused', async (host, code) => {
    const error = await operatingError(connectEngine({ host, environment: {} }));
    expect(error.code).toBe(code);
    expect(error.advice).toBeDefined();
    expect(error.message).not.toContain('hunter2');
  });

  test('what the user says comes first', () => {
    const environment = { DOCKER_HOST: 'unix:///b', CONTAINER_HOST: 'unix:///c', HOME: folder };
    expect(paths({ socketPath: '/s', host: 'unix:///a', environment })).toEqual(['/s']);
    expect(paths({ socketPath: undefined, host: 'unix:///a', environment })).toEqual(['/a']);
    expect(paths({ ...none, environment })).toEqual(['/b']);
    expect(paths({ ...none, environment: { ...environment, DOCKER_HOST: '' } })).toEqual(['/c']);
    const usual = paths({ ...none, environment: { HOME: '/h', XDG_RUNTIME_DIR: '/r' } });
    expect(usual[0]).toBe('/var/run/docker.sock');
    expect(usual).toEqual(
      expect.arrayContaining([
        '/r/docker.sock',
        '/r/podman/podman.sock',
        '/run/podman/podman.sock',
      ]),
    );
  });

  test('the context of the docker CLI', () => {
    const id = createHash('sha256').update('colima').digest('hex');
    const meta = join(folder, '.docker', 'contexts', 'meta', id);
    mkdirSync(meta, { recursive: true });
    const endpoint = { Host: 'unix:///colima.sock', SkipTLSVerify: false };
    writeFileSync(join(meta, 'meta.json'), JSON.stringify({ Endpoints: { docker: endpoint } }));
    writeFileSync(join(folder, '.docker', 'config.json'), '{"currentContext":"colima"}');
    const environment = { HOME: folder };
    expect(findEndpoints({ ...none, environment })).toMatchObject({
      endpoints: [{ kind: 'socket', path: '/colima.sock' }],
      namedBy: 'the docker context colima',
    });
    const normal = findEndpoints({
      ...none,
      environment: { HOME: folder, DOCKER_CONTEXT: 'default' },
    });
    expect(normal.namedBy).toBeNull();
    const absent = { HOME: folder, DOCKER_CONTEXT: 'gone' };
    expect(() => findEndpoints({ ...none, environment: absent })).toThrow(
      expect.objectContaining({ code: 'not-found' }),
    );
  });
});

describe('engines that cannot be reached', () => {
  test('none anywhere', async () => {
    const endpoints = ['a', 'b'].map(
      (name) => ({ kind: 'socket', path: join(folder, name) }) as const,
    );
    const context = { environment: {}, signal: undefined };
    const error = await operatingError(connectFirst({ endpoints, namedBy: null }, context));
    expect(error).toMatchObject({
      code: 'not-found',
      message: 'no container engine was found on this machine',
      advice: 'start Docker or Podman, or set DOCKER_HOST',
    });
  });

  test('no socket where DOCKER_HOST says', async () => {
    const environment = { DOCKER_HOST: `unix://${socketPath}` };
    const error = await operatingError(connectEngine({ environment }));
    expect(error.code).toBe('not-found');
    expect(error.message).toContain(`${socketPath} (DOCKER_HOST): there is no such socket`);
  });

  test('a file instead of a socket', async () => {
    writeFileSync(socketPath, '');
    expect((await operatingError(connectEngine({ socketPath }))).code).toBe('not-found');
  });

  test('the next usual place is tried', async () => {
    await engineOf(() => undefined);
    const paths = [join(folder, 'absent'), socketPath];
    const endpoints = paths.map((path) => ({ kind: 'socket', path }) as const);
    const context = { environment: {}, signal: undefined };
    const engine = await connectFirst({ endpoints, namedBy: null }, context);
    expect(engine.address).toBe(socketPath);
  });

  const isRoot = process.getuid?.() === 0;
  test.skipIf(!isRoot)('a socket of somebody else (skipped unless root)', async (context) => {
    await engineOf(() => undefined);
    chmodSync(folder, 0o755);
    chmodSync(socketPath, 0o600);
    const module = fileURLToPath(new URL('connect.ts', import.meta.url));
    const script = `
      const { connectEngine } = await import(${JSON.stringify(module)});
      const error = await connectEngine({ socketPath: ${JSON.stringify(socketPath)} }).catch((e) => e);
      console.log(error.code, error.message, error.advice);`;
    const nobody = { uid: 65_534, gid: 65_534, timeout: 30_000 };
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], nobody);
    if (run.error !== undefined || run.status !== 0) {
      return context.skip('the checkout cannot be read by another user');
    }
    const told = run.stdout.toString();
    expect(told).toMatch(/^denied this user may not use the engine's socket .* run as root/);
  });

  test('an abort', async () => {
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await expect(connectEngine({ socketPath, signal })).rejects.toBe(reason);
  });
});

describe('agreeing on a version', () => {
  test.each([
    [{ 'api-version': '1.30' }, '1.30', 'docker'],
    [{ 'api-version': '1.99' }, '1.51', 'docker'],
    [{ 'api-version': '1.9' }, '1.9', 'docker'],
    [{}, '1.24', 'docker'],
    [{ 'api-version': '1.41', 'libpod-api-version': '5.0.0' }, '1.41', 'podman'],
  ])('%j', async (headers, apiVersion, kind) => {
    const asked: (string | undefined)[] = [];
    await engineOf((request, response) => {
      asked.push(request.url);
      json(response, 200, []);
    }, headers);
    const engine = await connectEngine({ socketPath });
    expect(engine).toMatchObject({ apiVersion, kind });
    await engine.images();
    expect(asked).toEqual([`/v${apiVersion}/images/json`]);
  });

  test('something that is no engine', async () => {
    await engineOf(() => undefined, { 'api-version': '<script>' });
    expect((await operatingError(connectEngine({ socketPath }))).code).toBe('network');
  });

  test('one platform is asked for only where the engine can', async () => {
    const asked: (string | undefined)[] = [];
    const handler: RequestListener = (request, response) => {
      asked.push(request.url);
      response.end();
    };
    await engineOf(handler, { 'api-version': '1.48' });
    const platform = { os: 'linux', architecture: 'arm64', variant: null };
    const engine = await connectEngine({ socketPath });
    await collect(engine.exportImage('debian', { platform }));
    const wanted = encodeURIComponent('{"os":"linux","architecture":"arm64"}');
    expect(asked).toEqual([`/v1.48/images/debian/get?platform=${wanted}`]);
  });
});

describe('engines that misbehave', () => {
  test.each([
    [404, 'not-found', 'no such thing\u001b[31m', 'does not have the image x (no such thing [31m)'],
    [
      403,
      'denied',
      'authorization denied by plugin',
      'status 403 for the image x (authorization denied by plugin)',
    ],
    [409, 'busy', 'conflict', 'status 409 for the image x (conflict)'],
    [500, 'network', 'disk on fire', 'status 500 for the image x (disk on fire)'],
  ])('status %d is %s', async (status, code, message, says) => {
    await engineOf((_request, response) => json(response, status, { message }));
    const error = await operatingError((await connectEngine({ socketPath })).inspectImage('x'));
    expect(error.code).toBe(code);
    expect(error.message).toContain(says);
    expect(error.message).not.toContain('\u001b');
  });

  test('no JSON, other JSON, endless JSON', async () => {
    let body: string | null = '<html>';
    await engineOf((_request, response) => {
      if (body !== null) return void response.end(body);
      response.writeHead(200, { 'content-length': 1e12 });
      response.flushHeaders();
    });
    const engine = await connectEngine({ socketPath });
    expect((await operatingError(engine.images())).code).toBe('malformed');
    body = '{"a":[{"b":7}]}';
    expect(await engine.images()).toEqual([]);
    expect(await engine.inspectContainer('x')).toMatchObject({
      id: '',
      pid: null,
      mergedDir: null,
    });
    expect(await engine.version()).toMatchObject({ version: '', kernel: null });
    body = null;
    expect((await operatingError(engine.containers())).code).toBe('limit');
  });

  test('an export that breaks off', async () => {
    await engineOf((_request, response) => {
      response.write(Buffer.alloc(100_000));
      setTimeout(() => response.destroy(), 10);
    });
    const engine = await connectEngine({ socketPath });
    expect((await operatingError(collect(engine.exportImage('x')))).code).toBe('network');
  });

  test.each([
    '../containers/json',
    'a/../../x',
    '',
    'a?b',
    'a#b',
    'a b',
    '/a',
    'a//b',
    '-x',
    'a%2fb',
  ])('the name %j does not lead elsewhere', async (name) => {
    const asked: (string | undefined)[] = [];
    await engineOf((request, response) => {
      asked.push(request.url);
      json(response, 200, {});
    });
    const engine = await connectEngine({ socketPath });
    expect((await operatingError(engine.inspectImage(name))).code).toBe('usage');
    const exporting = async (): Promise<void> => void (await collect(engine.exportContainer(name)));
    expect((await operatingError(exporting())).code).toBe('usage');
    expect(asked).toEqual([]);
  });

  test('names of all good kinds', async () => {
    const asked: (string | undefined)[] = [];
    await engineOf((request, response) => {
      asked.push(request.url);
      json(response, 200, {});
    });
    const engine = await connectEngine({ socketPath });
    await engine.inspectImage('localhost:5000/a/b:1');
    await engine.inspectImage('debian@sha256:00');
    expect(asked).toEqual([
      '/v1.41/images/localhost%3A5000/a/b%3A1/json',
      '/v1.41/images/debian%40sha256%3A00/json',
    ]);
  });
});

describe.skipIf(!hasOpenssl)('TCP with TLS (skipped without openssl)', () => {
  test('by DOCKER_CERT_PATH, verified or not', async () => {
    const { ca, client, server } = makeCertificates(folder);
    writeFileSync(join(folder, 'cert.pem'), client.cert);
    writeFileSync(join(folder, 'key.pem'), client.key);
    const running = await startServer(
      (_request, response) => {
        response.writeHead(200, { 'api-version': '1.41' });
        response.end('OK');
      },
      { tls: { ...server, ca, requestCert: true, rejectUnauthorized: true } },
    );
    servers.push(running);
    const host = `tcp://${running.host}`;
    const verified = { DOCKER_CERT_PATH: folder, DOCKER_TLS_VERIFY: '1' };
    const engine = await connectEngine({ host, environment: verified });
    expect(engine).toMatchObject({ address: running.origin, local: false });
    rmSync(join(folder, 'ca.pem'));
    const error = await operatingError(connectEngine({ host, environment: verified }));
    expect(error.message).toContain('authority that is not trusted');
    await connectEngine({ host, environment: { DOCKER_CERT_PATH: folder } });
    const without = { DOCKER_CERT_PATH: join(folder, 'none'), HOME: folder };
    expect((await operatingError(connectEngine({ host, environment: without }))).code).toBe(
      'network',
    );
  });
});

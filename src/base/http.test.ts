// The client against real sockets: bounds, time, aborts, broken and hostile servers, TLS, proxies.
import { mkdtempSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { listen, type RunningServer, startServer } from '../../test/http-server.ts';
import { hasOpenssl, makeCertificates } from '../../test/tls-certificates.ts';
import { createHttpClient, type HttpClientOptions, type HttpResponse } from './http.ts';
import { NetworkError } from './http-error.ts';

const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(handler: RequestListener): Promise<RunningServer> {
  const server = await startServer(handler);
  cleanups.push(server.close);
  return server;
}

/** A server below HTTP. */
async function serveRaw(handler: (socket: net.Socket) => void): Promise<RunningServer> {
  const sockets = new Set<net.Socket>();
  const raw = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    handler(socket);
  });
  const closeAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = await listen(raw, { closeAll });
  cleanups.push(server.close);
  return server;
}

async function get(
  origin: string,
  options: HttpClientOptions & { readonly signal?: AbortSignal } = {},
): Promise<HttpResponse> {
  const client = createHttpClient({ proxyEnvironment: null, ...options });
  cleanups.push(() => client.close());
  const { signal } = options;
  const url = new URL(origin);
  return client.send(signal === undefined ? { url } : { url, signal });
}

async function failure(promise: Promise<unknown>): Promise<NetworkError> {
  const error: unknown = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(NetworkError);
  return error as NetworkError;
}

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-http-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe('answers', () => {
  test('status, headers, body, and our own headers', async () => {
    const server = await serve((request, response) => {
      response.writeHead(418, { 'x-agent': request.headers['user-agent'] ?? '', link: ['a', 'b'] });
      response.end(request.headers['accept-encoding']);
    });
    const response = await get(`${server.origin}/path?query`);
    expect(response.status).toBe(418);
    expect(response.header('x-agent')).toBe('seaworthy');
    expect(response.header('link')).toBe('a, b');
    expect(response.header('absent')).toBeNull();
    expect(response.url.pathname).toBe('/path');
    expect(Buffer.from(await response.readBytes({ limit: 100 })).toString()).toBe('identity');
  });

  test('a posted body arrives with its length', async () => {
    const server = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        response.end(`${request.headers['content-length']} ${Buffer.concat(chunks).toString()}`);
      });
    });
    const client = createHttpClient();
    const body = Buffer.from('héllo');
    const response = await client.send({ url: new URL(server.origin), method: 'POST', body });
    const text = Buffer.from(await response.readBytes({ limit: 100 })).toString();
    expect(text).toBe('6 héllo');
  });

  test('connections are kept, also after a small discarded body', async () => {
    const ports: (number | undefined)[] = [];
    const server = await serve((request, response) => {
      ports.push(request.socket.remotePort);
      response.end('short');
    });
    const client = createHttpClient();
    cleanups.push(() => client.close());
    const url = new URL(server.origin);
    (await client.send({ url })).discard();
    await expect.poll(() => ports.length).toBe(1);
    await sleep(20);
    await (await client.send({ url })).readBytes({ limit: 10 });
    await (await client.send({ url })).readBytes({ limit: 10 });
    expect(new Set(ports).size).toBe(1);
  });

  test('a discarded endless body closes its connection', async () => {
    let closed = false;
    const server = await serve((_request, response) => {
      const timer = setInterval(() => response.write(Buffer.alloc(16_384)), 1);
      response.on('close', () => {
        closed = true;
        clearInterval(timer);
      });
    });
    (await get(server.origin)).discard();
    await expect.poll(() => closed).toBe(true);
  });

  test('a server that closes a kept connection is asked again at once', async () => {
    let requests = 0;
    const server = await serve((request, response) => {
      requests += 1;
      if (requests === 2) request.socket.destroy();
      else response.end('good');
    });
    const client = createHttpClient();
    cleanups.push(() => client.close());
    const url = new URL(server.origin);
    await (await client.send({ url })).readBytes({ limit: 10 });
    const second = await client.send({ url });
    expect(Buffer.from(await second.readBytes({ limit: 10 })).toString()).toBe('good');
    expect(requests).toBe(3);
  });

  test('a Unix socket', async () => {
    const socketPath = join(temporary(), 'engine.sock');
    const server = await startServer((request, response) => response.end(request.url), {
      socketPath,
    });
    cleanups.push(server.close);
    const response = await get('http://localhost/_ping', { socketPath });
    expect(Buffer.from(await response.readBytes({ limit: 10 })).toString()).toBe('/_ping');
    const absent = await failure(get('http://localhost/', { socketPath: `${socketPath}.absent` }));
    expect(absent.message).toContain(socketPath);
  });
});

describe('bounds', () => {
  test('a declared length over the limit is refused before the body', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 1_000_000_000_000 });
      response.flushHeaders();
    });
    const response = await get(server.origin);
    await expect(response.readBytes({ limit: 1000 })).rejects.toMatchObject({ code: 'limit' });
  });

  test('an endless body is cut off at the limit', async () => {
    let sent = 0;
    const server = await serve((_request, response) => {
      const pump = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) sent += 65_536;
      };
      response.on('drain', pump);
      pump();
    });
    const response = await get(server.origin);
    await expect(response.readBytes({ limit: 100_000 })).rejects.toMatchObject({ code: 'limit' });
    expect(sent).toBeLessThan(100_000_000);
  });

  test('endless headers', async () => {
    const server = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write(`x: ${'y'.repeat(8000)}\r\n`), 1);
      socket.on('close', () => clearInterval(timer));
    });
    const error = await failure(get(server.origin));
    expect(error.message).toContain('not HTTP');
    expect(error.transient).toBe(false);
  });

  test('no answer at all', async () => {
    const server = await serveRaw(() => undefined);
    const error = await failure(get(server.origin, { idleMs: 50 }));
    expect(error.message).toBe(`${server.host} sent too little for 0.05 s`);
    expect(error.transient).toBe(true);
  });

  test('a body that stops', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('begin');
    });
    const response = await get(server.origin, { idleMs: 50 });
    expect((await failure(response.readBytes({ limit: 1000 }))).transient).toBe(true);
  });

  test('a body that drips is as good as one that stops', async () => {
    const server = await serve((_request, response) => {
      const timer = setInterval(() => response.write('x'), 5);
      response.on('close', () => clearInterval(timer));
    });
    const response = await get(server.origin, { idleMs: 200 });
    expect((await failure(response.readBytes({ limit: 1_000_000 }))).transient).toBe(true);
  });

  test('a small answer has a deadline as a whole', async () => {
    const server = await serve((_request, response) => {
      const timer = setInterval(() => response.write(Buffer.alloc(40_000)), 20);
      response.on('close', () => clearInterval(timer));
    });
    const response = await get(server.origin, { idleMs: 5_000 });
    const error = await failure(response.readBytes({ limit: 1e9, deadlineMs: 100 }));
    expect(error.message).toContain('for one answer');
    expect(error.transient).toBe(false);
  });

  test('a slow reader is not blamed on the server', async () => {
    const size = 3_000_000;
    const server = await serve((_request, response) => response.end(Buffer.alloc(size)));
    const response = await get(server.origin, { idleMs: 60 });
    let received = 0;
    let pauses = 0;
    for await (const chunk of response.body) {
      received += chunk.length;
      if (pauses++ < 3) await sleep(120);
    }
    expect(received).toBe(size);
  });
});

describe('aborts', () => {
  test('before, while waiting and in the body reject with the reason', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/body') response.write('x');
    });
    const reason = new Error('enough');
    await expect(get(server.origin, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const waiting = new AbortController();
    const pending = get(`${server.origin}/wait`, { signal: waiting.signal });
    setTimeout(() => waiting.abort(reason), 20);
    await expect(pending).rejects.toBe(reason);
    const reading = new AbortController();
    const response = await get(`${server.origin}/body`, { signal: reading.signal });
    setTimeout(() => reading.abort(reason), 20);
    await expect(response.readBytes({ limit: 100 })).rejects.toBe(reason);
  });
});

describe('broken servers', () => {
  const cases: readonly { name: string; answer: string; says: RegExp; transient: boolean }[] = [
    { name: 'hangs up', answer: '', says: /broke the connection/, transient: true },
    {
      name: 'breaks off in the body',
      answer: 'HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nbegin',
      says: /broke/,
      transient: true,
    },
    { name: 'speaks something else', answer: 'SSH-2.0-x\r\n', says: /not HTTP/, transient: false },
    {
      name: 'switches protocols',
      answer: 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
      says: /127\.0\.0\.1/,
      transient: false,
    },
    {
      name: 'sends two lengths',
      answer: 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello',
      says: /not HTTP/,
      transient: false,
    },
  ];
  test.each(cases)('$name', async ({ answer, says, transient }) => {
    const server = await serveRaw((socket) => {
      socket.once('data', () => socket.end(answer));
    });
    const read = async (): Promise<void> => {
      await (await get(server.origin)).readBytes({ limit: 1000 });
    };
    const error = await failure(read());
    expect(error.message).toMatch(says);
    expect(error.transient).toBe(transient);
  });

  test('nobody listens', async () => {
    const server = await startServer(() => undefined);
    await server.close();
    const error = await failure(get(`${server.origin}/path?signature=secret`));
    expect(error.message).toBe(`${server.host} refused the connection`);
    expect(error.transient).toBe(false);
    expect(error.advice).toContain('check the address');
  });

  test('TLS asked of a plain server', async () => {
    const server = await serve((_request, response) => response.end());
    const error = await failure(get(`https://${server.host}`));
    expect(error.message).toBe(`${server.host} does not speak TLS`);
  });
});

describe.skipIf(!hasOpenssl)('TLS and proxies (skipped without openssl)', () => {
  test('authorities, names, client certificates', async () => {
    const { server, client, ca } = makeCertificates(temporary());
    const tls = { ...server, ca, requestCert: true, rejectUnauthorized: false };
    const running = await startServer(
      (request, response) => {
        const { authorized } = request.socket as unknown as { readonly authorized: boolean };
        response.end(authorized ? 'known' : 'stranger');
      },
      { tls },
    );
    cleanups.push(running.close);
    const read = async (options: HttpClientOptions): Promise<string> => {
      const response = await get(running.origin, options);
      return Buffer.from(await response.readBytes({ limit: 100 })).toString();
    };
    const refused = await failure(get(running.origin));
    expect(refused.message).toMatch(/certificate of .* authority that is not trusted/);
    expect(refused.transient).toBe(false);
    expect(await read({ tls: { authorities: [ca] } })).toBe('stranger');
    expect(await read({ tls: { verify: false } })).toBe('stranger');
    const both = { authorities: [ca], certificate: client.cert, key: client.key };
    expect(await read({ tls: both })).toBe('known');
    await expect(read({ tls: { certificate: 'x', key: 'y' } })).rejects.toMatchObject({
      code: 'usage',
    });
  });

  test('a proxy for hosts elsewhere, none for loopback and NO_PROXY', async () => {
    const { server, ca } = makeCertificates(temporary());
    const running = await startServer((_request, response) => response.end('behind'), {
      tls: server,
    });
    cleanups.push(running.close);
    const asked: string[] = [];
    const proxy = await serveRaw((socket) => {
      socket.once('data', (data: Buffer) => {
        asked.push(data.toString('latin1').split('\r\n')[0] ?? '');
        const tunnel = net.connect(running.port, '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
          socket.pipe(tunnel).pipe(socket);
        });
        tunnel.on('error', () => undefined);
      });
    });
    const tls = { authorities: [ca] };
    const proxyEnvironment = { HTTPS_PROXY: proxy.host, NO_PROXY: 'localhost.localdomain' };
    const response = await get('https://registry.test/', { tls, proxyEnvironment });
    expect(Buffer.from(await response.readBytes({ limit: 100 })).toString()).toBe('behind');
    expect(asked).toEqual(['CONNECT registry.test:443 HTTP/1.1']);
    (await get(running.origin, { tls, proxyEnvironment })).discard();
    expect(asked).toHaveLength(1);
    const except = { HTTPS_PROXY: proxy.origin, NO_PROXY: 'registry.test' };
    await failure(get('https://registry.test/', { tls, proxyEnvironment: except }));
    expect(asked).toHaveLength(1);
  });

  test('a proxy that cannot be used, without its password', async () => {
    const proxyEnvironment = { HTTPS_PROXY: 'socks5://user:hunter2@host:1' };
    const error: unknown = await get('https://registry.test/', { proxyEnvironment }).catch(
      (error: unknown) => error,
    );
    expect(error).toMatchObject({ code: 'usage' });
    expect(JSON.stringify(error) + String(error)).not.toContain('hunter2');
  });
});

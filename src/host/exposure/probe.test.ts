// Careful questions against servers that mean no good: endless, slow, redirecting, lying, silent.
import * as net from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listen, type RunningServer, startServer } from '../../../test/http-server.ts';
import { makeAuthority, makeServing } from '../../base/certificate.ts';
import { ask, knock, reachOf, shakeHands } from './index.ts';

const limits = { deadlineMs: 700, bodyBytes: 4096 };
const get = { method: 'GET', path: '/' } as const;
const servers: RunningServer[] = [];

async function raw(serve: (socket: net.Socket) => void): Promise<RunningServer> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket);
  });
  const closeAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const running = await listen(server, { closeAll });
  servers.push(running);
  return running;
}

function placeOf({ port }: RunningServer) {
  return { address: '127.0.0.1', name: 'localhost', port };
}

afterAll(async () => {
  for (const server of servers) await server.close();
});

test('an answer, with the Host header that was asked for, and nothing followed', async () => {
  const seen: string[] = [];
  const server = await startServer((request, response) => {
    seen.push(`${request.headers.host} ${request.headers.origin ?? '-'} ${request.url}`);
    response.writeHead(302, { Location: '/elsewhere', 'X-Long': 'a'.repeat(3000) });
    response.end('moved');
  });
  servers.push(server);
  const answer = await ask(
    placeOf(server),
    { ...get, host: 'evil.invalid', headers: { Origin: 'http://evil.invalid' } },
    { ...limits, isTls: false },
  );
  expect(answer).toMatchObject({ kind: 'answer', status: 302, body: 'moved', isCut: false });
  if (answer.kind === 'answer') expect(answer.headers.get('x-long')?.length).toBe(1000);
  await ask(placeOf(server), get, { ...limits, isTls: false });
  expect(seen).toEqual(['evil.invalid http://evil.invalid /', `localhost:${server.port} - /`]);
});

test('an endless body is cut', async () => {
  const server = await raw((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n');
    const pour = (): void => {
      while (!socket.destroyed && socket.write('x'.repeat(65_536)));
      if (!socket.destroyed) socket.once('drain', pour);
    };
    pour();
  });
  const answer = await ask(placeOf(server), get, { ...limits, isTls: false });
  expect(answer).toMatchObject({ kind: 'answer', status: 200, isCut: true });
  if (answer.kind === 'answer') expect(answer.body.length).toBe(limits.bodyBytes);
});

test.each<readonly [string, (socket: net.Socket) => void]>([
  [
    'a head that drips for ever',
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const drip = setInterval(() => socket.write('X-A: b\r\n'), 50);
      socket.on('close', () => clearInterval(drip));
    },
  ],
  [
    'a body that drips for ever',
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n');
      const drip = setInterval(() => socket.write('x'), 50);
      socket.on('close', () => clearInterval(drip));
    },
  ],
  ['nothing at all', () => undefined],
  [
    'a head without end',
    (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${'X-A: bbbbbbbbbbbbbbbbbbbbbbbbb\r\n'.repeat(4000)}`);
    },
  ],
  ['no HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
  [
    'a switch of protocols',
    (socket) => socket.write('HTTP/1.1 101 Go\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
  ],
  ['an end at once', (socket) => socket.destroy()],
  [
    'a lie about its length',
    (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nx'),
  ],
])('%s is no answer', async (_, serve) => {
  const server = await raw(serve);
  expect(await ask(placeOf(server), get, { ...limits, isTls: false })).toMatchObject({
    kind: 'none',
  });
  expect(await shakeHands(placeOf(server), limits)).toBeNull();
  expect(await knock(placeOf(server), limits)).toBe('open');
});

test('a closed port', async () => {
  const server = await startServer(() => undefined);
  await server.close();
  expect(await knock(placeOf(server), limits)).toBe('closed');
  expect(await ask(placeOf(server), get, { ...limits, isTls: true })).toMatchObject({
    kind: 'none',
    demandsCertificate: false,
  });
});

let authority = makeAuthority('probe test', 2, new Date());
let certified = { certificate: '', key: '' };

beforeAll(() => {
  authority = makeAuthority('probe test', 2, new Date());
  certified = makeServing(authority, { names: ['localhost'], days: 1, now: new Date() });
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  '%s, and a client certificate that is demanded',
  async (version) => {
    const own = {
      cert: certified.certificate,
      key: certified.key,
      minVersion: version,
      maxVersion: version,
    };
    const open = await startServer((_request, response) => response.end('hello'), { tls: own });
    const shut = await startServer((_request, response) => response.end('hello'), {
      tls: { ...own, ca: authority.certificate, requestCert: true, rejectUnauthorized: true },
    });
    servers.push(open, shut);
    const details = await shakeHands(placeOf(open), limits);
    expect(details).toMatchObject({
      protocol: version,
      isTrusted: false,
      names: ['DNS:localhost'],
    });
    expect(details?.validTo).toMatch(/^20/);
    const options = { ...limits, isTls: true };
    expect(await ask(placeOf(open), get, options)).toMatchObject({ kind: 'answer', body: 'hello' });
    expect(await ask(placeOf(shut), get, options)).toMatchObject({
      kind: 'none',
      demandsCertificate: true,
    });
  },
);

test.each([
  ['127.0.0.1', 'loopback'],
  ['127.9.9.9', 'loopback'],
  ['::1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['10.1.2.3', 'private'],
  ['172.16.0.1', 'private'],
  ['172.32.0.1', 'public'],
  ['192.168.9.9', 'private'],
  ['192.169.0.1', 'public'],
  ['100.64.0.1', 'private'],
  ['169.254.169.254', 'private'],
  ['fe80::1', 'private'],
  ['fd00::1', 'private'],
  ['2001:db8::1', 'public'],
  ['8.8.8.8', 'public'],
  ['0.0.0.0', 'public'],
])('%s is %s', (address, reach) => {
  expect(reachOf(address)).toBe(reach);
});

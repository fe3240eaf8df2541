import { X509Certificate } from 'node:crypto';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { certificateEnd, makeAuthority, makeServing } from './certificate.ts';

const now = new Date('2026-11-22T00:00:00Z');

test('an authority and what it signed', () => {
  const authority = makeAuthority('Seaworthy test', 3650, now);
  const serving = makeServing(authority, { names: ['a.b.svc', 'localhost'], days: 30, now });
  const [ca, leaf] = [
    new X509Certificate(authority.certificate),
    new X509Certificate(serving.certificate),
  ];
  expect(ca.ca).toBe(true);
  expect(leaf.ca).toBe(false);
  expect(leaf.checkIssued(ca)).toBe(true);
  expect(leaf.verify(ca.publicKey)).toBe(true);
  expect(leaf.checkHost('a.b.svc')).toBe('a.b.svc');
  expect(leaf.checkHost('c.b.svc')).toBeUndefined();
  expect(certificateEnd(serving.certificate)?.toISOString()).toBe('2026-12-22T00:00:00.000Z');
  expect(certificateEnd('none')).toBeNull();
  const other = makeServing(makeAuthority('Seaworthy test', 1, now), {
    names: ['x'],
    days: 1,
    now,
  });
  expect(new X509Certificate(other.certificate).verify(ca.publicKey)).toBe(false);
});

test('times from 2050 on are written in full', () => {
  const { certificate } = makeAuthority('far', 20_000, now);
  expect(certificateEnd(certificate)?.getUTCFullYear()).toBe(2081);
});

test('TLS takes them', async () => {
  const real = new Date();
  const authority = makeAuthority('Seaworthy test', 1, real);
  const { certificate, key } = makeServing(authority, { names: ['localhost'], days: 1, now: real });
  const server = createServer({ cert: certificate, key }, (socket) => socket.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const socket = await new Promise<TLSSocket>((resolve, reject) => {
    const one = connect(
      { port, host: '127.0.0.1', servername: 'localhost', ca: authority.certificate },
      () => resolve(one),
    );
    one.on('error', reject);
  });
  expect(socket.authorized).toBe(true);
  socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

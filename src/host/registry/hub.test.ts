// Docker Hub and its token server as they are, but behind a proxy of the test: names, addresses and
// logins that only Docker Hub has.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listen, type RunningServer } from '../../../test/http-server.ts';
import { operatingError } from '../../../test/registry-client.ts';
import {
  putImage,
  type ScriptedRegistry,
  startScriptedRegistry,
} from '../../../test/scripted-registry.ts';
import { hasOpenssl, makeCertificates } from '../../../test/tls-certificates.ts';
import { openRegistryImage, parseReference, type RemoteImage } from './index.ts';

const hosts = ['registry-1.docker.io', 'auth.docker.io'];

/** A proxy that leads every host to one port, and notes which were asked for. */
async function startProxy(port: number, asked: string[]): Promise<RunningServer> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', (data: Buffer) => {
      asked.push(/^CONNECT (\S+)/.exec(data.toString('latin1'))?.[1] ?? '');
      const tunnel = net.connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        socket.pipe(tunnel).pipe(socket);
      });
      tunnel.on('error', () => undefined);
    });
  });
  const closeAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return listen(server, { closeAll });
}

describe.skipIf(!hasOpenssl)('Docker Hub (skipped without openssl)', () => {
  const asked: string[] = [];
  let folder = '';
  let caFile = '';
  let hub: ScriptedRegistry;
  let proxy: RunningServer;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'seaworthy-hub-'));
    const certificates = makeCertificates(folder, hosts);
    ({ caFile } = certificates);
    hub = await startScriptedRegistry({ tls: certificates.server });
    proxy = await startProxy(hub.server.port, asked);
    hub.intercept((request, response) => {
      if (request.headers.host === 'auth.docker.io') {
        response.end(
          JSON.stringify({ token: `for ${request.headers.authorization}`.replaceAll(' ', '-') }),
        );
        return true;
      }
      if (request.headers.authorization !== undefined) return false;
      const scope = 'repository:library/debian:pull';
      const realm = 'realm="https://auth.docker.io/token",service="registry.docker.io"';
      response.writeHead(401, { 'www-authenticate': `Bearer ${realm},scope="${scope}"` });
      response.end();
      return true;
    });
    putImage(hub, { tag: '12' });
  });

  afterAll(async () => {
    await proxy.close();
    await hub.server.close();
    rmSync(folder, { recursive: true });
  });

  function open(name: string, config: object): Promise<RemoteImage> {
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    const environment = { HOME: folder, DOCKER_CONFIG: folder, https_proxy: proxy.origin };
    return openRegistryImage(parseReference(name), {
      environment,
      caFile,
      platform: 'linux/amd64',
    });
  }

  test('a short name, without login', async () => {
    const image = await open('debian:12', {});
    expect(image.reference.canonical()).toBe('docker.io/library/debian:12');
    expect(new Set(asked)).toEqual(new Set(['registry-1.docker.io:443', 'auth.docker.io:443']));
    expect(hub.seen.map(({ path }) => path)).toEqual([
      '/v2/library/debian/manifests/12',
      '/token?service=registry.docker.io&scope=repository%3Alibrary%2Fdebian%3Apull',
      '/v2/library/debian/manifests/12',
    ]);
    expect(hub.seen.at(-1)?.headers.authorization).toBe('Bearer for-undefined');
  });

  test('with the login that `docker login` stores under the old address', async () => {
    const auth = Buffer.from('me:secret').toString('base64');
    await open('debian:12', { auths: { 'https://index.docker.io/v1/': { auth } } });
    const tokens = hub.seen.filter(({ headers }) => headers.host === 'auth.docker.io');
    expect(tokens.at(-1)?.headers.authorization).toBe(`Basic ${auth}`);
    expect(hub.seen.at(-1)?.headers.authorization).toBe(`Bearer for-Basic-${auth}`);
  });

  test('an image that is not there', async () => {
    const error = await operatingError(open('debian:absent', {}));
    expect(error.code).toBe('not-found');
    expect(error.message).toContain('docker.io/library/debian:absent was not found');
  });
});

// The audit of exposed interfaces against real servers, where they are installed.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { answers, collect, endAll, running, verdict } from '../../test/exposure-audit.ts';
import { hasRegistry, hasTool, startRegistry } from '../../test/registry-process.ts';
import { hasOpenssl, makeCertificates } from '../../test/tls-certificates.ts';

afterEach(endAll);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Starts a program and waits until its port takes connections; ended with the test. */
async function start(
  program: string,
  words: readonly string[],
  port: number,
  host = '127.0.0.1',
): Promise<void> {
  const child: ChildProcess = spawn(program, words, { stdio: 'ignore' });
  running.push({
    close: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.kill('SIGTERM')) await ended;
    },
  });
  for (let tries = 0; tries < 150; tries += 1) {
    const { facts } = await collect([`${host}:${port}`]);
    if (facts.ports[0]?.service !== null || child.exitCode !== null) return;
    await sleep(200);
  }
}

const canRunDocker =
  hasTool('docker', 'version') && hasTool('ip', '-V') && process.getuid?.() === 0;

/** Name of a bridge that leads nowhere; removed with the test. */
function ownBridge(): string {
  const name = `sw${process.pid}`;
  const ip = (...words: readonly string[]) => execFileSync('ip', words, { stdio: 'ignore' });
  ip('link', 'add', 'name', name, 'type', 'bridge');
  running.unshift({
    close: async () => {
      ip('link', 'delete', name);
    },
  });
  // A network for measurements, which nobody routes (RFC 2544).
  ip('address', 'add', '198.18.77.1/30', 'dev', name);
  return name;
}

describe.skipIf(!canRunDocker)('a real dockerd (skipped without root and an engine)', () => {
  test('listens on TCP, and is found by its port and by its process', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'seaworthy-exposure-'));
    running.push({ close: async () => rmSync(folder, { recursive: true, force: true }) });
    const port = await freePort();
    const name = `exposure-${process.pid}`;
    await start(
      'dockerd',
      [
        '--data-root',
        join(folder, 'data'),
        '--exec-root',
        join(folder, 'exec'),
        '--pidfile',
        join(folder, 'pid'),
        '-H',
        `unix://${join(folder, 'docker.sock')}`,
        '-H',
        `tcp://127.0.0.1:${port}`,
        // It has to be seen on this machine's own network, where `none` would remove `docker0`.
        `--bridge=${ownBridge()}`,
        '--iptables=false',
        '--ip-forward=false',
        '--containerd',
        '/run/containerd/containerd.sock',
        '--containerd-namespace',
        name,
        '--containerd-plugins-namespace',
        `${name}-plugins`,
      ],
      port,
    );
    const results = await answers([`127.0.0.1:${port}`]);
    expect(verdict(results, 'docker.open')).toBe('fail critical');
    expect(verdict(results, 'docker.rebinding')).toBe('fail high');
    expect(results.get('local.listeners')?.evidence.map(({ value }) => value)).toContain(
      `127.0.0.1:${port}`,
    );
  }, 60_000);
});

describe.skipIf(!hasRegistry)('a real registry (skipped without docker-registry)', () => {
  test.each([
    [false, 'fail low'],
    [true, 'pass'],
  ])('with a login: %s', async (login, expected) => {
    const registry = await startRegistry({ login });
    running.push({ close: () => registry.stop() });
    expect(verdict(await answers([registry.host]), 'registry.read')).toBe(expected);
  });
});

const hasEtcd = hasTool('etcd', '--version');

describe.skipIf(!hasEtcd)('a real etcd (skipped without etcd)', () => {
  const etcd = async (host: string, port: number, words: readonly string[], scheme = 'http') => {
    const folder = mkdtempSync(join(tmpdir(), 'seaworthy-etcd-'));
    running.push({ close: async () => rmSync(folder, { recursive: true, force: true }) });
    const own = `${scheme}://${host}:${port}`;
    const peer = await freePort();
    const flags = {
      'data-dir': folder,
      'listen-client-urls': own,
      'advertise-client-urls': own,
      'listen-peer-urls': `http://127.0.0.1:${peer}`,
    };
    const all = [...Object.entries(flags).map(([name, value]) => `--${name}=${value}`), ...words];
    await start('etcd', all, port, host);
    return answers([`${host}:${port}`], true);
  };

  test('tells its version and its keys to everybody', async () => {
    const results = await etcd('127.0.0.1', await freePort(), []);
    expect(verdict(results, 'etcd.open')).toBe('fail high');
    expect(verdict(results, 'etcd.keys')).toBe('fail critical');
  }, 60_000);

  test.skipIf(!hasOpenssl)(
    'TLS keeps nobody away, client certificates do (needs openssl)',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'seaworthy-etcd-tls-'));
      running.push({ close: async () => rmSync(folder, { recursive: true, force: true }) });
      const { caFile } = makeCertificates(folder);
      const own = [
        `--cert-file=${join(folder, 'server.pem')}`,
        `--key-file=${join(folder, 'server.key')}`,
      ];
      const open = await etcd('127.0.0.1', await freePort(), own, 'https');
      expect(verdict(open, 'etcd.open')).toBe('fail high');
      expect(verdict(open, 'etcd.keys')).toBe('fail critical');
      // Behind a certificate nothing but its port tells it: an address of loopback that nobody else has.
      const host = `127.79.${(process.pid >> 8) & 255}.${process.pid & 255 || 1}`;
      const mutual = [...own, '--client-cert-auth=true', `--trusted-ca-file=${caFile}`];
      const shut = await etcd(host, 2379, mutual, 'https');
      expect(verdict(shut, 'etcd.open')).toBe('pass');
      expect(verdict(shut, 'etcd.keys')).toBe('pass');
      expect(verdict(shut, 'tls.sound')).toBe('pass');
    },
    90_000,
  );
});

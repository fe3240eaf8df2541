// The metadata service of clouds: servers that speak as AWS, Google, Azure and Oracle do, on loopback; and
// the command itself in a network namespace of its own, where nobody else has the usual address.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { endAll, exposureLimits, running, verdict } from '../../test/exposure-audit.ts';
import { startServer } from '../../test/http-server.ts';
import { exposureControls, judgeAudit } from '../audit/index.ts';
import { openMachine } from '../host/machine/index.ts';
import { collectExposure } from './audit-exposure.ts';

afterEach(endAll);

type Answer = readonly [status: number, body?: string, headers?: Readonly<Record<string, string>>];

async function service(answer: (request: IncomingMessage) => Answer) {
  const asked: string[] = [];
  const server = await startServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const [status, body = '', headers = {}] = answer(request);
    response.writeHead(status, headers).end(body);
  });
  running.push(server);
  return { server, asked };
}

async function audit(port: number, root: string) {
  const { facts } = await collectExposure({
    targets: [{ host: '127.0.0.1', port, isMetadata: true }],
    ownsThem: false,
    hasConsent: false,
    machine: openMachine(root),
    engine: null,
    limits: exposureLimits,
    now: new Date('2026-11-22T00:00:00Z'),
  });
  const results = judgeAudit(exposureControls, facts, () => null);
  return new Map(results.map((one) => [one.id, one]));
}

const token = 'AQAEAGh0bWw_c2Vzc2lvbi10b2tlbg==';
const aws =
  (isOpen: boolean) =>
  ({ method, url, headers }: IncomingMessage): Answer => {
    if (url === '/latest/api/token') {
      const hasLifetime = headers['x-aws-ec2-metadata-token-ttl-seconds'] !== undefined;
      return method === 'PUT' && hasLifetime ? [200, token] : [400];
    }
    return url === '/latest/meta-data/' ? (isOpen ? [200, 'ami-id\niam/'] : [401]) : [404];
  };

const cases: readonly (readonly [string, (request: IncomingMessage) => Answer, string, string])[] =
  [
    ['AWS without session tokens', aws(true), 'fail critical', 'fail medium'],
    ['AWS with session tokens', aws(false), 'fail high', 'fail low'],
    [
      'Google',
      ({ url, headers }) =>
        url === '/computeMetadata/v1/' && headers['metadata-flavor'] === 'Google'
          ? [200, 'instance/', { 'Metadata-Flavor': 'Google' }]
          : [403],
      'fail high',
      'fail low',
    ],
    [
      'Azure',
      ({ url, headers }) =>
        url === '/metadata/versions' && headers['metadata'] === 'true'
          ? [200, '{"apiVersions":["2021-02-01"]}']
          : [400],
      'fail high',
      'fail low',
    ],
    [
      'Oracle',
      ({ url, headers }) =>
        url === '/opc/v2/' && headers.authorization === 'Bearer Oracle'
          ? [200, 'instance/']
          : [404],
      'fail high',
      'fail low',
    ],
    ['one that refuses', () => [403], 'pass', 'pass'],
    ['something else', () => [404], 'unknown', 'unknown'],
  ];

describe.each(cases)('%s', (_, answer, inside, outside) => {
  test('from inside a container, and from the machine itself', async () => {
    const { server, asked } = await service(answer);
    const container = mkdtempSync(join(tmpdir(), 'seaworthy-metadata-'));
    running.push({ close: async () => rmSync(container, { recursive: true, force: true }) });
    const machine = mkdtempSync(join(tmpdir(), 'seaworthy-metadata-'));
    running.push({ close: async () => rmSync(machine, { recursive: true, force: true }) });
    writeFileSync(join(container, '.dockerenv'), '');
    expect(verdict(await audit(server.port, container), 'metadata.reachable')).toBe(inside);
    expect(verdict(await audit(server.port, machine), 'metadata.reachable')).toBe(outside);
    // Nothing below which credentials lie was asked.
    expect(asked.join(' ')).not.toMatch(/security-credentials|service-accounts|identity|iam/);
  });
});

test('one that is not there', async () => {
  const { server } = await service(() => [200]);
  await server.close();
  expect(verdict(await audit(server.port, '/'), 'metadata.reachable')).toBe('pass');
});

const canUnshare =
  process.env['SEAWORTHY_CI'] === '1' ||
  (process.getuid?.() === 0 &&
    spawnSync('unshare', ['-n', 'ip', 'link', 'set', 'lo', 'up']).status === 0);

describe.skipIf(!canUnshare)('a network of its own (needs root, unshare and iproute2)', () => {
  test('the command asks the usual address, and only with the flag', () => {
    const folder = mkdtempSync(join(tmpdir(), 'seaworthy-metadata-'));
    running.push({ close: async () => rmSync(folder, { recursive: true, force: true }) });
    const server = join(folder, 'server.mjs');
    writeFileSync(
      server,
      `import { createServer } from 'node:http';
createServer((request, response) => response.writeHead(request.url === '/latest/meta-data/' ? 200 : 404).end())
  .listen(80, '169.254.169.254', () => console.log('ready'));`,
    );
    const launch = new URL('../cli/launch.ts', import.meta.url).pathname;
    const command = `"${process.execPath}" "${launch}" audit exposure --metadata --data "${folder}" --format json --only metadata.reachable --no-history`;
    const script = [
      'ip link set lo up',
      'ip addr add 169.254.169.254/32 dev lo',
      `"${process.execPath}" "${server}" > "${folder}/log" & pid=$!`,
      `while ! grep -q ready "${folder}/log"; do kill -0 $pid || exit 9; sleep 0.05; done`,
      command,
      'kill $pid',
    ].join('\n');
    const { stdout, stderr } = spawnSync('unshare', ['-n', 'sh', '-c', script], {
      encoding: 'utf8',
      timeout: 120_000,
    });
    expect(stdout, stderr).not.toBe('');
    const { controls } = JSON.parse(stdout) as { controls: { id: string; status: string }[] };
    expect(controls).toEqual([
      expect.objectContaining({ id: 'metadata.reachable', status: 'fail' }),
    ]);
  }, 150_000);
});

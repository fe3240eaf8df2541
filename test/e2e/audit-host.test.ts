// `audit host` and `audit exposure` as people call them: formats, exit codes, refusals.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../http-server.ts';
import { seaworthy } from './run.ts';

let folder = '';
let server: RunningServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-audit-host-'));
  mkdirSync(join(folder, 'etc'));
  mkdirSync(join(folder, 'var/lib/dpkg'), { recursive: true });
  writeFileSync(join(folder, 'etc/os-release'), 'ID=debian\nVERSION_ID="12"\n');
  writeFileSync(
    join(folder, 'var/lib/dpkg/status'),
    'Package: containerd.io\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.7.20-1\n\n',
  );
  server = await startServer((request, response) => {
    response.setHeader('Api-Version', '1.46');
    response.end(request.url === '/_ping' ? 'OK' : '{"ApiVersion":"1.46","Version":"27.0.1"}');
  });
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...words: readonly string[]) =>
  seaworthy(['audit', ...words, '--data', join(folder, 'data')], { cwd: folder });

test('a host on disk, in every format', async () => {
  const table = await run('host', '--root', '.');
  expect(table.code).toBe(0);
  expect(table.stdout).toContain('CVE-2026-53488');
  const json = await run('host', '--root', '.', '--format', 'json', '--fail-on', 'high');
  expect(json.code).toBe(1);
  const { controls, trend, score } = JSON.parse(json.stdout) as {
    controls: { id: string; status: string; evidence: { detail?: { state: string } }[] }[];
    trend: { previousScore: number } | null;
    score: number;
  };
  const flaw = controls.find(({ id }) => id === 'CVE-2026-53488');
  expect(flaw).toMatchObject({ status: 'fail', evidence: [{ detail: { state: 'affected' } }] });
  expect(trend?.previousScore).toBe(score);
  const sarif = await run('host', '--root', '.', '--format', 'sarif');
  expect(JSON.stringify(JSON.parse(sarif.stdout))).toContain('host-CVE-2026-53488');
  const html = await run('host', '--root', '.', '--format', 'html', '--output', 'host.html');
  expect(html.code).toBe(0);
}, 60_000);

test('an interface that is open', async () => {
  const open = await run('exposure', server.host, '--format', 'json', '--threshold', '100');
  expect(open.code).toBe(1);
  expect(open.stdout).toContain('docker.rebinding');
  const waived = join(folder, 'waivers.yaml');
  writeFileSync(
    waived,
    'waivers:\n  - control: [docker.open, docker.rebinding]\n    reason: a test\n    owner: me\n    expires: 2099-01-01\n',
  );
  const quiet = await run(
    'exposure',
    server.host,
    '--only',
    'docker',
    '--waivers',
    waived,
    '--fail-on',
    'low',
  );
  expect({ code: quiet.code, said: quiet.stderr }).toMatchObject({ code: 0 });
}, 60_000);

test('strangers are refused', async () => {
  const stranger = await run('exposure', '192.0.2.1');
  expect(stranger).toMatchObject({ code: 2 });
  expect(stranger.stderr).toContain('--i-own-these-hosts');
  expect(await run('exposure')).toMatchObject({ code: 2 });
  expect(await run('exposure', 'http://x')).toMatchObject({ code: 2 });
  expect(await run('exposure', 'no-such-name.invalid')).toMatchObject({ code: 3 });
  expect(await run('host', '--only', 'nothing')).toMatchObject({ code: 2 });
}, 60_000);

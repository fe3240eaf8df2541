// The record as its users ask it: containers, timeline, exposed, and what a scan learns from it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRecorder, usualRetention } from '../../src/store/record/index.ts';
import { buildImage, debianLayer, dockerArchive } from '../image-builder.ts';
import { idOf, lifecycle, loaded, sampleRun, started, startNs, wrote } from '../sample-record.ts';
import { seaworthy } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-e2e-record-'));
const data = join(folder, 'data');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const image = buildImage([
  [
    ...debianLayer({ openssl: '3.0.1-1', bash: '5.2.15-2' }),
    { name: 'var/lib/dpkg/info/openssl.list', content: '/.\n/usr\n/usr/bin/openssl\n' },
    { name: 'usr/bin/openssl', content: 'a program' },
    { name: 'usr/bin/own', content: 'of nobody' },
  ],
]);
const archive = join(folder, 'image.tar');

function runOf(name: string, endedAtNs: bigint | null) {
  const run = sampleRun(name, { endedAtNs, exitCode: endedAtNs === null ? null : 3 });
  const { identity } = run;
  return {
    ...run,
    identity: { ...identity, image: { ...identity.image, id: image.configDigest } },
  };
}

beforeAll(() => {
  writeFileSync(archive, dockerArchive(image, 'plain', ['shop/api:1.2']));
  const clock = { wallNs: () => startNs, monotonicNs: () => 1n };
  const retention = { ...usualRetention, rawAgeMs: 1e15, runAgeMs: 1e15 };
  const writer = openRecorder({ folder: data, clock, retention, warn: () => {} });
  writer.append(lifecycle(runOf('web', null)));
  writer.append(lifecycle(runOf('job', startNs + 1_300_000_000n)));
  writer.append(
    started('web', { pid: 1, path: '/usr/bin/openssl', words: ['openssl', 's_server'] }),
  );
  writer.append(started('job', { pid: 1, path: '/usr/bin/own' }));
  writer.append(loaded('web', '/usr/bin/own'));
  writer.append(wrote('web', '/tmp/<b>odd</b>'));
  writer.close();
});

function ask(...words: string[]) {
  return seaworthy([...words, '--data', data]);
}

test('containers: a table, and JSON with the words of the contract', async () => {
  const table = await ask('containers');
  expect(table).toMatchObject({ code: 0, stderr: '' });
  expect(table.stdout).toContain('2 containers: 1 running, 1 ended.');
  expect(table.stdout).toContain('1.3 s, exit 3');
  const { stdout } = await ask('containers', '--format', 'json', '--name', 'web');
  const contract =
    'id name image node workload createdAt startedAt endedAt exitCode namedBeforeStart grade';
  expect(Object.keys(JSON.parse(stdout)[0])).toEqual(expect.arrayContaining(contract.split(' ')));
  expect((await ask('containers', '--alive', '--format', 'json')).stdout).not.toContain('"job"');
});

test('timeline: table, JSON, page, events', async () => {
  const table = await ask('timeline', 'web');
  expect(table.stdout).toContain('/usr/bin/openssl s_server');
  const { stdout } = await ask('timeline', idOf('web').slice(0, 12), '--format', 'json');
  const contract = 'container processes files flows detections losses';
  expect(Object.keys(JSON.parse(stdout))).toEqual(expect.arrayContaining(contract.split(' ')));
  const file = join(folder, 'page.html');
  expect(await ask('timeline', 'web', '--format', 'html', '--output', file)).toMatchObject({
    code: 0,
    stdout: '',
  });
  expect(readFileSync(file, 'utf8')).toContain('/tmp/&lt;b&gt;odd&lt;/b&gt;');
  const events = (await ask('timeline', 'web', '--format', 'events', '--grep', 's_server')).stdout;
  expect(JSON.parse(events)).toMatchObject({ 'evt.type': 'execve', 'container.name': 'web' });
});

test('exposed and scan: a scan teaches the record what is in the image, and learns what was used', async () => {
  const before = await ask('exposed', 'pkg:deb/debian/openssl');
  expect(before.stdout).toContain('No container that was recorded ran pkg:deb/debian/openssl.');
  expect(before.stdout).toContain('Not judged: 1 image that ran');
  const scan = await ask('scan', archive, '--verify-digests', '--format', 'json');
  expect(scan.stderr).toBe('');
  const { stdout } = await ask('exposed', 'pkg:deb/debian/openssl@<3.0.2', '--format', 'json');
  const rows = JSON.parse(stdout);
  expect(
    rows.map((row: { container: { name: string }; inUse: boolean; running: boolean }) => [
      row.container.name,
      row.inUse,
      row.running,
    ]),
  ).toEqual(
    expect.arrayContaining([
      ['web', true, true],
      ['job', false, false],
    ]),
  );
  const again = JSON.parse((await ask('scan', archive, '--format', 'json')).stdout);
  const found = again.findings.find(
    (one: { package?: { name: string } }) => one.package?.name === 'openssl',
  );
  expect(found?.inUse).toEqual({ containers: 1, of: 2 });
});

test.each([
  [['timeline', 'nobody'], 3, /knows no container nobody/],
  [['exposed', 'CVE-1900-1'], 3, /does not know CVE-1900-1/],
  [['exposed', 'pkg:'], 2, /no package URL/],
  [['containers', '--since', 'soon'], 2, /10m, 2h, 7d/],
])('%j is told in one line', async (words, code, line) => {
  const ran = await ask(...words);
  expect(ran.code).toBe(code);
  expect(ran.stderr).toMatch(line);
});

test('where nothing was recorded it says what to do', async () => {
  const ran = await seaworthy(['containers', '--data', join(folder, 'empty')]);
  expect(ran).toMatchObject({ code: 3, stdout: '' });
  expect(ran.stderr).toMatch(/^seaworthy: nothing was recorded in [^\n]*; start [^\n]*\n$/);
});

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exportOf, type Mirror, recordOf, startMirror } from '../../../test/advisory-mirror.ts';
import { databaseStatus, openDatabase } from '../database/index.ts';
import { buildDatabase } from './build.ts';
import type { UpdateProgress } from './progress.ts';
import { type UpdateOptions, type UpdateResult, updateDatabase } from './update.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-update-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let mirror: Mirror;
let file = '';
let now = new Date('2026-11-20T00:00:00Z');
let count = 0;
beforeEach(async () => {
  count += 1;
  file = join(folder, String(count), 'advisories.db');
  now = new Date('2026-11-20T00:00:00Z');
  mirror = await startMirror();
  const { files } = mirror;
  files.set('ecosystems.txt', 'npm\nRocky Linux\nDebian:12\nGIT\n../evil\n\n');
  files.set('npm/all.zip', exportOf([lodash, old]));
  files.set('Rocky Linux/all.zip', exportOf([rocky]));
  files.set('kev.json', kev);
  files.set('epss.csv.gz', gzipSync('cve,epss,percentile\nCVE-2021-44228,0.9,0.9\n'));
});
afterEach(() => mirror.close());

const lodash = recordOf('GHSA-1', { modified: '2026-11-01T00:00:00Z', aliases: ['CVE-2021-1111'] });
const old = recordOf('GHSA-2', { modified: '2020-01-01T00:00:00Z', name: 'left-pad' });
const rocky = recordOf('RLSA-2024:1', {
  modified: '2024-01-01T00:00:00Z',
  ecosystem: 'Rocky Linux:9',
  name: 'openssl',
});
const kev = JSON.stringify({
  catalogVersion: '1',
  vulnerabilities: [{ cveID: 'CVE-2021-44228', dateAdded: '2021-12-10' }],
});

function update(about: Partial<UpdateOptions> = {}): Promise<UpdateResult> {
  return updateDatabase({
    file,
    from: [mirror.origin],
    kev: `${mirror.origin}/kev.json`,
    epss: `${mirror.origin}/epss.csv.gz`,
    clock: () => now,
    network: mirror.network,
    ...about,
  });
}

function found(ecosystem: string, name: string): readonly string[] {
  const database = openDatabase(file);
  const matches = [...database.lookup(ecosystem, name)].map((m) => {
    return `${m.id} < ${m.ranges[0]?.events[1]?.fixed}`;
  });
  database.close();
  return matches;
}

function nothingLeft(): void {
  expect(readdirSync(join(file, '..'))).toEqual(['advisories.db']);
}

describe('the first update', () => {
  test('reads every ecosystem of containers, KEV and EPSS', async () => {
    const progress: UpdateProgress[] = [];
    const result = await update({ onProgress: (step) => progress.push(step) });
    expect(result).toMatchObject({
      outcome: 'built',
      source: mirror.origin,
      builtAt: now.toISOString(),
      ageHours: 0,
      advisories: 3,
      changed: null,
      problems: [],
    });
    expect(mirror.requests).toEqual([
      '/ecosystems.txt',
      '/npm/all.zip',
      '/Rocky%20Linux/all.zip',
      '/kev.json',
      '/epss.csv.gz',
    ]);
    expect(found('npm', 'lodash')).toEqual(['GHSA-1 < 2.0.0']);
    expect(found('Rocky Linux:9', 'openssl')).toEqual(['RLSA-2024:1 < 2.0.0']);
    const database = openDatabase(file);
    expect(database.kev('CVE-2021-44228')).not.toBeNull();
    expect(database.epss('CVE-2021-44228')).toBe(0.9);
    database.close();
    const size = (mirror.files.get('npm/all.zip') as Buffer).length;
    expect(progress).toContainEqual({ kind: 'download', name: 'npm', received: size, total: size });
    nothingLeft();
  });
  test('a bad record is skipped, counted and named', async () => {
    mirror.files.set('npm/all.zip', exportOf([lodash, '{"id":', old]));
    expect(await update()).toMatchObject({ advisories: 3, problems: [] });
    const status = databaseStatus(file, () => now);
    expect(status).toMatchObject({ badRecords: [{ place: 'npm/BAD-1.json' }] });
  });
  test('a mirror without a list has the usual ecosystems, as far as it goes', async () => {
    mirror.files.delete('ecosystems.txt');
    expect(await update()).toMatchObject({ outcome: 'built', advisories: 3, problems: [] });
    expect(mirror.requests).toContain('/Rocky%20Linux/all.zip');
  });
  test('chosen ecosystems only', async () => {
    expect(await update({ ecosystems: ['npm'], kev: null, epss: null })).toMatchObject({
      advisories: 2,
    });
    expect(mirror.requests).toEqual(['/ecosystems.txt', '/npm/all.zip']);
  });
  test('redirects are followed', async () => {
    mirror.files.set('moved.zip', exportOf([lodash]));
    mirror.files.set('npm/all.zip', (_, response) => {
      response.writeHead(302, { location: '/moved.zip' }).end();
    });
    expect(await update()).toMatchObject({ problems: [], advisories: 2 });
  });
});

function changes(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

function badPlaces(): readonly string[] {
  const status = databaseStatus(file, () => now);
  return status.kind === 'present' ? status.badRecords.map((record) => record.place) : ['none'];
}

describe('a delta', () => {
  beforeEach(async () => {
    await update();
    mirror.requests.length = 0;
    now = new Date('2026-11-22T00:00:00Z');
    const { files } = mirror;
    files.delete('npm/all.zip');
    files.delete('Rocky Linux/all.zip');
    files.set('Rocky Linux/modified_id.csv', '2024-01-01T00:00:00Z,RLSA-2024:1\n');
    files.set(
      'npm/modified_id.csv',
      changes([
        '2026-11-21T10:00:00Z,GHSA-1',
        '2026-11-21T09:00:00Z,MAL-1',
        'not a line',
        '2026-11-21T08:00:00Z,GHSA-2',
        '2026-11-21T07:00:00Z,../../GHSA-9',
        '2026-11-01T00:00:00Z,GHSA-1',
        '2020-01-01T00:00:00Z,GHSA-OLD',
      ]),
    );
    files.set(
      'npm/GHSA-1.json',
      JSON.stringify({
        ...recordOf('GHSA-1', { fixed: '3.0.0' }),
        modified: '2026-11-21T10:00:00Z',
      }),
    );
    files.set(
      'npm/MAL-1.json',
      JSON.stringify(recordOf('MAL-1', { modified: '2026-11-21T09:00:00Z', name: 'evil' })),
    );
    files.set(
      'npm/GHSA-2.json',
      JSON.stringify({
        ...old,
        withdrawn: '2026-11-21T08:00:00Z',
        modified: '2026-11-21T08:00:00Z',
      }),
    );
    files.set('npm/GHSA-9.json', '{}');
  });

  test('fetches what changed and nothing else', async () => {
    const result = await update();
    expect(result).toMatchObject({
      outcome: 'updated',
      builtAt: now.toISOString(),
      changed: ['GHSA-1', 'MAL-1', 'GHSA-2'],
      removed: [],
      problems: [],
    });
    expect(mirror.requests.filter((path) => path.endsWith('.json')).toSorted()).toEqual([
      '/kev.json',
      '/npm/GHSA-1.json',
      '/npm/GHSA-2.json',
      '/npm/GHSA-9.json',
      '/npm/MAL-1.json',
    ]);
    expect(found('npm', 'lodash')).toEqual(['GHSA-1 < 3.0.0']);
    expect(found('npm', 'evil')).toEqual(['MAL-1 < 2.0.0']);
    expect(found('npm', 'left-pad')).toEqual([]);
    expect(found('Rocky Linux:9', 'openssl')).toHaveLength(1);
    const database = openDatabase(file);
    expect(database.byId('GHSA-2')).toMatchObject([{ withdrawn: '2026-11-21T08:00:00Z' }]);
    database.close();
    nothingLeft();
  });
  test('goes on from where it was: a second one fetches no record again', async () => {
    await update();
    mirror.requests.length = 0;
    expect(await update()).toMatchObject({ outcome: 'updated', changed: [], removed: [] });
    expect(mirror.requests.filter((path) => /GHSA-\d|MAL/.test(path))).toEqual([]);
  });
  test('a record that is gone is removed', async () => {
    mirror.files.delete('npm/GHSA-1.json');
    expect(await update()).toMatchObject({ removed: ['GHSA-1'] });
    expect(found('npm', 'lodash')).toEqual([]);
  });
  test('a bad record is named, and forgotten when it is good again', async () => {
    mirror.files.set('npm/MAL-1.json', '[1');
    await update();
    expect(badPlaces()).toEqual(['npm/GHSA-9.json', 'npm/MAL-1.json']);
    mirror.files.set(
      'npm/MAL-1.json',
      JSON.stringify(recordOf('MAL-1', { modified: '2026-11-21T09:00:00Z', name: 'evil' })),
    );
    await update();
    expect(badPlaces()).toEqual(['npm/GHSA-9.json']);
    expect(found('npm', 'evil')).toHaveLength(1);
  });
  test('too many changes: the whole export', async () => {
    const lines = Array.from({ length: 2500 }, (_, n) => `2026-11-21T00:00:00Z,GHSA-${n + 10}`);
    mirror.files.set('npm/modified_id.csv', changes(lines));
    mirror.files.set('npm/all.zip', exportOf([lodash]));
    expect(await update()).toMatchObject({ problems: [], removed: ['GHSA-2'] });
    expect(mirror.requests.filter((path) => path.startsWith('/npm/'))).toEqual([
      '/npm/modified_id.csv',
      '/npm/all.zip',
    ]);
  });
  test('no list of changes: the whole export', async () => {
    mirror.files.delete('npm/modified_id.csv');
    mirror.files.set('npm/all.zip', exportOf([lodash, old]));
    expect(await update()).toMatchObject({ problems: [], changed: [] });
  });
  test('an endless list is read no further than needed', async () => {
    mirror.files.set('npm/modified_id.csv', (_, response) => {
      response.writeHead(200);
      response.write('2026-11-21T09:00:00Z,MAL-1\n');
      const more = (): void => {
        while (
          !response.destroyed &&
          response.write('2020-01-01T00:00:00Z,GHSA-OLD\n'.repeat(500))
        );
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    expect(await update()).toMatchObject({ problems: [], changed: ['MAL-1'] });
  });
  test('after a month everything is read anew, and what vanished goes', async () => {
    now = new Date('2027-01-01T00:00:00Z');
    mirror.files.set('npm/all.zip', exportOf([lodash]));
    mirror.files.set('Rocky Linux/all.zip', exportOf([rocky]));
    expect(await update()).toMatchObject({ outcome: 'updated', removed: ['GHSA-2'], problems: [] });
    expect(mirror.requests).not.toContain('/npm/modified_id.csv');
  });
  test('an empty export takes nothing away', async () => {
    now = new Date('2027-01-01T00:00:00Z');
    mirror.files.set('npm/all.zip', exportOf([]));
    mirror.files.set('Rocky Linux/all.zip', exportOf([rocky]));
    expect(await update()).toMatchObject({ removed: [] });
    expect(found('npm', 'lodash')).toHaveLength(1);
  });
  test("the user's own advisories stay", async () => {
    const mine = join(folder, 'mine.json');
    writeFileSync(mine, JSON.stringify(recordOf('MINE-1', { name: 'ours' })));
    await buildDatabase({ from: [mine], output: file, clock: () => now, network: mirror.network });
    mirror.files.set('npm/all.zip', exportOf([lodash]));
    mirror.files.set('Rocky Linux/all.zip', exportOf([rocky]));
    expect(await update()).toMatchObject({ outcome: 'updated', advisories: 3, removed: [] });
    expect(found('npm', 'ours')).toHaveLength(1);
  });
});

describe('a bad network', () => {
  test('5xx and 429, then success', async () => {
    let tries = 0;
    const whole = exportOf([lodash]);
    mirror.files.set('npm/all.zip', (_, response) => {
      tries += 1;
      if (tries === 1) response.writeHead(503).end('busy');
      else if (tries === 2) response.writeHead(429, { 'retry-after': '1' }).end();
      else response.writeHead(200).end(whole);
    });
    expect(await update()).toMatchObject({ problems: [], advisories: 2 });
  });
  test('a body that breaks off is fetched again from its start', async () => {
    const whole = exportOf([lodash, old]);
    let tries = 0;
    mirror.files.set('npm/all.zip', (_, response) => {
      tries += 1;
      response.writeHead(200, { 'content-length': whole.length });
      if (tries > 1) response.end(whole);
      else response.write(whole.subarray(0, 200), () => response.destroy());
    });
    expect(await update()).toMatchObject({ problems: [], advisories: 3 });
  });
  const faults: readonly [string, (mirror: Mirror) => void, RegExp][] = [
    ['always 500', (m) => m.files.set('npm/all.zip', (_, r) => void r.writeHead(500).end()), /500/],
    ['absent', (m) => m.files.delete('npm/all.zip'), /none of it/],
    [
      'no zip',
      (m) => m.files.set('npm/all.zip', '<html>login</html>'),
      /no advisory feed|cannot be read/,
    ],
    [
      'a cut zip',
      (m) => m.files.set('npm/all.zip', exportOf([lodash, old]).subarray(0, 250)),
      /no zip directory/,
    ],
    [
      'always broken off',
      (m) =>
        m.files.set('npm/all.zip', (_, r) => {
          r.writeHead(200, { 'content-length': 10_000 });
          r.write('PK', () => r.destroy());
        }),
      /broke/,
    ],
    [
      'an absurd length',
      (m) =>
        m.files.set('npm/all.zip', (_, r) => {
          r.writeHead(200, { 'content-length': '99999999999999' });
          r.write('PK');
        }),
      /more than/,
    ],
  ];
  test.each(faults)('one ecosystem %s: told, the others are there', async (_, spoil, reason) => {
    spoil(mirror);
    const result = await update();
    expect(result).toMatchObject({ outcome: 'built', advisories: 1 });
    expect(result.problems).toMatchObject([
      { name: 'npm', message: expect.stringMatching(reason) },
    ]);
    nothingLeft();
  });
  test.each(faults)('%s in an update: the old advisories stay', async (_, spoil) => {
    await update();
    now = new Date('2027-01-01T00:00:00Z');
    spoil(mirror);
    const result = await update();
    expect(result).toMatchObject({
      outcome: 'updated',
      advisories: 3,
      problems: [{ name: 'npm' }],
    });
    expect(found('npm', 'left-pad')).toHaveLength(1);
  });
  test('an endless listing is cut by its limit', async () => {
    mirror.files.set('ecosystems.txt', (_, response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    await expect(update()).rejects.toMatchObject({ code: 'limit' });
  });
  test.each(['<html>', '', '{"vulnerabilities":[]}'])(
    'KEV %j is a problem; the old stays',
    async (text) => {
      await update();
      mirror.files.set('kev.json', text);
      mirror.files.set('epss.csv.gz', gzipSync('<html>'));
      mirror.files.set('npm/modified_id.csv', '');
      mirror.files.set('Rocky Linux/modified_id.csv', '');
      const { problems } = await update();
      expect(problems.map((problem) => problem.name)).toEqual(['kev', 'epss']);
      const database = openDatabase(file);
      expect(database.kev('CVE-2021-44228')).not.toBeNull();
      expect(database.epss('CVE-2021-44228')).toBe(0.9);
      database.close();
    },
  );
});

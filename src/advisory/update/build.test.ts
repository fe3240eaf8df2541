import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { exportOf, type Mirror, recordOf, startMirror } from '../../../test/advisory-mirror.ts';
import { noSharedData, sharedData } from '../../../test/shared-data.ts';
import { SeaworthyError } from '../../base/error.ts';
import { type AdvisoryDatabase, databaseStatus, openDatabase } from '../database/index.ts';
import { type BuildOptions, type BuildResult, buildDatabase } from './build.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-build-'));
const mirror: Mirror = await startMirror();
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await mirror.close();
});

let work = '';
let file = '';
let count = 0;
beforeEach(() => {
  count += 1;
  work = join(folder, String(count));
  file = join(work, 'out', 'advisories.db');
  mkdirSync(work);
});

const clock = (): Date => new Date('2026-11-20T00:00:00Z');

function build(from: readonly string[], about: Partial<BuildOptions> = {}): Promise<BuildResult> {
  return buildDatabase({ from, output: file, clock, network: mirror.network, ...about });
}

function put(name: string, content: string | Uint8Array | object): string {
  const path = join(work, name);
  mkdirSync(join(path, '..'), { recursive: true });
  const plain = typeof content === 'string' || content instanceof Uint8Array;
  writeFileSync(path, plain ? content : JSON.stringify(content));
  return path;
}

function using<T>(look: (database: AdvisoryDatabase) => T): T {
  const database = openDatabase(file);
  try {
    return look(database);
  } finally {
    database.close();
  }
}

const nvd = {
  format: 'NVD_CVE',
  vulnerabilities: [
    {
      cve: {
        id: 'CVE-2021-1111',
        metrics: {
          cvssMetricV31: [{ type: 'Primary', cvssData: { vectorString: 'CVSS:3.1/AV:N' } }],
        },
      },
    },
  ],
};

describe('what --from takes', () => {
  test('a folder of records, zips, trackers and side feeds at once', async () => {
    put('in/ghsa/2024/GHSA-1.json', recordOf('GHSA-1', {}));
    put('in/npm/all.zip', exportOf([recordOf('GHSA-2', {}), '{']));
    put('in/tracker.json', {
      glibc: { 'CVE-2023-4911': { releases: { bookworm: { status: 'open', urgency: 'high' } } } },
    });
    put('in/secdb/v3.20/main.json', {
      distroversion: 'v3.20',
      reponame: 'main',
      packages: [{ pkg: { name: 'xz', secfixes: { '5.6.1-r2': ['CVE-2024-3094'] } } }],
    });
    put('in/secdb/v3.21/main.json', {
      distroversion: 'v3.21',
      reponame: 'main',
      packages: [{ pkg: { name: 'xz', secfixes: { '5.6.1-r3': ['CVE-2024-3094'] } } }],
    });
    put('in/nvd.json.gz', gzipSync(JSON.stringify(nvd)));
    put('in/readme.md', 'not a feed');
    put('in/.hidden/GHSA-9.json', '{');
    const result = await build([join(work, 'in')]);
    expect(result).toEqual({ file, records: 6, bad: 1 });
    using((database) => {
      expect([...database.lookup('npm', 'lodash')].map((m) => m.id)).toEqual(['GHSA-1', 'GHSA-2']);
      expect([...database.lookup('Debian:12', 'glibc')]).toMatchObject([
        { vendorSeverity: 'high' },
      ]);
      for (const release of ['v3.20', 'v3.21']) {
        expect([...database.lookup(`Alpine:${release}`, 'xz')]).toHaveLength(1);
      }
      expect(database.cve('CVE-2021-1111')).toMatchObject({ source: 'nvd' });
    });
    expect(databaseStatus(file, clock)).toMatchObject({
      badRecords: [{ place: 'npm/BAD-1.json', reason: expect.stringContaining('JSON') }],
    });
    expect(readdirSync(join(file, '..'))).toEqual(['advisories.db']);
  });
  test('single files, also packed, and side feeds by option', async () => {
    const epss = put(
      'epss.csv.zst',
      zstdCompressSync('cve,epss,percentile\nCVE-2021-1111,0.5,0.5\n'),
    );
    const kev = put('kev.json', {
      catalogVersion: '1',
      vulnerabilities: [{ cveID: 'CVE-2021-1111', dateAdded: '2021-12-10' }],
    });
    const zip = put('some.zip', exportOf([recordOf('GHSA-1', {})]));
    const lines = put(
      'x.jsonl',
      `${JSON.stringify(recordOf('A-1', {}))}\n${JSON.stringify(recordOf('A-2', {}))}`,
    );
    const cve = [put('nvd.json', nvd)];
    expect(await build([zip, `file://${lines}`], { kev, epss, cve })).toMatchObject({ records: 6 });
    using((database) => {
      expect([...database.lookup('npm', 'lodash')]).toHaveLength(3);
      expect(database.kev('CVE-2021-1111')).toEqual({ dateAdded: '2021-12-10', ransomware: false });
      expect(database.epss('CVE-2021-1111')).toBe(0.5);
      expect(database.cve('CVE-2021-1111')?.severity).toHaveLength(1);
    });
  });
  test('a mirror and a single address; deltas can go on from it', async () => {
    mirror.files.set('ecosystems.txt', 'npm\n');
    mirror.files.set(
      'npm/all.zip',
      exportOf([recordOf('GHSA-1', { modified: '2026-01-01T00:00:00Z' })]),
    );
    mirror.files.set(
      'kev.json',
      '{"catalogVersion":"1","vulnerabilities":[{"cveID":"CVE-2021-1111","dateAdded":"2021-12-10"}]}',
    );
    await build([`${mirror.origin}/`, `${mirror.origin}/kev.json`]);
    expect(databaseStatus(file, clock)).toMatchObject({
      exploited: 1,
      feeds: [{ name: 'npm', cursor: '2026-01-01T00:00:00Z' }],
    });
  });
});

describe('what ends a build: the old file stays', () => {
  const cases: readonly [string, () => readonly string[], string][] = [
    ['nothing named', () => [], 'usage'],
    ['a path that is not there', () => [join(work, 'none')], 'not-found'],
    ['an empty folder', () => [work], 'malformed'],
    [
      'a zip that is none',
      () => [put('a/all.zip', 'PK\u0003\u0004 and nothing more')],
      'malformed',
    ],
    ['a file of no feed', () => [put('a.json', '<html>')], 'malformed'],
    ['bad records only', () => [put('a.json', '{}')], 'malformed'],
    [
      'a broken gzip',
      () => [put('a.json.gz', gzipSync('x'.repeat(9999)).subarray(0, 30))],
      'malformed',
    ],
    ['gzip in gzip', () => [put('a.json.gz', gzipSync(gzipSync('{}')))], 'malformed'],
    ['a scheme that is not known', () => ['ftp://example.org/x'], 'usage'],
    ['a finished database', () => ['oci://example.org/x'], 'usage'],
    ['an address that is not there', () => [`${mirror.origin}/none.json`], 'not-found'],
    ['a mirror without an ecosystem that it lists', () => [`${mirror.origin}/empty`], 'not-found'],
  ];
  test.each(cases)('%s', async (_, from, code) => {
    const first = put('first/A-1.json', recordOf('A-1', {}));
    await build([first]);
    rmSync(join(work, 'first'), { recursive: true });
    const before = readFileSync(file);
    mirror.files.set('empty/ecosystems.txt', 'npm\n');
    const error: unknown = await build(from()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SeaworthyError);
    expect(error).toMatchObject({ code });
    expect((error as Error).message).not.toContain('\n');
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(join(file, '..'))).toEqual(['advisories.db']);
  });
});

const osv = sharedData('osv');
const kevFile = sharedData('kev/known_exploited_vulnerabilities.json');

describe.skipIf(osv === null || kevFile === null)(
  `22,000 real advisories [${noSharedData}]`,
  () => {
    test('facts that are known', async () => {
      const result = await build([osv ?? ''], { kev: kevFile ?? '' });
      expect(result.bad).toBe(0);
      expect(statSync(file).size).toBeLessThan(60_000_000);
      using((database) => {
        expect(database.info().advisories).toBeGreaterThan(20_000);
        const named = (ecosystem: string, name: string, id: string) =>
          [...database.lookup(ecosystem, name)].filter(
            (m) => m.id === id || m.aliases.includes(id),
          );
        const fixes = (ecosystem: string, name: string, id: string) =>
          named(ecosystem, name, id).flatMap((m) =>
            m.ranges.flatMap((r) => r.events.map((e) => e.fixed)),
          );
        // runc's leaky vessels, lodash's prototype pollution, Log4Shell, moment by two registries.
        expect(fixes('Go', 'github.com/opencontainers/runc', 'CVE-2024-21626')).toContain('1.1.12');
        expect(fixes('Maven', 'org.apache.logging.log4j:log4j-core', 'CVE-2021-44228')).toContain(
          '2.15.0',
        );
        expect(fixes('npm', 'moment', 'CVE-2022-31129')).toContain('2.29.4');
        expect(fixes('NuGet', 'MOMENT.JS', 'CVE-2022-31129')).toContain('2.29.4');
        expect(
          database
            .byId('CVE-2022-31129')
            .map((m) => m.package?.ecosystem ?? '')
            .toSorted((a, b) => (a < b ? -1 : 1)),
        ).toEqual(['NuGet', 'npm']);
        // A module build of AlmaLinux, and its CVE, which the record lists as related.
        const [nodejs] = named('AlmaLinux:8', 'nodejs', 'ALSA-2022:7821');
        expect(nodejs).toMatchObject({ modularity: 'nodejs:18', vendorSeverity: 'important' });
        expect(nodejs?.upstream).toContain('CVE-2022-35256');
        // PyPI by any spelling; versions are listed.
        const [tensorflow] = named('PyPI', 'Tensorflow_GPU', 'PYSEC-2022-135');
        expect(tensorflow?.versions).toContain('2.6.2');
        expect(tensorflow?.ranges.map((range) => range.type)).toEqual(['ECOSYSTEM']);
        // Releases are kept apart.
        expect([...database.lookup('Alpine:v3.11', 'webkit2gtk')].length).toBeGreaterThan(0);
        expect([...database.lookup('Alpine:v3.12', 'webkit2gtk')]).toEqual([]);
        expect(database.kev('CVE-2021-44228')).toEqual({
          dateAdded: '2021-12-10',
          ransomware: true,
        });
      });
      expect(databaseStatus(file, clock, { thorough: true })).toMatchObject({
        kind: 'present',
        exploited: 1404,
      });
    }, 240_000);
  },
);

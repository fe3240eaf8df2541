import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { advisoryOf, affectedBy } from '../../../test/advisory-mirror.ts';
import type { Advisory } from '../feed/index.ts';
import { checkContent } from './open.ts';
import { openDatabase } from './reader.ts';
import { databaseStatus } from './status.ts';
import { DatabaseWriter } from './writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-database-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let file = '';
let count = 0;
beforeEach(() => {
  count += 1;
  file = join(folder, `${count}`, 'advisories.db');
});

const builtAt = '2026-11-21T12:00:00.000Z';
const clock = (): Date => new Date('2026-11-23T12:30:00Z');

function build(advisories: readonly Advisory[], more?: (writer: DatabaseWriter) => void): void {
  const writer = new DatabaseWriter(file);
  for (const one of advisories) writer.put(one);
  more?.(writer);
  writer.finish({ builtAt });
}

function idsOf(ecosystem: string, name: string): readonly string[] {
  const database = openDatabase(file);
  const ids = [...database.lookup(ecosystem, name)].map((match) => match.id);
  database.close();
  return ids;
}

describe('lookups', () => {
  test('every field comes back', () => {
    const full = advisoryOf('ALSA-2022:7821', {
      summary: 'Important: nodejs:18 security update',
      modified: '2022-11-11T19:27:35Z',
      published: '2022-11-08T00:00:00Z',
      related: ['CVE-2022-35255'],
      severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N' }],
      references: [{ type: 'ADVISORY', url: 'https://errata.almalinux.org/8/ALSA-2022-7821.html' }],
      affected: [
        {
          ...affectedBy('AlmaLinux:8', 'nodejs', '1:18.9.1-1.module_el8.7.0+3343'),
          severity: [{ type: 'CVSS_V4', score: 'CVSS:4.0/AV:L' }],
        },
      ],
    });
    build([full]);
    const database = openDatabase(file);
    const [match] = database.lookup('AlmaLinux:8', 'nodejs');
    expect(JSON.parse(JSON.stringify(match))).toEqual({
      id: 'ALSA-2022:7821',
      package: { ecosystem: 'AlmaLinux:8', name: 'nodejs' },
      aliases: [],
      upstream: ['CVE-2022-35255'],
      summary: 'Important: nodejs:18 security update',
      published: '2022-11-08T00:00:00Z',
      modified: '2022-11-11T19:27:35Z',
      withdrawn: null,
      severity: [
        { type: 'CVSS_V4', score: 'CVSS:4.0/AV:L' },
        { type: 'CVSS_V3', score: 'CVSS:3.1/AV:N' },
      ],
      vendorSeverity: 'important',
      source: 'almalinux',
      ranges: [
        {
          type: 'ECOSYSTEM',
          events: [{ introduced: '0' }, { fixed: '1:18.9.1-1.module_el8.7.0+3343' }],
        },
      ],
      versions: [],
      fixStatus: null,
      modularity: 'nodejs:18',
      imports: [],
      references: ['https://errata.almalinux.org/8/ALSA-2022-7821.html'],
    });
    database.close();
  });
  test('names are normalised, releases are not', () => {
    build([
      advisoryOf('PYSEC-1', { affected: [affectedBy('PyPI', 'Zope.Interface', '1')] }),
      advisoryOf('DEBIAN-CVE-2020-1234', { affected: [affectedBy('Debian:12', 'glibc', '1')] }),
    ]);
    expect(idsOf('PyPI', 'zope_interface')).toEqual(['PYSEC-1']);
    expect(idsOf('Debian:12', 'glibc')).toEqual(['DEBIAN-CVE-2020-1234']);
    expect(idsOf('Debian:13', 'glibc')).toEqual([]);
    expect(idsOf('Debian', 'glibc')).toEqual([]);
    expect(idsOf('PyPI', "x' OR '1'='1")).toEqual([]);
  });
  test.each([1, 40, 3000])('%i listed versions, inline, apart or packed', (n) => {
    const versions = Array.from({ length: n }, (_, at) => `1.${at}`);
    const entry = { package: { ecosystem: 'PyPI', name: 'a' }, versions };
    const imports = { imports: [{ path: 'x/y', symbols: ['A', 'B'] }] };
    const go = { ...affectedBy('Go', 'x', '1.0.0'), versions, ecosystem_specific: imports };
    build([advisoryOf('A-1', { affected: [entry, go] }), advisoryOf('A-2', { affected: [entry] })]);
    const database = openDatabase(file);
    expect([...database.lookup('PyPI', 'a')].map((match) => match.versions)).toEqual([
      versions,
      versions,
    ]);
    expect([...database.lookup('Go', 'x')][0]?.imports).toEqual(imports.imports);
    database.close();
  });
  test('by id and by alias; packages are named; the withdrawn are told', () => {
    build([
      advisoryOf('GHSA-1', {
        aliases: ['CVE-2020-1234'],
        affected: [affectedBy('npm', 'a', '1'), affectedBy('npm', 'b', '2')],
      }),
      advisoryOf('GO-1', { aliases: ['CVE-2020-1234'], affected: [affectedBy('Go', 'c', '3')] }),
      advisoryOf('GHSA-2', { aliases: ['CVE-2020-1234'], withdrawn: '2021-01-01T00:00:00Z' }),
    ]);
    const database = openDatabase(file);
    const rows = database.byId('CVE-2020-1234').map((m) => [m.id, m.package?.name, m.withdrawn]);
    expect(rows).toEqual([
      ['GHSA-1', 'a', null],
      ['GHSA-1', 'b', null],
      ['GO-1', 'c', null],
      ['GHSA-2', '', '2021-01-01T00:00:00Z'],
    ]);
    expect(database.byId('GO-1').map((m) => m.package)).toEqual([{ ecosystem: 'Go', name: 'c' }]);
    expect(database.byId('GO-2')).toEqual([]);
    expect([...database.lookup('npm', 'lodash')]).toEqual([]);
    database.close();
  });
  test('side tables', () => {
    const facts = {
      severity: [{ type: 'CVSS_V3', score: 'x' }],
      source: 'osv',
      summary: 's',
      published: null,
    };
    build([advisoryOf('A-1')], (writer) => {
      writer.putKev('CVE-2021-44228', { dateAdded: '2021-12-10', ransomware: true });
      writer.putEpss('CVE-2021-44228', 0.94358);
      writer.putEpss('CVE-2021-44229', 0);
      writer.putKev('nonsense', { dateAdded: '2021-12-10', ransomware: true });
      writer.putCve('CVE-2021-44228', facts);
      // Better sources win; none loses a rating for a record without one.
      writer.putCve('CVE-2021-44228', { ...facts, source: 'nvd' });
      writer.putCve('CVE-2021-44228', { ...facts, source: 'cve' });
      writer.putCve('CVE-2021-44228', { ...facts, source: 'nvd', severity: [] });
    });
    const database = openDatabase(file);
    expect(database.kev('CVE-2021-44228')).toEqual({ dateAdded: '2021-12-10', ransomware: true });
    expect(database.kev('CVE-2021-44229')).toBeNull();
    expect(database.epss('CVE-2021-44228')).toBe(0.94358);
    expect(database.epss('CVE-2021-44229')).toBe(0);
    expect(database.epss('GHSA-1')).toBeNull();
    expect(database.cve('CVE-2021-44228')).toEqual({ ...facts, source: 'nvd' });
    expect(database.cve('CVE-2021-44229')).toBeNull();
    database.close();
  });
});

describe('copies of one record', () => {
  const old = advisoryOf('A-1', { modified: '2020-01-01T00:00:00Z', summary: 'old' });
  const young = advisoryOf('A-1', {
    modified: '2021-01-01T00:00:00+00:00',
    summary: 'new',
    affected: [affectedBy('npm', 'underscore', '2')],
  });
  test.each([
    ['in order', [old, young]],
    ['reversed', [young, old]],
    ['thrice', [old, young, old]],
  ])('the later one wins, %s', (_, copies) => {
    build(copies);
    expect(idsOf('npm', 'lodash')).toEqual([]);
    expect(idsOf('npm', 'underscore')).toEqual(['A-1']);
  });
  test('without times the one that came last', () => {
    const { modified: _, ...timeless } = young;
    build([old, { ...timeless, modified: null }]);
    expect(idsOf('npm', 'underscore')).toEqual(['A-1']);
  });
  test('parts of one id stand side by side, and a vendor replaces aggregators', () => {
    const id = 'ALPINE-CVE-2020-1234';
    const bundle = advisoryOf(id, {
      affected: [affectedBy('Alpine:v3.20', 'a', '9'), affectedBy('Alpine:v3.9', 'a', '9')],
    });
    const part = (release: string) =>
      advisoryOf(id, { affected: [affectedBy(`Alpine:${release}`, 'a', '1')] });
    const writer = new DatabaseWriter(file);
    for (const early of [true, false]) {
      if (!early) writer.put(bundle);
      writer.put(part('v3.20'), { part: 'v3.20/main/a' });
      writer.put(part('v3.21'), { part: 'v3.21/main/a' });
      writer.cover('Alpine:v3.20');
      writer.cover('Alpine:v3.21');
      if (early) writer.put(bundle);
    }
    writer.finish({ builtAt });
    const database = openDatabase(file);
    const fixes = (ecosystem: string) =>
      [...database.lookup(ecosystem, 'a')].map((m) => m.ranges[0]?.events[1]?.fixed);
    expect(fixes('Alpine:v3.20')).toEqual(['1']);
    expect(fixes('Alpine:v3.21')).toEqual(['1']);
    expect(fixes('Alpine:v3.9')).toEqual(['9']);
    expect(database.info().advisories).toBe(1);
    database.close();
  });
});

describe('changing a published file', () => {
  test('adds, replaces and removes on a copy', () => {
    build([
      advisoryOf('A-1', { aliases: ['CVE-2020-1111'] }),
      advisoryOf('A-2'),
      advisoryOf('A-3'),
    ]);
    const before = readFileSync(file);
    const reader = openDatabase(file);
    const writer = new DatabaseWriter(file, { update: true });
    expect(writer.remove('A-2')).toBe(true);
    expect(writer.remove('A-9')).toBe(false);
    const changed = advisoryOf('A-1', {
      modified: '2022-01-01T00:00:00Z',
      affected: [affectedBy('npm', 'x', '1')],
    });
    expect(writer.put(changed)).toBe('replaced');
    expect(writer.put(advisoryOf('A-4'))).toBe('added');
    expect(readFileSync(file).equals(before)).toBe(true);
    writer.finish({ builtAt: '2026-11-22T00:00:00.000Z' });
    // Who had the old file open goes on with it.
    expect([...reader.lookup('npm', 'lodash')].map((m) => m.id)).toEqual(['A-1', 'A-2', 'A-3']);
    reader.close();
    expect(idsOf('npm', 'lodash')).toEqual(['A-3', 'A-4']);
    expect(idsOf('npm', 'x')).toEqual(['A-1']);
    const database = openDatabase(file);
    expect(database.byId('CVE-2020-1111')).toEqual([]);
    expect(database.info()).toMatchObject({ builtAt: '2026-11-22T00:00:00.000Z', advisories: 3 });
    database.close();
    checkContent(file);
  });
  test('what a feed has no more goes, what others gave stays', () => {
    const first = new DatabaseWriter(file);
    first.put(advisoryOf('A-1'), { feed: 'npm' });
    first.put(advisoryOf('A-2'), { feed: 'npm' });
    first.put(advisoryOf('A-3'), { feed: 'PyPI' });
    first.put(advisoryOf('MINE-1'));
    first.finish({ builtAt });
    const writer = new DatabaseWriter(file, { update: true });
    expect(writer.removeUnseen('npm', new Set(['A-1']))).toEqual(['A-2']);
    writer.finish({ builtAt });
    expect(idsOf('npm', 'lodash')).toEqual(['A-1', 'A-3', 'MINE-1']);
  });
  test('an abandoned writer leaves nothing behind', () => {
    build([advisoryOf('A-1')]);
    const writer = new DatabaseWriter(file, { update: true });
    writer.put(advisoryOf('A-2'));
    writer.abandon();
    writer.abandon();
    expect(readdirSync(join(file, '..'))).toEqual(['advisories.db']);
    expect(idsOf('npm', 'lodash')).toEqual(['A-1']);
  });
});

describe('status', () => {
  test('counts, sources, age, and what was not taken', () => {
    build([advisoryOf('GHSA-1')], (writer) => {
      writer.noteBad('ghsa', 'npm/GHSA-9.json', 'no id');
      for (let n = 0; n < 1500; n += 1) writer.noteBad('go', `Go/${n}.json`, 'no id');
      writer.noteLeftOut('rustsec', 'not a vulnerability');
      writer.noteLeftOut('rustsec', 'not a vulnerability');
      writer.noteRetrieved('ghsa', '2026-11-21T00:00:00.000Z');
      writer.noteFeed('npm', { cursor: '2026-11-20T00:00:00Z', retrievedAt: builtAt, full: true });
    });
    const status = databaseStatus(file, clock, { thorough: true });
    expect(status).toMatchObject({
      kind: 'present',
      ageHours: 48,
      info: {
        builtAt,
        advisories: 1,
        builtIn: false,
        ecosystems: ['npm'],
        sources: [
          {
            name: 'ghsa',
            advisories: 1,
            licence: 'CC-BY-4.0',
            skipped: 1,
            retrievedAt: '2026-11-21T00:00:00.000Z',
          },
          { name: 'go', advisories: 0, skipped: 1500 },
        ],
      },
      feeds: [{ name: 'npm', cursor: '2026-11-20T00:00:00Z', fullAt: builtAt }],
      leftOut: [{ source: 'rustsec', reason: 'not a vulnerability', records: 2 }],
    });
    const listed = status.kind === 'present' ? status.badRecords : [];
    expect(listed).toHaveLength(1001);
    expect(listed[0]).toEqual({ source: 'ghsa', place: 'npm/GHSA-9.json', reason: 'no id' });
  });
  test('absent and unusable files are told, not thrown', () => {
    expect(databaseStatus(join(folder, 'none.db'), clock).kind).toBe('absent');
    const other = join(folder, 'text.db');
    writeFileSync(other, 'hello');
    expect(databaseStatus(other, clock)).toMatchObject({
      kind: 'unusable',
      advice: expect.stringContaining('db update'),
    });
  });
});

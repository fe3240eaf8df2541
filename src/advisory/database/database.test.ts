import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { SeaworthyError } from '../../base/error.ts';
import type { OsvRecord } from '../../model/advisory.ts';
import { type Advisory, cleanRecord, interpretRecord } from '../feed/index.ts';
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

function advisory(id: string, about: Partial<OsvRecord> = {}): Advisory {
  const record = cleanRecord({ id, affected: [affected('npm', 'lodash', '4.17.21')], ...about });
  if (typeof record === 'string') throw new Error(record);
  const interpreted = interpretRecord(record);
  if (typeof interpreted === 'string') throw new Error(interpreted);
  return interpreted;
}

function affected(ecosystem: string, name: string, fixed: string) {
  return {
    package: { ecosystem, name },
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
  };
}

function build(advisories: readonly Advisory[], more?: (writer: DatabaseWriter) => void): void {
  const writer = new DatabaseWriter(file);
  for (const one of advisories) writer.put(one);
  more?.(writer);
  writer.finish({ builtAt });
}

function idsOf(ecosystem: string, name: string): readonly string[] {
  const database = openDatabase(file);
  const ids = database.lookup(ecosystem, name).map((match) => match.id);
  database.close();
  return ids;
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof SeaworthyError ? error.code : `not ours: ${String(error)}`;
  }
  return 'none';
}

describe('lookups', () => {
  test('every field comes back', () => {
    const full = advisory('ALSA-2022:7821', {
      summary: 'Important: nodejs:18 security update',
      modified: '2022-11-11T19:27:35Z',
      published: '2022-11-08T00:00:00Z',
      related: ['CVE-2022-35255'],
      severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N' }],
      references: [{ type: 'ADVISORY', url: 'https://errata.almalinux.org/8/ALSA-2022-7821.html' }],
      affected: [
        {
          ...affected('AlmaLinux:8', 'nodejs', '1:18.9.1-1.module_el8.7.0+3343'),
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
      advisory('PYSEC-1', { affected: [affected('PyPI', 'Zope.Interface', '1')] }),
      advisory('DEBIAN-CVE-2020-1234', { affected: [affected('Debian:12', 'glibc', '1')] }),
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
    const go = { ...affected('Go', 'x', '1.0.0'), versions, ecosystem_specific: imports };
    build([advisory('A-1', { affected: [entry, go] }), advisory('A-2', { affected: [entry] })]);
    const database = openDatabase(file);
    expect(database.lookup('PyPI', 'a').map((match) => match.versions)).toEqual([
      versions,
      versions,
    ]);
    expect(database.lookup('Go', 'x')[0]?.imports).toEqual(imports.imports);
    database.close();
  });
  test('by id and by alias; packages are named; the withdrawn are told', () => {
    build([
      advisory('GHSA-1', {
        aliases: ['CVE-2020-1234'],
        affected: [affected('npm', 'a', '1'), affected('npm', 'b', '2')],
      }),
      advisory('GO-1', { aliases: ['CVE-2020-1234'], affected: [affected('Go', 'c', '3')] }),
      advisory('GHSA-2', { aliases: ['CVE-2020-1234'], withdrawn: '2021-01-01T00:00:00Z' }),
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
    expect(database.lookup('npm', 'lodash')).toEqual([]);
    database.close();
  });
  test('side tables', () => {
    const facts = {
      severity: [{ type: 'CVSS_V3', score: 'x' }],
      source: 'osv',
      summary: 's',
      published: null,
    };
    build([advisory('A-1')], (writer) => {
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
  const old = advisory('A-1', { modified: '2020-01-01T00:00:00Z', summary: 'old' });
  const young = advisory('A-1', {
    modified: '2021-01-01T00:00:00+00:00',
    summary: 'new',
    affected: [affected('npm', 'underscore', '2')],
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
    const bundle = advisory(id, {
      affected: [affected('Alpine:v3.20', 'a', '9'), affected('Alpine:v3.9', 'a', '9')],
    });
    const part = (release: string) =>
      advisory(id, { affected: [affected(`Alpine:${release}`, 'a', '1')] });
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
      database.lookup(ecosystem, 'a').map((m) => m.ranges[0]?.events[1]?.fixed);
    expect(fixes('Alpine:v3.20')).toEqual(['1']);
    expect(fixes('Alpine:v3.21')).toEqual(['1']);
    expect(fixes('Alpine:v3.9')).toEqual(['9']);
    expect(database.info().advisories).toBe(1);
    database.close();
  });
});

describe('changing a published file', () => {
  test('adds, replaces and removes on a copy', () => {
    build([advisory('A-1', { aliases: ['CVE-2020-1111'] }), advisory('A-2'), advisory('A-3')]);
    const before = readFileSync(file);
    const reader = openDatabase(file);
    const writer = new DatabaseWriter(file, { update: true });
    expect(writer.remove('A-2')).toBe(true);
    expect(writer.remove('A-9')).toBe(false);
    const changed = advisory('A-1', {
      modified: '2022-01-01T00:00:00Z',
      affected: [affected('npm', 'x', '1')],
    });
    expect(writer.put(changed)).toBe('replaced');
    expect(writer.put(advisory('A-4'))).toBe('added');
    expect(readFileSync(file).equals(before)).toBe(true);
    writer.finish({ builtAt: '2026-11-22T00:00:00.000Z' });
    // Who had the old file open goes on with it.
    expect(reader.lookup('npm', 'lodash').map((m) => m.id)).toEqual(['A-1', 'A-2', 'A-3']);
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
    first.put(advisory('A-1'), { feed: 'npm' });
    first.put(advisory('A-2'), { feed: 'npm' });
    first.put(advisory('A-3'), { feed: 'PyPI' });
    first.put(advisory('MINE-1'));
    first.finish({ builtAt });
    const writer = new DatabaseWriter(file, { update: true });
    expect(writer.removeUnseen('npm', new Set(['A-1']))).toEqual(['A-2']);
    writer.finish({ builtAt });
    expect(idsOf('npm', 'lodash')).toEqual(['A-1', 'A-3', 'MINE-1']);
  });
  test('an abandoned writer leaves nothing behind', () => {
    build([advisory('A-1')]);
    const writer = new DatabaseWriter(file, { update: true });
    writer.put(advisory('A-2'));
    writer.abandon();
    writer.abandon();
    expect(readdirSync(join(file, '..'))).toEqual(['advisories.db']);
    expect(idsOf('npm', 'lodash')).toEqual(['A-1']);
  });
});

describe('status', () => {
  test('counts, sources, age, and what was not taken', () => {
    build([advisory('GHSA-1')], (writer) => {
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

describe('files that are no good', () => {
  test('a missing file is not found, a folder is told', () => {
    expect(codeOf(() => openDatabase(join(folder, 'none.db')))).toBe('not-found');
    expect(codeOf(() => openDatabase(folder))).toBe('database');
  });
  test.each([
    ['application_id = 7', /another program/],
    ['user_version = 99', /newer version/],
    ['application_id = 0; PRAGMA user_version = 0', /half written/],
  ])('%s', (pragma, reason) => {
    build([advisory('A-1')]);
    const database = new DatabaseSync(file);
    database.exec(`PRAGMA ${pragma}`);
    database.close();
    expect(() => openDatabase(file)).toThrow(reason);
    expect(codeOf(() => openDatabase(file))).toBe('database');
    // It can be made anew, but not updated.
    expect(codeOf(() => new DatabaseWriter(file, { update: true }))).toBe('database');
    build([advisory('A-2')]);
    expect(idsOf('npm', 'lodash')).toEqual(['A-2']);
  });
  test('truncated at any length', () => {
    build(Array.from({ length: 300 }, (_, n) => advisory(`A-${n}`)));
    const bytes = readFileSync(file);
    const lengths = new Set([0, 1, 15, 16, 99, 100, 101, 4095, 4096, bytes.length - 1]);
    for (let at = 0; at < bytes.length; at += 3001) lengths.add(at);
    for (const length of lengths) {
      writeFileSync(file, bytes.subarray(0, length));
      expect(codeOf(() => openDatabase(file))).toBe('database');
    }
  });
  test('damaged pages give a database error or an answer, never anything else', () => {
    build(
      Array.from({ length: 300 }, (_, n) =>
        advisory(`A-${n}`, { aliases: [`CVE-2020-${1000 + n}`] }),
      ),
    );
    const bytes = readFileSync(file);
    const codes = new Set<string>();
    for (let page = 1; page * 4096 < bytes.length; page += 1) {
      for (const fill of [0x00, 0xff, 0x5a]) {
        const damaged = Buffer.from(bytes).fill(fill, page * 4096, page * 4096 + 4096);
        writeFileSync(file, damaged);
        codes.add(
          codeOf(() => {
            const database = openDatabase(file);
            try {
              database.info();
              for (const match of database.lookup('npm', 'lodash')) JSON.stringify(match);
              for (const match of database.byId('CVE-2020-1234')) JSON.stringify(match);
            } finally {
              database.close();
            }
          }),
        );
      }
    }
    expect([...codes].filter((code) => code !== 'none')).toEqual(['database']);
  });
});

describe('the disk', () => {
  test('a full disk is told, the old file stays, nothing is left behind', () => {
    build([advisory('A-1')]);
    const before = readFileSync(file);
    const many = Array.from({ length: 2000 }, (_, n) =>
      advisory(`B-${n}`, { summary: 'x'.repeat(200) }),
    );
    const fill = (): void => {
      const writer = new DatabaseWriter(file, { maximumPages: 40 });
      try {
        for (const one of many) writer.put(one);
        writer.finish({ builtAt });
      } catch (error) {
        writer.abandon();
        throw error;
      }
    };
    expect(codeOf(fill)).toBe('disk-full');
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(join(file, '..'))).toEqual(['advisories.db']);
  });
  test('leftovers of dead processes go, those of live ones stay', () => {
    build([advisory('A-1')]);
    const near = join(file, '..');
    const host = readdirMark();
    const dead = join(near, `.advisories.db.${host}-999999999-abc.building`);
    const live = join(near, `.advisories.db.${host}-${process.ppid}-abc.building`);
    const foreign = join(near, '.advisories.db.elsewhere-1-abc.building');
    const ancient = join(near, '.advisories.db.elsewhere-2-abc.building-stage');
    for (const path of [dead, live, foreign, ancient]) writeFileSync(path, '');
    utimesSync(ancient, new Date(0), new Date(0));
    build([advisory('A-2')]);
    const names = readdirSync(near).toSorted();
    expect(names.map((name) => join(near, name))).toEqual([foreign, live, file].toSorted());
  });
  test('the published file has no journal and readable rights', () => {
    build([advisory('A-1')]);
    expect(readFileSync(file).subarray(18, 20)).toEqual(Buffer.from([1, 1]));
    expect(statSync(file).mode & 0o444).toBe(0o444);
  });
});

/** The host's part in temporary names, learnt from a name itself. */
function readdirMark(): string {
  const writer = new DatabaseWriter(join(folder, 'mark', 'm.db'));
  const [name = ''] = readdirSync(join(folder, 'mark'));
  writer.abandon();
  return name.slice('.m.db.'.length).split('-')[0] ?? '';
}

// Files that are cut, damaged or of another version, and disks that are full.
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
import { advisoryOf } from '../../../test/advisory-mirror.ts';
import { SeaworthyError } from '../../base/error.ts';
import type { Advisory } from '../feed/index.ts';
import { openDatabase } from './reader.ts';
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

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof SeaworthyError ? error.code : `not ours: ${String(error)}`;
  }
  return 'none';
}

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
    build([advisoryOf('A-1')]);
    const database = new DatabaseSync(file);
    database.exec(`PRAGMA ${pragma}`);
    database.close();
    expect(() => openDatabase(file)).toThrow(reason);
    expect(codeOf(() => openDatabase(file))).toBe('database');
    // It can be made anew, but not updated.
    expect(codeOf(() => new DatabaseWriter(file, { update: true }))).toBe('database');
    build([advisoryOf('A-2')]);
    expect(idsOf('npm', 'lodash')).toEqual(['A-2']);
  });
  test('truncated at any length', () => {
    build(Array.from({ length: 300 }, (_, n) => advisoryOf(`A-${n}`)));
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
        advisoryOf(`A-${n}`, { aliases: [`CVE-2020-${1000 + n}`] }),
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
    build([advisoryOf('A-1')]);
    const before = readFileSync(file);
    const many = Array.from({ length: 2000 }, (_, n) =>
      advisoryOf(`B-${n}`, { summary: 'x'.repeat(200) }),
    );
    const fill = (): void => {
      const writer = new DatabaseWriter(file, { maximumPages: 20 });
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
    build([advisoryOf('A-1')]);
    const near = join(file, '..');
    const host = readdirMark();
    const dead = join(near, `.advisories.db.${host}-999999999-abc.building`);
    const live = join(near, `.advisories.db.${host}-${process.ppid}-abc.building`);
    const foreign = join(near, '.advisories.db.elsewhere-1-abc.building');
    const ancient = join(near, '.advisories.db.elsewhere-2-abc.building-stage');
    for (const path of [dead, live, foreign, ancient]) writeFileSync(path, '');
    utimesSync(ancient, new Date(0), new Date(0));
    build([advisoryOf('A-2')]);
    const names = readdirSync(near).toSorted();
    expect(names.map((name) => join(near, name))).toEqual([foreign, live, file].toSorted());
  });
  test('the published file has no journal and readable rights', () => {
    build([advisoryOf('A-1')]);
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

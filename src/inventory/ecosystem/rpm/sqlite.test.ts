import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from 'vitest';
import { expected, fixture, line, parse } from './fixtures/databases.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-rpm-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function create(name: string, pragmas: string): { database: DatabaseSync; file: string } {
  const file = join(folder, name);
  const database = new DatabaseSync(file);
  database.exec(pragmas);
  database.exec(
    'CREATE TABLE "Packages" (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)',
  );
  return { database, file };
}

describe('sqlite', () => {
  const rows = ((): Uint8Array[] => {
    const file = join(folder, 'source.sqlite');
    writeFileSync(file, fixture('rpmdb.sqlite'));
    const database = new DatabaseSync(file);
    const all = database.prepare('SELECT blob FROM Packages ORDER BY hnum').all();
    database.close();
    return all.map((row) => row['blob'] as Uint8Array);
  })();

  test.each([512, 1024, 4096, 65_536])('pages of %i bytes', (size) => {
    const { database, file } = create(`pages-${size}`, `PRAGMA page_size=${size}`);
    const insert = database.prepare('INSERT INTO Packages(blob) VALUES (?)');
    for (const row of rows) insert.run(row);
    database.close();
    const { packages, unknowns } = parse(readFileSync(file));
    expect(unknowns).toEqual([]);
    expect(packages.map((found) => line(found)).sort()).toEqual(expected);
  });

  test('a write-ahead log that was never checkpointed', () => {
    const pragmas = 'PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0';
    const { database, file } = create('wal', pragmas);
    const insert = database.prepare('INSERT INTO Packages(blob) VALUES (?)');
    for (const row of rows) insert.run(row);
    const main = readFileSync(file);
    const wal = readFileSync(`${file}-wal`);
    database.exec('DELETE FROM Packages WHERE hnum > 3');
    const later = readFileSync(`${file}-wal`);
    database.close();
    expect(parse(main, { wal }).packages).toHaveLength(expected.length);
    expect(parse(main, { wal }).unknowns).toEqual([]);
    expect(parse(main, { wal: later }).packages.length).toBeLessThanOrEqual(3);
    // Without its log the file is nearly empty, which must not pass for an image without packages.
    expect(parse(main).unknowns).not.toEqual([]);
    // A frame with a wrong checksum ends the log, as it does for SQLite itself.
    const broken = Buffer.from(later);
    broken[broken.length - 5] = (broken[broken.length - 5] as number) ^ 1;
    expect(parse(main, { wal: broken }).packages).toHaveLength(expected.length);
    for (let length = 0; length < wal.length; length += 4099) {
      expect(parse(main, { wal: wal.subarray(0, length) }).packages.length).toBeLessThan(45);
    }
  });

  const shell = ((): boolean => {
    try {
      execFileSync('sqlite3', ['--version']);
      return true;
    } catch {
      return false;
    }
  })();

  test.skipIf(!shell)('reserved bytes at the end of pages (needs sqlite3)', () => {
    const file = join(folder, 'reserved');
    copyFileSync(join(folder, 'source.sqlite'), file);
    execFileSync('sqlite3', [
      file,
      '.filectrl reserve_bytes 32',
      'PRAGMA journal_mode=DELETE;',
      'VACUUM;',
    ]);
    const bytes = readFileSync(file);
    expect(bytes[20]).toBe(32);
    expect(
      parse(bytes)
        .packages.map((found) => line(found))
        .sort(),
    ).toEqual(expected);
  });

  test('other tables, other names, no table', () => {
    const file = join(folder, 'other');
    const database = new DatabaseSync(file);
    database.exec('CREATE TABLE other(a); INSERT INTO other VALUES (1)');
    database.close();
    expect(parse(readFileSync(file))).toEqual({
      packages: [],
      unknowns: [{ reason: 'the SQLite file has no table Packages' }],
    });
  });

  test('a rollback journal is told', () => {
    const journal = Buffer.from('d9d505f920a163d7', 'hex');
    const { packages, unknowns } = parse(fixture('rpmdb.sqlite'), { journal });
    expect(packages).toHaveLength(expected.length);
    expect(unknowns).toHaveLength(1);
  });

  test('a page that points to itself ends', () => {
    const bytes = Buffer.from(fixture('rpmdb.sqlite'));
    const size = bytes.readUInt16BE(16);
    let loops = 0;
    for (let page = 2; page * size <= bytes.length; page++) {
      const start = (page - 1) * size;
      if (bytes[start] !== 5) continue;
      bytes.writeUInt32BE(page, start + 8);
      loops++;
    }
    expect(loops).toBeGreaterThan(0);
    expect(parse(bytes).unknowns.map((unknown) => unknown.reason)).toContain('pages form a loop');
  });
});

// The catalogue in one SQLite file (WAL). Losing it costs a scan, never truth: a file that is damaged or
// of another version is set aside.
import { closeSync, existsSync, openSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { makeFolder } from '../../base/folder.ts';
import { parseJson } from '../../base/json.ts';
import type { ImageTrust } from '../../model/image-trust.ts';
import type { Report } from '../../model/report.ts';
import type { Catalogue, CatalogueEntry, CataloguePage, DailyScore } from './catalogue.ts';

const schemaVersion = 1;
const busyMs = 5000;
/** Inflated bytes of one stored report; those of the largest images have about 60 MB. */
const reportBytes = 512 * 1024 ** 2;
const daysKept = 400;

const schema = `
  CREATE TABLE entry (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, reference TEXT NOT NULL, present INTEGER NOT NULL,
    value TEXT NOT NULL, report BLOB
  ) WITHOUT ROWID;
  CREATE INDEX entry_reference ON entry (reference, id);
  CREATE TABLE score (day TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  PRAGMA user_version = ${schemaVersion};
`;

/** Came later, and takes nothing from programs that do not know it: the version stays. */
const additions =
  'CREATE TABLE IF NOT EXISTS trust (id TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID';

/**
 * Opens the catalogue of a data folder, making it when there is none. Throws `SeaworthyError`
 * `unreadable` when the folder cannot be written.
 */
export function openCatalogue(folder: string): Catalogue {
  const file = join(folder, 'catalogue.db');
  try {
    makeFolder(folder);
    makePrivate(file);
    return new SqliteCatalogue(openFile(file));
  } catch (cause) {
    throw new SeaworthyError('unreadable', `${file} cannot be used (${messageOf(cause)})`, {
      cause,
      advice: 'give --data a folder that this user may write',
    });
  }
}

function makePrivate(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch {
    // It is there already, or cannot be made: then opening it says why.
  }
}

function openFile(file: string): DatabaseSync {
  try {
    return prepared(new DatabaseSync(file));
  } catch (error) {
    const code = (error as { errcode?: number }).errcode ?? 0;
    const isUnusable = [11, 26].includes(code & 0xff) || error instanceof SeaworthyError;
    if (!isUnusable) throw error;
    for (const part of ['', '-wal', '-shm']) {
      if (existsSync(`${file}${part}`)) renameSync(`${file}${part}`, `${file}.unusable${part}`);
    }
    return prepared(new DatabaseSync(file));
  }
}

function prepared(database: DatabaseSync): DatabaseSync {
  try {
    database.exec(`PRAGMA busy_timeout = ${busyMs}`);
    const version = (): number =>
      (database.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
    if (version() === 0) {
      database.exec('PRAGMA journal_mode = WAL; BEGIN IMMEDIATE');
      if (version() === 0) database.exec(schema);
      database.exec('COMMIT');
    } else if (version() !== schemaVersion) {
      throw new SeaworthyError('database', `the catalogue has version ${version()}`);
    }
    const hasTrust = database
      .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'trust'")
      .get();
    if (hasTrust === undefined) database.exec(additions);
    database.exec('PRAGMA synchronous = NORMAL');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

interface Row {
  readonly value: string;
  readonly present: number;
}

class SqliteCatalogue implements Catalogue {
  readonly #database: DatabaseSync;
  readonly #known = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  page({ after, search, limit }: CataloguePage): readonly CatalogueEntry[] {
    const where = ["kind <> 'container'"];
    const values: (string | number)[] = [];
    if (after !== undefined) {
      where.push('(reference > ? OR (reference = ? AND id > ?))');
      values.push(after.reference, after.reference, after.id);
    }
    if (search !== undefined) {
      where.push('instr(lower(reference), lower(?)) > 0');
      values.push(search);
    }
    const sql = `SELECT value, present FROM entry WHERE ${where.join(' AND ')}
      ORDER BY reference, id LIMIT ?`;
    return (this.#of(sql).all(...values, limit) as unknown as readonly Row[]).flatMap(entryOf);
  }

  entry(id: string): CatalogueEntry | null {
    const row = this.#of('SELECT value, present FROM entry WHERE id = ?').get(id);
    return row === undefined ? null : (entryOf(row as unknown as Row)[0] ?? null);
  }

  entries(ids: readonly string[]): ReadonlyMap<string, CatalogueEntry> {
    const sql = `SELECT value, present FROM entry
      WHERE id IN (SELECT value FROM json_each(?))`;
    const rows = this.#of(sql).all(JSON.stringify(ids)) as unknown as readonly Row[];
    return new Map(rows.flatMap(entryOf).map((entry) => [entry.id, entry]));
  }

  count(): number {
    const sql = "SELECT count(*) AS count FROM entry WHERE kind <> 'container' AND present = 1";
    return (this.#of(sql).get() as { count: number }).count;
  }

  report(id: string): Report | null {
    const row = this.#of('SELECT report FROM entry WHERE id = ?').get(id) as
      | { report: Uint8Array | null }
      | undefined;
    if (row === undefined || row.report === null) return null;
    try {
      const bytes = zstdDecompressSync(row.report, { maxOutputLength: reportBytes });
      return JSON.parse(bytes.toString('utf8')) as Report;
    } catch {
      // A damaged report is made again with the next scan.
      return null;
    }
  }

  put(entry: CatalogueEntry, report: Report | null): void {
    const { id, kind, reference, present } = entry;
    const packed = report === null ? null : zstdCompressSync(Buffer.from(JSON.stringify(report)));
    // A state that is told between two scans leaves the last report where it is.
    this.#of(
      `INSERT INTO entry (id, kind, reference, present, value, report) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, reference = excluded.reference,
         present = excluded.present, value = excluded.value,
         report = coalesce(excluded.report, report)`,
    ).run(id, kind, reference, present ? 1 : 0, JSON.stringify(entry), packed);
  }

  trust(id: string): ImageTrust | null {
    const row = this.#of('SELECT value FROM trust WHERE id = ?').get(id) as
      | { value: string }
      | undefined;
    const parsed = row === undefined ? null : parseJson(row.value);
    // A damaged one is found again with the next look.
    return parsed?.ok === true ? (parsed.value as ImageTrust) : null;
  }

  putTrust(id: string, trust: ImageTrust): void {
    this.#of('INSERT OR REPLACE INTO trust (id, value) VALUES (?, ?)').run(
      id,
      JSON.stringify(trust),
    );
  }

  keepPresent(kind: CatalogueEntry['kind'], ids: ReadonlySet<string>): void {
    this.#of(
      `UPDATE entry SET present = id IN (SELECT value FROM json_each(?2))
       WHERE kind = ?1 AND present <> (id IN (SELECT value FROM json_each(?2)))`,
    ).run(kind, JSON.stringify([...ids]));
  }

  putScore(score: DailyScore): void {
    this.#of('INSERT OR REPLACE INTO score (day, value) VALUES (?, ?)').run(
      score.day,
      JSON.stringify(score),
    );
    this.#of(
      'DELETE FROM score WHERE day NOT IN (SELECT day FROM score ORDER BY day DESC LIMIT ?)',
    ).run(daysKept);
  }

  scores(days: number): readonly DailyScore[] {
    const rows = this.#of('SELECT value FROM score ORDER BY day DESC LIMIT ?').all(
      days,
    ) as unknown as readonly { value: string }[];
    return rows.map(({ value }) => JSON.parse(value) as DailyScore).toReversed();
  }

  close(): void {
    this.#database.close();
  }

  #of(sql: string): StatementSync {
    let known = this.#known.get(sql);
    if (known === undefined) {
      known = this.#database.prepare(sql);
      this.#known.set(sql, known);
    }
    return known;
  }
}

function entryOf({ value, present }: Row): readonly CatalogueEntry[] {
  try {
    return [{ ...(JSON.parse(value) as CatalogueEntry), present: present === 1 }];
  } catch {
    return [];
  }
}

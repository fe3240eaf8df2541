// The embedded store: one SQLite file in WAL mode, shared by any number of processes.
// Losing it costs time, never truth: a damaged or foreign file is set aside and begun anew.

import { closeSync, openSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { messageOf, SeaworthyError } from '../base/error.ts';
import { makeFolder } from '../base/folder.ts';
import type { Inventory } from '../model/report.ts';
import type { EvidenceStore, Remembered, StoredInventory } from './store.ts';

const schemaVersion = 1;
/** Layer records and answers are dropped, least recently used first, beyond this many bytes. */
const layerCacheBytes = 2 * 1024 ** 3;
const busyMs = 5000;
/** The bound may be passed by this many layers before it is looked at again. */
const putsPerPrune = 64;
/** Inflated bytes of one stored inventory; the largest images give about 50 MB. */
const inventoryBytes = 512 * 1024 ** 2;

const schema = `
  CREATE TABLE layer (key TEXT PRIMARY KEY, value BLOB NOT NULL, bytes INTEGER NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX layer_used ON layer (used);
  CREATE TABLE inventory (digest TEXT NOT NULL, revision TEXT NOT NULL, first_seen TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (digest, revision)) WITHOUT ROWID;
  PRAGMA user_version = ${schemaVersion};
`;

/**
 * Opens the store in `folder`, making it when there is none.
 * @param warn told in one line when the store cannot be used and the scan runs without memory
 */
export function openStore(folder: string, warn: (line: string) => void): EvidenceStore {
  const spoolFolder = join(folder, 'spool');
  const file = join(folder, 'store.db');
  try {
    makeFolder(folder);
    return new SqliteStore(openDatabase(file), spoolFolder, warn);
  } catch (error) {
    warn(`the store ${file} cannot be used (${messageOf(error)}); this scan remembers nothing`);
    return new SqliteStore(prepared(new DatabaseSync(':memory:')), spoolFolder, warn);
  }
}

function openDatabase(file: string): DatabaseSync {
  try {
    makePrivate(file);
    return prepared(new DatabaseSync(file));
  } catch (error) {
    if (!isDamage(error)) throw error;
    renameSync(file, `${file}.unusable`);
    return prepared(new DatabaseSync(file));
  }
}

/** What runs here is nobody else's business, whatever the mode of a folder that was there before. */
function makePrivate(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch {
    // It is there already, or cannot be made: then opening it says why.
  }
}

function isDamage(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode;
  // SQLITE_CORRUPT and SQLITE_NOTADB, or our own word for another version.
  return (
    code === 11 || code === 26 || (error instanceof SeaworthyError && error.code === 'database')
  );
}

function prepared(database: DatabaseSync): DatabaseSync {
  try {
    database.exec(`PRAGMA busy_timeout = ${busyMs}`);
    const version = versionOf(database);
    if (version === 0) create(database);
    else if (version !== schemaVersion) {
      throw new SeaworthyError(
        'database',
        `the store has version ${version}, this program ${schemaVersion}`,
      );
    }
    database.exec('PRAGMA synchronous = NORMAL');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function versionOf(database: DatabaseSync): number {
  const row = database.prepare('PRAGMA user_version').get() as { user_version: number };
  return row.user_version;
}

/**
 * Two processes may begin at once: the second finds the tables made. Nothing can be lost yet, so
 * nothing waits for the disk. WAL is a property of the file: it is set once.
 */
function create(database: DatabaseSync): void {
  database.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL; BEGIN IMMEDIATE');
  if (versionOf(database) === 0) database.exec(schema);
  database.exec('COMMIT');
}

class SqliteStore implements EvidenceStore {
  readonly spoolFolder: string;
  readonly layers: Remembered;
  readonly answers: Remembered;
  readonly #database: DatabaseSync;
  readonly #warn: (line: string) => void;
  #writable = true;
  #puts = 0;

  constructor(database: DatabaseSync, spoolFolder: string, warn: (line: string) => void) {
    this.#database = database;
    this.#warn = warn;
    this.spoolFolder = spoolFolder;
    this.layers = this.#remembered('');
    // No digest and no file identity begins like this.
    this.answers = this.#remembered('answer:');
  }

  inventory(digest: string, revision: string): StoredInventory | null {
    const row = this.#database
      .prepare('SELECT first_seen, value FROM inventory WHERE digest = ? AND revision = ?')
      .get(digest, revision) as { first_seen: string; value: Uint8Array } | undefined;
    if (row === undefined) return null;
    try {
      const text = inflateRawSync(row.value, { maxOutputLength: inventoryBytes }).toString('utf8');
      return { inventory: JSON.parse(text) as Inventory, firstSeen: row.first_seen };
    } catch {
      // A damaged row is made again from its layers.
      return null;
    }
  }

  putInventory(digest: string, revision: string, stored: StoredInventory): void {
    const value = deflateRawSync(JSON.stringify(stored.inventory), { level: 1 });
    this.#write(() =>
      this.#database
        .prepare(
          'INSERT OR IGNORE INTO inventory (digest, revision, first_seen, value) VALUES (?, ?, ?, ?)',
        )
        .run(digest, revision, stored.firstSeen, value),
    );
  }

  close(): void {
    this.#database.close();
  }

  #remembered(prefix: string): Remembered {
    const select = this.#database.prepare('SELECT value, used FROM layer WHERE key = ?');
    const touch = this.#database.prepare('UPDATE layer SET used = ? WHERE key = ?');
    const insert = this.#database.prepare(
      'INSERT OR REPLACE INTO layer (key, value, bytes, used) VALUES (?, ?, ?, ?)',
    );
    const today = Math.floor(Date.now() / 86_400_000);
    return {
      get: (key) => {
        const row = select.get(prefix + key) as { value: Uint8Array; used: number } | undefined;
        if (row === undefined) return null;
        // A day is fine enough for "least recently used" and spares a write on nearly every scan.
        if (row.used !== today) this.#write(() => touch.run(today, prefix + key));
        return row.value;
      },
      put: (key, value) =>
        this.#write(() => {
          insert.run(prefix + key, value, value.length, today);
          // Summing reads every row: once for each layer it took longer than the layers.
          if (this.#puts % putsPerPrune === 0) this.#prune();
          this.#puts += 1;
        }),
    };
  }

  #prune(): void {
    const { bytes } = this.#database.prepare('SELECT sum(bytes) AS bytes FROM layer').get() as {
      bytes: number;
    };
    if (bytes <= layerCacheBytes) return;
    this.#database
      .prepare('DELETE FROM layer WHERE key IN (SELECT key FROM layer ORDER BY used LIMIT 100)')
      .run();
  }

  /** A full or read-only disk must not end a scan: it is said once, then nothing is kept. */
  #write(action: () => unknown): void {
    if (!this.#writable) return;
    try {
      action();
    } catch (error) {
      this.#writable = false;
      this.#warn(`the store cannot be written (${messageOf(error)}); this scan is not remembered`);
    }
  }
}

// The embedded store: one SQLite file in WAL mode, shared by any number of processes.
// Losing it costs time, never truth: a damaged or foreign file is set aside and begun anew.

import { closeSync, openSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf, SeaworthyError } from '../base/error.ts';
import { makeFolder } from '../base/folder.ts';
import { isJoined, joinPieces, packPieces, unpackPieces } from '../base/pieces.ts';
import type { Package } from '../model/package.ts';
import type { Inventory } from '../model/report.ts';
import type { EvidenceStore, Remembered, StoredInventory } from './store.ts';

const schemaVersion = 1;
/** Layer records and answers are dropped, least recently used first, beyond this many bytes. */
const layerCacheBytes = 2 * 1024 ** 3;
const busyMs = 5000;
/** The bound may be passed by this many layers before it is looked at again. */
const putsPerPrune = 64;
/** Packages of a stored inventory that are written and read at once. */
const packagesOfPiece = 1000;
/** Inventories lie as they are, for speed, until there are so many more of them: then they are deflated. */
const joinedInventories = 64;

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
      return { inventory: inventoryOf(row.value), firstSeen: row.first_seen };
    } catch {
      // A damaged row, or one of an older form, is made again from its layers.
      return null;
    }
  }

  putInventory(digest: string, revision: string, stored: StoredInventory): void {
    const isLarge = stored.inventory.packages.length > packagesOfPiece;
    const value = (isLarge ? packPieces : joinPieces)(piecesOf(stored.inventory));
    this.#write(() => {
      this.#database
        .prepare(
          `INSERT INTO inventory (digest, revision, first_seen, value) VALUES (?, ?, ?, ?)
           ON CONFLICT (digest, revision) DO UPDATE SET value = excluded.value`,
        )
        .run(digest, revision, stored.firstSeen, value);
      const { count } = this.#database.prepare('SELECT count(*) AS count FROM inventory').get() as {
        count: number;
      };
      if (count % joinedInventories === 0) this.#packInventories();
    });
  }

  #packInventories(): void {
    const update = this.#database.prepare(
      'UPDATE inventory SET value = ? WHERE digest = ? AND revision = ?',
    );
    const keys = this.#database
      .prepare('SELECT digest, revision, substr(value, 1, 8) AS head FROM inventory')
      .all() as { digest: string; revision: string; head: Uint8Array }[];
    const select = this.#database.prepare(
      'SELECT value FROM inventory WHERE digest = ? AND revision = ?',
    );
    // Another process may just put a newer one: nothing comes between the reading and the writing.
    this.#database.exec('BEGIN IMMEDIATE');
    for (const { digest, revision, head } of keys) {
      if (!isJoined(head)) continue;
      const row = select.get(digest, revision) as { value: Uint8Array } | undefined;
      if (row === undefined || !isJoined(row.value)) continue;
      update.run(packPieces(unpackPieces(row.value)), digest, revision);
    }
    this.#database.exec('COMMIT');
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

/** First all but the packages, then these in runs: an image may have a hundred thousand. */
function* piecesOf(inventory: Inventory): Generator<string> {
  const { packages } = inventory;
  yield JSON.stringify({ ...inventory, packages: [] });
  for (let at = 0; at < packages.length; at += packagesOfPiece) {
    yield JSON.stringify(packages.slice(at, at + packagesOfPiece));
  }
}

/** Throws on bytes that are no inventory. */
function inventoryOf(value: Uint8Array): Inventory {
  const pieces = unpackPieces(value);
  const first = pieces.next();
  if (first.done === true) throw new Error('an inventory without a beginning');
  const packages: Package[] = [];
  const inventory = JSON.parse(first.value.toString('utf8')) as Inventory;
  for (const piece of pieces) packages.push(...(JSON.parse(piece.toString('utf8')) as Package[]));
  return { ...inventory, packages };
}

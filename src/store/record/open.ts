// Opening the record's file: made when it is missing, brought forward when an older program made it,
// set aside when it is damaged or of a version that nobody here knows. A record that was set aside is never read again by us, but it is there for its owner.
import { closeSync, existsSync, openSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { makeFolder } from '../../base/folder.ts';
import {
  applicationId,
  furtherIndexes,
  runIndexes,
  schema,
  schemaVersion,
  steps,
} from './schema.ts';

/** The recorder must not stand still for a reader: it tries again at its next tick. */
const recorderBusyMs = 100;
const readerBusyMs = 5000;
/** The write-ahead log is cut back to this after a checkpoint. */
const logBytes = 32 * 1024 * 1024;

export interface OpenedRecord {
  readonly database: DatabaseSync;
  /** Where a file that could not be used lies now, and why; null mostly. */
  readonly setAside: { readonly file: string; readonly why: string } | null;
}

/** The file of the record in a data folder. */
export function recordFile(folder: string): string {
  return join(folder, 'record.db');
}

/**
 * Opens the record for writing, beginning anew where it cannot be used.
 * Throws `SeaworthyError` `unreadable` when the folder or file cannot be written.
 */
export function openForRecording(folder: string): OpenedRecord {
  const file = recordFile(folder);
  try {
    makeFolder(folder);
    try {
      closeSync(openSync(file, 'wx', 0o600));
    } catch {
      // It is there already, or cannot be made: then opening it says why.
    }
    try {
      return { database: prepared(file), setAside: null };
    } catch (error) {
      if (!isDamage(error)) throw error;
      const aside = setAside(file);
      return { database: prepared(file), setAside: { file: aside, why: messageOf(error) } };
    }
  } catch (cause) {
    throw new SeaworthyError('unreadable', `${file} cannot be written (${messageOf(cause)})`, {
      cause,
      advice: 'give --data a folder that this user may write, on a disk with room',
    });
  }
}

/**
 * Opens the record to ask it. Throws `SeaworthyError`: `not-found` when nothing was ever recorded,
 * `database` when the file is damaged or of another version.
 */
export function openForAsking(folder: string): DatabaseSync {
  const file = recordFile(folder);
  if (!existsSync(file)) {
    throw new SeaworthyError('not-found', `nothing was recorded in ${folder} yet`, {
      advice: 'start `seaworthy watch` or `seaworthy up`, or name another folder with --data',
    });
  }
  try {
    return asked(file);
  } catch (cause) {
    const damaged = isDamage(cause);
    throw new SeaworthyError(
      damaged ? 'database' : 'unreadable',
      `${file} cannot be used (${messageOf(cause)})`,
      {
        cause,
        advice: damaged
          ? 'start the recorder: it brings a file of an older version forward, and sets aside what it cannot read'
          : 'ask as the user that records, or as root',
      },
    );
  }
}

function asked(file: string): DatabaseSync {
  let database: DatabaseSync;
  try {
    database = new DatabaseSync(file);
  } catch {
    database = new DatabaseSync(file, { readOnly: true });
  }
  try {
    database.exec(`PRAGMA busy_timeout = ${readerBusyMs}; PRAGMA cache_size = -16384`);
    checkVersion(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** SQLite's own words for a file that is none of ours, or for another version. */
export function isDamage(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode ?? 0;
  // The low byte is the primary code: SQLITE_CORRUPT and SQLITE_NOTADB.
  const primary = code & 0xff;
  return (
    primary === 11 ||
    primary === 26 ||
    (error instanceof SeaworthyError && error.code === 'database')
  );
}

/** Moves the file and what belongs to it out of the way; gives its new name. */
export function setAside(file: string): string {
  let aside = `${file}.unusable`;
  for (let count = 2; existsSync(aside); count += 1) aside = `${file}.unusable-${count}`;
  for (const part of ['', '-wal', '-shm']) {
    if (existsSync(`${file}${part}`)) renameSync(`${file}${part}`, `${aside}${part}`);
  }
  return aside;
}

function prepared(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  try {
    database.exec(`PRAGMA busy_timeout = ${recorderBusyMs}`);
    if (versionOf(database) === 0) create(database);
    else bringForward(database);
    checkVersion(database);
    database.exec(furtherIndexes);
    database.exec(
      `PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = ${logBytes}; PRAGMA cache_size = -16384`,
    );
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Step by step, each as a whole: a recorder that is killed on the way goes on where it was. */
function bringForward(database: DatabaseSync): void {
  for (;;) {
    const step = isOurs(database) ? steps.get(versionOf(database)) : undefined;
    if (step === undefined) return;
    database.exec('BEGIN IMMEDIATE');
    try {
      // Another process may have been quicker.
      const version = versionOf(database);
      if (steps.get(version) === step)
        database.exec(`${step} PRAGMA user_version = ${version + 1}`);
      database.exec('COMMIT');
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  }
}

function isOurs(database: DatabaseSync): boolean {
  const row = database.prepare('PRAGMA application_id').get() as { application_id: number };
  return row.application_id === applicationId;
}

function versionOf(database: DatabaseSync): number {
  const row = database.prepare('PRAGMA user_version').get() as { user_version: number };
  return row.user_version;
}

function checkVersion(database: DatabaseSync): void {
  const version = versionOf(database);
  if (!isOurs(database) || version !== schemaVersion) {
    throw new SeaworthyError(
      'database',
      `the record has version ${version}, this program ${schemaVersion}`,
    );
  }
  // Reads the roots of all tables: what was cut short shows here.
  database.prepare('SELECT count(*) FROM sqlite_schema').get();
  database.prepare('SELECT max(id) FROM run').get();
}

/** @param indexed false for bulk loads, which make the indexes of `run` afterwards */
export function create(database: DatabaseSync, indexed: boolean = true): void {
  // Only an empty file may change how it frees pages.
  database.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; BEGIN IMMEDIATE');
  if (versionOf(database) === 0) {
    database.exec(schema);
    if (indexed) database.exec(runIndexes);
    database.exec(
      `PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}`,
    );
  }
  database.exec('COMMIT');
}

// Opens the published database for reading. The file never changes under its name, so it is opened as
// immutable: no locks, no journals, read-only media are fine, and any number of processes read at once.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { readFault, unusable } from './fault.ts';
import { applicationId, schemaVersion } from './schema.ts';

const headerBytes = 100;

/**
 * Checks what the header says (SQLite file format, section 1.3) against the file: kind, version of the
 * schema, and that every page is there. Throws `SeaworthyError` `not-found`, `denied` or `database`.
 */
export function checkFile(file: string): void {
  let header: Buffer;
  let size: number;
  try {
    const handle = openSync(file, 'r');
    try {
      size = fstatSync(handle).size;
      header = Buffer.alloc(headerBytes);
      readSync(handle, header, 0, headerBytes, 0);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw readFault(error, file);
  }
  if (size === 0) throw unusable(file, 'is empty');
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0') {
    throw unusable(file, 'is not an advisory database');
  }
  const id = header.readUInt32BE(68);
  const version = header.readUInt32BE(60);
  if (id === 0 && version === 0) throw unusable(file, 'was only half written, or is another file');
  if (id !== applicationId) throw unusable(file, 'is the database of another program');
  if (version !== schemaVersion) {
    const age = version < schemaVersion ? 'an older' : 'a newer';
    throw unusable(file, `is of ${age} version (${version}, this program reads ${schemaVersion})`);
  }
  const declared = header.readUInt16BE(16);
  const pageSize = declared === 1 ? 65536 : declared;
  const pages = header.readUInt32BE(28);
  if (pages * pageSize !== size) {
    throw unusable(file, `is cut off or damaged (${size} bytes instead of ${pages * pageSize})`);
  }
}

/** An open connection to a file that passed `checkFile`. */
export function connect(file: string): DatabaseSync {
  checkFile(file);
  try {
    const address = pathToFileURL(file);
    address.searchParams.set('mode', 'ro');
    address.searchParams.set('immutable', '1');
    const database = new DatabaseSync(address, { readOnly: true });
    database.exec('PRAGMA cache_size = -16384; PRAGMA query_only = ON');
    return database;
  } catch (error) {
    throw readFault(error, file);
  }
}

/** Reads every page: slower than opening, for files that came from elsewhere. Throws when damaged. */
export function checkContent(file: string): void {
  const database = connect(file);
  try {
    const rows = database.prepare('PRAGMA quick_check(1)').all();
    const verdict = String(Object.values(rows[0] ?? {})[0]);
    if (verdict !== 'ok') throw unusable(file, 'is corrupt', new Error(verdict));
  } catch (error) {
    throw readFault(error, file);
  } finally {
    database.close();
  }
}

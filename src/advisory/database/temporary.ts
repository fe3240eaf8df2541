// The database file under construction: nobody else's, so no journal is kept and no lock is shared.
import { chmodSync, closeSync, constants, copyFileSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { discard, temporaryBeside } from './disk.ts';
import { checkFile } from './open.ts';

/**
 * A scan asks for some hundred rows all over the file, most of them once: larger pages make flatter trees.
 * Matching 500 packages takes 18 ms with it, 19 with 8192 and 21 with 4096; the file is the smaller, too.
 */
const pageBytes = 16_384;

export interface TemporaryOptions {
  /** Start from a copy of the published file instead of an empty one. */
  readonly update?: boolean;
  /** Pages of the file at most: lets tests fill the disk. */
  readonly maximumPages?: number;
}

/** The file under construction beside `file`, empty or a copy of it; `discard` removes it. */
export function openTemporary(
  file: string,
  options: TemporaryOptions,
): { readonly temporary: string; readonly database: DatabaseSync } {
  const temporary = temporaryBeside(file);
  try {
    if (options.update === true) {
      checkFile(file);
      copyFileSync(file, temporary, constants.COPYFILE_FICLONE);
      // The published file may be read-only; its copy is ours to write.
      chmodSync(temporary, 0o644);
    } else {
      // Made here, because SQLite does not tell why it cannot make a file.
      closeSync(openSync(temporary, 'wx', 0o644));
    }
    const database = new DatabaseSync(temporary);
    database.exec(`
      PRAGMA page_size = ${pageBytes}; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA cache_size = -65536; PRAGMA temp_store = FILE`);
    if (options.maximumPages !== undefined) {
      database.exec(`PRAGMA max_page_count = ${options.maximumPages}`);
    }
    return { temporary, database };
  } catch (error) {
    discard(temporary);
    throw error;
  }
}

// Errors of SQLite and of the disk below it, as operating errors with advice.
import { messageOf, SeaworthyError } from '../../base/error.ts';

const rebuild = 'run `seaworthy db update` (or `db build`) to make it anew';

/** Primary result codes of SQLite (sqlite.org/rescode.html) that mean the file is no good. */
const broken = new Set([11, 26, 1]);
const full = 13;
const ioError = 10;

/** The file is not what this program reads. */
export function unusable(file: string, why: string, cause?: unknown): SeaworthyError {
  return new SeaworthyError('database', `the advisory database ${file} ${why}`, {
    advice: rebuild,
    cause,
  });
}

/** Anything thrown while `file` was read. */
export function readFault(error: unknown, file: string): SeaworthyError {
  if (error instanceof SeaworthyError) return error;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') {
    return new SeaworthyError('not-found', `there is no advisory database at ${file}`, {
      advice: 'run `seaworthy db update` to fetch it',
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new SeaworthyError('denied', `${file} must not be read by this user`, { cause: error });
  }
  const result = primaryCode(error);
  if (result === null && error instanceof SyntaxError) return unusable(file, 'is corrupt', error);
  if (result !== null && broken.has(result)) return unusable(file, 'is corrupt', error);
  return unusable(file, `cannot be read: ${messageOf(error)}`, error);
}

/** Anything thrown while a new file was written beside `file`; the old one is untouched. */
export function writeFault(error: unknown, file: string): SeaworthyError {
  if (error instanceof SeaworthyError) return error;
  const code = (error as NodeJS.ErrnoException).code;
  const kept = 'the old database is kept';
  // SQLite tells a full disk by its own code, or as an i/o error in the file system's words.
  if (code === 'ENOSPC' || code === 'EDQUOT' || primaryCode(error) === full) {
    return new SeaworthyError('disk-full', `no space left to write ${file}; ${kept}`, {
      advice: 'free some space or choose another place with --db',
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new SeaworthyError('denied', `${file} cannot be written by this user; ${kept}`, {
      advice: 'choose another place with --db or --data',
      cause: error,
    });
  }
  const why = primaryCode(error) === ioError ? 'the disk failed' : messageOf(error);
  return new SeaworthyError('database', `${file} could not be written: ${why}; ${kept}`, {
    cause: error,
  });
}

function primaryCode(error: unknown): number | null {
  const result = (error as { readonly errcode?: unknown }).errcode;
  return typeof result === 'number' ? result & 0xff : null;
}

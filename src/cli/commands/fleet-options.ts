// Files that flags of the fleet's commands name.
import { readFileSync, statSync } from 'node:fs';
import { messageOf, SeaworthyError } from '../../base/error.ts';

/** The text of a file. Throws `SeaworthyError` `unreadable` with the flag's name. */
export function fileOption(flag: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SeaworthyError('unreadable', `${flag} ${file} cannot be read (${messageOf(cause)})`, {
      cause,
    });
  }
}

/** Changes whenever one of the files is replaced or rewritten. Throws where one is not there. */
export function stampOf(files: readonly string[]): string {
  return files
    .map((file) => {
      const { ino, size, mtimeMs } = statSync(file);
      return `${ino} ${size} ${mtimeMs}`;
    })
    .join(';');
}

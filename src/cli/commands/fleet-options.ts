// Files that flags of the fleet's commands name.
import { readFileSync } from 'node:fs';
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

// Results go to stdout or to `--output`: written beside it first, so that nobody reads half a file.
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { messageOf, SeaworthyError } from '../base/error.ts';

/** Throws `SeaworthyError` `unreadable` when the file cannot be written. */
export async function writeResult(text: string, output: string | undefined): Promise<void> {
  if (output === undefined) {
    await new Promise<void>((resolve) => {
      process.stdout.write(text, () => resolve());
    });
    return;
  }
  const temporary = `${output}.${process.pid}.part`;
  try {
    writeFileSync(temporary, text, { flag: 'wx' });
    renameSync(temporary, output);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw new SeaworthyError('unreadable', `${output} cannot be written (${messageOf(cause)})`, {
      cause,
      advice: 'choose another place for --output',
    });
  }
}

// The advisories of a fleet's server: opened when they are first there, and again when there are newer ones.
import { statSync } from 'node:fs';
import { messageOf } from '../../base/error.ts';
import { openAdvisories } from '../../flow/advisories.ts';
import type { AdvisorySource } from '../../model/advisory.ts';

export interface AdvisoryFile {
  /** Null: there is no file yet. The one before is closed when there is a newer one. */
  get(): AdvisorySource | null;
  close(): void;
}

/** Follows a file; one that cannot be opened leaves the one before. */
export function followAdvisories(file: string, warn: (line: string) => void): AdvisoryFile {
  let source: AdvisorySource | null = null;
  let stamp = '';
  return {
    get() {
      const found = statSync(file, { throwIfNoEntry: false });
      const changed = found === undefined ? '' : `${found.ino} ${found.size} ${found.mtimeMs}`;
      if (changed === stamp) return source;
      stamp = changed;
      if (changed === '') return source;
      try {
        const next = openAdvisories(file);
        source?.close();
        source = next;
      } catch (error) {
        warn(`the advisories stay as they were: ${messageOf(error)}`);
      }
      return source;
    },
    close: () => source?.close(),
  };
}

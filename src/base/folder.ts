// Making folders. Node's own `mkdirSync(..., {recursive: true})` never returns where a parent exists
// and refuses entries (below /proc: ENOENT for ever), so parents are made here, each tried once.
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Makes `path` and what is missing above it. Throws the error of the file system. */
export function makeFolder(path: string, mode: number = 0o700): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    const parent = dirname(path);
    // Only a missing parent can be helped; one that is there means that the entry itself is refused.
    const missing = statSync(parent, { throwIfNoEntry: false }) === undefined;
    if (code !== 'ENOENT' || parent === path || !missing) throw error;
    makeFolder(parent, mode);
    mkdirSync(path, { mode });
  }
}

// The record of a gate, one JSON line each, as others read it: the last lines for a page, and what is new
// behind a place for the fleet. The gate writes it; a line that is not whole yet waits.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** Where the gate records decisions of a data folder. */
export function decisionFile(folder: string): string {
  return join(folder, 'gate', 'decisions.jsonl');
}

/** Where reading goes on; another file (rotated) begins at its start. */
export interface DecisionPlace {
  readonly inode: number;
  readonly offset: number;
}

/** What is read at once; a line has some hundred bytes. */
const bytesAtOnce = 1024 * 1024;
const tailBytes = 4 * 1024 * 1024;

/** The last lines, oldest first; null: the gate never recorded here. */
export function lastDecisions(folder: string, most: number): readonly string[] | null {
  return withFile(decisionFile(folder), (descriptor, { size }) => {
    const from = Math.max(0, size - tailBytes);
    const lines = bytesOf(descriptor, from, size - from)
      .toString('utf8')
      .split('\n');
    // The first one began before, and the last one is empty or not whole.
    return lines.slice(from === 0 ? 0 : 1, -1).slice(-most);
  });
}

/**
 * Whole lines behind a place, and where the next ones will stand; null: nothing is new.
 * @param place null: from the beginning
 */
export function decisionsBehind(
  folder: string,
  place: DecisionPlace | null,
): { readonly lines: readonly string[]; readonly place: DecisionPlace } | null {
  return withFile(decisionFile(folder), (descriptor, { ino: inode, size }) => {
    const isSame = place !== null && place.inode === inode && place.offset <= size;
    const from = isSame ? place.offset : 0;
    if (from >= size) return null;
    const bytes = bytesOf(descriptor, from, Math.min(bytesAtOnce, size - from));
    const end = bytes.lastIndexOf(10) + 1;
    if (end === 0) {
      // A line without end that fills the whole piece is none of ours: it is passed over.
      return bytes.length < bytesAtOnce
        ? null
        : { lines: [], place: { inode, offset: from + bytes.length } };
    }
    const lines = bytes.toString('utf8', 0, end).split('\n').slice(0, -1);
    return { lines, place: { inode, offset: from + end } };
  });
}

interface FileFacts {
  readonly ino: number;
  readonly size: number;
}

/** Null where the file is not there or not to be read. */
function withFile<T>(
  file: string,
  read: (descriptor: number, facts: FileFacts) => T | null,
): T | null {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return null;
  }
  try {
    return read(descriptor, fstatSync(descriptor));
  } finally {
    closeSync(descriptor);
  }
}

function bytesOf(descriptor: number, from: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const got = readSync(descriptor, bytes, filled, length - filled, from + filled);
    if (got === 0) break;
    filled += got;
  }
  return bytes.subarray(0, filled);
}

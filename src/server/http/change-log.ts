// The log of changes: who changed what and when, one JSON line each, written before the answer.
import { appendFileSync, closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { asRecord, parseJson } from '../../base/json.ts';
import type { Change } from '../api/index.ts';

export interface ChangeLog {
  /** Throws when it cannot be written: the caller is told that, and not that all is well. */
  add(change: Change): void;
  /** The newest first; a line that a crash cut short is left out. */
  newest(limit: number): readonly Change[];
}

/** Appends to `changes.jsonl` in the data folder. */
export function openChangeLog(folder: string): ChangeLog {
  const file = join(folder, 'changes.jsonl');
  return {
    add: (change) => appendFileSync(file, `${JSON.stringify(change)}\n`, { mode: 0o600 }),
    newest: (limit) =>
      tailOf(file)
        .split('\n')
        .flatMap((line) => changeOf(line) ?? [])
        .slice(-limit)
        .toReversed(),
  };
}

/** What is read of the log: some ten thousand changes. */
const tailBytes = 4 * 1024 * 1024;

function tailOf(file: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return '';
  }
  try {
    const { size } = fstatSync(descriptor);
    const bytes = Buffer.alloc(Math.min(size, tailBytes));
    const read = readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8', 0, read);
  } finally {
    closeSync(descriptor);
  }
}

function changeOf(line: string): Change | null {
  const parsed = line === '' ? null : parseJson(line);
  const value = parsed?.ok === true ? asRecord(parsed.value) : null;
  return value === null ? null : ({ what: null, ...value } as unknown as Change);
}

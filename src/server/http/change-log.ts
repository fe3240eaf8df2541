// The log of changes: who changed what and when, one JSON line each, written before the answer.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Change {
  /** ISO 8601. */
  readonly time: string;
  /** Id of the token; null: none that is known. */
  readonly caller: string | null;
  readonly role: string | null;
  readonly address: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

export interface ChangeLog {
  /** Throws when it cannot be written: the caller is told that, and not that all is well. */
  add(change: Change): void;
}

/** Appends to `changes.jsonl` in the data folder. */
export function openChangeLog(folder: string): ChangeLog {
  const file = join(folder, 'changes.jsonl');
  return {
    add: (change) => appendFileSync(file, `${JSON.stringify(change)}\n`, { mode: 0o600 }),
  };
}

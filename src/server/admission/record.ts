// The record of decisions: one line of JSON each, appended in batches. It says what was decided, and
// by its gaps what was admitted while nobody was there.
import { appendFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../../base/folder.ts';

export interface DecisionRecord {
  readonly time: string;
  readonly uid: string;
  readonly operation: string;
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  /** Of the object; null where the API server had not given it one yet. */
  readonly objectUid: string | null;
  readonly user: string;
  readonly decision: string;
  readonly controls: string;
  /** Controls whose faults somebody answers for. */
  readonly waived: readonly string[];
  readonly images: readonly string[];
  readonly isDryRun: boolean;
  readonly problem: string | null;
  readonly elapsedMs: number;
}

/** Records that wait to be written; beyond it they are dropped and counted, never hidden. */
const waitingMost = 100_000;

export interface Recorder<Line = DecisionRecord> {
  add(record: Line): void;
  /** Records that could not be kept. */
  readonly lost: () => number;
  /** Writes what waits. */
  flush(): Promise<void>;
}

/** A recorder for `file`; null keeps nothing. */
export function createRecorder<Line = DecisionRecord>(
  file: string | null,
  warn: (line: string) => void,
): Recorder<Line> {
  let waiting: string[] = [];
  let writing: Promise<void> | null = null;
  let lost = 0;
  let isThere = false;
  const write = async (path: string): Promise<void> => {
    if (!isThere) {
      try {
        makeFolder(dirname(path));
      } catch {
        // Then the first line says why it cannot be written.
      }
      isThere = true;
    }
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await appendFile(path, batch.join(''), { mode: 0o600 });
      } catch (error) {
        if (lost === 0) warn(`decisions cannot be recorded in ${path}: ${String(error)}`);
        lost += batch.length;
      }
    }
    writing = null;
  };
  return {
    add(record) {
      if (file === null) return;
      if (waiting.length >= waitingMost) {
        lost += 1;
        return;
      }
      waiting.push(`${JSON.stringify(record)}\n`);
      writing ??= write(file);
    },
    lost: () => lost,
    async flush() {
      await writing;
    },
  };
}

// The SQLite record against the contract of all records.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { HandClock, recordContract } from './contract.ts';
import { openRecord, openRecorder, usualRetention } from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'seaworthy-record-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

recordContract('SQLite', () => {
  const folder = mkdtempSync(join(root, 'r'));
  const clock = new HandClock();
  return {
    clock,
    openWriter: () =>
      openRecorder({
        folder,
        clock,
        retention: { ...usualRetention, rawAgeMs: 1e15, runAgeMs: 1e15 },
        warn: (line) => {
          throw new Error(line);
        },
      }),
    openReader: () => openRecord(folder),
  };
});

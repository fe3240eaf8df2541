// Former audits: kept, read back, and damage that costs no more than its own line.
import { appendFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keepAudit, readAudits } from './index.ts';

test('runs are kept in order, strange lines are passed over', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-audits-'));
  try {
    expect(readAudits(join(folder, 'none'))).toEqual([]);
    const run = { at: '2026-01-01T00:00:00Z', score: 50, failed: ['5.5'], target: 'docker' };
    expect(keepAudit(join(folder, 'new'), run)).toBeNull();
    const file = join(folder, 'new', 'audits.jsonl');
    appendFileSync(file, '{"at": 1}\nno json\n{"at":"x","target":"t","score":"9"}\n');
    expect(keepAudit(join(folder, 'new'), { ...run, score: 60 })).toBeNull();
    expect(readAudits(join(folder, 'new')).map(({ score }) => score)).toEqual([50, 60]);
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(keepAudit(join(file, 'below'), run)).not.toBeNull();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

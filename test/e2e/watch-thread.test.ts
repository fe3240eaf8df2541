// A watch whose sensor dies: the gap is recorded with its bounds, and what happens afterwards is seen.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from 'vitest';
import { startWatch } from '../../src/flow/watch.ts';
import type { LossRecord, RawRecord } from '../../src/model/timeline.ts';
import { recordFile } from '../../src/store/record/index.ts';
import { until } from '../naming-lab.ts';
import { hasSensor, sensorReason } from '../sensor-watch.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-watch-thread-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Needs root, libbpf and BTF; what is missing stands in the title.
describe.skipIf(!hasSensor)(`watch whose sensor dies${sensorReason}`, () => {
  test('it is begun again: the gap has its bounds, and what comes next is seen', async () => {
    const losses: LossRecord[] = [];
    const records: RawRecord[] = [];
    const watch = await startWatch({
      folder,
      node: 'test',
      clock: {
        wallNs: () => BigInt(Date.now()) * 1_000_000n,
        monotonicNs: () => process.hrtime.bigint(),
      },
      rules: [],
      users: new Map(),
      groups: new Map(),
      listener: {
        container: () => undefined,
        detection: () => undefined,
        record: (record) => void records.push(record),
        lost: (loss) => void losses.push(loss),
        warn: () => undefined,
      },
    });
    const isSeen = (mark: string): boolean =>
      records.some(
        (record) => record.kind === 'process' && JSON.stringify(record.arguments).includes(mark),
      );
    const seen = async (mark: string): Promise<void> =>
      until(() => {
        execFileSync('/usr/bin/env', ['true', mark]);
        return isSeen(mark);
      });
    try {
      expect(watch.coverage.sensor).toBe(true);
      await seen('before-the-death');
      // What it cannot work with ends the thread, as any error there does.
      watch.load(null as never);
      const beginsAgain = (why: string): boolean => why.includes('the sensor was begun again');
      await until(() => losses.some(({ why }) => beginsAgain(why)));
      const gap = losses.find(({ why }) => beginsAgain(why));
      expect(gap?.what).toBe('all');
      expect(gap?.fromNs).toBeLessThan(gap?.toNs ?? 0n);
      await seen('after-the-death');
      expect(watch.coverage.sensor).toBe(true);
      expect((await watch.figures())?.records).toBeGreaterThan(0);
    } finally {
      await watch.stop();
    }
    const record = new DatabaseSync(recordFile(folder), { readOnly: true });
    const told = record.prepare('SELECT * FROM loss').all();
    record.close();
    expect(JSON.stringify(told)).toContain('the sensor was begun again');
  }, 120_000);
});

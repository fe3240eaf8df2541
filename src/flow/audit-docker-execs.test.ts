// Execs of the record: what came from outside, with what rights, and from when on the record tells.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { idOf, lifecycle, sampleRun, second, started, startNs } from '../../test/sample-record.ts';
import { openRecorder, usualRetention } from '../store/record/index.ts';
import { execFacts, openRecordIfThere } from './audit-docker-execs.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-execs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const now = new Date(Number((startNs + 60n * second) / 1_000_000n));

test('what was brought in, and what a process of the container started', () => {
  let atNs = startNs;
  const writer = openRecorder({
    folder,
    clock: { wallNs: () => atNs, monotonicNs: () => atNs },
    retention: { ...usualRetention, rawAgeMs: 1e15, runAgeMs: 1e15 },
    warn: (line) => {
      throw new Error(line);
    },
  });
  const shell = { pid: 30, parent: 7, timeNs: startNs + second, path: '/bin/sh', words: ['sh'] };
  for (const record of [
    lifecycle(sampleRun('web')),
    { ...started('web', { pid: 10, parent: 7 }), broughtWith: 'a80425fb' },
    { ...started('web', shell), broughtWith: '1ffffffffff' },
    started('web', { ...shell, pid: 31, parent: 30, path: '/bin/ls' }),
  ]) {
    atNs = record.timeNs > atNs ? record.timeNs : atNs;
    expect(writer.append(record)).toBe(true);
  }
  atNs += second;
  writer.tick();
  const record = openRecordIfThere(folder);
  if ('problem' in record) throw new Error(record.problem);
  const asked = [idOf('web'), idOf('other')].map((id) => ({ id, execs: [] }));
  const { programs, seen, problem } = execFacts({ record, now }, asked);
  record.close();
  writer.close();
  expect(problem).toBeNull();
  expect(programs).toEqual([
    expect.objectContaining({ command: '/usr/bin/node', capabilities: 0xa80425fbn }),
    expect.objectContaining({ command: '/bin/sh', capabilities: 0x1ffffffffffn, user: '0' }),
  ]);
  expect([...seen]).toEqual([
    [idOf('web'), { since: expect.stringMatching(/^2026-/), isWhole: true }],
  ]);
});

test('no record is a reason, not an error', () => {
  const record = openRecordIfThere(join(folder, 'none'));
  const facts = execFacts({ record, now }, [{ id: idOf('web'), execs: [] }]);
  expect(facts.problem).toMatch(/record/);
  expect(facts.seen.size).toBe(0);
});

// A recorded container as a capture: read back by our reader, and by sysdig where it is.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  exited,
  flow,
  idOf,
  lifecycle,
  sampleRun,
  second,
  started,
  startNs,
  wrote,
} from '../../test/sample-record.ts';
import { CaptureReader } from '../runtime/scap/index.ts';
import { openRecord, openRecorder, usualRetention } from '../store/record/index.ts';
import { captureTimeline } from './capture-timeline.ts';

const machine = { hostName: 'harbour-1', processors: 2, memoryBytes: 1n << 32n };
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-capture-'));
const hasSysdig = spawnSync('sysdig', ['--version']).status === 0;
const mustHave = process.env['SEAWORTHY_CI'] === '1';
let capture: Uint8Array;

beforeAll(() => {
  const recorder = openRecorder({
    folder,
    clock: { wallNs: () => startNs + 60n * second, monotonicNs: () => process.hrtime.bigint() },
    retention: { ...usualRetention, freeBytes: 0 },
    warn: () => undefined,
  });
  recorder.append(lifecycle(sampleRun('web')));
  const at = (step: number): bigint => startNs + BigInt(step) * second;
  recorder.append(
    started('web', { pid: 70, timeNs: at(1), path: '/usr/sbin/nginx', words: ['nginx', '-g'] }),
  );
  recorder.append(
    started('web', { pid: 71, timeNs: at(2), path: '/bin/sh', words: ['sh', '-c', 'id'] }),
  );
  recorder.append({ ...wrote('web', '/etc/cron.d/job', at(3)), pid: 71 });
  recorder.append({ ...flow('web', 'out', '192.0.2.7', { port: 4444, timeNs: at(4) }), pid: 71 });
  recorder.append(exited('web', { pid: 71 }));
  recorder.close();
  const reader = openRecord(folder);
  capture = captureTimeline(reader, { container: 'web', query: { limit: 1000 } }, machine);
  reader.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the capture of a recorded container', () => {
  test('is read back as it was recorded', () => {
    const reader = new CaptureReader();
    const events = [...reader.push(capture)];
    expect(reader.end().problems).toEqual([]);
    const told = events.map(({ type, process: subject, descriptor }) =>
      [type, subject?.name ?? '', descriptor?.name ?? ''].join(' ').trimEnd(),
    );
    expect(told).toEqual(
      expect.arrayContaining(['execve nginx', 'execve sh', expect.stringMatching(/^connect /)]),
    );
    const exec = events.find(({ type, process: one }) => type === 'execve' && one?.name === 'sh');
    expect(exec?.process).toMatchObject({ pid: 71, arguments: ['-c', 'id'] });
    expect(exec?.process?.container).toMatchObject({ id: idOf('web').slice(0, 12), name: 'web' });
    expect(exec?.timeNs).toBe(startNs + 2n * second);
  });

  test.skipIf(!hasSysdig && !mustHave)('opens in sysdig (needs sysdig)', () => {
    const file = join(folder, 'web.scap');
    writeFileSync(file, capture);
    const format = '*%evt.type|%proc.name|%fd.name|%container.id|%container.name';
    const filter = ['evt.dir=<', 'and', 'evt.type', 'in', '(execve,openat,connect)'];
    const output = execFileSync('sysdig', ['-r', file, '-p', format, ...filter], {
      encoding: 'utf8',
    });
    const id = idOf('web').slice(0, 12);
    expect(output.split('\n').filter((line) => line !== '')).toEqual(
      expect.arrayContaining([
        `execve|nginx|<NA>|${id}|web`,
        `execve|sh|<NA>|${id}|web`,
        expect.stringContaining('/etc/cron.d/job'),
        expect.stringContaining('192.0.2.7:4444'),
      ]),
    );
  });
});

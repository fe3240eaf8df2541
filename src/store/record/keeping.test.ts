// What is kept and what is forgotten: retention, clocks that jump, readers beside the recorder.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  detected,
  flow,
  idOf,
  lifecycle,
  sampleRun,
  second,
  started,
  startNs,
  wrote,
} from '../../../test/sample-record.ts';
import type { RawRecord } from '../../model/timeline.ts';
import { IdSet, packNumbers, unpackNumbers } from './bits.ts';
import { packLines, unpackLines } from './chunk.ts';
import { HandClock } from './contract.ts';
import {
  forgottenWhy,
  openRecord,
  openRecorder,
  type RecordWriter,
  recordFile,
  usualRetention,
} from './index.ts';
import { decodeLine, encodeLine } from './line.ts';

const root = mkdtempSync(join(tmpdir(), 'seaworthy-record-keep-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const day = 86_400_000;

function fresh(): { folder: string; clock: HandClock } {
  return { folder: mkdtempSync(join(root, 'k')), clock: new HandClock() };
}

function tickFor(writer: RecordWriter, clock: HandClock, ms: number): void {
  for (let passed = 0; passed < ms; passed += 5000) {
    clock.pass(5000);
    writer.tick();
  }
}

describe('retention', () => {
  test('by age: raw records go, what they were is told; runs and detections stay', () => {
    const { folder, clock } = fresh();
    const retention = { ...usualRetention, rawAgeMs: 2 * day, runAgeMs: 30 * day };
    const open = () => openRecorder({ folder, clock, retention, warn: () => {} });
    const first = open();
    first.append(lifecycle(sampleRun('old', { endedAtNs: startNs + second })));
    first.append(wrote('old', '/gone'));
    first.append(detected('old', 'A rule'));
    clock.pass(200);
    first.close();
    clock.pass(3 * day);
    const second_ = open();
    second_.append(wrote('new', '/there', clock.wall));
    tickFor(second_, clock, 30_000);
    const reader = openRecord(folder);
    const [old] = reader.find('old', 1);
    const [recent] = reader.find(idOf('new'), 1);
    expect(reader.events(old?.id ?? 0, { limit: 9 }).events).toEqual([]);
    expect(reader.detections(old?.id ?? 0, 9)).toHaveLength(1);
    const losses = reader.losses(old as NonNullable<typeof old>, 9);
    expect(losses.find(({ why }) => why === forgottenWhy)).toMatchObject({ count: 1 });
    expect(reader.events(recent?.id ?? 0, { limit: 9 }).events).toHaveLength(1);
    clock.pass(40 * day);
    tickFor(second_, clock, 30_000);
    expect(reader.find('old', 1)).toEqual([]);
    second_.close();
    reader.close();
  });

  test('by size: the oldest raw records first, never a run while raw records are there', () => {
    const { folder, clock } = fresh();
    const retention = { ...usualRetention, bytes: 1024 ** 2, freeBytes: 0 };
    const writer = openRecorder({ folder, clock, retention, warn: () => {} });
    for (let round = 0; round < 60; round += 1) {
      const name = `job-${round}`;
      const endedAtNs = clock.wall + second;
      writer.append(lifecycle(sampleRun(name, { startedAtNs: clock.wall, endedAtNs })));
      for (let count = 0; count < 400; count += 1) {
        writer.append(wrote(name, `/${idOf(`${round} ${count}`)}/${idOf(`${count}`)}`, clock.wall));
      }
      tickFor(writer, clock, 20_000);
    }
    tickFor(writer, clock, 60_000);
    writer.close();
    const database = new DatabaseSync(recordFile(folder));
    const used = database.prepare('SELECT page_count * 4096 AS bytes FROM pragma_page_count').get();
    database.close();
    expect(Number(used?.['bytes'])).toBeLessThan(2 * 1024 ** 2);
    const reader = openRecord(folder);
    const runs = reader.runs({ limit: 100 });
    expect(runs).toHaveLength(60);
    const counts = runs.map(({ id }) => reader.events(id, { limit: 1000 }).events.length);
    expect(counts[0]).toBe(400);
    expect(counts.at(-1)).toBe(0);
    reader.close();
  });
});

describe('a clock that is set', () => {
  test('keeps the order, tells the jump, and forgets nothing because of it', () => {
    const { folder, clock } = fresh();
    const writer = openRecorder({ folder, clock, retention: usualRetention, warn: () => {} });
    writer.append(lifecycle(sampleRun('web')));
    writer.append(wrote('web', '/1', clock.wall));
    clock.pass(200);
    writer.tick();
    clock.wall -= 3600n * second;
    writer.append(wrote('web', '/2', clock.wall));
    clock.pass(200);
    writer.tick();
    clock.wall += 1000n * 86_400n * second;
    writer.append(wrote('web', '/3', clock.wall));
    tickFor(writer, clock, 30_000);
    const reader = openRecord(folder);
    const [web] = reader.find('web', 1);
    const { events } = reader.events(web?.id ?? 0, { limit: 9 });
    expect(events.map(({ record }) => record.kind === 'file' && record.path)).toEqual([
      '/1',
      '/2',
      '/3',
    ]);
    const told = reader.losses(web as NonNullable<typeof web>, 9).map(({ why }) => why);
    expect(told.filter((why) => why.includes('set back by 3600 s'))).toHaveLength(1);
    expect(told.filter((why) => why.includes('set forward by'))).toHaveLength(1);
    writer.close();
    reader.close();
  });
});

describe('readers beside the recorder', () => {
  test('four processes see only whole states while it writes and seals', async () => {
    const { folder, clock } = fresh();
    const writer = openRecorder({ folder, clock, retention: usualRetention, warn: () => {} });
    writer.append(lifecycle(sampleRun('web')));
    clock.pass(200);
    writer.tick();
    const code = `
      import { openRecord } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
      let last = 0;
      for (let round = 0; round < 25; round += 1) {
        const reader = openRecord(${JSON.stringify(folder)});
        const [web] = reader.find('web', 1);
        const { events, damaged } = reader.events(web.id, { limit: 1e6 });
        const orders = events.map(({ order }) => order);
        const whole = orders.every((order, index) => index === 0 || order === orders[index - 1] + 1);
        if (!whole || damaged > 0 || events.length < last) process.exit(1);
        last = events.length;
        reader.close();
      }`;
    const flags = ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', code];
    const ended = Array.from({ length: 4 }, () => {
      const child = spawn(process.execPath, flags, { stdio: 'inherit' });
      return new Promise<number | null>((resolve) => child.on('close', resolve));
    });
    const over = Promise.all(ended).then(() => true);
    const soon = () => new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 5));
    let count = 0;
    do {
      for (let index = 0; index < 5; index += 1) writer.append(wrote('web', `/${(count += 1)}`));
      clock.pass(1000);
      writer.tick();
    } while (!(await Promise.race([over, soon()])));
    expect(await Promise.all(ended)).toEqual([0, 0, 0, 0]);
    expect(writer.status()).toMatchObject({ lost: 0, fault: null });
    writer.close();
  });
});

const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('\n', '"\\', '\u0000', '\u202e', '<b>', '[0,1,2', '🐚', '\ud800'),
);
const someRecord: fc.Arbitrary<RawRecord> = fc.oneof(
  oddText.map((path) => wrote('x', path)),
  fc.tuple(oddText, fc.array(oddText, { maxLength: 4 })).map(([path, words]) => ({
    ...started('x', { pid: 7, parent: null, path, words }),
    name: null,
  })),
  oddText.map((address) => flow('x', 'out', address)),
);

describe('lines', () => {
  test('every record comes back from its line, whatever is in its names', () => {
    fc.assert(
      fc.property(
        someRecord,
        fc.nat(),
        fc.bigInt(-(2n ** 60n), 2n ** 60n),
        (record, order, shift) => {
          const timed = { ...record, timeNs: startNs + shift };
          const line = encodeLine(timed, order, startNs);
          expect(line).not.toContain('\n');
          const text = unpackLines(packLines(`${line}\n`));
          expect(text).toBe(`${line}\n`);
          expect(decodeLine(line, idOf('x'), startNs)).toEqual({ order, record: timed });
        },
      ),
      { seed: 5, numRuns: 300 },
    );
  });

  test('text that nobody wrote is no record', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        const decoded = decodeLine(text, null, 0n);
        expect(decoded === null || decoded.order >= 0).toBe(true);
        expect(unpackLines(Buffer.from(text))).toBeNull();
      }),
      { seed: 6, numRuns: 300 },
    );
  });
});

describe('sets', () => {
  test('numbers come back from their bytes; members are found', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(2 ** 31), { maxLength: 50 }), (numbers) => {
        const sorted = numbers.toSorted((a, b) => a - b);
        expect(unpackNumbers(packNumbers(sorted))).toEqual(sorted);
        const set = new IdSet();
        for (const number of sorted) {
          const bits = new Uint8Array(512);
          bits[(number % 4096) >> 3] = 1 << (number & 7);
          set.join(Math.floor(number / 4096), bits);
        }
        expect(set.ids()).toEqual(sorted);
        expect(sorted.every((number) => set.has(number))).toBe(true);
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});

// The recorder killed, its disk full, its file damaged: what was promised is there, what is missing is
// told.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from 'vitest';
import { idOf, lifecycle, sampleRun, startNs, wrote } from '../../../test/sample-record.ts';
import { HandClock } from './contract.ts';
import {
  openRecord,
  openRecorder,
  type RecordReader,
  type RecordWriter,
  recordFile,
  usualRetention,
} from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'seaworthy-record-crash-'));
const forEver = { ...usualRetention, rawAgeMs: 1e15, runAgeMs: 1e15 };

function open(
  folder: string,
  clock: HandClock,
  warnings: string[] = [],
  freeBytes: number = 0,
): RecordWriter {
  const warn = (line: string): void => {
    warnings.push(line);
  };
  return openRecorder({ folder, clock, retention: { ...forEver, freeBytes }, warn });
}

function pathsOf(reader: RecordReader, name: string): string[] {
  const [stored] = reader.find(idOf(name), 1);
  if (stored === undefined) return [];
  return reader
    .events(stored.id, { limit: 1_000_000 })
    .events.map(({ record }) => (record.kind === 'file' ? record.path : record.kind));
}

/**
 * Appends for ever and tells on stdout, after each append, its number and the monotonic time in
 * milliseconds: the parent knows what was taken when.
 */
const childCode = (folder: string): string => `
  import { writeSync } from 'node:fs';
  import { openRecorder, usualRetention } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
  import { wrote } from ${JSON.stringify(new URL('../../../test/sample-record.ts', import.meta.url).href)};
  const clock = { wallNs: () => BigInt(Date.now()) * 1000000n, monotonicNs: () => process.hrtime.bigint() };
  const writer = openRecorder({ folder: ${JSON.stringify(folder)}, clock, retention: usualRetention, warn: () => {} });
  let count = 0;
  const round = () => {
    for (let index = 0; index < 20; index += 1) {
      writer.append(wrote('c' + (count % 3), '/n/' + process.argv[1] + '/' + count, clock.wallNs()));
      writeSync(1, count + ' ' + performance.now() + '\\n');
      count += 1;
    }
    writer.tick();
    setTimeout(round, 1);
  };
  round();`;

interface Told {
  readonly count: number;
  readonly atMs: number;
}

/** Runs the child until it told `enough` lines and a little longer, then kills it. */
function killAfter(folder: string, round: number, enough: number): Promise<readonly Told[]> {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--disable-warning=ExperimentalWarning',
        '-e',
        childCode(folder),
        String(round),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let text = '';
    let lineCount = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      lineCount += chunk.reduce((sum, byte) => sum + (byte === 0x0a ? 1 : 0), 0);
      if (lineCount >= enough) child.kill('SIGKILL');
    });
    child.on('close', () => {
      const lines = text.slice(0, text.lastIndexOf('\n')).split('\n');
      resolve(
        lines.map((line) => {
          const [count, atMs] = line.split(' ').map(Number);
          return { count: count ?? 0, atMs: atMs ?? 0 };
        }),
      );
    });
  });
}

describe('a recorder that is killed', () => {
  test('at twenty moments: what was taken 200 ms before is there once, and each gap is told', async () => {
    const folder = join(root, 'kill');
    let state = 1;
    let checked = 0;
    for (let round = 0; round < 20; round += 1) {
      // A small generator of its own: the moments are odd, and the same in each run.
      state = (state * 48_271) % 2_147_483_647;
      const told = await killAfter(folder, round, 20 + (state % 9000));
      const lastSignMs = told.at(-1)?.atMs ?? 0;
      const promised = told.filter(({ atMs }) => atMs < lastSignMs - 200);
      const reader = openRecord(folder);
      const found = ['c0', 'c1', 'c2'].flatMap((name) => pathsOf(reader, name));
      const own = found.filter((path) => path.startsWith(`/n/${round}/`));
      const there = new Set(own);
      expect(there.size).toBe(own.length);
      const missing = promised.filter(({ count }) => !there.has(`/n/${round}/${count}`));
      expect(missing).toEqual([]);
      // Nothing after a hole: what is there is a beginning of what was taken.
      expect(own.length).toBe(Math.max(-1, ...own.map((path) => Number(path.split('/')[3]))) + 1);
      checked += promised.length;
      reader.close();
    }
    expect(checked).toBeGreaterThan(500);
    const clock = new HandClock();
    clock.wall = BigInt(Date.now()) * 1_000_000n;
    const writer = open(folder, clock);
    clock.pass(200);
    writer.close();
    const reader = openRecord(folder);
    const [stored] = reader.find(idOf('c0'), 1);
    const gaps = reader.losses(stored as NonNullable<typeof stored>, 100);
    // The first life had none before it; the last gap may lie behind the life of this run.
    expect(gaps.length).toBeGreaterThanOrEqual(19);
    for (const gap of gaps) expect(gap.fromNs <= gap.toNs).toBe(true);
    reader.close();
  });
});

describe('a damaged file', () => {
  test.each([
    ['another program wrote it', (file: string) => writeFileSync(file, Buffer.alloc(9000, 0x55))],
    ['it was cut', (file: string) => truncateSync(file, 5 * 4096)],
    [
      'its first pages are zeros',
      (file: string) => {
        const descriptor = openSync(file, 'r+');
        writeSync(descriptor, Buffer.alloc(20 * 4096), 0, 20 * 4096, 4096);
      },
    ],
  ])('is set aside, told, and a new one begun: %s', (_name, damage) => {
    const folder = mkdtempSync(join(root, 'damaged'));
    const clock = new HandClock();
    const first = open(folder, clock);
    first.append(lifecycle(sampleRun('web')));
    for (let count = 0; count < 3000; count += 1)
      first.append(wrote(`c${count % 99}`, `/f/${count}`));
    first.close();
    damage(recordFile(folder));
    const warnings: string[] = [];
    const writer = open(folder, clock, warnings);
    writer.append(lifecycle(sampleRun('after')));
    writer.append(wrote('after', '/new'));
    for (let tick = 0; tick < 5; tick += 1) {
      clock.pass(20_000);
      writer.tick();
    }
    writer.close();
    expect(readdirSync(folder)).toContain('record.db.unusable');
    expect(warnings.join()).toMatch(/record\.db\.unusable/);
    const reader = openRecord(folder);
    expect(pathsOf(reader, 'after')).toEqual(['/new']);
    const [stored] = reader.find(idOf('after'), 1);
    const losses = reader.losses(stored as NonNullable<typeof stored>, 10);
    expect(losses.map(({ why }) => why).join()).toMatch(/set aside/);
    reader.close();
  });

  test('is no answer for who asks', () => {
    const folder = mkdtempSync(join(root, 'asked'));
    expect(() => openRecord(folder)).toThrow(/nothing was recorded/);
    writeFileSync(recordFile(folder), Buffer.alloc(9000, 0x55));
    expect(() => openRecord(folder)).toThrow(/cannot be used/);
  });
});

describe('a file of an older version', () => {
  function olderRecord(): string {
    const folder = mkdtempSync(join(root, 'older'));
    const writer = open(folder, new HandClock());
    writer.append(lifecycle(sampleRun('web')));
    writer.append(wrote('web', '/old'));
    writer.close();
    const database = new DatabaseSync(recordFile(folder));
    const { id, first_us: time } = database.prepare('SELECT id, first_us FROM run').get() as {
      id: number;
      first_us: number;
    };
    // Version 1 counted no repeats.
    database.exec(`
      ALTER TABLE detection DROP COLUMN count; ALTER TABLE detection DROP COLUMN last_us;
      DROP INDEX detection_time; DROP INDEX detection_priority; PRAGMA user_version = 1`);
    const value = JSON.stringify({ output: 'seen', fields: {}, tags: [] });
    database
      .prepare('INSERT INTO detection VALUES (1, ?, ?, ?, ?, ?)')
      .run(id, time + 1000, 'Old rule', 'Warning', value);
    database.close();
    return folder;
  }

  test('is brought forward by the recorder: nothing of it is lost', () => {
    const folder = olderRecord();
    expect(() => openRecord(folder)).toThrow(/version 1/);
    const warnings: string[] = [];
    open(folder, new HandClock(), warnings).close();
    expect(warnings).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.includes('unusable'))).toEqual([]);
    const reader = openRecord(folder);
    expect(pathsOf(reader, 'web')).toEqual(['/old']);
    reader.close();
    const database = new DatabaseSync(recordFile(folder));
    expect(
      database.prepare('SELECT rule, count, last_us - time_us AS more FROM detection').all(),
    ).toEqual([{ rule: 'Old rule', count: 1, more: 0 }]);
    database.close();
  });

  test('of a version that is not known yet is set aside', () => {
    const folder = olderRecord();
    const database = new DatabaseSync(recordFile(folder));
    database.exec('PRAGMA user_version = 99');
    database.close();
    const warnings: string[] = [];
    open(folder, new HandClock(), warnings).close();
    expect(warnings.join()).toMatch(/record\.db\.unusable/);
  });
});

/** A disk of a few megabytes, where this user may mount one. */
function smallDisk(): string | null {
  const folder = mkdtempSync(join(root, 'disk'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', folder]);
  return mounted.status === 0 ? folder : null;
}

/** Writes until nothing more goes in. */
function fill(file: string): void {
  const descriptor = openSync(file, 'w');
  try {
    for (;;) writeSync(descriptor, Buffer.alloc(64 * 1024));
  } catch {
    closeSync(descriptor);
  }
}

const disk = smallDisk();
afterAll(() => {
  if (disk !== null) spawnSync('umount', [disk]);
  rmSync(root, { recursive: true, force: true });
});
if (disk === null && process.env['SEAWORTHY_CI'] === '1')
  throw new Error('no tmpfs can be mounted');

describe.skipIf(disk === null)(
  `a full disk${disk === null ? ' (this user may not mount one)' : ''}`,
  () => {
    test('old raw records make room, what could not be kept is counted, and it goes on', () => {
      const folder = join(disk ?? '', 'data');
      mkdirSync(folder);
      const clock = new HandClock();
      const warnings: string[] = [];
      const writer = open(folder, clock, warnings, 2 * 1024 ** 2);
      const name = 'web';
      writer.append(lifecycle(sampleRun(name)));
      // Random paths: nothing of them can be compressed away.
      let state = 7;
      const noise = (): string => {
        state = (state * 48_271) % 2_147_483_647;
        return createHash('sha512').update(String(state)).digest('base64');
      };
      let taken = 0;
      for (let count = 0; count < 30_000; count += 1) {
        if (
          writer.append(
            wrote(name, `/${noise()}${noise()}${noise()}${noise()}`, startNs + BigInt(count)),
          )
        )
          taken += 1;
        // Somebody else takes what is left.
        if (count === 10_000) fill(join(disk ?? '', 'ballast'));
        if (count % 50 === 0) {
          clock.pass(110);
          writer.tick();
        }
      }
      expect(statSync(recordFile(folder)).size).toBeLessThan(12 * 1024 ** 2);
      rmSync(join(disk ?? '', 'ballast'));
      for (let tick = 0; tick < 200; tick += 1) {
        clock.pass(1000);
        writer.tick();
      }
      const { accepted, committed, lost } = writer.status();
      expect(accepted).toBe(taken + 1);
      expect(lost).toBe(30_000 - taken);
      expect(committed).toBeGreaterThan(500);
      writer.close();
      const reader = openRecord(folder);
      const [stored] = reader.find(name, 1);
      expect(stored?.run).toEqual(sampleRun(name));
      const losses = reader.losses(stored as NonNullable<typeof stored>, 1000);
      const { events } = reader.events(stored?.id ?? 0, { limit: 100_000 });
      const told = losses.reduce((sum, loss) => sum + (loss.count ?? 0), 0);
      // Every record is there, or counted as lost or forgotten.
      expect(events.length + told).toBe(30_000);
      expect(events.length).toBeGreaterThan(0);
      reader.close();
    });
  },
);

// Several processes at one file: readers during a replacement, two writers, a writer that is killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { openDatabase } from './reader.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-processes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const here = new URL('.', import.meta.url).href;

let file = '';
let count = 0;
beforeEach(() => {
  count += 1;
  file = join(folder, String(count), 'advisories.db');
});

/** Source of a child that writes `records` advisories, all with fix `mark`, and then does `end`. */
function writerSource(mark: string, records: number, end: string): string {
  return `
    import { DatabaseWriter } from '${here}writer.ts';
    import { interpretRecord } from '${here}../feed/index.ts';
    const writer = new DatabaseWriter(${JSON.stringify(file)});
    for (let n = 0; n < ${records}; n += 1) writer.put(interpretRecord({
      id: 'A-' + n,
      affected: [{ package: { ecosystem: 'npm', name: 'p' + (n % 50) },
        ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '${mark}' }] }] }],
    }));
    ${end}`;
}
const finish = "writer.finish({ builtAt: '2026-11-21T00:00:00Z' });";

function start(source: string): ChildProcess {
  const path = join(folder, `${count}-${Math.floor(performance.now() * 1000)}.ts`);
  writeFileSync(path, source);
  return spawn(process.execPath, ['--no-warnings', path], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

/** The fixes that all advisories name: one alone in a file that is whole. */
function marks(): readonly string[] {
  const database = openDatabase(file);
  const fixes = new Set<string>();
  let rows = 0;
  for (let n = 0; n < 50; n += 1) {
    for (const match of database.lookup('npm', `p${n}`)) {
      rows += 1;
      fixes.add(match.ranges[0]?.events[1]?.fixed ?? '');
    }
  }
  database.close();
  return [...fixes, String(rows)];
}

test('readers see one whole file while writers replace it', async () => {
  expect(await exitOf(start(writerSource('1.0.0', 500, finish)))).toBe(0);
  const reader = `
    import { openDatabase } from '${here}reader.ts';
    const until = Date.now() + 20_000;
    let wrong = 0, changes = 0, last = '';
    while (Date.now() < until && last !== '3.0.0') {
      const database = openDatabase(${JSON.stringify(file)});
      const fixes = new Set(); let rows = 0;
      for (let n = 0; n < 50; n += 1) for (const m of database.lookup('npm', 'p' + n)) {
        rows += 1; fixes.add(m.ranges[0].events[1].fixed);
      }
      database.close();
      if (fixes.size !== 1 || rows !== 500) wrong += 1;
      const [now] = fixes;
      if (now !== last) changes += 1;
      last = now;
    }
    process.stdout.write(JSON.stringify({ wrong, last, many: changes > 1 }));`;
  const readers = [start(reader), start(reader)];
  const outputs = readers.map(async (child) => {
    let text = '';
    for await (const chunk of child.stdout ?? []) text += String(chunk);
    return text;
  });
  expect(await exitOf(start(writerSource('2.0.0', 500, finish)))).toBe(0);
  expect(await exitOf(start(writerSource('3.0.0', 500, finish)))).toBe(0);
  for (const output of outputs) {
    expect(JSON.parse(await output)).toMatchObject({ wrong: 0, last: '3.0.0' });
  }
});

test('two writers at once: both end well, one whole file stays', async () => {
  const writers = ['1.0.0', '2.0.0'].map((mark) => start(writerSource(mark, 2000, finish)));
  expect(await Promise.all(writers.map((child) => exitOf(child)))).toEqual([0, 0]);
  expect(marks()).toHaveLength(2);
  expect(marks()[1]).toBe('2000');
  expect(readdirSync(join(file, '..'))).toEqual(['advisories.db']);
});

test('a killed writer harms nothing, and the next one cleans up after it', async () => {
  expect(await exitOf(start(writerSource('1.0.0', 100, finish)))).toBe(0);
  const child = start(
    writerSource('9.0.0', 5000, "process.stdout.write('ready'); setInterval(() => {}, 1000);"),
  );
  await once(child.stdout ?? child, 'data');
  child.kill('SIGKILL');
  await exitOf(child);
  expect(marks()).toEqual(['1.0.0', '100']);
  expect(readdirSync(join(file, '..')).length).toBeGreaterThan(1);
  expect(await exitOf(start(writerSource('2.0.0', 100, finish)))).toBe(0);
  expect(readdirSync(join(file, '..'))).toEqual(['advisories.db']);
  expect(marks()).toEqual(['2.0.0', '100']);
});

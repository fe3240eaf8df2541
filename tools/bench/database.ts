// Figures of the advisory database: building it from real advisories, its size, lookups, matching.
// Every measurement runs in a process of its own, so that memory and warm-up are its own too.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { noSharedData, sharedData } from '../../test/shared-data.ts';
import { peak, wallOf } from './compare.ts';
import { type Case, type Context, root, seaworthy, withFolder } from './context.ts';
import { figure, type Row, spread } from './figure.ts';
import { measureMatching } from './match.ts';
import { type Run, runOnce } from './process.ts';

const packages = 500;
/** Cold processes of which the fastest counts: the others tell of what else the machine did. */
const coldRuns = 7;

export const database: Case = {
  name: 'database',
  async measure(context) {
    const osv = sharedData('osv');
    const kev = sharedData('kev');
    if (osv === null || kev === null) return [{ name: 'database', skipped: noSharedData }];
    return withFolder(context, async (folder) => {
      const rows = await measureBuild(context, { folder, osv, kev });
      const file = join(folder, 'advisories.db');
      context.say('database: lookups');
      for (const ecosystem of ['Debian:11', 'AlmaLinux:8']) {
        rows.push(await measureLookups(file, ecosystem));
      }
      context.say('database: matching');
      return [...rows, ...measureMatching(file, osv)];
    });
  },
};

async function measureBuild(
  context: Context,
  { folder, osv, kev }: { folder: string; osv: string; kev: string },
): Promise<Row[]> {
  const runs: Run[] = [];
  for (let round = 0; round < context.rounds; round += 1) {
    context.say(`database: build ${round + 1} of ${context.rounds}`);
    const words = ['db', 'build', '--from', osv, '--kev', kev, '--data', folder, '--quiet'];
    runs.push(await runOnce(seaworthy(words)));
  }
  const times = wallOf(runs);
  const best = Math.min(...times) / 1000;
  const memory = peak(runs).peakMB;
  const note = `whole process; ${spread(times)}`;
  const rows: Row[] = [
    figure({
      name: 'database: build of 22,000 advisories',
      value: best,
      unit: 's',
      target: 8,
      note,
    }),
  ];
  if (memory !== undefined) {
    const name = 'database: build, peak memory';
    rows.push(figure({ name, value: memory, unit: 'MB', target: 500 }));
  }
  const size = statSync(join(folder, 'advisories.db')).size / 1e6;
  rows.push(figure({ name: 'database: file', value: size, unit: 'MB', target: 60 }));
  return rows;
}

/** A cold process: opens the file, asks for half known and half unknown names, reads every fix and range. */
async function measureLookups(file: string, ecosystem: string): Promise<Row> {
  const source = `
    import { DatabaseSync } from 'node:sqlite';
    import { openDatabase } from './src/advisory/database/index.ts';
    const raw = new DatabaseSync(${JSON.stringify(file)}, { readOnly: true });
    const known = raw.prepare("SELECT p.name FROM package p JOIN ecosystem e ON e.id = p.ecosystem " +
      "WHERE e.name = ? ORDER BY p.id LIMIT ${packages / 2}").all(${JSON.stringify(ecosystem)});
    raw.close();
    const names = known.map((row) => row.name);
    while (names.length < ${packages}) names.push('absent-' + names.length);
    let rows = 0;
    const started = performance.now();
    const database = openDatabase(${JSON.stringify(file)});
    for (const name of names) {
      const { ladder } = database.lookup(${JSON.stringify(ecosystem)}, name);
      rows += ladder?.fixes.length ?? 0;
      for (const match of ladder?.others(0) ?? []) rows += match.ranges.length;
    }
    database.close();
    process.stdout.write(JSON.stringify({ ms: performance.now() - started, rows }));`;
  const times: number[] = [];
  let found = 0;
  for (let round = 0; round < coldRuns; round += 1) {
    const words = ['--no-warnings', '--input-type=module', '--eval', source];
    const { stdout } = await runOnce({
      command: process.execPath,
      words,
      keepOutput: true,
      folder: root,
    });
    const { ms, rows } = JSON.parse(stdout) as { ms: number; rows: number };
    times.push(ms);
    found = rows;
  }
  return figure({
    name: `database: open, look up ${packages} packages of ${ecosystem}, cold process`,
    value: Math.min(...times),
    unit: 'ms',
    target: 15,
    note: `${found} fixes and ranges; ${spread(times)}`,
  });
}

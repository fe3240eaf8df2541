// Figures of the advisory database: building it from real advisories, its size, and lookups. Every
// measurement runs in a process of its own, so that memory and warm-up are its own too.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** One line of the bench's table; `target` is null for figures without one. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target: number | null;
  readonly ok: boolean;
}

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const shared = join(root, '..', 'shared', 'data');
const packages = 500;
/** Cold processes of which the fastest counts: the others tell of what else the machine did. */
const coldRuns = 7;

/** Milliseconds and peak MiB of a child that runs `body`. */
interface Measured {
  readonly ms: number;
  readonly peakMiB: number;
  readonly rows: number;
}

/**
 * Builds the database of all shared advisories and asks it for 500 packages. Empty where the shared
 * data folder is absent.
 */
export async function benchDatabase(): Promise<readonly Figure[]> {
  const osv = join(shared, 'osv');
  if (!existsSync(osv)) return [];
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bench-'));
  try {
    const file = join(folder, 'advisories.db');
    const kev = join(shared, 'kev', readdirSync(join(shared, 'kev'))[0] ?? '');
    const built = await measure(`
      import { buildDatabase } from './src/advisory/update/index.ts';
      const network = { client: { send: () => Promise.reject(new Error('offline')) } };
      const result = await buildDatabase({ from: [${JSON.stringify(osv)}], kev: ${JSON.stringify(kev)},
        output: ${JSON.stringify(file)}, clock: () => new Date(), network });
      rows = result.records;`);
    const figures = [
      figure('database: build 22,000 advisories', built.ms / 1000, 's', 8),
      figure('database: build, peak RSS', built.peakMiB, 'MiB', 500),
      figure('database: file', statSync(file).size / 1e6, 'MB', 60),
    ];
    for (const ecosystem of ['Debian:11', 'AlmaLinux:8']) {
      const asked = await best(lookupSource(file, ecosystem));
      const name = `database: open, look up ${packages} packages (${ecosystem}, ${asked.rows} rows)`;
      figures.push(figure(name, asked.ms, 'ms', 15));
    }
    return figures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A cold process: opens the file, asks for half known and half unknown names, reads every range. */
function lookupSource(file: string, ecosystem: string): string {
  return `
    import { DatabaseSync } from 'node:sqlite';
    import { openDatabase } from './src/advisory/database/index.ts';
    const raw = new DatabaseSync(${JSON.stringify(file)}, { readOnly: true });
    const known = raw.prepare("SELECT p.name FROM package p JOIN ecosystem e ON e.id = p.ecosystem " +
      "WHERE e.name = ? ORDER BY p.id LIMIT ${packages / 2}").all(${JSON.stringify(ecosystem)});
    raw.close();
    const names = known.map((row) => row.name);
    while (names.length < ${packages}) names.push('absent-' + names.length);
    started = performance.now();
    const database = openDatabase(${JSON.stringify(file)});
    for (const name of names) {
      for (const match of database.lookup(${JSON.stringify(ecosystem)}, name)) {
        rows += match.ranges.length;
      }
    }
    database.close();`;
}

async function best(body: string): Promise<Measured> {
  let fastest = await measure(body);
  for (let n = 1; n < coldRuns; n += 1) {
    const next = await measure(body);
    if (next.ms < fastest.ms) fastest = next;
  }
  return fastest;
}

async function measure(body: string): Promise<Measured> {
  const imports = body.match(/^\s*import .*$/gm) ?? [];
  const rest = body.replaceAll(/^\s*import .*$/gm, '');
  const source = `${imports.join('\n')}
    let rows = 0;
    let started = performance.now();
    ${rest}
    const ms = performance.now() - started;
    const peakMiB = process.resourceUsage().maxRSS / 1024;
    process.stdout.write(JSON.stringify({ ms, peakMiB, rows }));`;
  const flags = ['--no-warnings', '--input-type=module', '--eval', source];
  const { stdout } = await run(process.execPath, flags, { cwd: root });
  return JSON.parse(stdout) as Measured;
}

function figure(name: string, value: number, unit: string, target: number): Figure {
  return { name, value: Math.round(value * 100) / 100, unit, target, ok: value <= target };
}

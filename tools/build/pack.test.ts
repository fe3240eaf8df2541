// The package as a user gets it: what is in it, and that it runs without anything beside it.
import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isTooOld, version } from '../../src/cli/version.ts';
import { missingPostgres, startPostgres } from '../../test/postgres-cluster.ts';
import { stage } from './pack.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-pack-'));
const home = join(folder, 'package');

beforeAll(() => stage(home));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('holds the program, its pages and the licences, and no source', () => {
  const files = globSync('**/*', { cwd: home, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(home.length + 1));
  expect(files).toEqual(
    expect.arrayContaining([
      'LICENSE',
      'README.md',
      'THIRD-PARTY-LICENSES',
      'bin/seaworthy',
      'dist/rules/00-words.yaml',
      'dist/seaworthy.mjs',
      'dist/ui/index.html',
      'native/seaworthy.bpf.o',
      'package.json',
    ]),
  );
  expect(files.filter((file) => /\.ts$|node_modules/.test(file))).toEqual([]);
});

test('asks npm for nothing but the sensor’s koffi: no other dependencies, no scripts', () => {
  const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as object;
  const keys = Object.keys(manifest);
  expect(keys.filter((key) => /ependenc|scripts|private/.test(key))).toEqual([
    'optionalDependencies',
  ]);
  const koffi = expect.stringMatching(/^\d+\.\d+\.\d+$/);
  expect(manifest).toMatchObject({ optionalDependencies: { koffi } });
  expect(manifest).toMatchObject({ name: 'seaworthy', version, license: 'Apache-2.0' });
});

test('names the licence of everything that the bundle took in', () => {
  const text = readFileSync(join(home, 'THIRD-PARTY-LICENSES'), 'utf8');
  for (const name of [
    'commander',
    'yaml',
    'js-yaml',
    'smol-toml',
    'preact',
    '@preact/signals-core',
    'uplot',
  ]) {
    expect(text).toMatch(new RegExp(`^${name} \\d`, 'm'));
  }
});

test('runs from another folder, through a link', () => {
  const link = join(folder, 'seaworthy');
  symlinkSync(join(home, 'bin/seaworthy'), link);
  const run = (...words: string[]): string =>
    execFileSync(link, words, {
      cwd: tmpdir(),
      encoding: 'utf8',
      env: { ...process.env, HOME: folder },
    });
  expect(run('--version')).toBe(`${version}\n`);
  expect(run('rules', 'check')).toMatch(/^1\d\d rules .* 0 errors, 0 warnings\n$/);
  expect(run('scan', 'pkg:npm/lodash@4.17.4', '--format', 'json', '--data', folder)).toContain(
    'CVE-',
  );
});

const missing = missingPostgres();

test.skipIf(missing !== null)(
  `speaks with PostgreSQL, whose driver is in the bundle${missing === null ? '' : ` (${missing})`}`,
  async () => {
    const cluster = await startPostgres();
    try {
      const env = { ...process.env, HOME: folder, SEAWORTHY_STORE: cluster.database() };
      const run = (...words: string[]): string =>
        execFileSync(join(home, 'bin/seaworthy'), ['server', ...words], {
          cwd: tmpdir(),
          encoding: 'utf8',
          env,
        });
      expect(run('enrol', '--uses', '2')).toMatch(/^\S{20,}$/m);
      expect(run('agents', '--format', 'json')).toBe('[]\n');
    } finally {
      await cluster.stop();
    }
  },
);

const system = '/usr/bin/node';
const found = spawnSync(system, ['--version'], { encoding: 'utf8' }).stdout?.trim().slice(1) ?? '';

test.skipIf(found === '' || !isTooOld(found))(
  'an old Node of the system says what to do (skipped without one)',
  () => {
    const ran = spawnSync(system, [join(home, 'dist/seaworthy.mjs'), '--help'], {
      encoding: 'utf8',
    });
    expect(ran.status).toBe(3);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toMatch(
      /^seaworthy: needs Node \S+ or newer, and this is \S+: install it.*\n$/,
    );
  },
);

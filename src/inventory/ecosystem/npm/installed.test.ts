import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { catalog, identities, identity } from '../../../../test/catalog.ts';
import { damagedCopies } from '../../../../test/damage.ts';
import { installedPackages } from './installed.ts';

function read(path: string, manifest: unknown) {
  const content = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
  return catalog(installedPackages, { path, content });
}

const lodash = { name: 'lodash', version: '4.17.21', license: 'MIT' };

describe('which package.json is a package', () => {
  test.each([
    'app/node_modules/lodash/package.json',
    'node_modules/lodash/package.json',
    'app/node_modules/a/node_modules/lodash/package.json',
    'app/node_modules/.pnpm/lodash@4.17.21/node_modules/lodash/package.json',
    'usr/lib/node_modules/lodash/package.json',
    'usr/local/lib/node_modules/npm/node_modules/lodash/package.json',
    'app/node_modules/alias/package.json',
    'usr/share/nodejs/lodash/package.json',
    'opt/lodash-v4.17.21/package.json',
    'opt/lodash-4.17.21/package.json',
    'opt/lodash/package.json',
    'var/lib/lodash/versions/4.17.21/package.json',
  ])('%s is', (path) => {
    expect(identities(read(path, lodash))).toEqual(['lodash@4.17.21']);
  });

  test.each([
    'app/node_modules/resolve/test/resolver/lodash/package.json',
    'app/node_modules/a/dist/esm/package.json',
    'app/node_modules/@scope/a/lib/package.json',
    'app/node_modules/@scope/package.json',
    'app/node_modules/package.json',
    'usr/share/nodejs/a/lodash/package.json',
    'app/package.json',
    'package.json',
    'srv/app/test/fixtures/package.json',
  ])('%s is not', (path) => {
    expect(read(path, lodash)).toEqual({ packages: [], unknowns: [] });
  });

  test.each([
    { type: 'module' },
    { name: 'x' },
    { version: '1.0.0' },
    { name: '', version: '' },
    [],
  ])('a marker %j is passed over', (manifest) => {
    expect(read('node_modules/x/package.json', manifest)).toEqual({ packages: [], unknowns: [] });
  });

  test('a scoped package keeps its scope', () => {
    const result = read('app/node_modules/@types/node/package.json', {
      name: '@types/node',
      version: '20.1.0',
    });
    expect(result.packages[0]).toMatchObject({ namespace: '@types', name: 'node' });
  });

  test('a broken manifest is unknown at the root of a package only', () => {
    expect(read('node_modules/x/package.json', '{"name":"x"').unknowns).toHaveLength(1);
    expect(read('app/package.json', '{"name":"x"').unknowns).toHaveLength(0);
  });

  test('a private application that lies in a folder of its name is not from a registry', () => {
    const app = { name: 'shop', version: '1.0.0', private: true };
    expect(read('srv/shop/package.json', app).packages[0]?.origin).toBe('local');
  });
});

describe('what is told of it', () => {
  test.each([
    [{ license: 'MIT' }, ['MIT']],
    [{ license: '(MIT OR Apache-2.0)' }, ['(MIT OR Apache-2.0)']],
    [{ license: { type: 'BSD-2-Clause', url: 'x' } }, ['BSD-2-Clause']],
    [{ licenses: [{ type: 'MIT' }, { type: 'GPL-2.0' }] }, ['MIT', 'GPL-2.0']],
    [{ licenses: ['MIT', 'MIT'] }, ['MIT']],
    [{ licenses: { type: 'WTFPL' } }, ['WTFPL']],
    [{ licence: 'ISC' }, ['ISC']],
    [{ license: 7, licenses: [null, {}] }, []],
    [{ license: 'SEE LICENSE IN LICENSE.txt' }, ['SEE LICENSE IN LICENSE.txt']],
  ])('licences of %j', (manifest, licences) => {
    const result = read('node_modules/x/package.json', { name: 'x', version: '1', ...manifest });
    expect(result.packages[0]?.licences).toEqual(licences);
  });

  test('dependencies, and where npm 6 got it', () => {
    const result = read('node_modules/x/package.json', {
      name: 'x',
      version: '1.0.0',
      dependencies: { a: '^1', __proto__: '1' },
      optionalDependencies: { b: '*' },
      devDependencies: { c: '*' },
      _resolved: 'git+ssh://git@example.org/x.git#0123',
    });
    expect(result.packages[0]).toMatchObject({ dependsOn: ['a', 'b'], origin: 'git' });
  });

  test('never throws on a damaged manifest', () => {
    const original = Buffer.from(
      JSON.stringify({ ...lodash, dependencies: { a: '1' }, licenses: [{ type: 'MIT' }] }, null, 2),
    );
    for (const damaged of damagedCopies(original, { seed: 11, copies: 300 })) {
      const { packages } = catalog(installedPackages, {
        path: 'node_modules/lodash/package.json',
        content: damaged,
      });
      expect(packages.length).toBeLessThanOrEqual(1);
    }
  });
});

/** Every package.json below a folder, read as the walk would. */
function readTree(root: string): readonly string[] {
  const names = globSync('**/node_modules/**/package.json', { cwd: root }).flatMap((path) =>
    catalog(installedPackages, { path, content: readFileSync(join(root, path)) }).packages.map(
      identity,
    ),
  );
  return [...new Set(names)].sort();
}

function npm(folder: string, ...args: readonly string[]): string {
  return execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
}

const checkout = fileURLToPath(new URL('../../../../', import.meta.url));

describe('against npm itself', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'seaworthy-npm-'));
  afterAll(() => rmSync(scratch, { recursive: true }));

  test("the packages of this checkout are those of npm's own record", () => {
    const record: unknown = JSON.parse(
      readFileSync(join(checkout, 'node_modules/.package-lock.json'), 'utf8'),
    );
    const packages = (record as { packages: Record<string, { name?: string; version?: string }> })
      .packages;
    const expected = Object.entries(packages).map(
      ([path, entry]) =>
        `${entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 13)}@${entry.version}`,
    );
    expect(readTree(checkout)).toEqual([...new Set(expected)].sort());
  });

  test('packages packed by npm, installed as files and below each other', () => {
    for (const [name, needs] of [
      ['one', {}],
      ['@s/two', {}],
      ['three', { one: 'file:../one.tgz' }],
    ] as const) {
      const folder = join(scratch, 'src', name);
      mkdirSync(folder, { recursive: true });
      writeFileSync(
        join(folder, 'package.json'),
        JSON.stringify({ name, version: '1.0.0', dependencies: needs }),
      );
    }
    const packed = ['one', '@s/two', 'three'].map((name) => {
      const file = npm(join(scratch, 'src', name), 'pack', '--pack-destination', scratch);
      return join(scratch, file.trim().split('\n').at(-1) ?? '');
    });
    const project = join(scratch, 'project');
    mkdirSync(project);
    writeFileSync(join(scratch, 'one.tgz'), readFileSync(packed[0] ?? ''));
    writeFileSync(join(project, 'package.json'), '{"name":"project","version":"1.0.0"}');
    npm(project, 'install', '--offline', '--ignore-scripts', packed[1] ?? '', packed[0] ?? '');
    const listed: unknown = JSON.parse(npm(project, 'ls', '--all', '--json'));
    const names = Object.entries(
      (listed as { dependencies: Record<string, { version: string }> }).dependencies,
    ).map(([name, { version }]) => `${name}@${version}`);
    expect(readTree(project)).toEqual(names.sort());
  });
});

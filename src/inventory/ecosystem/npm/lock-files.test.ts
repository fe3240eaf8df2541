// One project (fixtures/package.json), locked by every tool, must give one inventory.
import { describe, expect, test } from 'vitest';
import { catalog, catalogerOf, fixture, found, identities } from '../../../../test/catalog.ts';
import { damagedCopies } from '../../../../test/damage.ts';
import { npm } from './index.ts';

interface Lock {
  readonly file: string;
  readonly as: string;
  readonly cataloger: string;
}

const locks: readonly Lock[] = [
  { file: 'package-lock.v1.json', as: 'package-lock.json', cataloger: 'npm-package-lock' },
  { file: 'package-lock.v2.json', as: 'package-lock.json', cataloger: 'npm-package-lock' },
  { file: 'package-lock.v3.json', as: 'npm-shrinkwrap.json', cataloger: 'npm-package-lock' },
  { file: 'yarn-1.lock', as: 'yarn.lock', cataloger: 'npm-yarn-lock' },
  { file: 'yarn-berry.lock', as: 'yarn.lock', cataloger: 'npm-yarn-lock' },
  { file: 'pnpm-lock.v5.yaml', as: 'pnpm-lock.yaml', cataloger: 'npm-pnpm-lock' },
  { file: 'pnpm-lock.v6.yaml', as: 'pnpm-lock.yaml', cataloger: 'npm-pnpm-lock' },
  { file: 'pnpm-lock.v9.yaml', as: 'pnpm-lock.yaml', cataloger: 'npm-pnpm-lock' },
  { file: 'bun.lock', as: 'bun.lock', cataloger: 'npm-bun-lock' },
  { file: 'bun.lockb', as: 'bun.lockb', cataloger: 'npm-bun-binary-lock' },
];

function read({ file, as, cataloger }: Lock, content = fixture(import.meta.url, file)) {
  return catalog(catalogerOf(npm, cataloger), {
    path: `app/${as}`,
    content,
    companions: { 'app/package.json': fixture(import.meta.url, 'package.json') },
  });
}

/** In every tool's answer. `old-ms` is an alias of ms 2.0.0; `local-thing` and `@shop/web` are ours. */
const always = [
  '@sindresorhus/is@4.6.0',
  'color-name@1.1.3',
  'debug@4.4.3',
  'fsevents@2.3.3',
  'minimist@0.0.8',
  'minimist@1.2.0',
  'mkdirp@0.5.1',
  'ms@2.0.0',
  'ms@2.1.2',
  'ms@2.1.3',
  'use-sync-external-store@1.2.0',
];

/** What tools that install peers by themselves add. */
const peers = ['js-tokens@4.0.0', 'loose-envify@1.4.0', 'react@18.3.1'];

describe.each(locks)('$file', (lock) => {
  const result = read(lock);

  test('names every package', () => {
    expect(result.unknowns).toEqual([]);
    const installsPeers = !/yarn|v5/.test(lock.file);
    const wanted = installsPeers ? [...always, ...peers] : always;
    const isBerry = lock.file === 'yarn-berry.lock';
    const listed = identities(result).filter((name) => !name.startsWith('local-thing@'));
    expect(isBerry ? listed.filter((name) => wanted.includes(name)) : listed).toEqual(
      wanted.toSorted(),
    );
  });

  test('leaves out the project, its workspaces and aliases', () => {
    const names = result.packages.map((one) => one.name);
    for (const name of ['shop', 'web', 'old-ms']) expect(names).not.toContain(name);
  });

  test('splits the scope from the name', () => {
    expect(found(result, '@sindresorhus/is@4.6.0')).toMatchObject({
      type: 'npm',
      namespace: '@sindresorhus',
      name: 'is',
      origin: 'registry',
    });
  });

  test('tells what is for production', () => {
    for (const name of ['debug@4.4.3', 'ms@2.0.0', 'ms@2.1.3', 'minimist@1.2.0']) {
      expect(found(result, name)).toMatchObject({ scope: 'runtime' });
    }
  });

  test('tells what is not for production, where the file or its companion knows', () => {
    // Yarn 1 does not list workspaces, any of which may use these for production.
    const unsure = lock.file === 'yarn-1.lock';
    for (const name of ['color-name@1.1.3', 'mkdirp@0.5.1', 'minimist@0.0.8']) {
      expect(`${name} ${found(result, name).scope}`).toBe(
        `${name} ${unsure ? undefined : 'development'}`,
      );
    }
    expect(found(result, 'fsevents@2.3.3').scope).toBe(unsure ? undefined : 'optional');
  });

  test('tells what a package needs', () => {
    expect(found(result, 'mkdirp@0.5.1').dependsOn).toEqual(['minimist']);
    expect(found(result, 'ms@2.0.0').dependsOn).toBeUndefined();
  });

  test('tells the line where the text has one', () => {
    const line = found(result, 'mkdirp@0.5.1').line ?? 0;
    const text = Buffer.from(fixture(import.meta.url, lock.file)).toString();
    const isBinary = lock.file === 'bun.lockb';
    expect(isBinary ? 'mkdirp' : text.split('\n')[line - 1]).toContain('mkdirp');
  });

  test('never throws on a damaged file', () => {
    const original = fixture(import.meta.url, lock.file);
    for (const damaged of damagedCopies(original, { seed: 7, copies: 200 })) {
      const { packages, unknowns } = read(lock, damaged);
      for (const one of packages) expect(one.version).not.toBe('');
      for (const unknown of unknowns) expect(unknown.reason).not.toBe('');
    }
  });

  test('says so when the file is cut off', () => {
    const original = fixture(import.meta.url, lock.file);
    const { packages, unknowns } = read(lock, original.subarray(0, original.length * 0.6));
    expect(packages.length).toBeLessThan(result.packages.length);
    // Yarn's entries stand alone: nothing tells that others should follow.
    expect(unknowns.length === 1 || lock.as === 'yarn.lock').toBe(true);
  });

  test('is not read inside an installed package', () => {
    const inside = catalog(catalogerOf(npm, lock.cataloger), {
      path: `app/node_modules/x/${lock.as}`,
      content: fixture(import.meta.url, lock.file),
    });
    expect(inside).toEqual({ packages: [], unknowns: [] });
  });
});

describe('hostile lock files', () => {
  test.each(locks)('$file: refuses text of more than the bound without reading it', (lock) => {
    const cataloger = catalogerOf(npm, lock.cataloger);
    const huge = {
      path: `app/${lock.as}`,
      size: 100 * 1024 * 1024,
      mode: 0o644,
      read: () => new Uint8Array(),
      bytes: () => expect.unreachable(),
      text: () => expect.unreachable(),
    };
    const { packages, unknowns } = cataloger.parse(huge, { companion: () => null });
    expect(packages).toEqual([]);
    expect(unknowns[0]?.reason).toMatch(/bytes, more than|too large/);
  });

  test.each([
    ['package-lock.json', 'npm-package-lock', '{"packages":'.repeat(100_000)],
    ['package-lock.json', 'npm-package-lock', '[]'],
    ['package-lock.json', 'npm-package-lock', '"x"'],
    ['yarn.lock', 'npm-yarn-lock', 'just some words\n'],
    ['yarn.lock', 'npm-yarn-lock', '<<<<<<< HEAD\na@1:\n  version "1"\n'],
    ['yarn.lock', 'npm-yarn-lock', '\t\t[[[[['],
    ['pnpm-lock.yaml', 'npm-pnpm-lock', 'a: 1\n'],
    ['pnpm-lock.yaml', 'npm-pnpm-lock', '<<<<<<< HEAD\nlockfileVersion: 9\n'],
    ['pnpm-lock.yaml', 'npm-pnpm-lock', `packages:\n   ${'['.repeat(100_000)}`],
    ['bun.lock', 'npm-bun-lock', '{"lockfileVersion": 1}'],
    ['bun.lockb', 'npm-bun-binary-lock', 'x'.repeat(500)],
  ])('%s %s %.30j is refused with a reason', (as, name, content) => {
    const result = catalog(catalogerOf(npm, name), { path: as, content });
    expect(result.packages).toEqual([]);
    expect(result.unknowns).toHaveLength(1);
  });

  test('keys of the prototype are ordinary names', () => {
    const content =
      '{"lockfileVersion":3,"packages":{"node_modules/__proto__":{"version":"1.0.0"},' +
      '"node_modules/constructor":{"version":"2.0.0"},"__proto__":{"version":"3.0.0"}}}';
    const result = catalog(catalogerOf(npm, 'npm-package-lock'), {
      path: 'package-lock.json',
      content,
    });
    expect(identities(result)).toEqual(['__proto__@1.0.0', 'constructor@2.0.0']);
  });

  test('names that are no names are counted, not invented', () => {
    const entries = ['a b', '../x', '@s', '', 'a\\u0000', 'https://x'].map(
      (name) => `"node_modules/${name}":{"version":"1"}`,
    );
    const result = catalog(catalogerOf(npm, 'npm-package-lock'), {
      path: 'package-lock.json',
      content: `{"packages":{${entries.join(',')}}}`,
    });
    expect(result.packages).toEqual([]);
    expect(result.unknowns[0]?.reason).toBe('6 entries without a usable name or version');
  });
});

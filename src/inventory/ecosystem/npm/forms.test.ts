// Forms of entries that the one project of lock-files.test.ts does not have.
import { describe, expect, test } from 'vitest';
import { catalog, catalogerOf, found } from '../../../../test/catalog.ts';
import { npm } from './index.ts';
import { originOfRange, originOfResolved, splitName } from './package.ts';
import { parsePnpmKey } from './pnpm-key.ts';

function read(name: string, path: string, content: string, companions = {}) {
  return catalog(catalogerOf(npm, name), { path, content, companions });
}

/** `name@version scope origin` of each package. */
function told(result: ReturnType<typeof read>): readonly string[] {
  return result.packages.map((one) =>
    [
      `${one.namespace ?? ''}${one.namespace ? '/' : ''}${one.name}@${one.version}`,
      one.origin,
    ].join(' '),
  );
}

describe('names and origins', () => {
  test.each([
    ['lodash', { namespace: null, name: 'lodash' }],
    ['@types/node', { namespace: '@types', name: 'node' }],
    ['JSONStream', { namespace: null, name: 'JSONStream' }],
    ['@types', null],
    ['@/x', null],
    ['.bin', null],
    ['', null],
    ['a/b', null],
    ['a@1', null],
    ['@a/b/c', null],
  ])('splitName(%j)', (full, parts) => {
    expect(splitName(full)).toEqual(parts);
  });

  test.each([
    ['^1.2.3', 'registry'],
    ['latest', 'registry'],
    ['>=1 <2', 'registry'],
    ['npm:ms@2', 'registry'],
    ['git+ssh://git@example.org/a/b.git#abc', 'git'],
    ['git@github.com:a/b.git', 'git'],
    ['github:a/b', 'git'],
    ['a/b#semver:^1', 'git'],
    ['https://example.org/a/b.git', 'git'],
    ['https://codeload.github.com/a/b/tar.gz/0123', 'git'],
    ['https://github.com/a/b/archive/v1.tar.gz', 'git'],
    ['https://example.org/x.tgz', 'url'],
    ['file:../x', 'local'],
    ['./x', 'local'],
    ['link:../x', 'local'],
    ['workspace:*', 'local'],
  ])('originOfRange(%j) is %s', (range, origin) => {
    expect(originOfRange(range)).toBe(origin);
  });

  test('a resolved tarball of any host counts as a registry', () => {
    expect(originOfResolved('https://npm.example.org/download/@a/b/1.0.0/0123abcd')).toBe(
      'registry',
    );
    expect(originOfResolved('git+https://example.org/a.git#1')).toBe('git');
  });
});

describe('package-lock.json', () => {
  test('version 1: bundled, from git, from an address, from a folder', () => {
    const result = read(
      'npm-package-lock',
      'package-lock.json',
      JSON.stringify({
        lockfileVersion: 1,
        dependencies: {
          a: { version: '1.0.0', bundled: true },
          b: { version: 'git+ssh://git@example.org/x/b.git#0123', from: 'b@x/b' },
          c: { version: 'https://example.org/c-1.0.0.tgz' },
          d: { version: 'file:../d', dependencies: { e: { version: '2.0.0', dev: true } } },
          f: { version: 'file:f-1.0.0.tgz' },
          g: { version: 'npm:@real/g@3.0.0', optional: true },
          h: {},
        },
      }),
    );
    expect(told(result)).toEqual([
      'a@1.0.0 registry',
      'b@git+ssh://git@example.org/x/b.git#0123 git',
      'c@https://example.org/c-1.0.0.tgz url',
      'e@2.0.0 registry',
      'f@file:f-1.0.0.tgz local',
      '@real/g@3.0.0 registry',
    ]);
    expect(result.unknowns).toEqual([{ reason: '1 entry without a usable name or version' }]);
  });

  test('version 3: alias, git, link, workspace, placeholder of a peer, licences', () => {
    const result = read(
      'npm-package-lock',
      'package-lock.json',
      JSON.stringify({
        lockfileVersion: 3,
        packages: {
          '': { name: 'app', version: '1.0.0' },
          'packages/web': { name: 'web', version: '1.0.0' },
          'node_modules/web': { resolved: 'packages/web', link: true },
          'node_modules/alias': { name: '@real/name', version: '2.0.0', license: '(MIT OR X11)' },
          'node_modules/fork': {
            version: '1.5.0',
            resolved: 'git+ssh://git@example.org/x/fork.git#0123',
            license: { type: 'BSD-3-Clause', url: 'x' },
          },
          'node_modules/peer': { peer: true, optional: true },
          'packages/web/node_modules/deep': { version: '0.1.0', devOptional: true },
          'node_modules/twice': { version: '1.0.0', dev: true },
          'node_modules/a/node_modules/twice': { version: '1.0.0' },
        },
      }),
    );
    expect(told(result)).toEqual([
      '@real/name@2.0.0 registry',
      'fork@1.5.0 git',
      'deep@0.1.0 registry',
      'twice@1.0.0 registry',
    ]);
    expect(found(result, '@real/name@2.0.0').licences).toEqual(['(MIT OR X11)']);
    expect(found(result, 'fork@1.5.0').licences).toEqual(['BSD-3-Clause']);
    expect(found(result, 'deep@0.1.0').scope).toBe('optional');
    expect(found(result, 'twice@1.0.0').scope).toBe('runtime');
    expect(result.unknowns).toEqual([]);
  });
});

describe('yarn.lock', () => {
  test('version 1: patterns of every kind', () => {
    const result = read(
      'npm-yarn-lock',
      'yarn.lock',
      [
        '# yarn lockfile v1',
        '',
        '"@s/a@^1.0.0", "@s/a@^1.1.0":',
        '  version "1.2.0"',
        '  dependencies:',
        '    "@s/b" "^2.0.0"',
        '    c "1 || 2"',
        '  optionalDependencies:',
        '    d "*"',
        '',
        'alias@npm:real@^3:',
        '  version "3.0.1"',
        '"scoped-alias@npm:@s/real@^3":',
        '  version "3.0.2"',
        'fork@user/fork#main:',
        '  version "4.0.0"',
        '  resolved "https://codeload.github.com/user/fork/tar.gz/0123"',
        '"tar@https://example.org/tar.tgz":',
        '  version "5.0.0"',
        '"local@file:./local":',
        '  version "6.0.0"',
        '"linked@link:./linked":',
        '  version "0.0.0"',
        '  uid ""',
        'broken@1:',
        '  resolved "x"',
        '',
      ].join('\r\n'),
    );
    expect(told(result)).toEqual([
      '@s/a@1.2.0 registry',
      'real@3.0.1 registry',
      '@s/real@3.0.2 registry',
      'fork@4.0.0 git',
      'tar@5.0.0 url',
      'local@6.0.0 local',
    ]);
    expect(found(result, '@s/a@1.2.0').dependsOn).toEqual(['@s/b', 'c', 'd']);
    expect(found(result, '@s/a@1.2.0').line).toBe(3);
    expect(result.unknowns[0]?.reason).toMatch(/1 entry/);
  });

  test('version 1 with a manifest without workspaces knows every scope', () => {
    const result = read(
      'npm-yarn-lock',
      'app/yarn.lock',
      'a@^1:\n  version "1.0.0"\n  dependencies:\n    c "*"\nb@^1:\n  version "1.0.1"\n' +
        '  dependencies:\n    c "*"\n    d "*"\nc@*:\n  version "3.0.0"\nd@*:\n  version "4.0.0"\n' +
        'left@*:\n  version "5.0.0"\n',
      {
        'app/package.json': JSON.stringify({
          dependencies: { a: '^1' },
          devDependencies: { b: '^1' },
        }),
      },
    );
    const scopes = result.packages.map((one) => `${one.name} ${one.scope}`);
    expect(scopes).toEqual([
      'a runtime',
      'b development',
      'c runtime',
      'd development',
      'left undefined',
    ]);
  });

  test('later versions: long keys, patches, git, YAML in another layout', () => {
    const long = `a@npm:${'1 || '.repeat(300)}1`;
    const result = read(
      'npm-yarn-lock',
      'yarn.lock',
      `__metadata:\n  version: 8\n\n? "${long}"\n:\n  version: 1.0.0\n  resolution: "a@npm:1.0.0"\n` +
        '"b@patch:b@npm%3A^2#./b.patch":\n  version: 2.0.0\n' +
        '  resolution: "b@patch:b@npm%3A2.0.0#./b.patch::version=2.0.0&hash=0123"\n' +
        '"c@https://example.org/c.git#commit=1":\n  version: 3.0.0\n' +
        '  resolution: "c@https://example.org/c.git#commit=1"\n' +
        '"d@npm:1.0":\n  version: 1.0.0\n  resolution: "d@npm:1.0.0::__archiveUrl=https%3A%2F%2Fx"\n',
    );
    expect(told(result)).toEqual([
      'a@1.0.0 registry',
      'b@2.0.0 registry',
      'c@3.0.0 git',
      'd@1.0.0 registry',
    ]);
    const other = read(
      'npm-yarn-lock',
      'yarn.lock',
      '{__metadata: {version: 8},\n "e@npm:^1": {version: 1.2.3, resolution: "e@npm:1.2.3"}}\n',
    );
    expect(told(other)).toEqual(['e@1.2.3 registry']);
  });

  test.each([
    ['npm-yarn-lock', 'yarn.lock', '"a@npm:^1":\n  version: 1.0.0\n"b@npm:^1": {version: 2.0.0}\n'],
    [
      'npm-pnpm-lock',
      'pnpm-lock.yaml',
      "lockfileVersion: '9.0'\npackages:\n  a@1.0.0:\n    resolution: {integrity: x}\n  b@2.0.0: {resolution: {integrity: x}}\n",
    ],
    [
      'npm-pnpm-lock',
      'pnpm-lock.yaml',
      "lockfileVersion: '9.0'\npackages: {a@1.0.0: {resolution: {integrity: x}}, b@2.0.0: {}}\n",
    ],
    [
      'npm-pnpm-lock',
      'pnpm-lock.yaml',
      "lockfileVersion: '9.0'\nx: &all\n  a@1.0.0: {}\n  b@2.0.0: {}\npackages: *all\n",
    ],
  ])('%s hides nothing in forms of YAML that its tool does not write (%#)', (name, file, text) => {
    expect(read(name, file, text).packages.map((one) => `${one.name}@${one.version}`)).toEqual([
      'a@1.0.0',
      'b@2.0.0',
    ]);
  });

  test('aliases that make billions of entries are refused', () => {
    const levels = Array.from({ length: 9 }, (_one, level) => {
      const members = Array.from({ length: 9 }, (_two, index) => `${index}: *a${level - 1}`);
      return `a${level}: &a${level} {${level === 0 ? 'x: y' : members.join(', ')}}`;
    });
    const text = `lockfileVersion: '9.0'\n${levels.join('\n')}\npackages: *a8\n`;
    const { packages, unknowns } = read('npm-pnpm-lock', 'pnpm-lock.yaml', text);
    expect(packages).toEqual([]);
    expect(unknowns[0]?.reason).toBe('YAML alias bomb');
  });
});

describe('pnpm-lock.yaml', () => {
  test.each([
    ['/a/1.0.0', 'a', '1.0.0'],
    ['/@s/a/1.0.0', '@s/a', '1.0.0'],
    ['/a/1.0.0_react@18.0.0', 'a', '1.0.0'],
    ['/@s/a/1.0.0-rc.1_@types+node@18.0.0', '@s/a', '1.0.0-rc.1'],
    ['/a@1.0.0', 'a', '1.0.0'],
    ['/@s/a@1.0.0(react@18.0.0)(@types/node@20.0.0)', '@s/a', '1.0.0'],
    ['a@1.0.0', 'a', '1.0.0'],
    ['@s/a@1.0.0(react@18.0.0)', '@s/a', '1.0.0'],
    ['registry.example.org/a/1.0.0', 'a', '1.0.0'],
    ['registry.example.org:4873/@s/a/1.0.0', '@s/a', '1.0.0'],
    ['local-thing@file:local', 'local-thing', 'file:local'],
    [
      'a@https://codeload.github.com/u/a/tar.gz/0123',
      'a',
      'https://codeload.github.com/u/a/tar.gz/0123',
    ],
    ['a@git+https://example.org/a.git#0123', 'a', 'git+https://example.org/a.git#0123'],
    ['file:local', null, 'file:local'],
    ['github.com/u/a/0123456789', null, 'github.com/u/a/0123456789'],
    ['@example.org/u/a.tgz', null, '@example.org/u/a.tgz'],
    ['', null, ''],
    ['/', null, '/'],
  ])('key %j', (key, name, reference) => {
    expect(parsePnpmKey(key)).toEqual({ name, reference });
  });

  test('git, tarball, folder, block scalars, lists, quoted and long keys', () => {
    const commit = '0123456789abcdef0123456789abcdef01234567';
    const result = read(
      'npm-pnpm-lock',
      'pnpm-lock.yaml',
      `lockfileVersion: '9.0'

packages:

  git@https://codeload.github.com/u/git/tar.gz/${commit}:
    resolution: {tarball: https://codeload.github.com/u/git/tar.gz/${commit}}
    version: 1.0.0

  other@git+https://example.org/o.git#${commit}:
    resolution: {commit: ${commit}, repo: https://example.org/o.git, type: git}
    version: 2.0.0

  tar@https://example.org/tar.tgz:
    resolution: {tarball: https://example.org/tar.tgz}
    version: 3.0.0

  folder@file:folder:
    resolution: {directory: folder, type: directory}

  '@s/old@1.0.0':
    resolution:
      integrity: sha512-x
    cpu:
      - x64
    os: [darwin]
    deprecated: |-
      Use: something else
        packages:
    engines: {node: '>=10'}

  ? long@4.0.0
  :
    resolution: {integrity: sha512-x}

  nameless@:
    resolution: {integrity: sha512-x}
`,
    );
    expect(told(result)).toEqual([
      'git@1.0.0 git',
      'other@2.0.0 git',
      'tar@3.0.0 url',
      '@s/old@1.0.0 registry',
      'long@4.0.0 registry',
    ]);
    expect(found(result, 'long@4.0.0').line).toBe(32);
    expect(result.unknowns).toEqual([{ reason: '1 entry without a usable name or version' }]);
  });

  test('one document before the lock file itself', () => {
    const result = read(
      'npm-pnpm-lock',
      'pnpm-lock.yaml',
      `---\nlockfileVersion: '9.0'\nimporters:\n  .:\n    configDependencies: {}\n` +
        `    packageManagerDependencies:\n      pnpm:\n        specifier: 11.0.0\n` +
        `        version: 11.0.0\npackages:\n  pnpm@11.0.0:\n    resolution: {integrity: x}\n` +
        `snapshots:\n  pnpm@11.0.0: {}\n---\nlockfileVersion: '9.0'\nimporters:\n  .:\n` +
        `    dependencies:\n      a:\n        specifier: ^1\n        version: 1.0.0\n` +
        `packages:\n  a@1.0.0:\n    resolution: {integrity: x}\nsnapshots:\n  a@1.0.0: {}\n`,
    );
    expect(result.packages.map((one) => `${one.name} ${one.scope}`)).toEqual([
      'pnpm development',
      'a runtime',
    ]);
  });

  test('a file in another YAML layout is read by the general reader', () => {
    const result = read(
      'npm-pnpm-lock',
      'pnpm-lock.yaml',
      'lockfileVersion: 6.0\npackages:\n   /a@1.0.0:\n      resolution: {integrity: x}\n      dev: true\n',
    );
    expect(result.packages).toMatchObject([
      { name: 'a', version: '1.0.0', scope: 'development', origin: 'registry' },
    ]);
  });
});

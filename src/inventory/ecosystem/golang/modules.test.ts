import { describe, expect, test } from 'vitest';
import { identity } from '../../../../test/catalog.ts';
import { golang } from './index.ts';
import { mainVersionOf } from './main-version.ts';
import { packagesOf, splitModulePath, standardLibrary } from './modules.ts';

function packages(...lines: readonly string[]) {
  return packagesOf({ goVersion: 'go1.21.0', moduleText: lines.join('\n') }, 1000);
}

describe('modules', () => {
  test('a replacement by another module is what was built', () => {
    const [, dependency] = packages('mod\tm\tv1.0.0', 'dep\ta/b\tv1.0.0', '=>\tc/d\tv2.0.0\th1:x');
    expect(dependency).toMatchObject({
      namespace: 'c',
      name: 'd',
      version: 'v2.0.0',
      origin: 'registry',
    });
  });

  test.each(['./local', '../up', '/abs', 'C:\\src'])(
    'a replacement by the folder %s is local',
    (folder) => {
      const [, dependency] = packages(
        'mod\tm\tv1.0.0',
        'dep\ta/b\tv1.0.0',
        `=>\t${folder}\t(devel)\t`,
      );
      expect(dependency).toMatchObject({
        namespace: 'a',
        name: 'b',
        version: 'v1.0.0',
        origin: 'local',
      });
    },
  );

  test('versions stay as Go writes them', () => {
    const found = packages(
      'mod\texample.com/m\tv1.2.3+dirty',
      'dep\tgithub.com/docker/docker\tv24.0.7+incompatible',
      'dep\tgolang.org/x/sys\tv0.0.0-20220811171246-fbc7d0a398ab',
      'dep\texample.com/m/v2\tv2.0.1',
    );
    expect(found.map(identity)).toEqual([
      'example.com/m@v1.2.3+dirty',
      'github.com/docker/docker@v24.0.7+incompatible',
      'golang.org/x/sys@v0.0.0-20220811171246-fbc7d0a398ab',
      'example.com/m/v2@v2.0.1',
      'stdlib@1.21.0',
    ]);
    expect(found.map((one) => golang.advisoryName(one)).at(3)).toBe('example.com/m/v2');
    expect(found.every((one) => one.origin === 'registry')).toBe(true);
    expect(found[0]?.dependsOn).toContain('github.com/docker/docker');
  });

  test('the main module without a version is listed and not matched', () => {
    expect(packages('mod\texample.com/m\t(devel)\t')[0]).toMatchObject({
      version: '(devel)',
      origin: 'local',
    });
  });

  test('a binary built without modules has its library', () => {
    expect(packages('path\tcommand-line-arguments').map(identity)).toEqual(['stdlib@1.21.0']);
  });

  test('too many modules are cut', () => {
    const lines = Array.from({ length: 5000 }, (_, index) => `dep\ta/b${index}\tv1.0.0`);
    expect(packages(...lines).length).toBeLessThanOrEqual(1001);
  });
});

test.each([
  ['go1.22.1', '1.22.1'],
  ['go1.20', '1.20'],
  ['go1.22rc1', '1.22rc1'],
  ['go1.21.3 X:nocoverageredesign', '1.21.3'],
  ['go1.19.4b4', '1.19.4'],
  ['go1.22.1-acme', '1.22.1'],
  ['go1.21.7 (Red Hat 1.21.7-1.el9)', '1.21.7'],
  ['devel go1.23-1a2b3c4 Tue Jan 2', 'devel-go1.23-1a2b3c4'],
])('library of %s', (text, version) => {
  expect(standardLibrary(text)).toMatchObject({ namespace: null, name: 'stdlib', version });
});

test('development builds have no place in the order', () => {
  expect(golang.versions.isValid(standardLibrary('devel go1.23-1a2b3c4').version)).toBe(false);
  expect(golang.versions.isValid(standardLibrary('go1.22rc1').version)).toBe(true);
});

test.each([
  ['github.com/gorilla/mux', 'github.com/gorilla', 'mux'],
  ['stdlib', null, 'stdlib'],
  ['gopkg.in/yaml.v3', 'gopkg.in', 'yaml.v3'],
  ['a/b/v2', 'a/b', 'v2'],
])('path %s', (path, namespace, name) => {
  expect(splitModulePath(path)).toEqual({ namespace, name });
  expect(golang.advisoryName({ namespace, name })).toBe(path);
});

describe('versions stamped by linker flags', () => {
  const own = { certain: true };
  const foreign = { certain: false };
  test.each([
    ['-s -w -X main.version=1.2.3', { version: 'v1.2.3', ...own }],
    ['-X main.Version=v2.0.0 -X main.commit=abc', { version: 'v2.0.0', ...own }],
    [
      `-X 'main.version=v1.0.0' -X "example.com/m/v.GitVersion=v1.0.0"`,
      { version: 'v1.0.0', ...own },
    ],
    ['-X=example.com/m/version.Version=3.4.5-rc.1', { version: 'v3.4.5-rc.1', ...own }],
    ['-X k8s.io/component-base/version.gitVersion=v1.28.2', { version: 'v1.28.2', ...foreign }],
    ['-X other.com/a.Version=v1.0.0 -X other.com/b.Version=v2.0.0', null],
    ['-X other.com/a.Version=v9.0.0 -X main.version=v1.0.0', { version: 'v1.0.0', ...own }],
    ['-X main.version=v1.2.3-14-gabcdef1', null],
    ['-X main.version=dev', null],
    ['-X main.version=', null],
    ['-X', null],
    ['', null],
  ])('%s', (flags, stamped) => {
    expect(mainVersionOf('example.com/m', flags)).toEqual(stamped);
  });

  test('they name the main module of a binary', () => {
    const [main] = packages(
      'mod\texample.com/m\t(devel)\t',
      `build\t-ldflags="-s -X main.version=1.4.0"`,
    );
    expect(main).toMatchObject({ version: 'v1.4.0', origin: 'registry' });
    expect(main).not.toHaveProperty('confidence');
  });
});

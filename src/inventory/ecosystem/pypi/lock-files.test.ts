import { describe, expect, test } from 'vitest';
import { catalog, catalogerOf, fixture, found, identities } from '../../../../test/catalog.ts';
import { damagedCopies } from '../../../../test/damage.ts';
import { pypi } from './index.ts';

function read(name: string, path: string, content: string | Uint8Array, companions = {}) {
  return catalog(catalogerOf(pypi, name), { path, content, companions });
}

function locked(name: string, file: string) {
  return read(name, `app/${file}`, fixture(import.meta.url, file), {
    'app/pyproject.toml': fixture(import.meta.url, 'pyproject.toml'),
  });
}

/** What requests, Jinja2 and zope.interface bring, on every platform and Python. */
const production = [
  'certifi@2026.10.18',
  'charset-normalizer@3.5.2',
  'requests@2.31.0',
  'zope-interface@6.0',
];

const locks = [
  ['pypi-uv-lock', 'uv.lock'],
  ['pypi-pylock', 'pylock.toml'],
  ['pypi-requirements', 'requirements.txt'],
  ['pypi-poetry-lock', 'poetry.lock'],
  ['pypi-pipfile-lock', 'Pipfile.lock'],
  ['pypi-pdm-lock', 'pdm.lock'],
] as const;

describe.each(locks)('%s reads %s', (name, file) => {
  const result = locked(name, file);

  test('names, normalised, without the project itself', () => {
    const names = identities(result);
    expect(result.unknowns).toEqual([]);
    const wanted = file === 'pdm.lock' ? ['certifi@2024.2.2', 'requests@2.31.0'] : production;
    expect(names).toEqual(expect.arrayContaining([...wanted]));
    expect(result.packages.map((one) => one.name)).not.toContain('shop');
    for (const one of result.packages) expect(one.name).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
  });

  test('lines', () => {
    const text = Buffer.from(fixture(import.meta.url, file))
      .toString()
      .split('\n');
    const requests = found(result, 'requests@2.31.0');
    expect(text[(requests.line ?? 0) - 1]).toContain('requests');
  });

  test('never throws on a damaged file', () => {
    for (const content of damagedCopies(fixture(import.meta.url, file), { seed: 3, copies: 200 })) {
      const { packages } = read(name, `app/${file}`, content);
      for (const one of packages) expect(one.version).not.toBe('');
    }
  });

  test('is not read inside an installed package', () => {
    const path = `usr/lib/python3/dist-packages/x/${file}`;
    expect(read(name, path, fixture(import.meta.url, file))).toEqual({
      packages: [],
      unknowns: [],
    });
  });
});

describe('scopes', () => {
  test.each([
    ['pypi-uv-lock', 'uv.lock', 'certifi@2026.10.18', 'runtime'],
    ['pypi-uv-lock', 'uv.lock', 'markupsafe', 'runtime'],
    ['pypi-uv-lock', 'uv.lock', 'click@8.1.7', 'optional'],
    ['pypi-uv-lock', 'uv.lock', 'pytest@7.4.0', 'development'],
    ['pypi-uv-lock', 'uv.lock', 'iniconfig', 'development'],
    ['pypi-poetry-lock', 'poetry.lock', 'attrs@23.1.0', 'development'],
    ['pypi-poetry-lock', 'poetry.lock', 'click@8.1.7', 'optional'],
    ['pypi-poetry-lock', 'poetry.lock', 'requests@2.31.0', 'runtime'],
    ['pypi-pipfile-lock', 'Pipfile.lock', 'pytest@7.4.0', 'development'],
    ['pypi-pipfile-lock', 'Pipfile.lock', 'requests@2.31.0', 'runtime'],
    ['pypi-pdm-lock', 'pdm.lock', 'requests@2.31.0', 'runtime'],
    ['pypi-pdm-lock', 'pdm.lock', 'click@8.1.7', 'optional'],
    ['pypi-pdm-lock', 'pdm.lock', 'pytest@7.4.0', 'development'],
  ])('%s %s: %s is %s', (name, file, wanted, scope) => {
    const { packages } = locked(name, file);
    const match = packages.find((one) => `${one.name}@${one.version}`.startsWith(wanted));
    expect(match?.scope).toBe(scope);
  });

  const older = `[[package]]
name = "Flask"
version = "3.0.0"
optional = false
[package.dependencies]
werkzeug = ">=3.0.0"
asgiref = {version = ">=3.2", optional = true}
[[package]]
name = "werkzeug"
version = "3.0.1"
[[package]]
name = "asgiref"
version = "3.7.0"
[[package]]
name = "black"
version = "24.1.0"
`;

  test('Poetry 1.5 to 1.8 by reach from pyproject.toml', () => {
    const project = `[tool.poetry.dependencies]
python = "^3.10"
flask = "^3"
[tool.poetry.group.dev.dependencies]
black = "*"
`;
    const told = read('pypi-poetry-lock', 'poetry.lock', older, { 'pyproject.toml': project });
    expect(told.packages.map((one) => `${one.name} ${one.scope}`)).toEqual([
      'flask runtime',
      'werkzeug runtime',
      'asgiref optional',
      'black development',
    ]);
    const untold = read('pypi-poetry-lock', 'poetry.lock', older);
    expect(untold.packages.map((one) => one.scope)).toEqual(Array(4).fill(undefined));
  });

  test('Poetry to 1.4 by category', () => {
    const text = '[[package]]\nname = "a"\nversion = "1"\ncategory = "dev"\noptional = false\n';
    expect(read('pypi-poetry-lock', 'poetry.lock', text).packages[0]?.scope).toBe('development');
  });
});

describe('origins', () => {
  test.each([
    ['pypi-pdm-lock', 'pdm.lock', 'fork@1.0.0', 'git'],
    ['pypi-pdm-lock', 'pdm.lock', 'beside@0.1.0', 'local'],
    ['pypi-pdm-lock', 'pdm.lock', 'requests@2.31.0', 'registry'],
    // The fixture's index has a name of its own: `legacy`, a registry like any other.
    ['pypi-poetry-lock', 'poetry.lock', 'requests@2.31.0', 'registry'],
  ])('%s %s: %s is %s', (name, file, wanted, origin) => {
    expect(found(locked(name, file), wanted).origin).toBe(origin);
  });

  test('uv: git, url, path, editable, virtual', () => {
    const text = [
      ['app', 'editable = "."'],
      ['member', 'virtual = "packages/member"'],
      ['a', 'git = "https://git.example.org/a.git#0123"'],
      ['b', 'url = "https://example.org/b-1.0-py3-none-any.whl"'],
      ['c', 'path = "wheels/c-1.0-py3-none-any.whl"'],
      ['d', 'registry = "https://index.example.org/simple"'],
    ]
      .map(
        ([name, source]) =>
          `[[package]]\nname = "${name}"\nversion = "1.0"\nsource = { ${source} }\n`,
      )
      .join('\n');
    const { packages } = read('pypi-uv-lock', 'uv.lock', text);
    expect(packages.map((one) => `${one.name} ${one.origin}`)).toEqual([
      'a git',
      'b url',
      'c local',
      'd registry',
    ]);
  });

  test('Pipfile.lock: a repository has its commit in place of a version', () => {
    const text = JSON.stringify({
      _meta: {},
      default: {
        a: { git: 'https://git.example.org/a.git', ref: '0123abcd' },
        b: { path: '.', editable: true },
        c: {},
      },
    });
    const result = read('pypi-pipfile-lock', 'Pipfile.lock', text);
    expect(result.packages).toMatchObject([{ name: 'a', version: '0123abcd', origin: 'git' }]);
    expect(result.unknowns[0]?.reason).toMatch(/^1 entry/);
  });
});

describe('refused', () => {
  test.each([
    ['pypi-uv-lock', 'uv.lock', '[[package]]\nname = '],
    ['pypi-poetry-lock', 'poetry.lock', '\u0000'],
    ['pypi-pipfile-lock', 'Pipfile.lock', '{}'],
    ['pypi-pipfile-lock', 'Pipfile.lock', '[[['],
    ['pypi-uv-lock', 'uv.lock', `x=${'['.repeat(100_000)}`],
  ])('%s %s %.20j with a reason', (name, path, content) => {
    const result = read(name, path, content);
    expect(result.packages).toEqual([]);
    expect(result.unknowns).toHaveLength(1);
  });
});

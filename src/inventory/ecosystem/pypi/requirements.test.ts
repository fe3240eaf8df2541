import { describe, expect, test } from 'vitest';
import { catalog, identities } from '../../../../test/catalog.ts';
import { nameOfArchive, normalisedName } from './package.ts';
import { requirements } from './requirements.ts';

function read(content: string, path = 'app/requirements.txt') {
  return catalog(requirements, { path, content });
}

describe('one requirement', () => {
  test.each([
    ['flask==3.0.0', ['flask@3.0.0']],
    ['Flask == 3.0.0', ['flask@3.0.0']],
    ['flask===3.0.0', ['flask@3.0.0']],
    ['zope.interface==6.0', ['zope-interface@6.0']],
    ['requests[security,socks]==2.31.0', ['requests@2.31.0']],
    ['requests [socks] == 2.31.0 ; python_version >= "3.8"', ['requests@2.31.0']],
    ['flask==3.0.0;sys_platform=="win32"', ['flask@3.0.0']],
    ['flask>=2,==3.0.0,!=3.1', ['flask@3.0.0']],
    ['flask (==3.0.0)', ['flask@3.0.0']],
    ['flask==3.0.0 --hash=sha256:0123', ['flask@3.0.0']],
    ['flask==3.0.0 # pinned', ['flask@3.0.0']],
    ['flask==3.0.0#egg', ['flask@3.0.0#egg']],
    ['flask==3.0.0+local.1', ['flask@3.0.0+local.1']],
    [
      'flask==3.0.0 \\\n    --hash=sha256:01 \\\n    --hash=sha256:02\nattrs==1.0',
      ['attrs@1.0', 'flask@3.0.0'],
    ],
    ['flask==3.0.0\r\nattrs==1.0\r\n', ['attrs@1.0', 'flask@3.0.0']],
    ['pip @ https://example.org/pip-23.0-py3-none-any.whl', ['pip@23.0']],
    ['https://example.org/dl/pip-23.0-py3-none-any.whl#sha256=01', ['pip@23.0']],
    ['thing @ https://example.org/thing-1.2.tar.gz', ['thing@1.2']],
    ['\ufeffflask==3.0.0', ['flask@3.0.0']],
  ])('%j', (content, names) => {
    const result = read(content);
    expect(identities(result)).toEqual(names);
    expect(result.unknowns).toEqual([]);
  });

  test.each([
    '',
    '\n\n# only comments\n  # more\n',
    '-r other.txt',
    '--requirement=other.txt\n-c constraints.txt',
    '-e .',
    '--index-url https://example.org/simple',
    './local-package',
    '../x/y.whl',
    'packages/thing',
  ])('%j asks for nothing by name', (content) => {
    expect(read(content)).toEqual({ packages: [], unknowns: [] });
  });

  test.each([
    'flask',
    'flask>=3',
    'flask==3.*',
    'flask~=3.0',
    'flask @ git+https://git.example.org/flask.git@main',
    'git+https://git.example.org/flask.git#egg=flask',
  ])('%j has no fixed version, which is said', (content) => {
    expect(read(content)).toEqual({
      packages: [],
      unknowns: [{ reason: '1 requirement without a fixed version' }],
    });
  });
});

test('lines and scope', () => {
  const content = '# head\n\na==1 \\\n  --hash=sha256:0\n# between\nb==2\n';
  expect(read(content).packages.map((one) => `${one.name} ${one.line}`)).toEqual(['a 3', 'b 6']);
  const scopeOf = (path: string) => read('a==1', path).packages[0]?.scope;
  expect(scopeOf('requirements-dev.txt')).toBe('development');
  expect(scopeOf('dev-requirements.txt')).toBe('development');
  expect(scopeOf('requirements/test.txt')).toBe('development');
  expect(scopeOf('requirements/production.txt')).toBeUndefined();
  expect(scopeOf('devel/requirements.txt')).toBeUndefined();
});

test('hostile lines end soon', () => {
  for (const piece of [
    '\\\n',
    ' \\\n',
    '=',
    '[',
    '@ ',
    ' #',
    ';',
    '-',
    'a',
    '==',
    ' -',
    'a@',
    ',',
  ]) {
    const { packages } = read(`a${piece.repeat(400_000)}`);
    expect(packages.length).toBeLessThanOrEqual(1);
  }
});

test.each([
  ['x/pip-23.0-py3-none-any.whl', { name: 'pip', version: '23.0' }],
  ['zope_interface-6.0-cp310-cp310-linux_x86_64.whl', { name: 'zope_interface', version: '6.0' }],
  ['torch-2.1.0%2Bcpu-cp311-cp311-linux_x86_64.whl', { name: 'torch', version: '2.1.0+cpu' }],
  ['a-b-1.0.tar.gz', { name: 'a-b', version: '1.0' }],
  ['main.zip', null],
  ['a-b.zip', null],
  ['', null],
])('nameOfArchive(%j)', (address, parts) => {
  expect(nameOfArchive(address)).toEqual(parts);
});

test.each([
  ['zope.interface', 'zope-interface'],
  ['Foo__Bar--Baz..q', 'foo-bar-baz-q'],
  ['ruamel.yaml.clib', 'ruamel-yaml-clib'],
])('normalisedName(%j)', (name, normalised) => {
  expect(normalisedName(name)).toBe(normalised);
});

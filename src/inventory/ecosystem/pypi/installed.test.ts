import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { catalog, identities } from '../../../../test/catalog.ts';
import { damagedCopies } from '../../../../test/damage.ts';
import { installedPackages, zippedEggs } from './installed.ts';

const metadata = `Metadata-Version: 2.1
Name: Zope.Interface
Version: 6.0
Summary: Interfaces
License: ZPL 2.1
Classifier: License :: OSI Approved :: Zope Public License
Requires-Dist: setuptools
Requires-Dist: typing_extensions (>=4) ; python_version < "3.11"
Requires-Dist: Sphinx ; extra == 'docs'
Description-Content-Type: text/x-rst

Name: not-this
Version: 0
`;

function read(
  content: string | Uint8Array,
  path = 'site-packages/zope.interface-6.0.dist-info/METADATA',
) {
  return catalog(installedPackages, { path, content });
}

describe('core metadata', () => {
  test('name, version, licence, requirements', () => {
    expect(read(metadata)).toEqual({
      packages: [
        {
          type: 'pypi',
          namespace: null,
          name: 'zope-interface',
          version: '6.0',
          licences: ['ZPL 2.1'],
          dependsOn: ['setuptools', 'typing-extensions'],
        },
      ],
      unknowns: [],
    });
  });

  test('line ends of Windows', () => {
    expect(identities(read(metadata.replaceAll('\n', '\r\n')))).toEqual(['zope-interface@6.0']);
  });

  test.each([
    ['License-Expression: MIT OR Apache-2.0\nLicense: x', ['MIT OR Apache-2.0']],
    ['License: UNKNOWN\nClassifier: License :: OSI Approved :: MIT License', ['MIT License']],
    [
      'License: Permission is hereby\n        granted to all\nClassifier: License :: OSI Approved :: BSD License',
      ['BSD License'],
    ],
    [`License: ${'long text '.repeat(30)}`, []],
    ['Classifier: License :: OSI Approved', []],
    ['Classifier: Topic :: x', []],
    ['Classifier: License :: A\nClassifier: License :: B\nClassifier: License :: A', ['A', 'B']],
  ])('licence of %.60j', (lines, licences) => {
    const result = read(`Name: a\nVersion: 1\n${lines}\n\nbody`);
    expect(result.packages[0]?.licences).toEqual(licences);
  });

  test.each(['', 'Name: a', 'Version: 1', '\n\nName: a\nVersion: 1', '\u0000\u0001'])(
    '%j is unknown',
    (content) => {
      expect(read(content)).toEqual({
        packages: [],
        unknowns: [{ reason: 'Python metadata without name or version' }],
      });
    },
  );

  test('headers longer than the first piece', () => {
    const extras = Array.from({ length: 5000 }, (_, n) => `Provides-Extra: extra-number-${n}`);
    const content = `Metadata-Version: 2.1\n${extras.join('\n')}\nName: a\nVersion: 1\n\nName: b\n`;
    expect(identities(read(content))).toEqual(['a@1']);
  });

  test('a huge description is not read', () => {
    const content = `Name: a\nVersion: 1\n\n${'x'.repeat(3_000_000)}`;
    expect(identities(read(content))).toEqual(['a@1']);
  });

  test('never throws on damaged metadata', () => {
    for (const content of damagedCopies(Buffer.from(metadata), { seed: 5, copies: 300 })) {
      const { packages, unknowns } = read(content);
      expect(packages.length + unknowns.length).toBe(1);
    }
    const marker = `Name: a\nVersion: 1\nRequires-Dist: b${';'.repeat(500_000)}\n`;
    expect(identities(read(marker))).toEqual(['a@1']);
  });
});

describe('direct_url.json', () => {
  const path = 'x/a-1.dist-info/METADATA';
  const originBy = (content: string) =>
    catalog(installedPackages, {
      path,
      content: 'Name: a\nVersion: 1\n\n',
      companions: { 'x/a-1.dist-info/direct_url.json': content },
    }).packages[0]?.origin;

  test.each([
    ['{"url":"https://git.example.org/a","vcs_info":{"vcs":"git","commit_id":"01"}}', 'git'],
    ['{"url":"file:///src/a","dir_info":{"editable":true}}', 'local'],
    ['{"url":"file:///wheels/a-1-py3-none-any.whl","archive_info":{}}', undefined],
    ['{"url":"https://example.org/a-1.tar.gz","archive_info":{}}', undefined],
    ['{', undefined],
    ['[]', undefined],
  ])('%s', (content, origin) => {
    expect(originBy(content)).toBe(origin);
  });
});

/** A zip of one deflated member, as setuptools wrote eggs. */
function egg(name: string, text: string): Buffer {
  const data = deflateRawSync(text);
  const header = Buffer.alloc(26);
  header.writeUInt16LE(20, 0);
  header.writeUInt16LE(8, 4);
  header.writeUInt32LE(crc32(text), 10);
  header.writeUInt32LE(data.length, 14);
  header.writeUInt32LE(text.length, 18);
  header.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), header, Buffer.from(name), data]);
  const rest = Buffer.alloc(14);
  const central = Buffer.concat([
    Buffer.from('PK\u0001\u0002\u0014\u0000', 'latin1'),
    header,
    rest,
    Buffer.from(name),
  ]);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}

describe('zipped eggs', () => {
  test('are read inside', () => {
    const content = egg('EGG-INFO/PKG-INFO', 'Name: Old.Thing\nVersion: 0.1\n\nbody\n');
    const result = catalog(zippedEggs, { path: 'x/Old.Thing-0.1-py2.7.egg', content });
    expect(result.unknowns).toEqual([]);
    expect(identities(result)).toEqual(['old-thing@0.1']);
  });

  test.each([
    ['no zip', Buffer.from('hello')],
    ['another zip', egg('x.py', 'pass')],
    ['nothing', Buffer.alloc(0)],
  ])('%s is unknown', (_, content) => {
    const result = catalog(zippedEggs, { path: 'x.egg', content });
    expect(result.packages).toEqual([]);
    expect(result.unknowns).toHaveLength(1);
  });

  test('never throws on a damaged egg', () => {
    const content = egg('EGG-INFO/PKG-INFO', 'Name: a\nVersion: 1\n\n');
    for (const damaged of damagedCopies(content, { seed: 9, copies: 200 })) {
      const { packages, unknowns } = catalog(zippedEggs, { path: 'x.egg', content: damaged });
      expect(packages.length + unknowns.length).toBeGreaterThan(0);
    }
  });
});

interface PythonView {
  readonly paths: readonly string[];
  readonly packages: readonly (readonly [name: string, version: string])[];
}

/** Folders with packages and what Python's own importlib finds there; null without that Python. */
function viewOf(python: string): PythonView | null {
  const code = `
import importlib.metadata as m, json, sys, re
paths = [p for p in sys.path if p.endswith('-packages')]
found = []
for p in paths:
    for d in m.distributions(path=[p]):
        name = d.metadata['Name']
        if name: found.append([re.sub(r'[-_.]+', '-', name).lower(), d.version])
print(json.dumps({'paths': paths, 'packages': found}))`;
  try {
    return JSON.parse(execFileSync(python, ['-c', code], { encoding: 'utf8', stdio: 'pipe' }));
  } catch {
    return null;
  }
}

function readFolder(folder: string): readonly string[] {
  return installedPackages.globs
    .flatMap((glob) => globSync(glob.replace('**/', ''), { cwd: folder }))
    .filter((path) => statSync(join(folder, path)).isFile())
    .flatMap((path) =>
      identities(catalog(installedPackages, { path, content: readFileSync(join(folder, path)) })),
    );
}

describe.each(['python3', '/usr/bin/python3'])('against the packages of %s', (python) => {
  const view = viewOf(python);

  test.skipIf(view === null || view.packages.length === 0)(
    "the same names and versions as importlib's; skipped without Python 3.8 or later",
    () => {
      const expected = (view?.packages ?? []).map(([name, version]) => `${name}@${version}`);
      const read = (view?.paths ?? []).filter((path) => existsSync(path)).flatMap(readFolder);
      expect([...new Set(read)].sort()).toEqual([...new Set(expected)].sort());
    },
  );
});

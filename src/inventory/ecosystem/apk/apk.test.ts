import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { sharedData } from '../../../../test/shared-data.ts';
import type { CatalogResult } from '../ecosystem.ts';
import { memoryFile } from '../file-view.ts';
import { installedCataloger } from './catalog.ts';
import { parseInstalled } from './installed.ts';

function parse(text: string): CatalogResult {
  return parseInstalled(Buffer.from(text));
}

const musl = `C:Q1p2OUNVPZLrN6r3sFzpD4Oal/2Jk=
P:musl
V:1.2.5-r1
A:x86_64
S:411223
I:667648
T:the musl c library (libc) implementation
U:https://musl.libc.org/
L:MIT
o:musl
m:Timo Teras <timo.teras@iki.fi>
t:1727000000
c:abc
p:so:libc.musl-x86_64.so.1=1
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755
Z:Q1uQLrAw6lDuUvBSDWFeGZbqQRJo4=
R:libc.musl-x86_64.so.1
a:0:0:777
F:
R:rootfile
`;

const zlib = `P:zlib
V:1.3.1-r2
A:x86_64
L:(GPL-2.0-only OR MIT) AND Zlib
o:zlib-ng
D:so:libc.musl-x86_64.so.1 !conflict so:libunknown.so.3 other>=1 /bin/sh
`;

describe('installed database', () => {
  test('fields of a package', () => {
    const { packages, unknowns } = parse(`${musl}\n${zlib}\n`);
    expect(unknowns).toEqual([]);
    expect(packages).toEqual([
      {
        type: 'apk',
        namespace: null,
        name: 'musl',
        version: '1.2.5-r1',
        qualifiers: { arch: 'x86_64' },
        source: { name: 'musl', version: '1.2.5-r1' },
        licences: ['MIT'],
        vendor: 'Timo Teras <timo.teras@iki.fi>',
        files: ['lib/ld-musl-x86_64.so.1', 'lib/libc.musl-x86_64.so.1', 'rootfile'],
      },
      {
        type: 'apk',
        namespace: null,
        name: 'zlib',
        version: '1.3.1-r2',
        qualifiers: { arch: 'x86_64' },
        source: { name: 'zlib-ng', version: '1.3.1-r2' },
        licences: ['GPL-2.0-only OR MIT', 'Zlib'],
        files: [],
        dependsOn: ['musl', 'other'],
      },
    ]);
  });

  test('a package of a tagged repository says so instead of who maintains it', () => {
    const { packages } = parse(
      'P:a\nV:1\nA:noarch\nm:Ann <ann@alpine>\ns:edge\n\nP:b\nV:1\nm:Ann\n\n',
    );
    expect(packages.map(({ vendor }) => vendor)).toEqual(['repository @edge', 'Ann']);
  });

  test('a virtual package is listed, without a source', () => {
    const { packages } = parse('P:.build-deps\nV:20240101.120000\nA:noarch\nD:gcc\n\n');
    expect(packages[0]).toMatchObject({ name: '.build-deps', source: null, origin: 'local' });
  });

  test.each([
    ['MIT BSD GPL2+', ['MIT', 'BSD', 'GPL2+']],
    ['GPL-2.0-only AND MIT AND MIT', ['GPL-2.0-only', 'MIT']],
    ['MIT OR Apache-2.0', ['MIT OR Apache-2.0']],
    ['', []],
    ['custom:x', ['custom:x']],
  ])('licences %j', (statement, licences) => {
    expect(parse(`P:p\nV:1\nL:${statement}\n\n`).packages[0]?.licences).toEqual(licences);
  });

  test('no origin: the name is the origin', () => {
    expect(parse('P:p\nV:1-r0\n').packages[0]?.source).toEqual({ name: 'p', version: '1-r0' });
  });

  test.each([
    ['', []],
    ['\n', []],
    ['P:p\nV:1', ['the file ends in the middle of a line']],
    ['P:p\n\n', ['a package entry has no version']],
    ['V:1\n\n', ['a package entry has no package name']],
    ['nonsense\nP:p\nV:1\n\n', ['1 lines are not fields of a package entry']],
    [
      `P:p\nV:1\nR:${'x'.repeat(20_000)}\n\n`,
      ['1 paths are too long or too many and were left out'],
    ],
    [`P:${'x'.repeat(2000)}\nV:1\n\n`, ['a package entry has a name or version of absurd length']],
  ])('case %# gives its unknowns', (text, reasons) => {
    expect(parse(text).unknowns.map((unknown) => unknown.reason)).toEqual(reasons);
  });

  test('cut anywhere or with flipped bytes: never a throw', () => {
    const bytes = Buffer.from(`${musl}\n${zlib}\n`);
    for (let length = 0; length <= bytes.length; length++) {
      const { packages, unknowns } = parseInstalled(bytes.subarray(0, length));
      const midLine = length > 0 && bytes[length - 1] !== 10;
      expect(unknowns.length > 0 || !midLine).toBe(true);
      expect(packages.length).toBeGreaterThanOrEqual(length > musl.length ? 1 : 0);
    }
    let seed = 11;
    const random = (): number => (seed = (seed * 1103515245 + 12345) & 0x7fffffff);
    for (let round = 0; round < 500; round++) {
      const copy = Buffer.from(bytes);
      const at = random() % copy.length;
      copy[at] = (copy[at] as number) ^ (1 << (random() % 8));
      expect(parseInstalled(copy).packages.length).toBeLessThan(10);
    }
  });

  test('the cataloger answers for a file above the limit', () => {
    const bytes = Buffer.from(musl);
    const file = memoryFile({ path: 'lib/apk/db/installed', bytes });
    const refusing = {
      ...file,
      bytes: () => {
        throw new Error('too large');
      },
    };
    const context = { companion: () => null };
    expect(installedCataloger.parse(file, context).packages).toHaveLength(1);
    expect(installedCataloger.parse(refusing, context).unknowns).toEqual([{ reason: 'too large' }]);
  });
});

describe.each([
  ['alpine-310', 'openssl', '1.1.1d-r2', '1.1.22-r3'],
  ['alpine-311', 'openssl', '1.1.1d-r3', '1.1.24-r2'],
])('real image %s', (name, origin, openssl, muslVersion) => {
  // Skips where the shared data folder is not beside the checkout.
  const image = sharedData(`images/${name}.tar.gz`);

  test.skipIf(image === null)('has its 14 packages (needs the shared data folder)', () => {
    const list = execFileSync('tar', ['tzf', image as string], { encoding: 'utf8' });
    const layer = list.split('\n').find((line) => line.endsWith('layer.tar')) as string;
    const options = { maxBuffer: 64 * 1024 * 1024 };
    const tar = execFileSync('tar', ['xzOf', image as string, layer], options);
    const database = execFileSync('tar', ['xOf', '-', 'lib/apk/db/installed'], {
      ...options,
      input: tar,
    });
    const { packages, unknowns } = parseInstalled(database);
    expect(unknowns).toEqual([]);
    expect(packages).toHaveLength(14);
    const libssl = packages.find((found) => found.name === 'libssl1.1');
    expect(libssl?.source).toEqual({ name: origin, version: openssl });
    expect(packages.find((found) => found.name === 'musl')?.version).toBe(muslVersion);
    const names = new Set(packages.map((found) => found.name));
    expect(
      packages.flatMap((found) => found.dependsOn ?? []).filter((need) => !names.has(need)),
    ).toEqual([]);
    const paths = execFileSync('tar', ['tf', '-'], { ...options, input: tar, encoding: 'utf8' });
    const present = new Set(paths.split('\n'));
    const owned = packages.flatMap((found) => found.files ?? []);
    expect(owned.length).toBeGreaterThan(50);
    // apk lists nothing that the image does not have.
    expect(owned.filter((path) => !present.has(path) && !present.has(`./${path}`))).toEqual([]);
  });
});

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Cataloger, CatalogResult } from '../ecosystem.ts';
import { memoryFile } from '../file-view.ts';
import { debCatalogers } from './catalog.ts';
import { copyrightLicences } from './copyright.ts';
import { relationNames } from './relation.ts';

function cataloger(name: string): Cataloger {
  const found = debCatalogers.find((entry) => entry.name === name);
  if (!found) throw new Error(`no cataloger ${name}`);
  return found;
}

interface ParseOptions {
  readonly path?: string;
  readonly companions?: Readonly<Record<string, string>>;
}

function parse(
  name: string,
  content: string | Uint8Array,
  options: ParseOptions = {},
): CatalogResult {
  const { path = 'var/lib/dpkg/status', companions = {} } = options;
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return cataloger(name).parse(memoryFile({ path, bytes }), {
    companion: (wanted) =>
      Object.hasOwn(companions, wanted)
        ? memoryFile({ path: wanted, bytes: Buffer.from(companions[wanted] as string) })
        : null,
  });
}

const glibc = `Package: libc6
Status: install ok installed
Priority: optional
Multi-Arch: same
Architecture: amd64
Source: glibc
Version: 2.36-9+deb12u4
Maintainer: GNU Libc Maintainers <debian-glibc@lists.debian.org>
Depends: libgcc-s1, libcrypt1 (>= 1:4.4.10-10~) | other:any
Conffiles:
 /etc/ld.so.conf.d/x86_64-linux-gnu.conf d4e7a7b88a71b5ffd9e2644e71a0cfab
Description: GNU C Library
 Package: not-a-package
 .
 Status: nonsense
`;

describe('dpkg status', () => {
  test('a stanza as dpkg writes it', () => {
    const { packages, unknowns } = parse('dpkg-status', `${glibc}\n`);
    expect(unknowns).toEqual([]);
    expect(packages).toEqual([
      {
        type: 'deb',
        namespace: null,
        name: 'libc6',
        version: '2.36-9+deb12u4',
        qualifiers: { arch: 'amd64' },
        source: { name: 'glibc', version: '2.36-9+deb12u4' },
        licences: [],
        vendor: 'GNU Libc Maintainers <debian-glibc@lists.debian.org>',
        dependsOn: ['libgcc-s1', 'libcrypt1'],
      },
    ]);
  });

  test.each([
    ['Source: bash (5.2.15-2)', '5.2.15-2+b7', { name: 'bash', version: '5.2.15-2' }],
    ['Source: gcc-defaults (1.203)', '4:12.2.0-3', { name: 'gcc-defaults', version: '1.203' }],
    ['Source: acl', '2.3.1-3', { name: 'acl', version: '2.3.1-3' }],
    ['X-Nothing: 1', '2.3.1-3', { name: 'p', version: '2.3.1-3' }],
    ['Source: broken (1.0', '2', { name: 'broken', version: '1.0' }],
    ['Source: empty ()', '2', { name: 'empty', version: '2' }],
  ])('source of %s', (line, version, source) => {
    const { packages } = parse('dpkg-status', `Package: p\n${line}\nVersion: ${version}\n`);
    expect(packages[0]?.source).toEqual(source);
  });

  test.each([
    ['install ok installed', 1],
    ['hold ok installed', 1],
    ['deinstall ok config-files', 0],
    ['purge ok not-installed', 0],
    ['unknown ok not-installed', 0],
    ['install reinstreq half-installed', 1],
    ['install ok unpacked', 1],
    ['install ok triggers-pending', 1],
  ])('status %s counts %i', (status, count) => {
    const text = `Package: p\nStatus: ${status}\nVersion: 1\n\n`;
    expect(parse('dpkg-status', text).packages).toHaveLength(count);
    expect(parse('dpkg-status', text).unknowns).toEqual([]);
  });

  test('a residue without version is no unknown', () => {
    const result = parse(
      'dpkg-status',
      'Package: p\nStatus: unknown ok not-installed\nPriority: extra\n\n',
    );
    expect(result).toEqual({ packages: [], unknowns: [] });
  });

  test('the same package for two architectures', () => {
    const two = `${glibc}\n${glibc.replace('amd64', 'i386')}\n`;
    expect(parse('dpkg-status', two).packages.map((found) => found.qualifiers)).toEqual([
      { arch: 'amd64' },
      { arch: 'i386' },
    ]);
  });

  test('dependencies resolve to what is installed', () => {
    const text = `Package: a
Version: 1
Pre-Depends: dpkg (>= 1.17)
Depends: missing | b, virtual, c:any (= 2) [amd64] <!nocheck>

Package: b
Version: 1

Package: real
Version: 1
Provides: virtual (= 3), another
`;
    expect(parse('dpkg-status', text).packages[0]?.dependsOn).toEqual(['dpkg', 'b', 'real', 'c']);
  });

  test('field names in any case, folded values, carriage returns, comments', () => {
    const text =
      'PACKAGE: p\r\nversion: 1\r\n# note\r\nDepends: a,\r\n b\r\n\r\nPackage: q\r\nVersion: 2\r\n';
    const { packages, unknowns } = parse('dpkg-status', text);
    expect(unknowns).toEqual([]);
    expect(packages.map(({ name, version, dependsOn }) => [name, version, dependsOn])).toEqual([
      ['p', '1', ['a', 'b']],
      ['q', '2', undefined],
    ]);
  });

  test.each([
    ['', []],
    ['\n\n', []],
    ['Package: p\n\n', ['a package entry has no version']],
    ['Version: 1\n\n', ['a package entry has no package name']],
    ['Package: p\nVersion: 1', ['the file ends in the middle of a line']],
    ['garbage\nPackage: p\nVersion: 1\n', ['1 lines are not fields of a package entry']],
    ['Foo: bar\n', ['no package entry was found']],
  ])('%j gives the unknowns %j', (text, reasons) => {
    expect(parse('dpkg-status', text).unknowns.map((unknown) => unknown.reason)).toEqual(reasons);
  });

  test('values of absurd size are left out, the rest is read', () => {
    const text = `Package: p\nVersion: 1\nDepends: ${'x'.repeat(2_000_000)}\n\nPackage: ${'y'.repeat(5000)}\nVersion: 1\n`;
    const { packages, unknowns } = parse('dpkg-status', text);
    expect(packages.map((found) => found.name)).toEqual(['p']);
    expect(unknowns).toHaveLength(2);
  });

  test('cut at any byte it gives the whole stanzas before and says so', () => {
    const names = Array.from({ length: 20 }, (_, index) => `package-${index}`);
    const bytes = Buffer.from(names.map((name) => glibc.replace('libc6', name)).join('\n'));
    const stanza = bytes.indexOf('\n\n') + 2;
    for (let length = 0; length < bytes.length; length += 7) {
      const { packages, unknowns } = parse('dpkg-status', bytes.subarray(0, length));
      expect(packages.length).toBeGreaterThanOrEqual(Math.floor(length / (stanza + 1)));
      const midLine = length > 0 && bytes[length - 1] !== 10;
      expect(unknowns.length > 0 || !midLine).toBe(true);
    }
  });

  test('flipped bytes never throw', () => {
    let seed = 7;
    const random = (): number => (seed = (seed * 1103515245 + 12345) & 0x7fffffff);
    const bytes = Buffer.from(`${glibc}\n${glibc}\n`);
    for (let round = 0; round < 500; round++) {
      const copy = Buffer.from(bytes);
      for (let flip = 0; flip < 4; flip++) {
        const at = random() % copy.length;
        copy[at] = (copy[at] as number) ^ (1 << (random() % 8));
      }
      expect(parse('dpkg-status', copy).packages.length).toBeLessThanOrEqual(copy.length);
    }
  });

  test.skipIf(!existsSync('/var/lib/dpkg/status'))('equals dpkg-query on this machine', () => {
    const format =
      '${binary:Package}\t${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\t${db:Status-Status}\n';
    const expected = execFileSync('dpkg-query', ['-W', `-f=${format}`], { encoding: 'utf8' })
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t').slice(1))
      .filter((fields) => fields[5] !== 'config-files' && fields[5] !== 'not-installed')
      .map((fields) => fields.slice(0, 5).join(' '));
    const { packages, unknowns } = parse('dpkg-status', readFileSync('/var/lib/dpkg/status'));
    const found = packages.map(
      ({ name, version, qualifiers, source }) =>
        `${name} ${version} ${qualifiers?.['arch']} ${source?.name} ${source?.version}`,
    );
    expect(unknowns).toEqual([]);
    expect(found.sort()).toEqual(expected.sort());
  });
});

describe('distroless', () => {
  test('a file per package, with its checksums', () => {
    const path = 'var/lib/dpkg/status.d/base';
    const text =
      'Package: base-files\nArchitecture: amd64\nVersion: 12.4+deb12u9\nSource: base\n  \nDescription: x\n';
    const { packages } = parse('dpkg-status-folder', text, {
      path,
      companions: {
        [`${path}.md5sums`]:
          'd41d8cd98f00b204e9800998ecf8427e  etc/debian_version\nabc  ./usr/lib/os-release\n\n',
      },
    });
    expect(packages[0]).toMatchObject({
      name: 'base-files',
      source: { name: 'base', version: '12.4+deb12u9' },
      files: ['etc/debian_version', 'usr/lib/os-release'],
    });
    expect(parse('dpkg-status-folder', 'abc  x\n', { path: `${path}.md5sums` })).toEqual({
      packages: [],
      unknowns: [],
    });
  });
});

describe('opkg', () => {
  test('the field has its own purl type', () => {
    const text =
      'Package: busybox\nVersion: 1.36.1-r1\nStatus: install user installed\nArchitecture: x86_64\nLicense: GPL-2.0-only AND MIT\n\n';
    const { packages } = parse('opkg-status', text, { path: 'usr/lib/opkg/status' });
    expect(packages[0]).toMatchObject({ type: 'opkg', licences: ['GPL-2.0-only', 'MIT'] });
  });
});

describe('copyright', () => {
  const dep5 = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: x

Files: *
License: GPL-2+ or Artistic

Files: debian/*
License: GPL-2+ and Expat
 text that says License: nothing

License: GPL-2+
 On Debian systems see /usr/share/common-licenses/GPL-2
`;
  test.each([
    [dep5, ['GPL-2+ or Artistic', 'GPL-2+', 'Expat']],
    [
      'See "/usr/share/common-licenses/GPL-2", or\n/usr/share/common-licenses/LGPL-2.1.',
      ['GPL-2', 'LGPL-2.1'],
    ],
    ['All rights reserved', []],
    [
      ' * Permission is hereby granted, free of charge,\n * to any person obtaining\n * a copy of this',
      ['MIT'],
    ],
    ['Redistributions in binary form must reproduce ... Neither the name of X', ['BSD-3-Clause']],
    ['Redistributions in binary form must reproduce the above', ['BSD-2-Clause']],
    [`Format: x\nLicense: ${'z'.repeat(500)}\n`, []],
  ])('case %#', (text, expected) => {
    expect(copyrightLicences(text)).toEqual(expected);
  });

  test('owner is the folder', () => {
    const result = parse('deb-copyright', dep5, { path: 'usr/share/doc/perl-base/copyright' });
    expect(result.licences?.[0]?.owner).toBe('perl-base');
  });

  test.skipIf(!existsSync('/usr/share/doc/dpkg/copyright'))(
    'most real files say something (needs Debian)',
    () => {
      const folders = readdirSync('/usr/share/doc').filter((name) =>
        existsSync(`/usr/share/doc/${name}/copyright`),
      );
      const silent = folders.filter(
        (name) =>
          copyrightLicences(readFileSync(`/usr/share/doc/${name}/copyright`, 'utf8')).length === 0,
      );
      expect(silent.length / folders.length).toBeLessThan(0.15);
    },
  );
});

describe('chisel', () => {
  const path = 'var/lib/chisel/manifest.wall';
  const lines = [
    '{"jsonwall":"1.0","schema":"1.0","count":5}',
    '{"kind":"content","slice":"libc6_libs","path":"/usr/lib/libc.so.6"}',
    '{"kind":"package","name":"libc6","version":"2.39-0ubuntu8.3","sha256":"ab","arch":"amd64"}',
    '{"kind":"path","path":"/usr/lib/","mode":"0755","slices":["libc6_libs"]}',
    '{"kind":"path","path":"/usr/lib/libc.so.6","mode":"0755","slices":["libc6_libs"],"sha256":"cd","size":1}',
    '{"kind":"slice","name":"libc6_libs"}',
  ];
  test('packages with the files of their slices', () => {
    const bytes = zstdCompressSync(Buffer.from(`${lines.join('\n')}\n`));
    const { packages, unknowns } = parse('chisel-manifest', bytes, { path });
    expect(packages).toEqual([
      {
        type: 'deb',
        namespace: null,
        name: 'libc6',
        version: '2.39-0ubuntu8.3',
        qualifiers: { arch: 'amd64' },
        source: null,
        licences: [],
        files: ['usr/lib/libc.so.6'],
      },
    ]);
    expect(unknowns).toHaveLength(1);
  });

  test('broken manifests become unknowns', () => {
    const bytes = zstdCompressSync(Buffer.from(lines.join('\n')));
    for (let length = 0; length < bytes.length; length++) {
      expect(parse('chisel-manifest', bytes.subarray(0, length), { path }).unknowns).not.toEqual(
        [],
      );
    }
    const odd = zstdCompressSync(Buffer.from('[1]\nnull\n{"kind":"package"}\n{broken\n'));
    expect(parse('chisel-manifest', odd, { path }).packages).toEqual([]);
  });
});

describe('relations', () => {
  test.each([
    ['', []],
    ['a', [['a']]],
    ['a (>= 1), b | c:any, d[i386]', [['a'], ['b', 'c'], ['d']]],
    [' , | ,', []],
    ['a |', [['a']]],
  ])('%j', (field, expected) => {
    expect(relationNames(field)).toEqual(expected);
  });
});

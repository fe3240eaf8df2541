import { describe, expect, test } from 'vitest';
import { expected, fixture, line, parse } from './fixtures/databases.ts';
import { rpm } from './index.ts';

const databases = ['rpmdb.sqlite', 'Packages.little', 'Packages.big', 'Packages.db'];

describe.each(databases)('real database %s', (name) => {
  const bytes = fixture(name);

  test('equals rpm -qa', () => {
    const { packages, unknowns } = parse(bytes);
    expect(unknowns).toEqual([]);
    expect(packages.map((found) => line(found)).sort()).toEqual(expected);
  });

  test('all fields of a package', () => {
    const found = parse(bytes).packages.find((entry) => entry.name === 'libharbor');
    expect(found).toEqual({
      type: 'rpm',
      namespace: null,
      name: 'libharbor',
      version: '2:1.4.2-7.module+el9+123',
      qualifiers: {
        arch: 'noarch',
        epoch: '2',
        upstream: 'harbor-tools-1.4.2-7.module+el9+123.src.rpm',
      },
      source: { name: 'harbor-tools', version: '2:1.4.2-7.module+el9+123' },
      licences: ['GPLv2+', 'MIT or ASL 2.0'],
      vendor: 'Harbor Project',
      modularity: 'harbor:1.4:9020230101:abcdef12',
      files: ['usr/lib/harbor/libharbor.so'],
    });
  });

  test('files and needs', () => {
    const found = parse(bytes).packages.find((entry) => entry.name === 'harbor-tools');
    expect(found?.files).toHaveLength(604);
    expect(found?.files).toContain('root.txt');
    expect(found?.files).toContain('usr/share/harbor/deep/er/file-600.txt');
    expect(found?.dependsOn).toEqual(['pier']);
  });

  test('cut off anywhere: packages so far and an unknown', () => {
    let most = 0;
    for (let step = 0; step < 150; step++) {
      const length = Math.floor((bytes.length * step) / 150);
      const { packages, unknowns } = parse(bytes.subarray(0, length));
      expect(packages.length === expected.length || unknowns.length > 0).toBe(true);
      most = Math.max(most, packages.length);
    }
    expect(most).toBeGreaterThan(20);
  });

  test('flipped bytes: never a throw, hardly more packages than before', () => {
    let seed = 20_261;
    const random = (): number => (seed = (seed * 1103515245 + 12345) & 0x7fffffff);
    for (let round = 0; round < 300; round++) {
      const copy = Buffer.from(bytes);
      const flips = 1 + (random() % 40);
      // Half of the flips hit the structures at the front of the file.
      for (let flip = 0; flip < flips; flip++) {
        const at = random() % (flip % 2 === 0 ? copy.length : 8192);
        copy[at] = random() & 0xff;
      }
      // One more at most: the key of the repository, when the flip hits its name.
      expect(parse(copy).packages.length).toBeLessThanOrEqual(expected.length + 1);
    }
  });
});

describe('berkeley db', () => {
  test.each([
    ['Packages.little', true],
    ['Packages.big', false],
  ])('overflow pages of %s in a loop', (name, little) => {
    const bytes = Buffer.from(fixture(name));
    const size = little ? bytes.readUInt32LE(20) : bytes.readUInt32BE(20);
    for (let page = 1; page * size < bytes.length; page++) {
      if (bytes[page * size + 25] !== 7) continue;
      if (little) bytes.writeUInt32LE(page, page * size + 16);
      else bytes.writeUInt32BE(page, page * size + 16);
    }
    const { packages, unknowns } = parse(bytes);
    // What the first page of a chain holds is kept; the long header lost most of its files.
    const long = packages.find((found) => found.name === 'harbor-tools');
    expect(long?.files?.length ?? 0).toBeLessThan(604);
    expect(unknowns.some(({ reason }) => reason.startsWith('a page chain runs in a loop'))).toBe(
      true,
    );
  });

  test('a hash page that lost its type is missed', () => {
    const bytes = Buffer.from(fixture('Packages.little'));
    const page = 4096 * 2;
    for (const type of [0, 99]) {
      bytes[page + 25] = type;
      const { packages, unknowns } = parse(bytes);
      expect(packages.length).toBeLessThan(expected.length);
      expect(unknowns).not.toEqual([]);
    }
  });

  test('a database with page checksums is refused with a reason', () => {
    const bytes = Buffer.from(fixture('Packages.little'));
    bytes[26] = 1;
    expect(parse(bytes).unknowns).toHaveLength(1);
  });
});

test('the door', () => {
  expect(rpm.catalogers.flatMap((cataloger) => cataloger.globs)).toContain(
    'usr/lib/sysimage/rpm/Packages.db',
  );
  expect(rpm.versions.compare('1:1.0-1', '2.0-1')).toBeGreaterThan(0);
});

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { buildZip, type ZipEntry, type ZipShape } from '../../test/build-zip.ts';
import { damagedCopies } from '../../test/damage.ts';
import { noSharedData, sharedData } from '../../test/shared-data.ts';
import { bytesAsFile, type RandomAccess, windowOf } from './random-access.ts';
import { isStored, memberWindow, openZip, readMember } from './zip.ts';

const limitBytes = 1024 * 1024;
const two: readonly ZipEntry[] = [
  { name: 'META-INF/', content: '', stored: true },
  { name: 'a.txt', content: 'alpha '.repeat(500) },
  { name: 'deep/b.bin', content: Buffer.from([0, 1, 2, 255]), stored: true },
];

function contents(bytes: Uint8Array): Record<string, string> {
  const file = bytesAsFile(bytes);
  const opened = openZip(file);
  if (!opened.ok) return { error: opened.reason };
  return Object.fromEntries(
    opened.members.map((member) => {
      const read = readMember(file, member, { limitBytes });
      return [member.name, read.ok ? Buffer.from(read.bytes).toString('latin1') : read.reason];
    }),
  );
}

const expected = {
  'META-INF/': '',
  'a.txt': 'alpha '.repeat(500),
  'deep/b.bin': '\u0000\u0001\u0002\u00ff',
};

const shapes: readonly (readonly [string, ZipShape])[] = [
  ['plain', {}],
  ['with a comment', { comment: 'made for a test' }],
  [
    'with a comment that holds an end record',
    { comment: `x${'PK\u0005\u0006'.padEnd(40, '\0')}y` },
  ],
  ['zip64', { zip64: true }],
  ['behind a script, offsets adjusted', { prefix: '#!/bin/sh\nexec java -jar "$0"\n' }],
  ['behind a script, offsets not adjusted', { prefix: '#!/bin/sh\n', relative: true }],
  ['zip64 behind a script', { prefix: '#!/bin/sh\n', relative: true, zip64: true }],
];

describe('honest archives', () => {
  test.each(shapes)('%s', (_name, shape) => {
    expect(contents(buildZip(two, shape))).toEqual(expected);
  });

  test('bytes behind the archive are tolerated', () => {
    expect(contents(Buffer.concat([buildZip(two), Buffer.from('\n\n')]))).toEqual(expected);
  });

  test('an empty archive has no members', () => {
    expect(openZip(bytesAsFile(buildZip([])))).toMatchObject({ ok: true, members: [] });
  });

  test('the prefix is told', () => {
    const opened = openZip(bytesAsFile(buildZip(two, { prefix: '12345', relative: true })));
    expect(opened).toMatchObject({ ok: true, prefixBytes: 5, problem: null });
  });

  test('names that are not UTF-8 stay apart from each other', () => {
    const zip = buildZip([
      { name: Buffer.from([0x81, 0x2e, 0x61]), content: '1' },
      { name: Buffer.from([0x82, 0x2e, 0x61]), content: '2' },
      { name: 'grün', content: '3' },
    ]);
    expect(Object.keys(contents(zip))).toEqual(['\u0081.a', '\u0082.a', 'grün']);
  });

  test('a stored archive inside is read in place', () => {
    const inner = buildZip(two);
    const outer = bytesAsFile(buildZip([{ name: 'lib/in.jar', content: inner, stored: true }]));
    const opened = openZip(outer);
    const member = opened.ok ? opened.members[0] : undefined;
    if (member === undefined) throw new Error('no member');
    expect(isStored(member)).toBe(true);
    const place = memberWindow(outer, member);
    if (!place.ok) throw new Error(place.reason);
    const nested = windowOf(outer, place.offset, place.length);
    expect(nested.size).toBe(inner.length);
    expect(openZip(nested)).toMatchObject({ ok: true, problem: null });
  });
});

describe('lies', () => {
  const text = 'x'.repeat(1000);
  const cases: readonly (readonly [string, ZipEntry, string])[] = [
    [
      'smaller size',
      { name: 'm', content: text, size: 10 },
      'member inflates to more than its 10 bytes',
    ],
    [
      'larger size',
      { name: 'm', content: text, size: 2000 },
      'member inflates to 1000 bytes instead of 2000',
    ],
    [
      'size beyond the limit',
      { name: 'm', content: text, size: 5_000_000 },
      'member declares 5000000 bytes, more than 1048576',
    ],
    ['wrong CRC', { name: 'm', content: text, crc: 1 }, 'member fails its CRC'],
    ['encrypted', { name: 'm', content: text, flags: 1 }, 'member is encrypted'],
    [
      'unknown method',
      { name: 'm', content: text, method: 93 },
      'member is compressed by method 93, which is not read',
    ],
    [
      'stored with two sizes',
      { name: 'm', content: text, stored: true, size: 999 },
      'stored member with two different sizes',
    ],
    [
      'offset into the directory',
      { name: 'm', content: text, offset: 900 },
      'member reaches into the zip directory',
    ],
    [
      'deflate that is none',
      { name: 'm', content: '\u0007'.repeat(9), stored: true, method: 8, size: 9 },
      'member does not inflate: invalid block type',
    ],
  ];
  test.each(cases)('%s', (_name, entry, reason) => {
    expect(contents(buildZip([entry]))).toEqual({ m: reason });
  });

  test('a bomb stops at the declared size', () => {
    const bomb = buildZip([{ name: 'm', content: Buffer.alloc(64 * 1024 * 1024), size: 1000 }]);
    expect(contents(bomb)).toEqual({ m: 'member inflates to more than its 1000 bytes' });
  });

  test('members that share their bytes are not read', () => {
    const content = Buffer.alloc(100, 1);
    const zip = buildZip([
      { name: 'a', content, stored: true },
      { name: 'b', content, stored: true, offset: 0 },
    ]);
    expect(contents(zip)).toEqual({ a: 'member overlaps another', b: 'member overlaps another' });
  });

  test('a directory that announces other members says so', () => {
    const opened = openZip(bytesAsFile(buildZip(two, { announced: 9 })));
    expect(opened).toMatchObject({
      ok: true,
      problem: 'the zip directory announces 9 members and has 3',
    });
  });

  test('what is not a zip is a reason', () => {
    expect(openZip(bytesAsFile(Buffer.alloc(10)))).toMatchObject({ ok: false });
    expect(openZip(bytesAsFile(Buffer.alloc(100_000)))).toEqual({
      ok: false,
      reason: 'no zip directory',
    });
    expect(openZip(bytesAsFile(Buffer.from('PK\u0005\u0006'.repeat(20_000))))).toMatchObject({
      ok: false,
    });
  });

  test('more members than the caller wants are left out and told', () => {
    const opened = openZip(bytesAsFile(buildZip(two)), { maximumMembers: 2 });
    expect(opened).toMatchObject({ ok: true, problem: 'more than 2 members' });
  });
});

test('any damage gives members or a reason, never an exception', () => {
  const whole = buildZip([...two, { name: 'c', content: deflateRawSync('nested') }], {
    zip64: true,
  });
  for (const bytes of damagedCopies(whole, { seed: 7, copies: 2000 })) {
    for (const text of Object.values(contents(bytes))) {
      expect(text.length).toBeLessThanOrEqual(limitBytes);
    }
  }
});

test.skipIf(sharedData('osv/Go/all.zip') === null)(
  `every member of real advisory exports (${noSharedData})`,
  () => {
    for (const name of ['Go', 'PyPI', 'npm']) {
      const path = sharedData(`osv/${name}/all.zip`) ?? '';
      const descriptor = openSync(path, 'r');
      const file: RandomAccess = {
        size: fstatSync(descriptor).size,
        read(offset, length) {
          const bytes = Buffer.alloc(length);
          return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset));
        },
      };
      const opened = openZip(file);
      if (!opened.ok) throw new Error(opened.reason);
      expect(opened.problem).toBeNull();
      expect(opened.members.length).toBeGreaterThan(400);
      const bad = opened.members.filter((member) => !readMember(file, member, { limitBytes }).ok);
      expect(bad).toEqual([]);
      closeSync(descriptor);
    }
  },
);

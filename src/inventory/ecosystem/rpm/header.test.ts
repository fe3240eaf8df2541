import { describe, expect, test } from 'vitest';
import { parse } from './fixtures/databases.ts';

function ndb(blob: Uint8Array, slots: number): Buffer {
  const blocks = Math.ceil((16 + blob.length + 12) / 16);
  const bytes = Buffer.alloc(4096 + blocks * 16);
  bytes.write('RpmP', 0, 'latin1');
  bytes.writeUInt32LE(1, 12);
  for (let at = 32; at < 4096; at += 16) bytes.write('Slot', at, 'latin1');
  for (let slot = 0; slot < slots; slot++) {
    bytes.writeUInt32LE(1, 32 + slot * 16 + 4);
    bytes.writeUInt32LE(256, 32 + slot * 16 + 8);
    bytes.writeUInt32LE(blocks, 32 + slot * 16 + 12);
  }
  bytes.write('BlbS', 4096, 'latin1');
  bytes.writeUInt32LE(1, 4100);
  bytes.writeUInt32LE(blob.length, 4108);
  bytes.set(blob, 4112);
  return bytes;
}

type Value = readonly [tag: number, type: number, count: number, data: Uint8Array];

function header(values: readonly Value[]): Buffer {
  const index = Buffer.alloc(8 + values.length * 16);
  const data: Uint8Array[] = [];
  let length = 0;
  for (const [at, [tag, type, count, bytes]] of values.entries()) {
    const entry = 8 + at * 16;
    index.writeUInt32BE(tag, entry);
    index.writeUInt32BE(type, entry + 4);
    index.writeUInt32BE(length, entry + 8);
    index.writeUInt32BE(count, entry + 12);
    data.push(bytes);
    length += bytes.length;
  }
  index.writeUInt32BE(values.length, 0);
  index.writeUInt32BE(length, 4);
  return Buffer.concat([index, ...data]);
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`);
}

const plain: readonly Value[] = [
  [1000, 6, 1, text('bash')],
  [1001, 6, 1, text('5.1.8')],
  [1002, 6, 1, text('6.el9')],
];

describe('hostile headers', () => {
  test('the smallest header', () => {
    const { packages, unknowns } = parse(ndb(header(plain), 1));
    expect(unknowns).toEqual([]);
    expect(packages).toEqual([
      {
        type: 'rpm',
        namespace: null,
        name: 'bash',
        version: '5.1.8-6.el9',
        qualifiers: {},
        source: null,
        licences: [],
        files: [],
      },
    ]);
  });

  test('entries behind the immutable region win', () => {
    const { packages } = parse(ndb(header([...plain, [1000, 6, 1, text('dash')]]), 1));
    expect(packages[0]?.name).toBe('dash');
  });

  test.each([
    ['bash-5.1.8-6.el9.src.rpm', { name: 'bash', version: '5.1.8-6.el9' }],
    ['kernel-rt-5.14-1.nosrc.rpm', { name: 'kernel-rt', version: '5.14-1' }],
    ['(none)', null],
    ['nonsense.rpm', null],
    ['-1-2.src.rpm', null],
  ])('source of %s', (sourceRpm, source) => {
    const { packages } = parse(ndb(header([...plain, [1044, 6, 1, text(sourceRpm)]]), 1));
    expect(packages[0]?.source).toEqual(source);
  });

  test('file names of rpm 3', () => {
    const names = Buffer.from('/bin/bash\0/etc/bashrc\0');
    const { packages } = parse(ndb(header([...plain, [1027, 8, 2, names]]), 1));
    expect(packages[0]?.files).toEqual(['bin/bash', 'etc/bashrc']);
  });

  test('file tags that do not fit each other', () => {
    const { packages, unknowns } = parse(
      ndb(
        header([
          ...plain,
          [1116, 4, 2, Buffer.from('0000000000000009', 'hex')],
          [1117, 8, 3, Buffer.from('a\0b\0c\0')],
          [1118, 8, 1, text('/etc/')],
        ]),
        1,
      ),
    );
    expect(packages[0]?.files).toEqual(['etc/a']);
    expect(unknowns).toHaveLength(1);
  });

  test('a folder name repeated a million times costs no gigabytes', () => {
    const count = 400_000;
    const { packages, unknowns } = parse(
      ndb(
        header([
          ...plain,
          [1116, 4, count, Buffer.alloc(count * 4)],
          [1117, 8, count, Buffer.alloc(count)],
          [1118, 8, 1, text(`/${'d'.repeat(16_000)}`)],
        ]),
        1,
      ),
    );
    expect(packages[0]?.files?.length).toBeLessThan(20_000);
    expect(unknowns).toHaveLength(1);
  });

  test('many slots for one blob', () => {
    const { packages, unknowns } = parse(ndb(header(plain), 200));
    expect(packages.length).toBeLessThan(60);
    expect(unknowns).toHaveLength(1);
  });

  test.each([
    ['no name', header(plain.slice(1))],
    ['no entries', Buffer.alloc(64)],
    ['too short', Buffer.alloc(4)],
    ['absurd counts', Buffer.alloc(64, 0xff)],
    ['a name of absurd length', header([[1000, 6, 1, text('x'.repeat(5000))], ...plain.slice(1)])],
    ['strings that never end', header([[1000, 6, 1, Buffer.from('bash')], ...plain.slice(1, 1)])],
  ])('%s is an unknown', (_, blob) => {
    const { packages, unknowns } = parse(ndb(blob, 1));
    expect(packages).toEqual([]);
    expect(unknowns).toHaveLength(1);
  });

  test.each([
    ['', 'the rpm database is empty'],
    ['something else entirely, long enough', 'the rpm database has an unknown format'],
    ['SQLite format 3\0', 'the SQLite file has no complete header'],
  ])('%j', (content, reason) => {
    expect(parse(Buffer.from(content))).toEqual({ packages: [], unknowns: [{ reason }] });
  });
});

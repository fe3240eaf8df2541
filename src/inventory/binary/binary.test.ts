import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { buildElf } from '../../../test/build-elf.ts';
import { damagedCopies } from '../../../test/damage.ts';
import { bytesAsFile, type RandomAccess } from '../../base/random-access.ts';
import {
  type Executable,
  findSection,
  findWasmSection,
  placeOfAddress,
  readExecutable,
  readSection,
} from './index.ts';

/** Counts what is read, to prove that headers are all that is touched. */
function counted(bytes: Uint8Array): { file: RandomAccess; reads: number; bytes: number } {
  const counter = { file: bytesAsFile(bytes), reads: 0, bytes: 0 };
  const inner = counter.file;
  counter.file = {
    size: inner.size,
    read(offset, length) {
      const result = inner.read(offset, length);
      counter.reads += 1;
      counter.bytes += result.length;
      return result;
    },
  };
  return counter;
}

function only(bytes: Uint8Array): Executable {
  const read = readExecutable(bytesAsFile(bytes));
  if (!read.ok || read.images[0] === undefined) throw new Error('not read');
  return read.images[0];
}

const text = Buffer.from('hello sections');
const sections = [
  { name: '.text', bytes: Buffer.alloc(64, 0x90), address: 0x400000 },
  { name: '.dep-v0', bytes: text, address: 0x500000, writable: true },
];

function machO(littleEndian: boolean): Buffer {
  const bytes = Buffer.alloc(400);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const put = (offset: number, value: number) => view.setUint32(offset, value, littleEndian);
  put(0, 0xfeedfacf);
  put(16, 1);
  put(20, 152);
  put(32, 0x19);
  put(36, 152);
  bytes.write('__DATA', 40, 'latin1');
  view.setBigUint64(56, 0x1000n, littleEndian);
  view.setBigUint64(64, 0x100n, littleEndian);
  view.setBigUint64(72, 300n, littleEndian);
  view.setBigUint64(80, 64n, littleEndian);
  put(92, 3);
  put(96, 1);
  bytes.write('__go_buildinfo', 104, 'latin1');
  bytes.write('__DATA', 120, 'latin1');
  view.setBigUint64(136, 0x1000n, littleEndian);
  view.setBigUint64(144, 40n, littleEndian);
  put(152, 300);
  return bytes;
}

function pe(): Buffer {
  const bytes = Buffer.alloc(1200);
  bytes.write('MZ', 0);
  bytes.writeUInt32LE(0x80, 0x3c);
  bytes.write('PE\0\0', 0x80, 'latin1');
  bytes.writeUInt16LE(2, 0x86);
  bytes.writeUInt32LE(900, 0x8c);
  bytes.writeUInt32LE(1, 0x90);
  bytes.writeUInt16LE(240, 0x94);
  bytes.writeUInt16LE(0x20b, 0x98);
  bytes.writeBigUInt64LE(0x140000000n, 0x98 + 24);
  const table = 0x98 + 240;
  for (const [index, name] of ['.data', '/4'].entries()) {
    const at = table + index * 40;
    bytes.write(name, at, 'latin1');
    bytes.writeUInt32LE(50, at + 8);
    bytes.writeUInt32LE(0x1000 * (index + 1), at + 12);
    bytes.writeUInt32LE(64, at + 16);
    bytes.writeUInt32LE(700 + index * 64, at + 20);
    bytes.writeUInt32LE(0xc0000040, at + 36);
  }
  bytes.write('.go.buildinfo\0', 900 + 18 + 4, 'latin1');
  return bytes;
}

describe('ELF', () => {
  test.each([
    ['64 little', { wide: true, littleEndian: true }],
    ['64 big', { wide: true, littleEndian: false }],
    ['32 little', { wide: false, littleEndian: true }],
    ['32 big', { wide: false, littleEndian: false }],
  ])('%s', (_name, shape) => {
    const bytes = buildElf(sections, shape);
    const image = only(bytes);
    expect(image).toMatchObject({
      format: 'elf',
      pointerBytes: shape.wide ? 8 : 4,
      littleEndian: shape.littleEndian,
      problem: null,
    });
    const section = findSection(image, '.dep-v0');
    if (section === null) throw new Error('no section');
    expect(section).toMatchObject({ address: 0x500000, size: text.length, writable: true });
    expect(readSection(bytesAsFile(bytes), section, 100)).toEqual({ ok: true, bytes: text });
    expect(readSection(bytesAsFile(bytes), section, 5)).toMatchObject({ ok: false });
    expect(placeOfAddress(image, 0x500003)).toEqual({
      offset: section.offset + 3,
      length: text.length - 3,
    });
    expect(placeOfAddress(image, 0x500000 + text.length)).toBeNull();
  });

  test('without a section table the segments remain', () => {
    const image = only(buildElf(sections, { wide: true, littleEndian: true, sectionless: true }));
    expect(image.sections).toEqual([]);
    expect(image.problem).toBeNull();
    expect(image.segments).toHaveLength(2);
  });

  const lies: readonly (readonly [string, (bytes: Buffer) => unknown, string])[] = [
    [
      'table beyond the end',
      (bytes) => bytes.writeUInt32LE(0x7fffffff, 40),
      'the ELF section table is cut off',
    ],
    [
      'entries of one byte',
      (bytes) => bytes.writeUInt16LE(1, 58),
      'the ELF section table is not sound',
    ],
    [
      '65,000 sections',
      (bytes) => bytes.writeUInt16LE(65_000, 60),
      'the ELF file claims 65000 sections, more than 20000',
    ],
    [
      'names in no section',
      (bytes) => bytes.writeUInt16LE(77, 62),
      'the ELF section names are not sound',
    ],
    [
      'program headers beyond the end',
      (bytes) => bytes.writeUInt32LE(0x7fffffff, 32),
      'the ELF program header table is cut off',
    ],
    [
      'program headers of one byte',
      (bytes) => bytes.writeUInt16LE(1, 54),
      'the ELF program header table is not sound',
    ],
  ];
  test.each(lies)('%s', (_name, lie, problem) => {
    const bytes = buildElf(sections, { wide: true, littleEndian: true });
    lie(bytes);
    expect(only(bytes).problem).toBe(problem);
  });

  test('a section beyond the end of the file is a reason', () => {
    const bytes = buildElf(sections, { wide: true, littleEndian: true });
    const image = only(bytes);
    const section = findSection(image, '.dep-v0');
    if (section === null) throw new Error('no section');
    const moved = { ...section, offset: bytes.length - 3 };
    expect(readSection(bytesAsFile(bytes), moved, 100)).toEqual({
      ok: false,
      reason: 'section .dep-v0 reaches beyond the end of the file',
    });
  });
});

describe('Mach-O', () => {
  test.each([[true], [false]])('little endian: %s', (littleEndian) => {
    const image = only(machO(littleEndian));
    expect(image).toMatchObject({ format: 'mach-o', littleEndian, problem: null });
    expect(image.sections).toEqual([
      { name: '__go_buildinfo', address: 0x1000, size: 40, offset: 300, writable: true },
    ]);
    expect(placeOfAddress(image, 0x1010)).toEqual({ offset: 316, length: 48 });
  });

  test('a fat file gives every architecture, offsets from the start of the file', () => {
    const thin = machO(true);
    const fat = Buffer.alloc(4096 + thin.length * 2);
    fat.writeUInt32BE(0xcafebabe, 0);
    fat.writeUInt32BE(2, 4);
    for (const [index, offset] of [4096, 4096 + thin.length].entries()) {
      fat.writeUInt32BE(offset, 8 + index * 20 + 8);
      fat.writeUInt32BE(thin.length, 8 + index * 20 + 12);
      thin.copy(fat, offset);
    }
    const read = readExecutable(bytesAsFile(fat));
    const offsets = read.ok ? read.images.map((image) => image.sections[0]?.offset) : [];
    expect(offsets).toEqual([4396, 4396 + thin.length]);
  });

  test('a Java class, which has the same magic, is none', () => {
    const klass = Buffer.from('cafebabe0000003d00100a000200030700', 'hex');
    expect(readExecutable(bytesAsFile(klass))).toMatchObject({ ok: false });
  });

  test('load commands that do not advance end', () => {
    const bytes = machO(true);
    bytes.writeUInt32LE(0, 36);
    expect(only(bytes).problem).toBe('a Mach-O load command is not sound');
  });
});

describe('PE', () => {
  test('sections, long names, addresses', () => {
    const image = only(pe());
    expect(image).toMatchObject({ format: 'pe', pointerBytes: 8, problem: null });
    expect(image.sections.map((section) => section.name)).toEqual(['.data', '.go.buildinfo']);
    expect(image.sections[0]).toMatchObject({ size: 50, offset: 700, address: 0x140001000 });
    expect(placeOfAddress(image, 0x140002001)).toEqual({ offset: 765, length: 49 });
  });

  test('a DOS program is none', () => {
    expect(readExecutable(bytesAsFile(Buffer.from('MZ'.padEnd(200, 'x'))))).toMatchObject({
      ok: false,
    });
  });

  test('a section table beyond the end is told', () => {
    expect(only(pe().subarray(0, 0x98 + 250)).problem).toBe('the PE section table is cut off');
  });

  test('any damage gives an image or a reason', () => {
    for (const bytes of damagedCopies(pe(), { seed: 5, copies: 1000 })) {
      expect(readExecutable(bytesAsFile(bytes))).toHaveProperty('ok');
    }
  });
});

describe('WebAssembly', () => {
  const module = Buffer.concat([
    Buffer.from('0061736d01000000', 'hex'),
    Buffer.from([1, 2, 9, 9]),
    Buffer.from([0, 5, 4]),
    Buffer.from('name'),
    Buffer.from([0, 10, 7]),
    Buffer.from('.dep-v0xy'),
  ]);

  test('custom section by name', () => {
    const place = findWasmSection(bytesAsFile(module), '.dep-v0');
    expect(place).toEqual({ offset: module.length - 2, size: 2 });
    expect(findWasmSection(bytesAsFile(module), '.other')).toBeNull();
  });

  test('any damage ends', () => {
    for (const bytes of damagedCopies(module, { seed: 9, copies: 500 })) {
      expect(findWasmSection(bytesAsFile(bytes), '.dep-v0')?.size ?? 0).toBeGreaterThanOrEqual(0);
    }
    findWasmSection(
      bytesAsFile(Buffer.concat([module.subarray(0, 8), Buffer.alloc(100_000)])),
      'x',
    );
  });
});

test('any damage to an ELF gives an image or a reason', () => {
  for (const shape of [true, false]) {
    const whole = buildElf(sections, { wide: shape, littleEndian: !shape });
    for (const bytes of damagedCopies(whole, { seed: 11, copies: 1000 })) {
      expect(readExecutable(bytesAsFile(bytes))).toHaveProperty('ok');
    }
  }
});

const program = '/bin/ls';
function readelf(): string | null {
  try {
    return execFileSync('readelf', ['-SW', program], { encoding: 'utf8' });
  } catch {
    return null;
  }
}

test.skipIf(readelf() === null || !existsSync(program))(
  'sections of a real program equal readelf (skipped where there is no readelf)',
  () => {
    const bytes = readFileSync(program);
    const counter = counted(bytes);
    const read = readExecutable(counter.file);
    const ours = read.ok ? read.images[0]?.sections.filter(({ name }) => name !== '') : [];
    const theirs = [
      ...(readelf() ?? '').matchAll(/\] (\.\S+)\s+(\S+)\s+([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+) /g),
    ];
    expect(ours?.map(({ name, address, offset }) => [name, address, offset])).toEqual(
      theirs.map(([, name, , address, offset]) => [
        name,
        Number.parseInt(address ?? '', 16),
        Number.parseInt(offset ?? '', 16),
      ]),
    );
    expect(counter.reads).toBeLessThanOrEqual(8);
    expect(counter.bytes).toBeLessThan(32 * 1024);
  },
);

// Headers of programs for Linux, Windows and macOS, small enough that every mutation hits something.
import { buildElf } from '../../../test/build-elf.ts';
import { tinyProgram } from '../../../test/tiny-program.ts';
import type { Sample } from '../target.ts';
import { sample } from './files.ts';

/** One segment with one section (loader.h of Apple's open source). */
function machO(littleEndian: boolean): Buffer {
  const bytes = Buffer.alloc(400);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const put = (offset: number, value: number): void => view.setUint32(offset, value, littleEndian);
  put(0, 0xfeedfacf);
  put(16, 1); // load commands
  put(20, 152);
  put(32, 0x19); // LC_SEGMENT_64
  put(36, 152);
  bytes.write('__DATA', 40, 'latin1');
  view.setBigUint64(56, 0x1000n, littleEndian);
  view.setBigUint64(64, 0x100n, littleEndian);
  view.setBigUint64(72, 300n, littleEndian);
  view.setBigUint64(80, 64n, littleEndian);
  put(92, 3);
  put(96, 1); // sections
  bytes.write('__go_buildinfo', 104, 'latin1');
  bytes.write('__DATA', 120, 'latin1');
  view.setBigUint64(136, 0x1000n, littleEndian);
  view.setBigUint64(144, 40n, littleEndian);
  put(152, 300);
  return bytes;
}

/** Two machines in one file: the header is big-endian. */
function fatMachO(): Buffer {
  const program = machO(true);
  const header = Buffer.alloc(4096);
  header.writeUInt32BE(0xcafebabe, 0);
  header.writeUInt32BE(2, 4);
  for (const [index, at] of [8, 28].entries()) {
    header.writeUInt32BE(0x0100000c, at);
    header.writeUInt32BE(4096 + index * 400, at + 8);
    header.writeUInt32BE(400, at + 12);
  }
  return Buffer.concat([header, program, program]);
}

/** A 64-bit image with a short and a long section name (PE format, "COFF String Table"). */
function portable(): Buffer {
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
  for (const [index, name] of ['.data', '/4'].entries()) {
    const at = 0x98 + 240 + index * 40;
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

/** Every format in both orders and widths. */
export function executables(): Sample[] {
  const sections = [
    { name: '.text', bytes: Buffer.alloc(64, 0x90), address: 0x400000 },
    { name: '.dep-v0', bytes: Buffer.from('content'), address: 0x500000, writable: true },
  ];
  const elves = [true, false].flatMap((wide) =>
    [true, false].map((littleEndian) => buildElf(sections, { wide, littleEndian })),
  );
  const others = [tinyProgram(), machO(true), machO(false), fatMachO(), portable()];
  return [...elves, ...others].map((bytes) => sample('app/program', bytes));
}

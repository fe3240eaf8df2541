// ELF headers (System V gABI, chapters 4 and 5): both classes, both byte orders, extended numbering.
import { asBuffer, type RandomAccess } from '../../base/random-access.ts';
import {
  type Executable,
  type NumberReader,
  nameAt,
  numberReader,
  type Section,
  type Segment,
  tableLimits,
} from './executable.ts';

const classOffset = 4;
const dataOffset = 5;
/** Reads header and program headers of nearly every file at once. */
const headBytes = 1024;

const programLoad = 1;
const programExecutable = 1;
const programWritable = 2;
const sectionNoBits = 8;
const sectionWritable = 1;
/** `e_shstrndx`: the index stands in section 0 instead. */
const extendedIndex = 0xffff;

interface Header {
  readonly wide: boolean;
  readonly littleEndian: boolean;
  readonly programOffset: number;
  readonly programBytes: number;
  readonly programs: number;
  readonly sectionOffset: number;
  readonly sectionBytes: number;
  readonly sections: number;
  readonly namesIndex: number;
}

/** Null when the magic or class is not that of an ELF file. */
export function readElf(file: RandomAccess): Executable | null {
  const head = file.read(0, headBytes);
  if (head.length < 52 || head[0] !== 0x7f || head[1] !== 0x45 || head[2] !== 0x4c) return null;
  const klass = head[classOffset];
  const data = head[dataOffset];
  if (head[3] !== 0x46 || (klass !== 1 && klass !== 2) || (data !== 1 && data !== 2)) return null;
  const header = readHeader(numberReader(head, data === 1), klass === 2, data === 1);
  // Decoded before the next read: the bytes of `head` may be reused by it.
  const segments = readSegments(file, header);
  const sections = readSections(file, header);
  return {
    format: 'elf',
    pointerBytes: header.wide ? 8 : 4,
    littleEndian: header.littleEndian,
    sections: sections.list,
    segments: segments.list,
    problem: sections.problem ?? segments.problem,
  };
}

function readHeader(head: NumberReader, wide: boolean, littleEndian: boolean): Header {
  const sizes = wide ? 54 : 42;
  return {
    wide,
    littleEndian,
    programOffset: wide ? head.u64(32) : head.u32(28),
    sectionOffset: wide ? head.u64(40) : head.u32(32),
    programBytes: head.u16(sizes),
    programs: head.u16(sizes + 2),
    sectionBytes: head.u16(sizes + 4),
    sections: head.u16(sizes + 6),
    namesIndex: head.u16(sizes + 8),
  };
}

interface Table<T> {
  readonly list: readonly T[];
  readonly problem: string | null;
}

function readSegments(file: RandomAccess, header: Header): Table<Segment> {
  const { wide, programs, programBytes, programOffset } = header;
  if (programs === 0) return { list: [], problem: null };
  if (programBytes < (wide ? 56 : 32) || programs > tableLimits.segments) {
    return { list: [], problem: 'the ELF program header table is not sound' };
  }
  const bytes = file.read(programOffset, programs * programBytes);
  if (bytes.length < programs * programBytes) {
    return { list: [], problem: 'the ELF program header table is cut off' };
  }
  const table = numberReader(bytes, header.littleEndian);
  const list: Segment[] = [];
  for (let at = 0; at < bytes.length; at += programBytes) {
    if (table.u32(at) !== programLoad) continue;
    const flags = table.u32(at + (wide ? 4 : 24));
    list.push({
      offset: wide ? table.u64(at + 8) : table.u32(at + 4),
      address: wide ? table.u64(at + 16) : table.u32(at + 8),
      size: wide ? table.u64(at + 32) : table.u32(at + 16),
      writable: (flags & programWritable) !== 0,
      executable: (flags & programExecutable) !== 0,
    });
  }
  return { list, problem: null };
}

function readSections(file: RandomAccess, header: Header): Table<Section> {
  const { wide, sectionBytes, sectionOffset, littleEndian } = header;
  let { sections, namesIndex } = header;
  // Without a section table (`sstrip`, UPX) a program still runs: no problem by itself.
  if (sectionOffset === 0) return { list: [], problem: null };
  if (sectionBytes < (wide ? 64 : 40)) {
    return { list: [], problem: 'the ELF section table is not sound' };
  }
  if (sections === 0 || namesIndex === extendedIndex) {
    const first = numberReader(file.read(sectionOffset, sectionBytes), littleEndian);
    if (sections === 0) sections = wide ? first.u64(32) : first.u32(20);
    if (namesIndex === extendedIndex) namesIndex = first.u32(wide ? 40 : 24);
  }
  if (sections > tableLimits.sections) {
    return {
      list: [],
      problem: `the ELF file claims ${sections} sections, more than ${tableLimits.sections}`,
    };
  }
  const bytes = file.read(sectionOffset, sections * sectionBytes);
  if (bytes.length < sections * sectionBytes) {
    return { list: [], problem: 'the ELF section table is cut off' };
  }
  const table = numberReader(bytes, littleEndian);
  const raw: (Omit<Section, 'name'> & { readonly nameOffset: number })[] = [];
  for (let at = 0; at < bytes.length; at += sectionBytes) {
    const inFile = table.u32(at + 4) !== sectionNoBits;
    const size = wide ? table.u64(at + 32) : table.u32(at + 20);
    raw.push({
      nameOffset: table.u32(at),
      offset: wide ? table.u64(at + 24) : table.u32(at + 16),
      size: inFile ? size : 0,
      address: wide ? table.u64(at + 16) : table.u32(at + 12),
      writable:
        ((wide ? table.u64(at + 8) % 0x100000000 : table.u32(at + 8)) & sectionWritable) !== 0,
    });
  }
  const names = raw[namesIndex];
  if (names === undefined || names.size > tableLimits.tableBytes) {
    return { list: [], problem: 'the ELF section names are not sound' };
  }
  const text = asBuffer(file.read(names.offset, names.size));
  const list = raw.map(({ nameOffset, ...section }) => ({
    name: nameAt(text, nameOffset),
    ...section,
  }));
  const problem = text.length < names.size ? 'the ELF section names are cut off' : null;
  return { list, problem };
}

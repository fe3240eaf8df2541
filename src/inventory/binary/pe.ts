// PE headers (Microsoft PE/COFF specification): sections with their names, addresses and flags.
import { asBuffer, type RandomAccess } from '../../base/random-access.ts';
import { type Executable, nameAt, numberReader, type Section, tableLimits } from './executable.ts';

const peOffsetField = 0x3c;
const fileHeaderBytes = 24;
const sectionHeaderBytes = 40;
const symbolBytes = 18;
const headBytes = 1024;
/** The header of a program starts within its first page; loaders accept more, linkers write less. */
const peOffsetLimit = 0x10000;
const optionalPlus = 0x20b;
const optional32 = 0x10b;
const flagExecutable = 0x20000000;
const flagWritable = 0x80000000;

/** Null when there is no PE signature: plain DOS programs also start with MZ. */
export function readPe(file: RandomAccess): Executable | null {
  const head = numberReader(file.read(0, headBytes), true);
  if (head.length < peOffsetField + 4 || head.u16(0) !== 0x5a4d) return null;
  const peOffset = head.u32(peOffsetField);
  if (peOffset > peOffsetLimit) return null;
  const header = numberReader(file.read(peOffset, fileHeaderBytes + 32), true);
  if (header.length < fileHeaderBytes || header.u32(0) !== 0x00004550) return null;
  const sectionCount = header.u16(6);
  const magic = header.u16(fileHeaderBytes);
  const imageBase =
    magic === optionalPlus ? header.u64(fileHeaderBytes + 24) : header.u32(fileHeaderBytes + 28);
  const symbols = header.u32(12);
  const stringsOffset = symbols === 0 ? 0 : symbols + header.u32(16) * symbolBytes;
  const pointerBytes = magic === optionalPlus ? 8 : 4;
  const shape = { format: 'pe', pointerBytes, littleEndian: true, segments: [] } as const;
  if (magic !== optionalPlus && magic !== optional32) {
    return { ...shape, sections: [], problem: 'the PE optional header is not known' };
  }
  const tableOffset = peOffset + fileHeaderBytes + header.u16(20);
  const bytes = Buffer.from(file.read(tableOffset, sectionCount * sectionHeaderBytes));
  const cut = bytes.length < sectionCount * sectionHeaderBytes;
  const sections = readSections(bytes, imageBase, (at) => longName(file, stringsOffset, at));
  return {
    ...shape,
    sections,
    segments: sections.map(({ name: _name, ...section }, index) => ({
      ...section,
      executable: (bytes.readUInt32LE(index * sectionHeaderBytes + 36) & flagExecutable) !== 0,
    })),
    problem: cut ? 'the PE section table is cut off' : null,
  };
}

function readSections(
  bytes: Buffer,
  imageBase: number,
  nameOf: (offset: number) => string,
): readonly Section[] {
  const table = numberReader(bytes, true);
  const sections: Section[] = [];
  for (let at = 0; at + sectionHeaderBytes <= bytes.length; at += sectionHeaderBytes) {
    const short = nameAt(bytes.subarray(at, at + 8), 0);
    const reference = /^\/(\d{1,7})$/.exec(short)?.[1];
    const memoryBytes = table.u32(at + 8);
    const rawBytes = table.u32(at + 16);
    sections.push({
      name: reference === undefined ? short : nameOf(Number(reference)),
      // Raw data are padded to the file alignment: beyond the memory size there is no content.
      size: memoryBytes === 0 ? rawBytes : Math.min(rawBytes, memoryBytes),
      offset: table.u32(at + 20),
      address: imageBase + table.u32(at + 12),
      writable: (table.u32(at + 36) & flagWritable) !== 0,
    });
  }
  return sections;
}

/** A name of more than 8 bytes stands in the COFF string table (`/123`), as MinGW and Go write. */
function longName(file: RandomAccess, stringsOffset: number, at: number): string {
  if (stringsOffset === 0) return '';
  return nameAt(asBuffer(file.read(stringsOffset + at, tableLimits.nameBytes)), 0);
}

// The quick question that nearly every program answers with no: does this ELF file have a section of
// that name at all? Two small reads instead of both tables.
import { asBuffer, type RandomAccess } from '../../base/random-access.ts';
import { tableLimits } from './executable.ts';

const headerBytes = 64;
const extendedIndex = 0xffff;

/** Name tables by file object: several catalogers ask about the same file. */
const known = new WeakMap<RandomAccess, string | null>();

/**
 * True when `file` is a 64-bit little-endian ELF file whose section names, read soundly, do not hold
 * `name`. False means only that the whole tables must decide.
 */
export function lacksSection(file: RandomAccess, name: string): boolean {
  let names = known.get(file);
  if (names === undefined) {
    names = readNames(file);
    known.set(file, names);
  }
  return names !== null && !names.includes(name);
}

/** The table of section names, a character a byte; null where the file does not tell it soundly. */
function readNames(file: RandomAccess): string | null {
  const head = asBuffer(file.read(0, headerBytes));
  const is64BitLittle = head.length === headerBytes && head[4] === 2 && head[5] === 1;
  if (!is64BitLittle || head[0] !== 0x7f || head[1] !== 0x45) return null;
  const tableOffset = u64(head, 40);
  const entryBytes = head.readUInt16LE(58);
  const sections = head.readUInt16LE(60);
  const namesIndex = head.readUInt16LE(62);
  if (tableOffset === 0 || entryBytes < headerBytes || sections === 0) return null;
  if (namesIndex === extendedIndex || namesIndex >= sections) return null;
  const entry = asBuffer(file.read(tableOffset + namesIndex * entryBytes, headerBytes));
  if (entry.length < headerBytes) return null;
  const offset = u64(entry, 24);
  const size = u64(entry, 32);
  if (size < 2 || size > tableLimits.tableBytes) return null;
  const names = asBuffer(file.read(offset, size));
  return names.length < size ? null : names.toString('latin1');
}

function u64(bytes: Buffer, offset: number): number {
  return bytes.readUInt32LE(offset + 4) * 0x100000000 + bytes.readUInt32LE(offset);
}

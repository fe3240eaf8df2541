// What the readers of ELF, PE and Mach-O have in common: sections by name and the map from virtual
// addresses to places in the file. Only headers are read, a few kilobytes whatever the file's size.
import type { RandomAccess } from '../../base/random-access.ts';

export interface Section {
  readonly name: string;
  /** Place in the file (in a fat Mach-O: from the start of the whole file). */
  readonly offset: number;
  /** Bytes in the file; 0 for sections that exist in memory only. */
  readonly size: number;
  readonly address: number;
  readonly writable: boolean;
}

/** A range of memory that is filled from the file. */
export interface Segment {
  readonly address: number;
  readonly offset: number;
  /** Bytes in the file, at most those in memory. */
  readonly size: number;
  readonly writable: boolean;
  readonly executable: boolean;
}

export interface Executable {
  readonly format: 'elf' | 'pe' | 'mach-o';
  readonly pointerBytes: 4 | 8;
  readonly littleEndian: boolean;
  readonly sections: readonly Section[];
  readonly segments: readonly Segment[];
  /** What of its tables could not be read, or null. */
  readonly problem: string | null;
}

/** One machine's program; a fat Mach-O holds several. */
export type ReadExecutable =
  | { readonly ok: true; readonly images: readonly Executable[] }
  | { readonly ok: false; readonly reason: string };

/** Bounds of the tables; each is far above what linkers write. */
export const tableLimits = {
  /** Kernel modules built with a section for each function reach some thousands. */
  sections: 20_000,
  segments: 1024,
  /** Section names, load commands. */
  tableBytes: 4 * 1024 * 1024,
  /** Architectures of a fat Mach-O; Apple has shipped at most five. */
  architectures: 16,
  /** A section name; longer ones are cut. */
  nameBytes: 256,
} as const;

/** The section of that name, or null. */
export function findSection(image: Executable, name: string): Section | null {
  return image.sections.find((section) => section.name === name) ?? null;
}

export type SectionBytes =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: string };

/** The whole section, if it lies inside the file and has at most `limitBytes`. */
export function readSection(
  file: RandomAccess,
  section: Section,
  limitBytes: number,
): SectionBytes {
  if (section.size > limitBytes) {
    return {
      ok: false,
      reason: `section ${section.name} has ${section.size} bytes, more than ${limitBytes}`,
    };
  }
  const bytes = file.read(section.offset, section.size);
  if (bytes.length < section.size) {
    return { ok: false, reason: `section ${section.name} reaches beyond the end of the file` };
  }
  return { ok: true, bytes };
}

/** Where the file holds the byte of a virtual address, and how many follow it; null: nowhere. */
export function placeOfAddress(
  image: Executable,
  address: number,
): { readonly offset: number; readonly length: number } | null {
  for (const segment of image.segments) {
    const distance = address - segment.address;
    if (distance >= 0 && distance < segment.size) {
      return { offset: segment.offset + distance, length: segment.size - distance };
    }
  }
  return null;
}

/** NUL-terminated text inside `bytes`, cut at `tableLimits.nameBytes`. */
export function nameAt(bytes: Buffer, offset: number): string {
  if (offset < 0 || offset >= bytes.length) return '';
  const limit = Math.min(bytes.length, offset + tableLimits.nameBytes);
  // Section names have a dozen bytes: a loop beats a call into native code.
  let end = offset;
  while (end < limit && bytes[end] !== 0) end += 1;
  return bytes.toString('latin1', offset, end);
}

/** Integers of either byte order; 64-bit values lose digits above 2^53, where no file reaches. */
export interface NumberReader {
  readonly length: number;
  u16(offset: number): number;
  u32(offset: number): number;
  u64(offset: number): number;
}

/** Reads beyond the end yield 0: the callers' bounds decide, never an exception. */
export function numberReader(bytes: Uint8Array, littleEndian: boolean): NumberReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { length } = bytes;
  function u32(offset: number): number {
    return offset + 4 <= length ? view.getUint32(offset, littleEndian) : 0;
  }
  return {
    length,
    u16: (offset) => (offset + 2 <= length ? view.getUint16(offset, littleEndian) : 0),
    u32,
    u64: (offset) =>
      littleEndian
        ? u32(offset + 4) * 0x100000000 + u32(offset)
        : u32(offset) * 0x100000000 + u32(offset + 4),
  };
}

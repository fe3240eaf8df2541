// The door of the executable readers: ELF, PE and Mach-O as sections and segments.
import type { RandomAccess } from '../../base/random-access.ts';
import { readElf } from './elf.ts';
import type { ReadExecutable } from './executable.ts';
import { readMachO } from './macho.ts';
import { readPe } from './pe.ts';

export { lacksSection } from './elf-names.ts';
export {
  type Executable,
  findSection,
  placeOfAddress,
  type ReadExecutable,
  readSection,
  type Section,
  type SectionBytes,
  type Segment,
} from './executable.ts';
export { findWasmSection } from './wasm.ts';

/** Several catalogers ask for the headers of the same file, one after the other. */
const known = new WeakMap<RandomAccess, ReadExecutable>();

/**
 * The headers of a program or library, read once for each file object. A handful of small reads; never throws on content. A file that
 * is none of the three formats gives a reason; broken tables are told in the image's `problem`.
 */
export function readExecutable(file: RandomAccess): ReadExecutable {
  const before = known.get(file);
  if (before !== undefined) return before;
  const read = readHeaders(file);
  known.set(file, read);
  return read;
}

function readHeaders(file: RandomAccess): ReadExecutable {
  const magic = file.read(0, 4);
  if (magic.length < 4) return { ok: false, reason: 'too short for an executable' };
  const [first, second] = magic;
  if (first === 0x7f && second === 0x45) return oneImage(readElf(file));
  if (first === 0x4d && second === 0x5a) return oneImage(readPe(file));
  const images = readMachO(file);
  if (images.length === 0) return { ok: false, reason: 'not an ELF, PE or Mach-O file' };
  return { ok: true, images };
}

function oneImage(image: ReturnType<typeof readElf>): ReadExecutable {
  if (image === null) return { ok: false, reason: 'not an ELF, PE or Mach-O file' };
  return { ok: true, images: [image] };
}

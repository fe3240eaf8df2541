// Mach-O headers (Apple's loader.h and fat.h): segments and sections, thin and fat files.
import { asBuffer, type RandomAccess } from '../../base/random-access.ts';
import {
  type Executable,
  nameAt,
  numberReader,
  type Section,
  type Segment,
  tableLimits,
} from './executable.ts';

const magic32 = 0xfeedface;
const magic64 = 0xfeedfacf;
const fatMagic32 = 0xcafebabe;
const fatMagic64 = 0xcafebabf;
const commandSegment32 = 0x01;
const commandSegment64 = 0x19;
const protectionWrite = 2;
const protectionExecute = 4;
/** Section types without bytes in the file: zero fill, GB zero fill, thread-local zero fill. */
const zeroFillTypes: ReadonlySet<number> = new Set([0x01, 0x0c, 0x12]);

/** Every architecture of the file; empty when it is no Mach-O (Java classes share the fat magic). */
export function readMachO(file: RandomAccess): readonly Executable[] {
  const magic = numberReader(file.read(0, 8), false).u32(0);
  if (magic !== fatMagic32 && magic !== fatMagic64) {
    const image = readThin(file, 0);
    return image === null ? [] : [image];
  }
  const images: Executable[] = [];
  for (const offset of sliceOffsets(file, magic === fatMagic64)) {
    const image = readThin(file, offset);
    if (image !== null) images.push(image);
  }
  return images;
}

function sliceOffsets(file: RandomAccess, wide: boolean): readonly number[] {
  const count = numberReader(file.read(4, 4), false).u32(0);
  if (count > tableLimits.architectures) return [];
  const entryBytes = wide ? 32 : 20;
  const table = numberReader(file.read(8, count * entryBytes), false);
  const offsets: number[] = [];
  for (let at = 0; at + entryBytes <= table.length; at += entryBytes) {
    offsets.push(wide ? table.u64(at + 8) : table.u32(at + 8));
  }
  return offsets;
}

function readThin(file: RandomAccess, base: number): Executable | null {
  const head = file.read(base, 32);
  if (head.length < 28) return null;
  const swapped = numberReader(head, false).u32(0);
  const littleEndian = swapped !== magic32 && swapped !== magic64;
  const header = numberReader(head, littleEndian);
  const magic = header.u32(0);
  if (magic !== magic32 && magic !== magic64) return null;
  const wide = magic === magic64;
  const commandBytes = header.u32(20);
  const shape = { format: 'mach-o', pointerBytes: wide ? 8 : 4, littleEndian } as const;
  if (commandBytes > tableLimits.tableBytes) {
    return {
      ...shape,
      sections: [],
      segments: [],
      problem: 'the Mach-O load commands are too many',
    };
  }
  const commands = asBuffer(file.read(base + (wide ? 32 : 28), commandBytes));
  const parsed = readCommands(commands, { base, littleEndian, count: header.u32(16) });
  const problem = commands.length < commandBytes ? 'the Mach-O load commands are cut off' : null;
  return { ...shape, ...parsed, problem: problem ?? parsed.problem };
}

interface Frame {
  readonly base: number;
  readonly littleEndian: boolean;
  readonly count: number;
}

function readCommands(
  bytes: Buffer,
  frame: Frame,
): Pick<Executable, 'sections' | 'segments' | 'problem'> {
  const table = numberReader(bytes, frame.littleEndian);
  const sections: Section[] = [];
  const segments: Segment[] = [];
  let at = 0;
  for (let index = 0; index < frame.count && at + 8 <= bytes.length; index++) {
    const command = table.u32(at);
    const size = table.u32(at + 4);
    if (size < 8 || at + size > bytes.length) {
      return { sections, segments, problem: 'a Mach-O load command is not sound' };
    }
    if (command === commandSegment32 || command === commandSegment64) {
      const wide = command === commandSegment64;
      readSegment(bytes.subarray(at, at + size), { ...frame, wide }, { sections, segments });
    }
    at += size;
    if (sections.length > tableLimits.sections || segments.length > tableLimits.segments) {
      return { sections, segments, problem: 'the Mach-O file claims too many sections' };
    }
  }
  return { sections, segments, problem: null };
}

function readSegment(
  bytes: Buffer,
  frame: Frame & { readonly wide: boolean },
  into: { readonly sections: Section[]; readonly segments: Segment[] },
): void {
  const { wide, base } = frame;
  const table = numberReader(bytes, frame.littleEndian);
  const protection = table.u32(wide ? 60 : 44);
  const writable = (protection & protectionWrite) !== 0;
  const memoryBytes = wide ? table.u64(32) : table.u32(28);
  const fileBytes = wide ? table.u64(48) : table.u32(36);
  into.segments.push({
    address: wide ? table.u64(24) : table.u32(24),
    offset: base + (wide ? table.u64(40) : table.u32(32)),
    size: Math.min(memoryBytes, fileBytes),
    writable,
    executable: (protection & protectionExecute) !== 0,
  });
  const count = table.u32(wide ? 64 : 48);
  const entryBytes = wide ? 80 : 68;
  let at = wide ? 72 : 56;
  for (let index = 0; index < count && at + entryBytes <= bytes.length; index++) {
    const flags = table.u32(at + (wide ? 64 : 56));
    into.sections.push({
      name: nameAt(bytes.subarray(at, at + 16), 0),
      address: wide ? table.u64(at + 32) : table.u32(at + 32),
      size: zeroFillTypes.has(flags & 0xff) ? 0 : wide ? table.u64(at + 40) : table.u32(at + 36),
      offset: base + table.u32(at + (wide ? 48 : 40)),
      writable,
    });
    at += entryBytes;
  }
}

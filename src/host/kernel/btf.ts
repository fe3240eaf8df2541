// The kernel's type information (BTF) cut down to what a BPF object asks for. libbpf would search all of
// the kernel's hundred thousand types once for each of the object's: half of the time of a load.
// Format: Documentation/bpf/btf.rst. Content that is not as written there gives null, never an error.

const magic = 0xeb9f;
const headerBytes = 24;
const typeBytes = 12;

const kinds = {
  integer: 1,
  pointer: 2,
  array: 3,
  struct: 4,
  union: 5,
  enum: 6,
  prototype: 13,
  variable: 14,
  section: 15,
  tag: 17,
  enum64: 19,
} as const;

/** Words of an entry behind the type's own three, by kind. */
const entryWords: readonly number[] = Array.from({ length: 32 }, (_, kind) => {
  if (kind === kinds.enum || kind === kinds.prototype) return 2;
  return isNamed(kind) || kind === kinds.section ? 3 : 0;
});
/** The same for kinds that have exactly one entry: integer, array, variable, declaration tag. */
const tailWords: readonly number[] = Array.from({ length: 32 }, (_, kind) => {
  if (kind === kinds.array) return 3;
  return kind === kinds.integer || kind === kinds.variable || kind === kinds.tag ? 1 : 0;
});
/** Kinds whose third word is another type: pointer, typedef, volatile, const, restrict, type tag. */
const referring: ReadonlySet<number> = new Set([kinds.pointer, 8, 9, 10, 11, 18]);

/** What has members, each with a name of its own. */
function isNamed(kind: number): boolean {
  return (kind >= kinds.struct && kind <= kinds.enum) || kind === kinds.enum64;
}

/** The bytes as numbers where they lie, or of a copy where that is between the words of memory. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const placed = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Uint32Array(placed.buffer, placed.byteOffset, placed.byteLength / 4);
}

class TypeTable {
  readonly view: DataView;
  readonly strings: Buffer;
  /** Of each type by its number, in the view; the first is `void` and lies nowhere. */
  readonly offsets: Int32Array<ArrayBuffer>;
  private readonly count: number;

  private constructor(
    view: DataView,
    strings: Buffer,
    offsets: Int32Array<ArrayBuffer>,
    count: number,
  ) {
    this.view = view;
    this.strings = strings;
    this.offsets = offsets;
    this.count = count;
  }

  /** Runs once over some hundred thousand types, mostly before it is compiled: few steps for each. */
  static read(bytes: Uint8Array): TypeTable | null {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.byteLength < headerBytes || view.getUint16(0, true) !== magic) return null;
    const header = view.getUint32(4, true);
    const begin = header + view.getUint32(8, true);
    const end = begin + view.getUint32(12, true);
    const stringsAt = header + view.getUint32(16, true);
    const stringsEnd = stringsAt + view.getUint32(20, true);
    if (end > view.byteLength || stringsEnd > view.byteLength || (end - begin) % 4 !== 0)
      return null;
    const words = wordsOf(bytes.subarray(begin, end));
    const offsets = new Int32Array(words.length / 3 + 2);
    let count = 1;
    let at = 0;
    while (at + 3 <= words.length) {
      offsets[count++] = begin + at * 4;
      const info = words[at + 1] ?? 0;
      const kind = (info >>> 24) & 0x1f;
      at += 3 + (tailWords[kind] ?? 0) + (entryWords[kind] ?? 0) * (info & 0xffff);
    }
    if (at !== words.length) return null;
    const strings = Buffer.from(bytes.buffer, bytes.byteOffset + stringsAt, stringsEnd - stringsAt);
    return new TypeTable(view, strings, offsets, count);
  }

  kind(at: number): number {
    return (this.view.getUint32(at + 4, true) >>> 24) & 0x1f;
  }

  text(offset: number): string {
    const end = this.strings.indexOf(0, offset);
    return this.strings.toString('latin1', offset, end < 0 ? this.strings.length : end);
  }

  /** Without its flavour: `inode___old` is `inode`. */
  plainName(at: number): string {
    return this.text(this.view.getUint32(at, true)).replace(/___.*$/, '');
  }

  /** A number that two names share seldom when they differ. */
  mark(at: number): number {
    const name = this.view.getUint32(at, true);
    return name + 4 <= this.strings.length ? this.strings.readUInt32LE(name) : 0;
  }

  /** The table is of no use any more. Memory of this size would wait long for a collection. */
  release(): void {
    this.offsets.buffer.transfer(0);
  }

  /** Calls back with what has a name and members. */
  eachNamed(found: (at: number, id: number) => void): void {
    const { offsets, view, count } = this;
    for (let id = 1; id < count; id++) {
      const at = offsets[id] ?? 0;
      const kind = view.getUint8(at + 7) & 0x1f;
      if (!isNamed(kind) || view.getUint32(at, true) === 0) continue;
      found(at, id);
    }
  }
}

/**
 * The types of `kernel` that have the name of one of `object`'s, with all that lies in them. What they
 * only point to is left out: it is looked up by its own name. Null when one of the two is not BTF.
 */
export function slimTypes(kernel: Uint8Array, object: Uint8Array): Uint8Array | null {
  const all = TypeTable.read(kernel);
  const asked = TypeTable.read(object);
  if (all === null || asked === null) return null;
  const names = new Set<string>();
  const marks = new Set<number>();
  asked.eachNamed((at) => {
    names.add(asked.plainName(at));
    marks.add(asked.mark(at));
  });
  const slim = new SlimWriter(all);
  all.eachNamed((at, id) => {
    if (marks.has(all.mark(at)) && names.has(all.plainName(at))) slim.number(id);
  });
  const written = slim.write();
  all.release();
  return written;
}

/** Copies types with new numbers, each once. */
class SlimWriter {
  private readonly from: TypeTable;
  private readonly numbers = new Map<number, number>();
  private readonly chosen: number[] = [];
  private readonly texts = new Map<number, number>([[0, 0]]);
  private readonly parts: Buffer[] = [Buffer.alloc(1)];
  private textBytes = 1;

  constructor(from: TypeTable) {
    this.from = from;
  }

  /** The new number of a type; all pointers are one, to `void`. */
  number(id: number): number {
    const at = this.from.offsets[id] ?? -1;
    if (at < 0) return 0;
    const key = this.from.kind(at) === kinds.pointer ? -1 : id;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.chosen.push(at);
    this.numbers.set(key, this.chosen.length);
    return this.chosen.length;
  }

  /** Goes through the chosen types, choosing what lies in them, until nothing is new. */
  write(): Uint8Array {
    const types: Buffer[] = [];
    for (let index = 0; index < this.chosen.length; index++) {
      types.push(this.copy(this.chosen[index] ?? 0));
    }
    const body = Buffer.concat(types);
    const header = Buffer.alloc(headerBytes);
    header.writeUInt16LE(magic, 0);
    header.writeUInt8(1, 2);
    header.writeUInt32LE(headerBytes, 4);
    header.writeUInt32LE(body.length, 12);
    header.writeUInt32LE(body.length, 16);
    header.writeUInt32LE(this.textBytes, 20);
    return Buffer.concat([header, body, ...this.parts]);
  }

  private copy(at: number): Buffer {
    const { view } = this.from;
    const kind = this.from.kind(at);
    const entry = (entryWords[kind] ?? 0) * 4;
    const count = view.getUint32(at + 4, true) & 0xffff;
    const bytes = typeBytes + (tailWords[kind] ?? 0) * 4 + entry * count;
    const copied = Buffer.from(Buffer.from(view.buffer, view.byteOffset + at, bytes));
    this.moveText(copied, 0);
    if (kind === kinds.pointer) copied.writeUInt32LE(0, 8);
    else if (referring.has(kind)) this.moveType(copied, 8);
    if (kind === kinds.array) {
      this.moveType(copied, typeBytes);
      this.moveType(copied, typeBytes + 4);
    }
    if (!isNamed(kind)) return copied;
    const hasTypes = kind === kinds.struct || kind === kinds.union;
    for (let place = typeBytes; place < bytes; place += entry) {
      this.moveText(copied, place);
      if (hasTypes) this.moveType(copied, place + 4);
    }
    return copied;
  }

  private moveType(bytes: Buffer, at: number): void {
    bytes.writeUInt32LE(this.number(bytes.readUInt32LE(at)), at);
  }

  private moveText(bytes: Buffer, at: number): void {
    const offset = bytes.readUInt32LE(at);
    let moved = this.texts.get(offset);
    if (moved === undefined) {
      const text = Buffer.from(`${this.from.text(offset)}\0`, 'latin1');
      moved = this.textBytes;
      this.texts.set(offset, moved);
      this.parts.push(text);
      this.textBytes += text.length;
    }
    bytes.writeUInt32LE(moved, at);
  }
}

const elfMagic = 0x464c_457f;
const sectionHeaderBytes = 64;

/** The section `.BTF` of a compiled object (ELF, 64 bits, little-endian); null where there is none. */
export function typesOfObject(object: Uint8Array): Uint8Array | null {
  const bytes = Buffer.from(object.buffer, object.byteOffset, object.byteLength);
  if (bytes.length < 64 || bytes.readUInt32LE(0) !== elfMagic) return null;
  const table = Number(bytes.readBigUInt64LE(40));
  const count = bytes.readUInt16LE(60);
  const nameTable = bytes.readUInt16LE(62);
  if (table + count * sectionHeaderBytes > bytes.length || nameTable >= count) return null;
  const placeOf = (index: number): readonly [number, number] => {
    const at = table + index * sectionHeaderBytes;
    const from = Number(bytes.readBigUInt64LE(at + 24));
    return [from, from + Number(bytes.readBigUInt64LE(at + 32))];
  };
  const [namesFrom] = placeOf(nameTable);
  for (let index = 0; index < count; index++) {
    const name = namesFrom + bytes.readUInt32LE(table + index * sectionHeaderBytes);
    if (bytes.toString('latin1', name, name + 5) === '.BTF\0')
      return bytes.subarray(...placeOf(index));
  }
  return null;
}

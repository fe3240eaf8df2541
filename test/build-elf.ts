// Writes small ELF files for tests: sections at given addresses, in either class and byte order.

export interface ElfSection {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly address: number;
  readonly writable?: boolean;
}

export interface ElfShape {
  readonly wide: boolean;
  readonly littleEndian: boolean;
  /** Leave the section table out, as `sstrip` does. */
  readonly sectionless?: boolean;
}

/** One loadable segment for each section; names in the last section. */
export function buildElf(sections: readonly ElfSection[], shape: ElfShape): Buffer {
  const { wide, littleEndian } = shape;
  const names = Buffer.from(`\0${sections.map((section) => section.name).join('\0')}\0.names\0`);
  const all: readonly ElfSection[] = [...sections, { name: '.names', bytes: names, address: 0 }];
  const headerBytes = wide ? 64 : 52;
  const programBytes = wide ? 56 : 32;
  const sectionBytes = wide ? 64 : 40;
  let at = headerBytes + programBytes * sections.length;
  const placed = all.map((section) => {
    at = Math.ceil(at / 16) * 16;
    const offset = at;
    at += section.bytes.length;
    return { ...section, offset };
  });
  const tableOffset = Math.ceil(at / 16) * 16;
  const file = Buffer.alloc(tableOffset + sectionBytes * (all.length + 1));
  const put = writer(file, { wide, littleEndian });
  file.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, littleEndian ? 1 : 2, 1]);
  put.word(wide ? 32 : 28, headerBytes);
  put.word(wide ? 40 : 32, shape.sectionless === true ? 0 : tableOffset);
  const sizes = wide ? 54 : 42;
  put.half(sizes, programBytes);
  put.half(sizes + 2, sections.length);
  put.half(sizes + 4, sectionBytes);
  put.half(sizes + 6, shape.sectionless === true ? 0 : all.length + 1);
  put.half(sizes + 8, all.length);
  for (const [index, section] of placed.entries()) {
    file.set(section.bytes, section.offset);
    const head = tableOffset + sectionBytes * (index + 1);
    put.int(head, names.indexOf(`\0${section.name}\0`) + 1);
    put.int(head + 4, 1);
    put.word(head + 8, section.writable === true ? 1 : 0);
    put.word(head + (wide ? 16 : 12), section.address);
    put.word(head + (wide ? 24 : 16), section.offset);
    put.word(head + (wide ? 32 : 20), section.bytes.length);
    if (index === sections.length) continue;
    const program = headerBytes + programBytes * index;
    put.int(program, 1);
    put.int(program + (wide ? 4 : 24), section.writable === true ? 6 : 4);
    put.word(program + (wide ? 8 : 4), section.offset);
    put.word(program + (wide ? 16 : 8), section.address);
    put.word(program + (wide ? 32 : 16), section.bytes.length);
    put.word(program + (wide ? 40 : 20), section.bytes.length);
  }
  return file;
}

function writer(file: Buffer, shape: { readonly wide: boolean; readonly littleEndian: boolean }) {
  const { wide, littleEndian } = shape;
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  return {
    half: (offset: number, value: number) => view.setUint16(offset, value, littleEndian),
    int: (offset: number, value: number) => view.setUint32(offset, value, littleEndian),
    word(offset: number, value: number): void {
      if (wide) view.setBigUint64(offset, BigInt(value), littleEndian);
      else view.setUint32(offset, value, littleEndian);
    },
  };
}

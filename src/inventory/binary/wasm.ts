// Custom sections of WebAssembly modules (core specification 5.5): the one way a module carries metadata.
import { asBuffer, type RandomAccess } from '../../base/random-access.ts';

const headerBytes = 8;
/** Modules have about a dozen sections; each custom one costs one small read. */
const sectionsLimit = 4096;
/** Id, size and the start of a name: one read tells what a section is. */
const sectionHeadBytes = 80;

/** Place of the custom section of that name in the file, or null (also when this is no module). */
export function findWasmSection(
  file: RandomAccess,
  name: string,
): { readonly offset: number; readonly size: number } | null {
  const magic = asBuffer(file.read(0, headerBytes));
  if (magic.length < headerBytes || magic.readUInt32BE(0) !== 0x0061736d) return null;
  let at = headerBytes;
  for (let count = 0; count < sectionsLimit && at < file.size; count++) {
    const head = asBuffer(file.read(at, sectionHeadBytes));
    const size = readLeb(head, 1);
    if (size === null) return null;
    const start = at + size.next;
    const end = start + size.value;
    if (head[0] === 0) {
      const length = readLeb(head, size.next);
      if (length === null) return null;
      const found = head.toString('latin1', length.next, length.next + length.value);
      if (length.value === name.length && found === name) {
        const offset = at + length.next + length.value;
        return { offset, size: Math.max(0, end - offset) };
      }
    }
    at = end;
  }
  return null;
}

/** An unsigned LEB128 number of at most 32 bits and the offset behind it. */
function readLeb(bytes: Buffer, offset: number): { value: number; next: number } | null {
  let value = 0;
  for (let index = 0; index < 5; index++) {
    const byte = bytes[offset + index];
    if (byte === undefined) return null;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, next: offset + index + 1 };
  }
  return null;
}

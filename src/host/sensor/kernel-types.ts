// The kernel's types that an object of programs asks for. Cutting them out of all that the kernel has
// takes longer than anything else of a start, so they are kept beside the compiled code, under the very
// kernel and the very object that they were made for.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { join } from 'node:path';
import { slimTypes, typesOfObject } from '../kernel/index.ts';

/** Where a kernel says what it is; for tests others. */
export interface KernelFiles {
  readonly types: string;
  /** ELF notes of the running kernel: its build's own number. */
  readonly notes: string;
}

const running: KernelFiles = { types: '/sys/kernel/btf/vmlinux', notes: '/sys/kernel/notes' };

/** In front of the types: how many bytes the whole file has. */
const lengthBytes = 4;

/**
 * The types, in the kernel's own format; null where the kernel or the object tells none.
 *
 * @param folder where they are kept from one start to the next; only its owner may write there. Null:
 *   nowhere
 */
export function kernelTypesFor(
  object: Uint8Array,
  folder: string | null = keepingFolder(),
  { types, notes }: KernelFiles = running,
): Uint8Array | null {
  const asked = typesOfObject(object);
  if (asked === null) return null;
  const build = readOrNull(notes);
  if (folder === null || build === null || build.length === 0) return cut(asked, types);
  const file = join(folder, 'kernel-types');
  const key = Buffer.concat([build, asked]);
  const known = keptIn(file, key);
  if (known !== null) return known;
  const slim = cut(asked, types);
  if (slim !== null) keep(file, slim, key);
  return slim;
}

/** That of compiled code, which nobody else may write to either; null: code is not kept. */
function keepingFolder(): string | null {
  return getCompileCacheDir() ?? null;
}

function cut(asked: Uint8Array, types: string): Uint8Array | null {
  const all = readOrNull(types);
  if (all === null) return null;
  const slim = slimTypes(all, asked);
  // Some megabytes that would wait long for a collection.
  if (all.byteLength === all.buffer.byteLength) all.buffer.transfer(0);
  return slim;
}

/** The key stands behind the types: what was written in part has none. */
function keptIn(file: string, key: Uint8Array): Uint8Array | null {
  const bytes = readOrNull(file);
  if (bytes === null || bytes.length <= lengthBytes + key.length) return null;
  if (bytes.readUInt32LE(0) !== bytes.length) return null;
  const end = bytes.length - key.length;
  return bytes.subarray(end).equals(key) ? bytes.subarray(lengthBytes, end) : null;
}

/** Whole or not at all; where nothing can be written the next start takes longer. */
function keep(file: string, slim: Uint8Array, key: Uint8Array): void {
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32LE(lengthBytes + slim.length + key.length, 0);
  try {
    const beside = `${file}.${process.pid}`;
    writeFileSync(beside, Buffer.concat([length, slim, key]), { mode: 0o600 });
    renameSync(beside, file);
  } catch {
    // As above.
  }
}

function readOrNull(file: string): Buffer<ArrayBuffer> | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}

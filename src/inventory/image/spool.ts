// Holds one wanted file of a stream so that its parser can read it at any offset: in memory while it
// is small, beyond that in an unnamed temporary file. Whole layers are never kept.

import { randomBytes } from 'node:crypto';
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileWindow } from '../../base/file-access.ts';
import { makeFolder } from '../../base/folder.ts';
import { limits } from '../../base/limits.ts';
import { bytesAsFile, type RandomAccess } from '../../base/random-access.ts';

/** Collects chunks, then gives random access to them; reusable after `reset`. */
export class Spool {
  readonly #folder: string;
  readonly #residentBytes: number;
  #memory = Buffer.allocUnsafe(64 * 1024);
  #length = 0;
  #descriptor: number | null = null;

  /** @param folder where files above `residentBytes` go, unlinked at once */
  constructor(folder: string, residentBytes: number = limits.residentFileBytes) {
    this.#folder = folder;
    this.#residentBytes = residentBytes;
  }

  get length(): number {
    return this.#length;
  }

  write(chunk: Uint8Array): void {
    if (this.#descriptor === null && this.#length + chunk.length > this.#residentBytes) {
      this.#descriptor = openUnnamed(this.#folder);
      writeAll(this.#descriptor, this.#memory.subarray(0, this.#length), 0);
    }
    if (this.#descriptor === null) {
      this.#grow(this.#length + chunk.length);
      this.#memory.set(chunk, this.#length);
    } else writeAll(this.#descriptor, chunk, this.#length);
    this.#length += chunk.length;
  }

  /** Valid until the next `reset`. */
  access(): RandomAccess {
    if (this.#descriptor !== null) return fileWindow(this.#descriptor, 0, this.#length);
    return bytesAsFile(this.#memory.subarray(0, this.#length));
  }

  reset(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
    this.#length = 0;
  }

  #grow(needed: number): void {
    if (needed <= this.#memory.length) return;
    let capacity = this.#memory.length;
    while (capacity < needed) capacity *= 2;
    const grown = Buffer.allocUnsafe(Math.min(capacity, this.#residentBytes));
    grown.set(this.#memory.subarray(0, this.#length));
    this.#memory = grown;
  }
}

function openUnnamed(folder: string): number {
  makeFolder(folder);
  const path = join(folder, `spool-${randomBytes(8).toString('hex')}`);
  const descriptor = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  return descriptor;
}

function writeAll(descriptor: number, bytes: Uint8Array, position: number): void {
  let written = 0;
  while (written < bytes.length) {
    written += writeSync(descriptor, bytes, written, bytes.length - written, position + written);
  }
}

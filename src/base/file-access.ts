// Open files as bytes with random access.
import { type BigIntStats, readSync } from 'node:fs';
import type { RandomAccess } from './random-access.ts';

/** A part of an open file; `fill` reads into a buffer of the caller's, for runs of many reads. */
export interface FileWindow extends RandomAccess {
  /** Fills `buffer` from `offset`; returns the bytes read, fewer only at the end. */
  fill(buffer: Uint8Array, offset: number): number;
}

/** The bytes `start` to `start + size` of an open file; the descriptor stays the caller's. */
export function fileWindow(descriptor: number, start: number, size: number): FileWindow {
  return {
    size,
    read(offset, length) {
      const wanted = Math.max(0, Math.min(length, size - offset));
      const buffer = Buffer.allocUnsafe(wanted);
      return buffer.subarray(0, readInto(descriptor, buffer, start + offset));
    },
    fill(buffer, offset) {
      const wanted = Math.max(0, Math.min(buffer.length, size - offset));
      return readInto(descriptor, buffer.subarray(0, wanted), start + offset);
    },
  };
}

/** Large enough that the kernel reads ahead, small enough to stay in the processor's cache. */
const chunkBytes = 256 * 1024;

/**
 * All bytes of a window, one piece after the other in the same memory: each is valid until the next
 * is asked for. @param onProgress told how many bytes of how many were read
 */
export async function* windowChunks(
  window: FileWindow,
  onProgress?: (bytes: number, total: number) => void,
): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, window.size));
  for (let at = 0; at < window.size; ) {
    const length = window.fill(buffer, at);
    if (length === 0) return;
    at += length;
    onProgress?.(at, window.size);
    yield buffer.subarray(0, length);
  }
}

/** Fills `buffer` from `position` of the file; returns the bytes read (fewer only at its end). */
export function readInto(descriptor: number, buffer: Uint8Array, position: number): number {
  let filled = 0;
  while (filled < buffer.length) {
    const count = readSync(descriptor, buffer, filled, buffer.length - filled, position + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

/** Tells this very state of a file from any other: replaced, changed or touched, it is another. */
export function fileIdentity(stat: BigIntStats): string {
  return `file:${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`;
}

// A FileView over bytes in memory: used by the walk for small files and by every cataloger's tests.
import { SeaworthyError } from '../../base/error.ts';
import { limits } from '../../base/limits.ts';
import type { FileView } from './ecosystem.ts';

const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: false });

export interface MemoryFileOptions {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly mode?: number;
}

/** A view over `bytes`; nothing is copied. */
export function memoryFile(options: MemoryFileOptions): FileView {
  const { path, bytes, mode = 0o644 } = options;
  return {
    path,
    size: bytes.length,
    mode,
    read: (offset, length) => bytes.subarray(offset, Math.min(bytes.length, offset + length)),
    bytes: () => checkedSize(path, bytes),
    text: () => decoder.decode(checkedSize(path, bytes)),
  };
}

function checkedSize(path: string, bytes: Uint8Array): Uint8Array {
  if (bytes.length > limits.metadataFileBytes) throw tooLarge(path, bytes.length);
  return bytes;
}

/** The error of a file that is larger than any honest metadata file. */
export function tooLarge(path: string, size: number): SeaworthyError {
  return new SeaworthyError(
    'limit',
    `${path} has ${size} bytes, more than the ${limits.metadataFileBytes} that are read of a metadata file`,
  );
}

// FileViews over bytes that can be read at any offset: used by the walk and by catalogers' tests.
import { SeaworthyError } from '../../base/error.ts';
import { limits } from '../../base/limits.ts';
import { bytesAsFile, type RandomAccess } from '../../base/random-access.ts';
import type { FileView } from './ecosystem.ts';

// `TextDecoder` drops the byte order mark and turns invalid bytes into U+FFFD.
const decoder = new TextDecoder();

export interface AccessFileOptions {
  readonly path: string;
  readonly mode: number;
  readonly access: RandomAccess;
}

export interface MemoryFileOptions {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly mode?: number;
}

/** A view over anything readable; nothing is read before it is asked for. */
export function accessFile({ path, mode, access }: AccessFileOptions): FileView {
  const whole = (): Uint8Array => {
    if (access.size > limits.metadataFileBytes) throw tooLarge(path, access.size);
    return access.read(0, access.size);
  };
  return {
    path,
    size: access.size,
    mode,
    read: (offset, length) => access.read(offset, length),
    bytes: whole,
    text: () => decoder.decode(whole()),
  };
}

/** A view over `bytes`; nothing is copied. */
export function memoryFile({ path, bytes, mode = 0o644 }: MemoryFileOptions): FileView {
  return accessFile({ path, mode, access: bytesAsFile(bytes) });
}

/** The error of a file that is larger than any honest metadata file. */
function tooLarge(path: string, size: number): SeaworthyError {
  return new SeaworthyError(
    'limit',
    `${path} has ${size} bytes, more than the ${limits.metadataFileBytes} that are read of a metadata file`,
  );
}

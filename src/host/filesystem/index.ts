// What lies on disk under a path that a user named: the few looks that tell its kind.
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { fileIdentity, readInto } from '../../base/file-access.ts';

export type PathKind = 'file' | 'folder' | 'pipe' | 'absent' | 'other';

/** Follows symbolic links, as the user would. */
export function kindOfPath(path: string): PathKind {
  try {
    const stat = statSync(path);
    if (stat.isFile()) return 'file';
    if (stat.isFIFO()) return 'pipe';
    return stat.isDirectory() ? 'folder' : 'other';
  } catch {
    return 'absent';
  }
}

/** Tells this very state of a file from any other; null where there is none. */
export function identityOfFile(path: string): string | null {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? null : fileIdentity(stat);
}

/** Whether `folder` holds an entry `name` (a file or a folder). */
export function holds(folder: string, name: string): boolean {
  return kindOfPath(join(folder, name)) !== 'absent';
}

/** The first `length` bytes of a file. Throws `SeaworthyError` `unreadable`. */
export function headOf(path: string, length: number): Uint8Array {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const buffer = Buffer.alloc(Math.min(length, fstatSync(descriptor).size));
      return buffer.subarray(0, readInto(descriptor, buffer, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/**
 * What comes through a named pipe, or through standard input (`-`): it can be read once. Throws
 * `SeaworthyError` `usage` where nothing but a keyboard is behind it, `unreadable` as it is read, and
 * where nobody opens the other end of a named pipe.
 */
export function openPipe(path: string): AsyncIterable<Uint8Array> {
  if (path !== '-') return chunksOf(fromNamedPipe(path), path);
  if (process.stdin.isTTY) {
    throw new SeaworthyError('usage', 'nothing is piped into standard input', {
      advice: 'pipe an archive or an SBOM into it: docker save IMAGE | seaworthy scan -',
    });
  }
  return chunksOf(process.stdin, 'standard input');
}

/** As much as a pipe of Linux holds at once. */
const pipeBytes = 64 * 1024;
/** Time for the program that writes to begin: whoever forgot it is told so instead of waiting for ever. */
const writerMs = 5000;
const lookMs = 20;

async function* fromNamedPipe(path: string): AsyncGenerator<Uint8Array> {
  // Opening it in the usual way would wait for a writer, and nothing could end that.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const buffer = Buffer.allocUnsafe(pipeBytes);
  let length = readAtOnce(descriptor, buffer);
  for (let waitedMs = 0; length === 0; waitedMs += lookMs) {
    if (waitedMs > writerMs) {
      closeSync(descriptor);
      throw new SeaworthyError('unreadable', `nobody writes into the pipe ${path}`, {
        advice: 'start the program that writes into it first',
      });
    }
    await sleep(lookMs);
    length = readAtOnce(descriptor, buffer);
  }
  if (length !== null) yield buffer.subarray(0, length);
  yield* new Socket({ fd: descriptor, readable: true, writable: false });
}

/** Null: somebody has opened the other end and has not written yet; 0: nobody has. */
function readAtOnce(descriptor: number, buffer: Buffer): number | null {
  try {
    return readSync(descriptor, buffer);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EAGAIN') return null;
    throw cause;
  }
}

async function* chunksOf(stream: AsyncIterable<unknown>, name: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (cause) {
    throw cause instanceof SeaworthyError ? cause : unreadable(name, cause);
  }
}

/** A whole text file of at most `limitBytes`. Throws `SeaworthyError` `unreadable`, `limit`. */
export function readText(path: string, limitBytes: number): string {
  let size: number;
  try {
    ({ size } = statSync(path));
  } catch (cause) {
    throw unreadable(path, cause);
  }
  if (size > limitBytes) {
    throw new SeaworthyError(
      'limit',
      `${path} has ${size} bytes, more than the ${limitBytes} that are read`,
    );
  }
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): SeaworthyError {
  if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
    return new SeaworthyError('not-found', `${path} does not exist`, {
      cause,
      advice: 'check the path',
    });
  }
  return new SeaworthyError('unreadable', `${path} cannot be read (${messageOf(cause)})`, {
    cause,
    advice: 'check its permissions',
  });
}

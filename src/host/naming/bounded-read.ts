// Reads of engines' files on the path of a starting container: never more than a bound, never waiting
// for a pipe, never following the last part of a path that is a link.
import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import { parseJson } from '../../base/json.ts';

/** Configurations of containers have 10 to 100 kB; etcd ends a pod at 1.5 MB. */
export const documentBytes = 8 * 1024 * 1024;
/** The kernel ends a command line at 2 MiB; what names a container stands in its first part. */
const procBytes = 64 * 1024;
/** One for all: each read is turned into a text before the next. */
const procBuffer = Buffer.allocUnsafe(procBytes);

const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW | constants.O_NOCTTY;

/** A regular file of at most `limit` bytes; null when it is absent, larger, or none. */
export function readSmallFile(path: string, limit: number = documentBytes): Buffer | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, flags);
  } catch {
    return null;
  }
  try {
    const facts = fstatSync(descriptor);
    const { size } = facts;
    if (size > limit || !facts.isFile()) return null;
    return readToEnd(descriptor, Math.max(size, 0));
  } catch {
    return null;
  } finally {
    closeSync(descriptor);
  }
}

function readToEnd(descriptor: number, size: number): Buffer {
  const buffer = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    const count = readSync(descriptor, buffer, filled, size - filled, filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

/** A JSON document; null when it cannot be read or is none. */
export function readDocument(path: string): unknown {
  const bytes = readSmallFile(path);
  return bytes === null ? null : documentOf(bytes);
}

/** What the bytes of a JSON document say; null when they are none. */
export function documentOf(bytes: Buffer): unknown {
  const parsed = parseJson(bytes.toString('utf8'), { maximumLength: documentBytes });
  return parsed.ok ? parsed.value : null;
}

/** A file below /proc, whose size is always said to be 0; null when the process is gone. */
export function readProcess(pid: number | string, file: string): string | null {
  let descriptor: number;
  try {
    descriptor = openSync(`/proc/${pid}/${file}`, flags);
  } catch {
    return null;
  }
  try {
    return procBuffer.toString('utf8', 0, readSync(descriptor, procBuffer));
  } catch {
    return null;
  } finally {
    closeSync(descriptor);
  }
}

/** Where a link of /proc leads (`cwd`, `exe`); null when the process is gone or not ours to ask. */
export function readProcessLink(pid: number | 'self', name: string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/${name}`);
  } catch {
    return null;
  }
}

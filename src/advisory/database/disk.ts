// Files of the advisory builder: new files are made under a name of their own beside the target and
// renamed when they are whole, so readers see the old file or the new one and never a part.

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { readInto } from '../../base/file-access.ts';
import { makeFolder } from '../../base/folder.ts';
import type { RandomAccess } from '../../base/random-access.ts';
import { writeFault } from './fault.ts';

const suffix = '.building';
/** Leftovers of other machines on a shared disk: a live build touches its file all the time. */
const staleMs = 6 * 60 * 60 * 1000;
const readAheadBytes = 256 * 1024;

/** A fresh path beside `target`: `.advisories.db.<host>-<pid>-<random>.building`. */
export function temporaryBeside(target: string): string {
  const folder = dirname(target);
  makeFolder(folder);
  removeLeftovers(target);
  const unique = `${hostMark()}-${process.pid}-${randomBytes(6).toString('hex')}`;
  return join(folder, `.${basename(target)}.${unique}${suffix}`);
}

function hostMark(): string {
  return (
    hostname()
      .replaceAll(/[^A-Za-z0-9]/g, '')
      .slice(0, 20) || 'host'
  );
}

/** Removes what killed builds left behind: those of dead processes of this host, and very old ones. */
function removeLeftovers(target: string): void {
  const folder = dirname(target);
  const prefix = `.${basename(target)}.`;
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(prefix) || !name.includes(suffix)) continue;
    const [host, pid] = name.slice(prefix.length).split('-');
    const path = join(folder, name);
    try {
      const old = Date.now() - statSync(path).mtimeMs > staleMs;
      if (old || (host === hostMark() && !isAlive(Number(pid)))) rmSync(path, { force: true });
    } catch {
      // Another process removed it first, or it is not ours to remove: it does no harm.
    }
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Makes `temporary` durable and gives it the name `target`, replacing what was there in one step. */
export function publish(temporary: string, target: string): void {
  try {
    syncPath(temporary);
    renameSync(temporary, target);
  } catch (error) {
    throw writeFault(error, target);
  }
  try {
    syncPath(dirname(target));
  } catch {
    // Some file systems cannot sync folders; the rename itself has happened.
  }
}

function syncPath(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** What stands at a path, links followed, with the time of its last change. */
export function lookAt(path: string): {
  readonly kind: 'file' | 'folder' | 'absent';
  readonly changedAt: Date | null;
} {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return { kind: 'absent', changedAt: null };
  return { kind: found.isDirectory() ? 'folder' : 'file', changedAt: found.mtime };
}

/** Removes a temporary file and the journals that SQLite may have put beside it. */
export function discard(temporary: string): void {
  for (const end of ['', '-journal', '-wal', '-shm']) rmSync(temporary + end, { force: true });
}

export interface OpenFile extends RandomAccess {
  close(): void;
}

/** A file for random access; reads go through a window, since zip members lie side by side. */
export function openFile(path: string): OpenFile {
  const handle = openSync(path, 'r');
  const size = statSync(path).size;
  const ahead = Buffer.allocUnsafe(readAheadBytes);
  let start = 0;
  let end = 0;
  return {
    size,
    read(offset, length) {
      const wanted = Math.max(0, Math.min(length, size - offset));
      if (wanted > readAheadBytes) {
        const large = Buffer.allocUnsafe(wanted);
        return large.subarray(0, readInto(handle, large, offset));
      }
      if (offset < start || offset + wanted > end) {
        end = offset + readInto(handle, ahead, offset);
        start = offset;
      }
      return ahead.subarray(offset - start, Math.min(offset - start + wanted, end - start));
    },
    close: () => closeSync(handle),
  };
}

/** The file in chunks; each is valid until the next one is taken. */
export function* fileChunks(path: string): Generator<Uint8Array> {
  const handle = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(1024 * 1024);
    for (;;) {
      const count = readSync(handle, buffer, 0, buffer.length, null);
      if (count === 0) return;
      yield buffer.subarray(0, count);
    }
  } finally {
    closeSync(handle);
  }
}

/** The first `length` bytes of a file. */
export function fileStart(path: string, length: number): Uint8Array {
  const handle = openSync(path, 'r');
  try {
    const start = Buffer.allocUnsafe(length);
    return start.subarray(0, readInto(handle, start, 0));
  } finally {
    closeSync(handle);
  }
}

/** Writes chunks to a new file as they come and answers its size; an error leaves no file. */
export async function writeChunks(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<number> {
  const handle = openSync(path, 'wx', 0o644);
  let size = 0;
  let whole = false;
  try {
    for await (const chunk of chunks) {
      for (let done = 0; done < chunk.length; ) done += writeSync(handle, chunk, done);
      size += chunk.length;
    }
    whole = true;
    return size;
  } finally {
    closeSync(handle);
    if (!whole) rmSync(path, { force: true });
  }
}

/** Files below a folder in a stable order, links not followed; a file stands for itself. */
export function* filesBelow(path: string): Generator<string> {
  const pending = [path];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const kind = statSync(next);
    if (kind.isFile()) yield next;
    if (!kind.isDirectory()) continue;
    const entries = readdirSync(next, { withFileTypes: true });
    const names = entries.filter((e) => !e.isSymbolicLink() && !e.name.startsWith('.'));
    const folder = next;
    pending.push(
      ...names
        .map((entry) => join(folder, entry.name))
        .toSorted()
        .toReversed(),
    );
  }
}

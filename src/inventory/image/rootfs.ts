// A root file system or project folder on disk, read as if it were the only layer of an image.
// Symbolic links are recorded, never followed: nothing outside the folder is opened.
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  opendirSync,
  openSync,
  readlinkSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { fileWindow } from '../../base/file-access.ts';
import { limits } from '../../base/limits.ts';
import type { RandomAccess } from '../../base/random-access.ts';
import type { Aliases } from './aliases.ts';
import type { LayerRecord } from './layer-record.ts';
import type { TarEntry } from './tar.ts';
import { LayerWalk } from './walk.ts';
import type { Wanted } from './wanted.ts';

export interface RootfsOptions {
  readonly folder: string;
  readonly wanted: Wanted;
  readonly spoolFolder: string;
  /** Second pass: only these files, under these names. */
  readonly aliases?: Aliases;
  /** Folder names left out wherever they are (`.git` in projects). */
  readonly skipNames: ReadonlySet<string>;
  /** The only file of the folder that is meant: a lock file, a JAR, a program. */
  readonly only?: string;
  readonly onProgress?: (files: number) => void;
}

/** Kernel and engine folders of a live machine: not part of what is installed. */
const liveFolders = new Set([
  'proc',
  'sys',
  'dev',
  'var/lib/docker',
  'var/lib/containerd',
  'var/lib/containers',
  'run/containerd',
  'run/docker',
]);
const progressEvery = 2000;
const decoder = new TextDecoder();

/** The record of a folder. Throws `SeaworthyError` when the folder itself cannot be listed. */
export function readFolder(options: RootfsOptions): LayerRecord {
  const { folder } = options;
  let root: Stats;
  try {
    root = lstatSync(folder);
  } catch (cause) {
    throw new SeaworthyError('not-found', `${folder} does not exist`, {
      cause,
      advice: 'check the path',
    });
  }
  const walk = new LayerWalk(options);
  const isLiveRoot = join(folder, '/') === '/' || lookslikeLiveRoot(folder, root);
  const pending = [''];
  let count = 0;
  while (pending.length > 0) {
    const relative = pending.pop() as string;
    const names = options.only === undefined ? listFolder(folder, relative, walk) : [options.only];
    for (const name of names) {
      const path = relative === '' ? name : `${relative}/${name}`;
      if (options.skipNames.has(name) || (isLiveRoot && liveFolders.has(path))) continue;
      if (visit(placeOf(folder, path), walk)) pending.push(path);
      count += 1;
      if (count % progressEvery === 0) options.onProgress?.(count);
      if (count > limits.layerEntries) {
        throw new SeaworthyError('limit', `${folder} holds more than ${limits.layerEntries} files`);
      }
    }
  }
  return walk.record(0);
}

/** A bind mount of a machine's root has a mounted `proc` on another device. */
function lookslikeLiveRoot(folder: string, root: Stats): boolean {
  try {
    return lstatSync(join(folder, 'proc')).dev !== root.dev;
  } catch {
    return false;
  }
}

interface Place {
  /** As it is told. */
  readonly path: string;
  /** As it is opened. */
  readonly full: string | Buffer;
}

/**
 * A name on disk is bytes: one that is no UTF-8 could not be opened again as a string, and what lies
 * below it would be hidden. While a folder is walked each unit of a path is one byte.
 */
function placeOf(folder: string, bytes: string): Place {
  if (isAscii(bytes)) return { path: bytes, full: join(folder, bytes) };
  const raw = Buffer.from(bytes, 'latin1');
  return { path: decoder.decode(raw), full: Buffer.concat([Buffer.from(`${folder}/`), raw]) };
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

/** The names of a folder, each unit one byte. */
function listFolder(folder: string, relative: string, walk: LayerWalk): string[] {
  const { path, full } = placeOf(folder, relative);
  try {
    const names: string[] = [];
    const opened = opendirSync(full, { bufferSize: 256, encoding: 'latin1' });
    try {
      for (let next = opened.readSync(); next !== null; next = opened.readSync())
        names.push(next.name);
    } finally {
      opened.closeSync();
    }
    return names.toSorted();
  } catch (error) {
    if (relative === '') {
      throw new SeaworthyError('unreadable', `${folder} cannot be listed: ${messageOf(error)}`, {
        cause: error,
        advice: 'give a readable folder',
      });
    }
    walk.refused(path, `the folder cannot be listed: ${messageOf(error)}`);
    return [];
  }
}

/** Hands one entry to the walk; true for a folder that is to be entered. */
function visit({ path, full }: Place, walk: LayerWalk): boolean {
  try {
    const stat = lstatSync(full);
    if (stat.isFile()) {
      walk.file(entryOf(path, stat, 'file'), lazyFile(full, stat.size));
      return false;
    }
    if (stat.isSymbolicLink()) {
      walk.entry({ ...entryOf(path, stat, 'symlink'), linkTarget: readlinkSync(full) });
      return false;
    }
    if (stat.isDirectory()) {
      walk.entry(entryOf(path, stat, 'directory'));
      return true;
    }
    walk.entry(entryOf(path, stat, stat.isFIFO() || stat.isSocket() ? 'fifo' : 'device'));
  } catch (error) {
    walk.refused(path, `cannot be read: ${messageOf(error)}`);
  }
  return false;
}

function entryOf(path: string, stat: Stats, kind: TarEntry['kind']): TarEntry {
  return {
    path,
    kind,
    mode: stat.mode & 0o7777,
    size: stat.size,
    offset: 0,
    linkTarget: '',
    device:
      kind === 'device'
        ? `${stat.isCharacterDevice() ? 'c' : 'b'}:${major(stat.rdev)}:${stat.rdev & 0xff}`
        : '',
    sparse: false,
  };
}

function major(device: number): number {
  return (device >>> 8) & 0xfff;
}

/** Opened for each read run only: most files are never read at all. */
function lazyFile(full: string | Buffer, size: number): RandomAccess {
  return {
    size,
    read(offset, length) {
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
      const descriptor = openSync(full, flags);
      try {
        const current = fstatSync(descriptor);
        return fileWindow(descriptor, 0, Math.min(size, current.size)).read(offset, length);
      } finally {
        closeSync(descriptor);
      }
    },
  };
}

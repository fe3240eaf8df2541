// The dashboard's files: listed when they change, held in memory once somebody asked, served by their
// listed names alone, so that no path from outside ever reaches the file system.
import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { PartFolder } from '../../host/program/index.ts';

export interface StaticFile {
  readonly mediaType: string;
  readonly bytes: Buffer;
  /** Null where compressing gains nothing. */
  readonly packed: Buffer | null;
  readonly tag: string;
  /** Its name holds its hash: it never changes. */
  readonly isForever: boolean;
}

export interface StaticFiles {
  /** By the path of a URL; pages of the dashboard itself all are its index. Null: there is none. */
  file(path: string): StaticFile | null;
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** A dashboard has some dozen files of a megabyte in all. */
const filesMost = 1000;
const bytesMost = 64 * 1024 * 1024;

/** @param folder the files of the dashboard; they need not be built yet */
export function openStaticFiles(folder: PartFolder): StaticFiles {
  let listed: ReadonlySet<string> = new Set();
  let held = new Map<string, StaticFile>();
  let bytesHeld = 0;
  let stamp = 0;
  const list = (changed: number): void => {
    listed = new Set(changed === 0 ? [] : folder.names().slice(0, filesMost));
    held = new Map();
    bytesHeld = 0;
    stamp = changed;
  };
  /** Read when it is asked for first: a start waits for none that the first page does not need. */
  const read = (name: string): StaticFile | null => {
    const known = held.get(name);
    const mediaType = mediaTypes[extname(name).toLowerCase()];
    if (known !== undefined || mediaType === undefined || !listed.has(name)) return known ?? null;
    const bytes = readOr(folder, name);
    if (bytes === null || bytesHeld + bytes.length > bytesMost) return null;
    bytesHeld += bytes.length;
    const built = listed.has(`${name}.gz`) ? readOr(folder, `${name}.gz`) : null;
    const file = fileOf({ name, mediaType, bytes, built });
    held.set(name, file);
    return file;
  };
  return {
    file(path) {
      const isPage = !/\.[A-Za-z0-9]{1,12}$/.test(path);
      if (isPage) {
        const changed = folder.stamp('index.html');
        if (changed !== stamp) list(changed);
      }
      return read(isPage ? 'index.html' : path.slice(1));
    },
  };
}

/** Null: it went away since it was listed. */
function readOr(folder: PartFolder, name: string): Buffer | null {
  try {
    return folder.read(name);
  } catch {
    return null;
  }
}

interface ReadFile {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
  /** Packed by the build; null: it was not. */
  readonly built: Buffer | null;
}

function fileOf({ name, mediaType, bytes, built }: ReadFile): StaticFile {
  const isPicture = /^(?:image\/(?!svg)|font)/.test(mediaType);
  const packed = built ?? (isPicture ? null : gzipSync(bytes));
  return {
    mediaType,
    bytes,
    packed: packed !== null && packed.length < bytes.length ? packed : null,
    tag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    isForever: /^assets\/.*-[\w-]{8,}\.\w+$/.test(name),
  };
}

// The dashboard's files: listed when they change, held in memory, served by their listed names alone,
// so that no path from outside ever reaches the file system.
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
  let files: ReadonlyMap<string, StaticFile> = new Map();
  let stamp = 0;
  return {
    file(path) {
      const isPage = !/\.[A-Za-z0-9]{1,12}$/.test(path);
      if (isPage) {
        const changed = folder.stamp('index.html');
        if (changed !== stamp) files = changed === 0 ? new Map() : readAll(folder);
        stamp = changed;
      }
      return files.get(isPage ? '/index.html' : path) ?? null;
    },
  };
}

function readAll(folder: PartFolder): ReadonlyMap<string, StaticFile> {
  const files = new Map<string, StaticFile>();
  let bytesInAll = 0;
  for (const name of folder.names().slice(0, filesMost)) {
    const mediaType = mediaTypes[extname(name).toLowerCase()];
    if (mediaType === undefined) continue;
    const bytes = folder.read(name);
    bytesInAll += bytes.length;
    if (bytesInAll > bytesMost) break;
    files.set(`/${name}`, fileOf(`/${name}`, mediaType, bytes));
  }
  return files;
}

function fileOf(name: string, mediaType: string, bytes: Buffer): StaticFile {
  const packed = /^(?:image\/(?!svg)|font)/.test(mediaType) ? null : gzipSync(bytes, { level: 9 });
  return {
    mediaType,
    bytes,
    packed: packed !== null && packed.length < bytes.length ? packed : null,
    tag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    isForever: /^\/assets\/.*-[\w-]{8,}\.\w+$/.test(name),
  };
}

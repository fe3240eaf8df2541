// Is the program that somebody is about to execute a file of the image? Judged by the open file itself,
// which nobody can exchange any more, and not by its name.
import {
  type BigIntStats,
  closeSync,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
} from 'node:fs';

/** `new`: not of the image; `changed`: of the image, with other bytes; `volume`: from a volume. */
export type DriftKind = 'new' | 'changed' | 'volume';

export interface Judged {
  /** Null: it is of the image. */
  readonly drift: DriftKind | null;
  /** As the container sees it. */
  readonly path: string;
}

/** Larger programs that were changed are not compared: their new status alone makes them drift. */
const comparedBytes = 32 * 1024 * 1024;
const pieceBytes = 256 * 1024;

/**
 * Judges an open file against the layers of its container's image. In an overlay of one file system a
 * file of the image has number and times of the layer's file as long as nobody wrote to it; a copy that
 * was made to change owner or mode keeps the number, so its bytes are compared.
 */
export function judgeProgram(descriptor: number, lower: readonly string[]): Judged {
  const path = pathOf(descriptor);
  const file = fstatSync(descriptor, { bigint: true });
  if (file.nlink === 0n) return { drift: 'new', path };
  for (const folder of lower) {
    const origin = look(`${folder}${path}`);
    if (origin === null || origin.ino !== file.ino || !origin.isFile()) continue;
    const isUntouched = origin.ctimeNs === file.ctimeNs && origin.size === file.size;
    if (isUntouched || hasSameBytes(descriptor, `${folder}${path}`, { file, origin })) {
      return { drift: null, path };
    }
    return { drift: 'changed', path };
  }
  return { drift: 'new', path };
}

/** The path of an open file; the container's own, since its mounts are not ours. */
export function pathOf(descriptor: number): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return '?';
  }
}

function look(path: string): BigIntStats | null {
  try {
    // A link in a layer must not lead the look to another file: only the file itself counts.
    return lstatSync(path, { bigint: true });
  } catch {
    return null;
  }
}

function hasSameBytes(
  descriptor: number,
  path: string,
  { file, origin }: { readonly file: BigIntStats; readonly origin: BigIntStats },
): boolean {
  if (file.size !== origin.size || file.size > BigInt(comparedBytes)) return false;
  let other: number | null = null;
  try {
    other = openSync(path, 'r');
    const left = Buffer.alloc(pieceBytes);
    const right = Buffer.alloc(pieceBytes);
    for (let at = 0; at < Number(file.size); ) {
      const read = readSync(descriptor, left, 0, pieceBytes, at);
      if (read === 0 || readSync(other, right, 0, read, at) !== read) return false;
      if (!left.subarray(0, read).equals(right.subarray(0, read))) return false;
      at += read;
    }
    return true;
  } catch {
    return false;
  } finally {
    if (other !== null) closeSync(other);
  }
}

// Ways to find a version in the bytes of a program: beside a literal anchor, or as a string of its own.
// Files are searched in windows that overlap, so that size costs time but no memory.
import { asBuffer, type RandomAccess } from '../../../base/random-access.ts';

/** The version that the file's bytes tell, or null. */
export type Finder = (file: RandomAccess) => string | null;

/** Bytes that one finder looks through; the largest known programs (browsers, databases) fit. */
const searchBytes = 512 * 1024 * 1024;
const windowBytes = 1024 * 1024;
/** Both sides of an anchor that a pattern may look at; windows overlap by twice as much. */
const contextBytes = 128;
/** Different strings that look like the version, before the search gives up. */
const candidatesLimit = 128;

/**
 * Tries `pattern` (anchored with `^`, group 1 is the version) on the text behind every occurrence of
 * `anchor`; the first that fits wins.
 */
export function behind(anchor: string, pattern: RegExp): Finder {
  const bytes = Buffer.from(anchor, 'latin1');
  return (file) => {
    for (const window of windowsOf(file)) {
      for (let at = window.indexOf(bytes); at >= 0; at = window.indexOf(bytes, at + 1)) {
        const start = at + bytes.length;
        const version = pattern.exec(window.toString('latin1', start, start + contextBytes))?.[1];
        if (version !== undefined) return version;
      }
    }
    return null;
  };
}

/** Tries `pattern` on the text between the NUL before `anchor` and the anchor itself. */
export function before(anchor: string, pattern: RegExp): Finder {
  const bytes = Buffer.from(anchor, 'latin1');
  return (file) => {
    for (const window of windowsOf(file)) {
      for (let at = window.indexOf(bytes); at >= 0; at = window.indexOf(bytes, at + 1)) {
        const text = window.toString('latin1', Math.max(0, at - contextBytes), at);
        const version = pattern.exec(text.slice(text.lastIndexOf('\0') + 1))?.[1];
        if (version !== undefined) return version;
      }
    }
    return null;
  };
}

/**
 * The one NUL-terminated string that starts with `prefix` and fits `pattern`; null when there are two
 * different ones, since then neither is certain.
 */
export function alone(prefix: string, pattern: RegExp): Finder {
  return (file) => {
    const found = stringsOf(file, prefix, pattern);
    const [version] = found;
    return found.size === 1 && version !== undefined ? version : null;
  };
}

/**
 * Redis and Valkey join version, host, build time and commit without separators
 * (`7.0.15host-17902820560...`); the longest version standing alone that starts such a string is theirs.
 */
export function redisBuild(): Finder {
  return (file) => {
    const versions = new Set<string>();
    for (const window of windowsOf(file)) {
      for (const match of window.toString('latin1').matchAll(/\0(\d\.\d{1,2}\.\d{1,3})(?=\0)/g)) {
        if (versions.size < candidatesLimit) versions.add(match[1] ?? '');
      }
    }
    // Commands carry the versions that brought them: shorter ones may begin the same string.
    for (const version of [...versions].toSorted((a, b) => b.length - a.length)) {
      const build = behind(version, /^(?:[A-Za-z0-9][\w.-]{0,64}-)?(\d{10})[01][0-9a-f]{8}\0/);
      if (build(file) !== null) return version;
    }
    return null;
  };
}

/** The first finder that finds. */
export function firstOf(...finders: readonly Finder[]): Finder {
  return (file) => {
    for (const finder of finders) {
      const version = finder(file);
      if (version !== null) return version;
    }
    return null;
  };
}

function stringsOf(file: RandomAccess, prefix: string, pattern: RegExp): Set<string> {
  const anchor = Buffer.from(`\0${prefix}`, 'latin1');
  const found = new Set<string>();
  for (const window of windowsOf(file)) {
    for (let at = window.indexOf(anchor); at >= 0; at = window.indexOf(anchor, at + 1)) {
      const text = window.toString('latin1', at + 1, at + 1 + contextBytes);
      const end = text.indexOf('\0');
      const version = end < 0 ? undefined : pattern.exec(text.slice(0, end))?.[1];
      if (version !== undefined) found.add(version);
      if (found.size >= candidatesLimit) return found;
    }
  }
  return found;
}

function* windowsOf(file: RandomAccess): Generator<Buffer> {
  const end = Math.min(file.size, searchBytes);
  for (let offset = 0; offset < end; offset += windowBytes - 2 * contextBytes) {
    const window = asBuffer(file.read(offset, windowBytes));
    yield window;
    if (window.length < windowBytes) return;
  }
}

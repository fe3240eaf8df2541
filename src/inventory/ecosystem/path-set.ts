// A compact set of paths: one 53-bit hash each, sorted. A layer of a million files needs 8 MB here
// against 150 MB as strings; two different paths of one image meet with probability 1e-4 even then.

const initialCapacity = 1024;

const firstLane = 0x9e3779b9;
const secondLane = 0x85ebca6b;

/** The lanes of the text that `runOver` went over last. */
let laneA = 0;
let laneB = 0;

/** 53 bits of two independent 32-bit lanes over the UTF-16 units of `path`, as a safe integer. */
export function pathHash(path: string): number {
  laneA = firstLane;
  laneB = secondLane;
  runOver(path, 0, path.length);
  return mixed(laneA, laneB);
}

function runOver(text: string, start: number, end: number): void {
  let a = laneA;
  let b = laneB;
  for (let index = start; index < end; index += 1) {
    const unit = text.charCodeAt(index);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0xcc9e2d51);
    a ^= a >>> 15;
    b = (b << 13) | (b >>> 19);
  }
  laneA = a;
  laneB = b;
}

/** The hashes of the folders above `path`, the root (the empty path) first, in one pass. */
export function ancestorHashes(path: string): number[] {
  let a = firstLane;
  let b = secondLane;
  const hashes = [mixed(a, b)];
  for (let index = 0; index < path.length; index += 1) {
    const unit = path.charCodeAt(index);
    if (unit === 0x2f) hashes.push(mixed(a, b));
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0xcc9e2d51);
    a ^= a >>> 15;
    b = (b << 13) | (b >>> 19);
  }
  return hashes;
}

function mixed(laneA: number, laneB: number): number {
  let a = Math.imul(laneA ^ (laneA >>> 16), 0x7feb352d);
  let b = Math.imul(laneB ^ (laneB >>> 15), 0x846ca68b);
  a ^= a >>> 15;
  b ^= b >>> 13;
  return ((b >>> 0) & 0x1fffff) * 0x1_0000_0000 + (a >>> 0);
}

/**
 * The hash under which an owned file is known: `bin`, `sbin`, `lib*` count as their `usr/` twins,
 * because package lists keep the old names after the usr-merge (Debian, Fedora, Arch), and `usr/sbin` as
 * `usr/bin`, into which Fedora 42 and Arch moved it. The path is what lies from `start` to `end` in
 * `text`: lists of a thousand lines are not cut into as many strings.
 */
export function ownershipHash(text: string, start = 0, end: number = text.length): number {
  laneA = firstLane;
  laneB = secondLane;
  const first = text.charCodeAt(start);
  let from = start;
  // Nearly all paths begin with `usr/` and a letter other than the one of `sbin`.
  if (first === 0x75) {
    if (text.charCodeAt(start + 4) === 0x73 && starts('usr/sbin/', text, start, end)) {
      runOver('usr/bin/', 0, 8);
      from += 'usr/sbin/'.length;
    }
  } else if (first === 0x73) {
    if (starts('sbin/', text, start, end)) {
      runOver('usr/bin/', 0, 8);
      from += 'sbin/'.length;
    }
  } else if (first === 0x62 || first === 0x6c) {
    if (mergedFolders.some((folder) => starts(folder, text, start, end))) runOver('usr/', 0, 4);
  }
  runOver(text, from, end);
  return mixed(laneA, laneB);
}

const mergedFolders = ['bin/', 'lib/', 'lib64/', 'lib32/', 'libx32/'];

function starts(folder: string, text: string, start: number, end: number): boolean {
  return end - start >= folder.length && text.startsWith(folder, start);
}

/** Grows while a layer is read; `seal` gives the sorted form that is stored and searched. */
export class PathSetBuilder {
  #hashes = new Float64Array(initialCapacity);
  #length = 0;

  add(path: string): void {
    this.addHash(pathHash(path));
  }

  /** @param hash `pathHash` of the path */
  addHash(hash: number): void {
    if (this.#length === this.#hashes.length) {
      const grown = new Float64Array(this.#hashes.length * 2);
      grown.set(this.#hashes);
      this.#hashes = grown;
    }
    this.#hashes[this.#length] = hash;
    this.#length += 1;
  }

  seal(): Float64Array {
    return this.#hashes.slice(0, this.#length).sort();
  }
}

/** Whether a sorted hash array holds `hash`. */
export function hasHash(sorted: Float64Array, hash: number): boolean {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const value = sorted[middle] as number;
    if (value === hash) return true;
    if (value < hash) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}

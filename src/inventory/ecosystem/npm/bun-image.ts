// Access to the columns of a bun.lockb (oven-sh/bun src/install/lockfile.zig, formats 1 and 2).
import { limits } from '../../../base/limits.ts';

/** Where a package comes from, by the tag of its resolution. */
export type BunResolution =
  | { readonly kind: 'npm'; readonly version: string }
  | { readonly kind: 'git'; readonly commit: string }
  | { readonly kind: 'tarball'; readonly address: string; readonly isLocal: boolean }
  | { readonly kind: 'project' }
  | { readonly kind: 'unknown' };

export interface BunDependency {
  readonly name: string;
  /** Index of the package that it resolved to; null when it resolved to none. */
  readonly target: number | null;
  readonly isDevelopment: boolean;
  readonly isOptional: boolean;
}

export interface BunPackage {
  readonly name: string;
  readonly resolution: BunResolution;
  readonly dependencies: readonly BunDependency[];
}

const magic = '#!/usr/bin/env bun\nbun-lockfile-format-v0\n';
/** Magic, format version (u32), hash of the packages (32 bytes), size of the image (u64). */
const headerBytes = magic.length + 4 + 32 + 8;
/** Bytes of one cell of the columns that are read, in the order in which they are stored. */
const cell = { name: 8, nameHash: 8, resolution: 64, slice: 8 };
const dependencyBytes = 26;
/** The arrays behind the columns, in their order. */
const arrays = ['trees', 'hoisted', 'resolutions', 'dependencies', 'externals', 'strings'] as const;
/** Bits of a dependency's behaviour. */
const behaviour = { optional: 4, development: 8 };

/** The packages in the order of the file, or the reason why it cannot be read. */
export function readBunImage(bytes: Uint8Array): readonly BunPackage[] | string {
  if (Buffer.from(bytes.subarray(0, magic.length)).toString('latin1') !== magic) {
    return 'not a bun binary lock file';
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < headerBytes + 40) return 'bun binary lock file ends too early';
  const version = view.getUint32(magic.length, true);
  if (version < 1 || version > 2)
    return `bun binary lock file of unknown format version ${version}`;
  const count = wordAt(view, headerBytes);
  const begin = wordAt(view, headerBytes + 24);
  const end = wordAt(view, headerBytes + 32);
  const columns = columnsAt(begin, count);
  if (count > limits.packagesPerFile || columns.end > end || end > bytes.length) {
    return 'bun binary lock file with columns beyond its end';
  }
  const found = arraysAt(view, end);
  if (typeof found === 'string') return found;
  return packagesOf({ view, count, columns, arrays: found });
}

/** Offsets and sizes are u64; beyond 2^53 they are no offsets into any file. */
function wordAt(view: DataView, at: number): number {
  const word = Number(view.getBigUint64(at, true));
  return Number.isSafeInteger(word) ? word : Number.MAX_SAFE_INTEGER;
}

interface Columns {
  readonly names: number;
  readonly resolutions: number;
  readonly dependencies: number;
  readonly targets: number;
  readonly end: number;
}

function columnsAt(begin: number, count: number): Columns {
  const resolutions = begin + count * (cell.name + cell.nameHash);
  const dependencies = resolutions + count * cell.resolution;
  const targets = dependencies + count * cell.slice;
  return { names: begin, resolutions, dependencies, targets, end: targets + count * cell.slice };
}

interface Extent {
  readonly start: number;
  readonly end: number;
}

type Arrays = Readonly<Record<(typeof arrays)[number], Extent>>;

/** Each array begins with its own start and end offset and ends where the next one begins. */
function arraysAt(view: DataView, first: number): Arrays | string {
  const found: Partial<Record<(typeof arrays)[number], Extent>> = {};
  let at = first;
  for (const name of arrays) {
    if (at + 16 > view.byteLength) return 'bun binary lock file ends too early';
    const start = wordAt(view, at);
    const end = wordAt(view, at + 8);
    if (start < at + 16 || end < start || end > view.byteLength) {
      return `bun binary lock file with broken array of ${name}`;
    }
    found[name] = { start, end };
    at = end;
  }
  return found as Arrays;
}

interface ImageParts {
  readonly view: DataView;
  readonly count: number;
  readonly columns: Columns;
  readonly arrays: Arrays;
}

function packagesOf(parts: ImageParts): readonly BunPackage[] | string {
  const { view, count, columns } = parts;
  const text = textReader(view, parts.arrays.strings);
  const packages: BunPackage[] = [];
  let listed = 0;
  const records = Math.floor(sizeOf(parts.arrays.dependencies) / dependencyBytes);
  for (let index = 0; index < count; index += 1) {
    const dependencies = dependenciesOf(parts, index, text);
    // Each record belongs to one package; overlapping slices would make a small file endless.
    listed += dependencies.length;
    if (listed > records) return 'bun binary lock file whose packages share dependencies';
    packages.push({
      name: text(columns.names + index * cell.name),
      resolution: resolutionAt(view, columns.resolutions + index * cell.resolution, text),
      dependencies,
    });
  }
  return packages;
}

function sizeOf(extent: Extent): number {
  return extent.end - extent.start;
}

function dependenciesOf(parts: ImageParts, index: number, text: ReadText): BunDependency[] {
  const { view, count, columns, arrays } = parts;
  const slice = columns.dependencies + index * cell.slice;
  const start = view.getUint32(slice, true);
  const length = view.getUint32(slice + 4, true);
  const found: BunDependency[] = [];
  for (let item = start; item < start + length; item += 1) {
    const at = arrays.dependencies.start + item * dependencyBytes;
    const targetAt = arrays.resolutions.start + item * 4;
    if (at + dependencyBytes > arrays.dependencies.end) break;
    if (targetAt + 4 > arrays.resolutions.end) break;
    const target = view.getUint32(targetAt, true);
    const bits = view.getUint8(at + 16);
    found.push({
      name: text(at),
      target: target < count ? target : null,
      isDevelopment: (bits & behaviour.development) !== 0,
      isOptional: (bits & behaviour.optional) !== 0,
    });
  }
  return found;
}

/** Up to eight bytes stand in place; longer text is offset and length with the top bit set. */
function textReader(view: DataView, strings: Extent): ReadText {
  let left = textBytes;
  return (at) => {
    const high = view.getUint32(at + 4, true);
    if (high >= 0x80000000) {
      const start = view.getUint32(at, true);
      const length = high - 0x80000000;
      left -= length;
      if (start + length > sizeOf(strings) || length > longestText || left < 0) return '';
      return decodedAt(view, strings.start + start, length);
    }
    let length = 0;
    while (length < 8 && view.getUint8(at + length) !== 0) length += 1;
    return decodedAt(view, at, length);
  };
}

function decodedAt(view: DataView, at: number, length: number): string {
  return Buffer.from(view.buffer, view.byteOffset + at, length).toString('utf8');
}

/** Names, words of versions, and addresses. */
const longestText = 2048;
/** All text of one file: cells may overlap, so a hostile table could make far more than its size. */
const textBytes = limits.documentBytes;

type ReadText = (at: number) => string;

/** Tags of `Resolution` (src/install/resolution.zig). The value begins eight bytes behind the tag. */
function resolutionAt(view: DataView, at: number, text: ReadText): BunResolution {
  const value = at + 8;
  switch (view.getUint8(at)) {
    case 1:
    case 4:
    case 64:
    case 72:
      return { kind: 'project' };
    case 2:
      return { kind: 'npm', version: versionAt(view, value + 8, text) };
    case 8:
      return { kind: 'tarball', address: text(value), isLocal: true };
    case 80:
      return { kind: 'tarball', address: text(value), isLocal: false };
    case 16:
    case 24:
    case 32:
      // Repository: owner, repository, committish, resolved commit, name.
      return { kind: 'git', commit: commitOf(text(value + 24)) || text(value + 16) };
    default:
      return { kind: 'unknown' };
  }
}

/** Forges prefix the commit: `owner-repository-<commit>`. */
function commitOf(resolved: string): string {
  return resolved.slice(resolved.lastIndexOf('-') + 1);
}

/** `major.minor.patch` as u32, then the pre-release and build words, each with a hash behind it. */
function versionAt(view: DataView, at: number, text: ReadText): string {
  const numbers = [0, 4, 8].map((offset) => view.getUint32(at + offset, true)).join('.');
  const preRelease = text(at + 16);
  const build = text(at + 32);
  return `${numbers}${preRelease && `-${preRelease}`}${build && `+${build}`}`;
}

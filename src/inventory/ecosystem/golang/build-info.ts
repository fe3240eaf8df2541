// Finds the build information that the Go linker leaves in every binary (debug/buildinfo of Go's own
// library): the version of Go and the module text, in both layouts, stripped or not.
import { asBuffer, type RandomAccess } from '../../../base/random-access.ts';
import {
  type Executable,
  findSection,
  lacksSection,
  placeOfAddress,
  readExecutable,
  type Section,
} from '../../binary/index.ts';

export interface BuildInfo {
  /** `go1.22.1`, `devel go1.23-...`. */
  readonly goVersion: string;
  /** Lines `path`, `mod`, `dep`, `=>`, `build`; empty when built without modules. */
  readonly moduleText: string;
}

/** `found` is null for a file that is no Go binary. */
export interface BuildInfoResult {
  readonly found: BuildInfo | null;
  /** What of a Go binary's build information could not be read. */
  readonly problem: string | null;
}

const magic = Buffer.from('\u00ff Go buildinf:', 'latin1');
const headerBytes = 32;
const alignment = 16;
const flagBigEndian = 1;
const flagInline = 2;
/** The text of the largest known binaries (Kubernetes, Terraform providers) is below 200 KiB. */
const moduleTextBytes = 8 * 1024 * 1024;
/** A version is a short word; experiments (`X:...`) make it a line. */
const goVersionBytes = 4096;
/** Without a section of its own the information lies somewhere in the data, near its start. */
const searchBytes = 16 * 1024 * 1024;
const searchWindowBytes = 256 * 1024;
/** Go puts 16 bytes of sentinel before and after the module text. */
const sentinelBytes = 16;

/** Reads headers and the few hundred bytes that matter; never throws on content. */
export function readBuildInfo(file: RandomAccess): BuildInfoResult {
  // The linker always makes the section; only files without sound section names are searched.
  if (lacksSection(file, '.go.buildinfo')) return { found: null, problem: null };
  const read = readExecutable(file);
  if (!read.ok) return { found: null, problem: null };
  let problem: string | null = null;
  for (const image of read.images) {
    const result = readImage(file, image);
    if (result.found !== null) return result;
    problem ??= result.problem;
  }
  return { found: null, problem };
}

function readImage(file: RandomAccess, image: Executable): BuildInfoResult {
  const section = findSection(image, '.go.buildinfo') ?? findSection(image, '__go_buildinfo');
  const at = section === null ? searchData(file, image) : findIn(file, section);
  if (at !== null) return readAt(file, image, at);
  const problem = section === null ? null : 'Go binary whose build information is not readable';
  return { found: null, problem };
}

function findIn(file: RandomAccess, range: Pick<Section, 'offset' | 'size'>): number | null {
  const bytes = asBuffer(file.read(range.offset, Math.min(range.size, searchWindowBytes)));
  return findMagic(bytes, range.offset);
}

/** Aligned magic in `bytes`; the alignment counts from the start of the data, as the linker's does. */
function findMagic(bytes: Buffer, base: number): number | null {
  let at = bytes.indexOf(magic);
  while (at >= 0) {
    if (at % alignment === 0 && at + headerBytes <= bytes.length) return base + at;
    at = bytes.indexOf(magic, at + 1);
  }
  return null;
}

/**
 * PE has no section for it, and stripped section tables hide it: then it is in the writable data.
 * An ELF or Mach-O file with sections of which none is Go's is no Go binary and not searched.
 */
function searchData(file: RandomAccess, image: Executable): number | null {
  if (image.format !== 'pe' && image.sections.length > 0) return null;
  const data = image.segments.find((part) => part.writable && !part.executable && part.size > 0);
  if (data === undefined) return null;
  const end = data.offset + Math.min(data.size, searchBytes);
  // Windows overlap by one header, so that a magic across their border is seen whole.
  for (let at = data.offset; at < end; at += searchWindowBytes - headerBytes) {
    const bytes = asBuffer(file.read(at, Math.min(searchWindowBytes, end - at)));
    const found = findMagic(bytes, at);
    if (found !== null) return found;
    if (bytes.length < searchWindowBytes) return null;
  }
  return null;
}

function readAt(file: RandomAccess, image: Executable, at: number): BuildInfoResult {
  const header = Buffer.from(file.read(at, headerBytes));
  const pointerBytes = header[14] ?? 0;
  const flags = header[15] ?? 0;
  const pair =
    (flags & flagInline) === 0
      ? readPointers(file, image, {
          header,
          pointerBytes,
          bigEndian: (flags & flagBigEndian) !== 0,
        })
      : readInline(file, at + headerBytes);
  if (pair === null || pair.goVersion === '') {
    return { found: null, problem: 'Go binary whose build information is broken' };
  }
  const moduleText = withoutSentinels(pair.moduleText);
  const lost = moduleText === '' && pair.moduleText !== '';
  const problem = lost ? 'Go binary whose module list is broken' : null;
  return { found: { goVersion: pair.goVersion, moduleText }, problem };
}

interface RawInfo {
  readonly goVersion: string;
  readonly moduleText: string;
}

/** Go 1.18 and later: two strings with varint lengths right behind the header. */
function readInline(file: RandomAccess, offset: number): RawInfo | null {
  const version = readVarintString(file, offset, goVersionBytes);
  if (version === null) return null;
  const text = readVarintString(file, version.end, moduleTextBytes);
  if (text === null) return null;
  return { goVersion: version.text, moduleText: text.text };
}

function readVarintString(
  file: RandomAccess,
  offset: number,
  limitBytes: number,
): { readonly text: string; readonly end: number } | null {
  const head = file.read(offset, 5);
  let length = 0;
  for (let index = 0; index < head.length; index++) {
    const byte = head[index] ?? 0;
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte >= 0x80) continue;
    if (length > limitBytes) return null;
    const start = offset + index + 1;
    const bytes = asBuffer(file.read(start, length));
    if (bytes.length < length) return null;
    return { text: bytes.toString('latin1'), end: start + length };
  }
  return null;
}

interface PointerLayout {
  readonly header: Buffer;
  readonly pointerBytes: number;
  readonly bigEndian: boolean;
}

/** Go 1.13 to 1.17: two pointers to string headers, each a pointer and a length. */
function readPointers(
  file: RandomAccess,
  image: Executable,
  layout: PointerLayout,
): RawInfo | null {
  const { header, pointerBytes } = layout;
  if (pointerBytes !== 4 && pointerBytes !== 8) return null;
  const goVersion = readGoString(file, image, {
    ...layout,
    address: readPointer(header, 16, layout),
    limitBytes: goVersionBytes,
  });
  if (goVersion === null) return null;
  const moduleText = readGoString(file, image, {
    ...layout,
    address: readPointer(header, 16 + pointerBytes, layout),
    limitBytes: moduleTextBytes,
  });
  return { goVersion, moduleText: moduleText ?? '' };
}

function readGoString(
  file: RandomAccess,
  image: Executable,
  from: PointerLayout & { readonly address: number; readonly limitBytes: number },
): string | null {
  const header = bytesAtAddress(file, image, from.address, 2 * from.pointerBytes);
  if (header === null) return null;
  const address = readPointer(header, 0, from);
  const length = readPointer(header, from.pointerBytes, from);
  if (length > from.limitBytes) return null;
  return bytesAtAddress(file, image, address, length)?.toString('latin1') ?? null;
}

function bytesAtAddress(
  file: RandomAccess,
  image: Executable,
  ...[address, length]: readonly [number, number]
): Buffer | null {
  const place = placeOfAddress(image, address);
  if (place === null || place.length < length) return null;
  const bytes = asBuffer(file.read(place.offset, length));
  return bytes.length < length ? null : bytes;
}

function readPointer(bytes: Buffer, offset: number, layout: PointerLayout): number {
  const { pointerBytes, bigEndian } = layout;
  if (pointerBytes === 4)
    return bigEndian ? bytes.readUInt32BE(offset) : bytes.readUInt32LE(offset);
  const low = bigEndian ? bytes.readUInt32BE(offset + 4) : bytes.readUInt32LE(offset);
  const high = bigEndian ? bytes.readUInt32BE(offset) : bytes.readUInt32LE(offset + 4);
  return high * 0x100000000 + low;
}

/** As Go does: text without both sentinels is none. */
function withoutSentinels(text: string): string {
  const bytes = Buffer.from(text, 'latin1');
  if (bytes.length < 2 * sentinelBytes + 1) return '';
  if (bytes[bytes.length - sentinelBytes - 1] !== 0x0a) return '';
  return bytes.toString('utf8', sentinelBytes, bytes.length - sentinelBytes);
}

// Reads zip archives (PKWARE APPNOTE 6.3.10) from hostile hands with random access: the end record is
// found from the end, so self-executing archives work, and nothing is inflated before it is asked for.
import { crc32, inflateRawSync } from 'node:zlib';
import { messageOf } from './error.ts';
import { limits } from './limits.ts';
import { asBuffer, type RandomAccess } from './random-access.ts';

export interface ZipMember {
  /** UTF-8 as almost every tool writes it; names that are not UTF-8 are read as Latin-1. */
  readonly name: string;
  readonly directory: boolean;
  /** 0 stored, 8 deflated; others are listed but not read. */
  readonly method: number;
  readonly compressedSize: number;
  /** Declared size when inflated; `readMember` never yields more. */
  readonly size: number;
  readonly crc32: number;
  /** Of its local header, in the file. */
  readonly offset: number;
  /** Why it cannot be read, or null. */
  readonly fault: string | null;
}

export type OpenedZip =
  | {
      readonly ok: true;
      /** In the order of the central directory; names may repeat. */
      readonly members: readonly ZipMember[];
      /** Bytes before the archive (a launcher script), 0 for most. */
      readonly prefixBytes: number;
      /** The directory was understood only in part: what was wrong with the rest. */
      readonly problem: string | null;
    }
  | { readonly ok: false; readonly reason: string };

export type MemberBytes =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: string };

/** Where the data of a stored member lies, so that an archive inside can be read in place. */
export type MemberWindow =
  | { readonly ok: true; readonly offset: number; readonly length: number }
  | { readonly ok: false; readonly reason: string };

const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const end64LocatorSignature = 0x07064b50;
const centralSignature = 0x02014b50;
const localSignature = 0x04034b50;

const endRecordBytes = 22;
const end64RecordBytes = 56;
const end64LocatorBytes = 20;
const centralHeaderBytes = 46;
const localHeaderBytes = 30;
/** The comment after the end record has a 16-bit length. */
const commentBytes = 0xffff;
/** A central directory of `limits.archiveMembers` members with names of 300 bytes. */
const directoryBytesLimit = 80 * 1024 * 1024;

/** Deflate adds a few bytes to what it cannot pack, and five for each flush of its writer. */
const packedSlackBytes = 64 * 1024;

const methodStored = 0;
const methodDeflated = 8;
const flagEncrypted = 0x0001;
const flagMaskedHeaders = 0x2000;

export interface OpenZipOptions {
  /** Members listed at most; default `limits.archiveMembers`. Advisory exports have more. */
  readonly maximumMembers?: number;
}

/** Reads the central directory; members' data stay untouched. Never throws on content. */
export function openZip(file: RandomAccess, options: OpenZipOptions = {}): OpenedZip {
  if (file.size < endRecordBytes) return { ok: false, reason: 'too short for a zip archive' };
  const end = findEnd(file);
  if (typeof end === 'string') return { ok: false, reason: end };
  if (end.directoryBytes > directoryBytesLimit) {
    return {
      ok: false,
      reason: `the zip directory has ${end.directoryBytes} bytes, more than ${directoryBytesLimit}`,
    };
  }
  const bytes = asBuffer(file.read(end.directoryOffset, end.directoryBytes));
  const maximumMembers = options.maximumMembers ?? limits.archiveMembers;
  return { ok: true, prefixBytes: end.prefixBytes, ...readDirectory(bytes, end, maximumMembers) };
}

/**
 * The bytes of one member, inflated and checked against its CRC. A member that is larger than
 * `limitBytes`, that inflates to another size than it declares, or whose `fault` is set gives a reason.
 */
export function readMember(
  file: RandomAccess,
  member: ZipMember,
  options: { readonly limitBytes: number },
): MemberBytes {
  if (member.size > options.limitBytes) {
    return {
      ok: false,
      reason: `member declares ${member.size} bytes, more than ${options.limitBytes}`,
    };
  }
  if (member.compressedSize > 2 * member.size + packedSlackBytes) {
    return { ok: false, reason: 'member is far larger packed than its content' };
  }
  const window = memberWindow(file, member);
  if (!window.ok) return window;
  if (member.method === methodStored && member.compressedSize !== member.size) {
    return { ok: false, reason: 'stored member with two different sizes' };
  }
  const raw = file.read(window.offset, window.length);
  if (raw.length < window.length) return { ok: false, reason: 'member is cut off' };
  const bytes = member.method === methodStored ? Uint8Array.from(raw) : inflate(raw, member.size);
  if (typeof bytes === 'string') return { ok: false, reason: bytes };
  if (bytes.length !== member.size) {
    return {
      ok: false,
      reason: `member inflates to ${bytes.length} bytes instead of ${member.size}`,
    };
  }
  if (crc32(bytes) !== member.crc32) return { ok: false, reason: 'member fails its CRC' };
  return { ok: true, bytes };
}

/** The place of a member's raw data in the file, from its local header. */
export function memberWindow(file: RandomAccess, member: ZipMember): MemberWindow {
  if (member.fault !== null) return { ok: false, reason: member.fault };
  const header = asBuffer(file.read(member.offset, localHeaderBytes));
  if (header.length < localHeaderBytes || header.readUInt32LE(0) !== localSignature) {
    return { ok: false, reason: 'no local header where the zip directory points' };
  }
  const offset =
    member.offset + localHeaderBytes + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (offset + member.compressedSize > file.size) {
    return { ok: false, reason: 'member reaches beyond the end of the file' };
  }
  return { ok: true, offset, length: member.compressedSize };
}

/** A member that is stored, not deflated: `memberWindow` is its content. */
export function isStored(member: ZipMember): boolean {
  return member.method === methodStored && member.compressedSize === member.size;
}

/** Inflated bytes, or a reason. The output is bounded by the declared size before it is allocated. */
function inflate(raw: Uint8Array, size: number): Uint8Array | string {
  try {
    // One output chunk of the declared size saves the joining of many; small ones cost little.
    const chunkSize = Math.min(Math.max(size + 1, 64), 256 * 1024);
    return inflateRawSync(raw, { maxOutputLength: Math.max(size, 1), chunkSize });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ERR_BUFFER_TOO_LARGE') return `member inflates to more than its ${size} bytes`;
    return `member does not inflate: ${messageOf(error)}`;
  }
}

interface EndRecord {
  readonly members: number;
  readonly directoryOffset: number;
  readonly directoryBytes: number;
  readonly prefixBytes: number;
}

/**
 * The end record that Java would take: the last one whose comment ends with the file, or before which
 * a central directory really stands (trailing bytes are tolerated then).
 */
function findEnd(file: RandomAccess): EndRecord | string {
  const tailBytes = Math.min(file.size, endRecordBytes + commentBytes);
  const tailOffset = file.size - tailBytes;
  // A copy: reading on happens while it is searched.
  const tail = Buffer.from(file.read(tailOffset, tailBytes));
  if (tail.length < tailBytes) return 'the file is cut off';
  let position = tail.length - endRecordBytes;
  while (position >= 0) {
    position = tail.lastIndexOf('PK\u0005\u0006', position, 'latin1');
    if (position < 0) break;
    const end = endAt(file, tail.subarray(position), tailOffset + position);
    if (end !== null) return end;
    position -= 1;
  }
  return 'no zip directory';
}

/** Judges one candidate; null when it is not the end record. */
function endAt(file: RandomAccess, record: Buffer, offset: number): EndRecord | null {
  if (record.length < endRecordBytes || record.readUInt32LE(0) !== endSignature) return null;
  const exact = endRecordBytes + record.readUInt16LE(20) === record.length;
  let members = record.readUInt16LE(10);
  let directoryBytes = record.readUInt32LE(12);
  let declaredOffset = record.readUInt32LE(16);
  let directoryEnd = offset;
  if (members === 0xffff || directoryBytes === 0xffffffff || declaredOffset === 0xffffffff) {
    const end64 = readEnd64(file, offset);
    if (end64 !== null) ({ members, directoryBytes, declaredOffset, directoryEnd } = end64);
  }
  if (members === 0 && directoryBytes === 0) {
    return exact ? { members, directoryOffset: offset, directoryBytes, prefixBytes: 0 } : null;
  }
  const directoryOffset = directoryEnd - directoryBytes;
  if (isCentralHeader(file, directoryOffset) && directoryOffset >= declaredOffset) {
    const prefixBytes = directoryOffset - declaredOffset;
    return { members, directoryOffset, directoryBytes, prefixBytes };
  }
  // Something stands between the directory and its end record: believe the declared place.
  if (isCentralHeader(file, declaredOffset) && declaredOffset + directoryBytes <= offset) {
    return { members, directoryOffset: declaredOffset, directoryBytes, prefixBytes: 0 };
  }
  return null;
}

function isCentralHeader(file: RandomAccess, offset: number): boolean {
  if (offset < 0) return false;
  const bytes = asBuffer(file.read(offset, 4));
  return bytes.length === 4 && bytes.readUInt32LE(0) === centralSignature;
}

interface End64 {
  readonly members: number;
  readonly directoryBytes: number;
  readonly declaredOffset: number;
  readonly directoryEnd: number;
}

/** The zip64 end record (APPNOTE 4.3.14), at its declared place or right before its locator. */
function readEnd64(file: RandomAccess, endOffset: number): End64 | null {
  const locatorOffset = endOffset - end64LocatorBytes;
  if (locatorOffset < 0) return null;
  const locator = asBuffer(file.read(locatorOffset, end64LocatorBytes));
  if (locator.length < end64LocatorBytes) return null;
  if (locator.readUInt32LE(0) !== end64LocatorSignature) return null;
  const declared = readUint64(locator, 8);
  for (const directoryEnd of [declared, locatorOffset - end64RecordBytes]) {
    if (directoryEnd < 0 || directoryEnd > locatorOffset - end64RecordBytes) continue;
    const record = asBuffer(file.read(directoryEnd, end64RecordBytes));
    if (record.length < end64RecordBytes || record.readUInt32LE(0) !== end64Signature) continue;
    return {
      members: readUint64(record, 32),
      directoryBytes: readUint64(record, 40),
      declaredOffset: readUint64(record, 48),
      directoryEnd,
    };
  }
  return null;
}

interface Directory {
  readonly members: readonly ZipMember[];
  readonly problem: string | null;
}

function readDirectory(bytes: Buffer, end: EndRecord, maximumMembers: number): Directory {
  const members: Mutable<ZipMember>[] = [];
  let problem: string | null = null;
  let position = 0;
  while (position < bytes.length) {
    if (members.length >= maximumMembers) {
      problem = `more than ${maximumMembers} members`;
      break;
    }
    if (
      position + centralHeaderBytes > bytes.length ||
      bytes.readUInt32LE(position) !== centralSignature
    ) {
      problem = 'the zip directory is broken';
      break;
    }
    const nameEnd = position + centralHeaderBytes + bytes.readUInt16LE(position + 28);
    const extraEnd = nameEnd + bytes.readUInt16LE(position + 30);
    const next = extraEnd + bytes.readUInt16LE(position + 32);
    if (next > bytes.length) {
      problem = 'the zip directory is cut off';
      break;
    }
    members.push(readCentralHeader(bytes, position, { nameEnd, extraEnd, end }));
    position = next;
  }
  // 16-bit counts of old writers wrap around: only the lower bits can be compared.
  if (problem === null && (members.length - end.members) % 0x10000 !== 0) {
    problem = `the zip directory announces ${end.members} members and has ${members.length}`;
  }
  markOverlaps(members, end.directoryOffset);
  return { members, problem };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function readCentralHeader(
  bytes: Buffer,
  start: number,
  bounds: { readonly nameEnd: number; readonly extraEnd: number; readonly end: EndRecord },
): Mutable<ZipMember> {
  const { nameEnd, extraEnd, end } = bounds;
  const flags = bytes.readUInt16LE(start + 8);
  const method = bytes.readUInt16LE(start + 10);
  let compressedSize = bytes.readUInt32LE(start + 20);
  let size = bytes.readUInt32LE(start + 24);
  let offset = bytes.readUInt32LE(start + 42);
  if (compressedSize === 0xffffffff || size === 0xffffffff || offset === 0xffffffff) {
    const extra = zip64Extra(bytes, nameEnd, extraEnd);
    let field = 0;
    if (size === 0xffffffff) size = extra[field++] ?? size;
    if (compressedSize === 0xffffffff) compressedSize = extra[field++] ?? compressedSize;
    if (offset === 0xffffffff) offset = extra[field++] ?? offset;
  }
  let fault: string | null = null;
  if ((flags & (flagEncrypted | flagMaskedHeaders)) !== 0) fault = 'member is encrypted';
  else if (method !== methodStored && method !== methodDeflated) {
    fault = `member is compressed by method ${method}, which is not read`;
  }
  return {
    name: decodeName(bytes, start + centralHeaderBytes, nameEnd),
    directory: nameEnd > start + centralHeaderBytes && bytes[nameEnd - 1] === 0x2f,
    method,
    compressedSize,
    size,
    crc32: bytes.readUInt32LE(start + 16),
    offset: offset + end.prefixBytes,
    fault,
  };
}

/** The 64-bit values of the zip64 extra field (id 1), in their order. */
function zip64Extra(bytes: Buffer, start: number, end: number): number[] {
  let position = start;
  while (position + 4 <= end) {
    const id = bytes.readUInt16LE(position);
    const fieldEnd = position + 4 + bytes.readUInt16LE(position + 2);
    if (id === 1 && fieldEnd <= end) {
      const values: number[] = [];
      for (let at = position + 4; at + 8 <= fieldEnd && values.length < 3; at += 8) {
        values.push(readUint64(bytes, at));
      }
      return values;
    }
    position = fieldEnd;
  }
  return [];
}

/**
 * Marks members whose data reach into the next member or into the directory: honest writers never do
 * that, overlapping bombs (Fifield, WOOT 2019) live on it.
 */
function markOverlaps(members: Mutable<ZipMember>[], directoryOffset: number): void {
  let sorted = members;
  for (let index = 1; index < members.length; index++) {
    if ((members[index]?.offset ?? 0) < (members[index - 1]?.offset ?? 0)) {
      sorted = members.toSorted((a, b) => a.offset - b.offset);
      break;
    }
  }
  let reached = 0;
  for (let index = 0; index < sorted.length; index++) {
    const member = sorted[index];
    if (member === undefined) break;
    const next = sorted[index + 1]?.offset ?? directoryOffset;
    const dataEnd = member.offset + localHeaderBytes + member.compressedSize;
    if (dataEnd > directoryOffset) member.fault ??= 'member reaches into the zip directory';
    else if (dataEnd > next || member.offset < reached) member.fault ??= 'member overlaps another';
    reached = Math.max(reached, Math.min(dataEnd, directoryOffset));
  }
}

function decodeName(bytes: Buffer, start: number, end: number): string {
  const name = bytes.toString('utf8', start, end);
  return name.includes('\uFFFD') ? bytes.toString('latin1', start, end) : name;
}

/** A 64-bit number; above 2^53 it loses digits, which only makes it more wrong than it was. */
function readUint64(bytes: Buffer, offset: number): number {
  return bytes.readUInt32LE(offset + 4) * 0x100000000 + bytes.readUInt32LE(offset);
}

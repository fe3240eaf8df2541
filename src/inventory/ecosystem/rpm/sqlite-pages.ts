// Pages of an SQLite file with its write-ahead log (sqlite.org/fileformat2.html), read-only and without
// any trust in the bytes: rpm's database comes out of images that anybody may have made.
import type { FileView } from '../ecosystem.ts';
import { u16, u32 } from './sink.ts';

const fileMagic = Buffer.from('SQLite format 3\0', 'latin1');
const walMagic = 0x377f0682;
const walHeadBytes = 32;
const frameHeadBytes = 24;

export interface SqlitePages {
  /** Page size less the reserved bytes at the end of each page. */
  readonly usableBytes: number;
  readonly pageCount: number;
  /** The page (numbered from 1) in its last committed state; null when the file does not hold it whole. */
  read(page: number): Uint8Array | null;
}

export function isSqlite(head: Uint8Array): boolean {
  return head.length >= 16 && fileMagic.equals(head.subarray(0, 16));
}

/** Opens the file; a reason instead when its header is damaged. */
export function openSqlitePages(file: FileView, wal: FileView | null): SqlitePages | string {
  const head = file.read(0, 100);
  if (!isSqlite(head) || head.length < 100) return 'the SQLite file has no complete header';
  const stated = u16(head, 16, false);
  const pageSize = stated === 1 ? 65_536 : stated;
  const usableBytes = pageSize - (head[20] ?? 0);
  const powerOfTwo = (pageSize & (pageSize - 1)) === 0;
  // The format demands at least 480 usable bytes; the fill rules of cells rely on it.
  if (pageSize < 512 || !powerOfTwo || usableBytes < 480) return 'the SQLite header is damaged';
  const frames = wal === null ? null : readWal(wal, pageSize);
  const pageCount = Math.max(Math.floor(file.size / pageSize), frames?.pageCount ?? 0);
  return {
    usableBytes,
    pageCount,
    read: (page) => {
      if (page < 1 || page > pageCount) return null;
      const inWal = frames?.offsets.get(page);
      const bytes =
        inWal === undefined || wal === null
          ? file.read((page - 1) * pageSize, pageSize)
          : wal.read(inWal, pageSize);
      return bytes.length < pageSize ? null : bytes;
    },
  };
}

interface WalFrames {
  /** Page number -> offset of its newest committed content in the log. */
  readonly offsets: ReadonlyMap<number, number>;
  readonly pageCount: number;
}

/**
 * The committed frames: those up to the last commit whose salts and running checksum hold (file format,
 * section 4.2). Anything after it is a transaction that never was; SQLite ignores it as well.
 */
function readWal(wal: FileView, pageSize: number): WalFrames | null {
  const head = wal.read(0, walHeadBytes);
  const magic = u32(head, 0, false);
  if (head.length < walHeadBytes || (magic & 0xfffffffe) >>> 0 !== walMagic) return null;
  if (u32(head, 8, false) !== pageSize) return null;
  const checksum = new RunningChecksum((magic & 1) === 0);
  checksum.add(head.subarray(0, 24));
  if (!checksum.equals(head, 24)) return null;
  const offsets = new Map<number, number>();
  const pending = new Map<number, number>();
  let pageCount = 0;
  const step = frameHeadBytes + pageSize;
  for (let at = walHeadBytes; at + step <= wal.size; at += step) {
    const frame = wal.read(at, step);
    if (frame.length < step) break;
    if (u32(frame, 8, false) !== u32(head, 16, false)) break;
    if (u32(frame, 12, false) !== u32(head, 20, false)) break;
    checksum.add(frame.subarray(0, 8));
    checksum.add(frame.subarray(frameHeadBytes));
    if (!checksum.equals(frame, 16)) break;
    pending.set(u32(frame, 0, false), at + frameHeadBytes);
    const sizeAfterCommit = u32(frame, 4, false);
    if (sizeAfterCommit === 0) continue;
    for (const [page, offset] of pending) offsets.set(page, offset);
    pending.clear();
    pageCount = sizeAfterCommit;
  }
  return offsets.size === 0 ? null : { offsets, pageCount };
}

/** The checksum of section 4.2: two 32-bit sums over pairs of words in the byte order of the writer. */
class RunningChecksum {
  readonly #littleEndian: boolean;
  #first = 0;
  #second = 0;

  constructor(littleEndian: boolean) {
    this.#littleEndian = littleEndian;
  }

  add(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let first = this.#first;
    let second = this.#second;
    for (let at = 0; at + 8 <= bytes.length; at += 8) {
      first = (first + view.getUint32(at, this.#littleEndian) + second) >>> 0;
      second = (second + view.getUint32(at + 4, this.#littleEndian) + first) >>> 0;
    }
    this.#first = first;
    this.#second = second;
  }

  equals(bytes: Uint8Array, offset: number): boolean {
    return (
      this.#first === u32(bytes, offset, false) && this.#second === u32(bytes, offset + 4, false)
    );
  }
}

// rpm's old database: `Packages`, a Berkeley DB hash (db-5.3 dbinc/db_page.h), of either byte order.
// Keys are record numbers, values are headers, nearly always on chains of overflow pages.
import type { FileView } from '../ecosystem.ts';
import type { HeaderSink } from './sink.ts';
import { PageSet, u16, u32 } from './sink.ts';

const hashMagic = 0x00061561;
const pageHeaderBytes = 26;
const hashMetaType = 8;
const hashPageTypes: ReadonlySet<number> = new Set([2, 13]);
const overflowType = 7;
const freeType = 0;
const inlineItem = 1;
const offPageItem = 3;
const checksumFlag = 1;

interface Database {
  readonly file: FileView;
  readonly sink: HeaderSink;
  readonly littleEndian: boolean;
  readonly pageSize: number;
  /** Highest page number that the file holds. */
  readonly lastPage: number;
  readonly seen: PageSet;
  /** Overflow pages that belong to a record. */
  chained: number;
}

/** True when the file starts with the metadata page of a Berkeley DB hash. */
export function isBerkeley(head: Uint8Array): boolean {
  return u32(head, 12, true) === hashMagic || u32(head, 12, false) === hashMagic;
}

/** Gives all headers to the sink. Every page is visited once at most; never throws on content. */
export function readBerkeley(file: FileView, sink: HeaderSink): void {
  const database = openDatabase(file, sink);
  if (database === null) return;
  const { pageSize, littleEndian, lastPage } = database;
  let overflowPages = 0;
  for (let page = 1; page <= lastPage; page++) {
    const head = file.read(page * pageSize, pageHeaderBytes);
    const type = head[25] ?? freeType;
    if (type === overflowType) overflowPages++;
    if (type === overflowType || type === freeType) continue;
    if (!hashPageTypes.has(type)) {
      sink.problem('a database page has an unknown type');
      continue;
    }
    const bytes = file.read(page * pageSize, pageSize);
    if (u32(bytes, 8, littleEndian) !== page) sink.problem('a database page has a wrong number');
    else readHashPage(bytes, database);
  }
  // Freed pages change their type, so an overflow page without a record has lost its hash page.
  if (overflowPages > database.chained)
    sink.problem('records were lost: pages belong to none of them');
}

function openDatabase(file: FileView, sink: HeaderSink): Database | null {
  const meta = file.read(0, 512);
  const littleEndian = u32(meta, 12, true) === hashMagic;
  const pageSize = u32(meta, 20, littleEndian);
  const type = meta[25];
  const powerOfTwo = (pageSize & (pageSize - 1)) === 0;
  if (type !== hashMetaType || pageSize < 512 || pageSize > 65_536 || !powerOfTwo) {
    sink.problem('the first page of the Berkeley DB is damaged');
    return null;
  }
  if (meta[24] !== 0 || ((meta[26] ?? 0) & checksumFlag) !== 0) {
    sink.problem('the Berkeley DB is encrypted or has page checksums, which rpm never uses');
    return null;
  }
  const stated = u32(meta, 32, littleEndian);
  const held = Math.ceil(file.size / pageSize) - 1;
  if (stated > held || file.size % pageSize !== 0) {
    sink.problem('the Berkeley DB is shorter than it states');
  }
  const lastPage = Math.min(stated, held);
  return { file, sink, littleEndian, pageSize, lastPage, seen: new PageSet(lastPage), chained: 0 };
}

/** Items lie from the end of the page downwards: key, value, key, value. */
function readHashPage(page: Uint8Array, database: Database): void {
  const { littleEndian, pageSize, sink } = database;
  const entries = u16(page, 20, littleEndian);
  if (page.length < pageSize || pageHeaderBytes + entries * 2 > pageSize) {
    sink.problem('a hash page of the database is damaged');
    return;
  }
  const offsetOf = (entry: number): number => u16(page, pageHeaderBytes + entry * 2, littleEndian);
  for (let entry = 1; entry < entries; entry += 2) {
    const value = offsetOf(entry);
    const key = offsetOf(entry - 1);
    if (value + 12 > pageSize && page[value] !== inlineItem) {
      sink.problem('an entry of the database lies outside of its page');
    } else if (page[value] === offPageItem) {
      const blob = readOverflow(page, value, database);
      if (blob !== null) sink.header(blob);
    } else if (page[value] === inlineItem) {
      // Record 0 is rpm's counter of record numbers, not a package.
      const isCounter = key + 5 <= pageSize && u32(page, key + 1, littleEndian) === 0;
      if (!isCounter && key > value) sink.header(page.subarray(value + 1, key));
    } else sink.problem('an entry of the database has an unknown form');
  }
}

/** Follows the chain of overflow pages; null when not even the first page could be read. */
function readOverflow(page: Uint8Array, item: number, database: Database): Uint8Array | null {
  const { file, sink, littleEndian, pageSize, lastPage, seen } = database;
  const length = u32(page, item + 8, littleEndian);
  if (length > file.size) {
    sink.problem('a record of the database is longer than the file');
    return null;
  }
  // Parts are gathered first: a stated length costs memory only as far as pages bear it out.
  const parts: Uint8Array[] = [];
  let filled = 0;
  let next = u32(page, item + 4, littleEndian);
  while (filled < length && next !== 0) {
    if (next > lastPage || !seen.add(next)) {
      sink.problem(
        next > lastPage ? 'a page chain leaves the file' : 'a page chain runs in a loop',
      );
      break;
    }
    const bytes = file.read(next * pageSize, pageSize);
    const used = Math.min(u16(bytes, 22, littleEndian), bytes.length - pageHeaderBytes);
    if (bytes.length <= pageHeaderBytes || bytes[25] !== overflowType || used <= 0) {
      sink.problem('an overflow page of the database is damaged');
      break;
    }
    database.chained++;
    const part = bytes.subarray(pageHeaderBytes, pageHeaderBytes + Math.min(used, length - filled));
    parts.push(part);
    filled += part.length;
    next = u32(bytes, 16, littleEndian);
  }
  if (filled < length) sink.problem('a record of the database is cut off');
  return filled === 0 ? null : Buffer.concat(parts, filled);
}

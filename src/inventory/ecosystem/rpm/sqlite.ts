// rpm's database since 4.16: `rpmdb.sqlite`, of which only the table `Packages(hnum, blob)` is read, by
// an own b-tree walk (sqlite.org/fileformat2.html sections 1.5, 1.6, 2.1).
import type { FileView } from '../ecosystem.ts';
import type { HeaderSink } from './sink.ts';
import { PageSet, u16, u32 } from './sink.ts';
import type { SqlitePages } from './sqlite-pages.ts';
import { openSqlitePages } from './sqlite-pages.ts';

const leafTable = 0x0d;
const interiorTable = 0x05;
/** A schema row is a few hundred bytes. */
const longestSchemaRow = 1024 * 1024;
const journalMagic = 0xd9d505f9;

interface Walk {
  readonly pages: SqlitePages;
  readonly sink: HeaderSink;
  readonly seen: PageSet;
}

export interface SqliteCompanions {
  readonly wal: FileView | null;
  readonly journal: FileView | null;
}

/** Gives all headers to the sink. Every page is visited once at most; never throws on content. */
export function readSqlite(file: FileView, companions: SqliteCompanions, sink: HeaderSink): void {
  const { wal, journal } = companions;
  const pages = openSqlitePages(file, wal);
  if (typeof pages === 'string') {
    sink.problem(pages);
    return;
  }
  if (journal !== null && u32(journal.read(0, 4), 0, false) === journalMagic) {
    sink.problem(
      'a rollback journal lies beside the database: it was left in the middle of a change',
    );
  }
  const walk: Walk = { pages, sink, seen: new PageSet(pages.pageCount) };
  const root = packagesRoot(walk);
  if (root === null) sink.problem('the SQLite file has no table Packages');
  else {
    eachRow(walk, root, (payload) => {
      const blob = column(payload, 1);
      if (blob === null) sink.problem('a row of the table Packages is damaged');
      else sink.header(blob);
    });
  }
}

/** Root page of the table `Packages` by the schema table, whose root is page 1. */
function packagesRoot(walk: Walk): number | null {
  let root: number | null = null;
  eachRow(walk, 1, (payload) => {
    if (root !== null || payload.length > longestSchemaRow) return;
    const [type, name] = [column(payload, 0), column(payload, 1)];
    if (type === null || name === null) return;
    if (Buffer.from(type).toString('latin1') !== 'table') return;
    if (Buffer.from(name).toString('latin1').toLowerCase() !== 'packages') return;
    root = column(payload, 3)?.reduce((value, byte) => value * 256 + byte, 0) ?? null;
  });
  return root;
}

/** Depth first, in the order of row ids, with an own stack. */
function eachRow(walk: Walk, root: number, visit: (payload: Uint8Array) => void): void {
  const { pages, sink, seen } = walk;
  const stack = [root];
  while (stack.length > 0) {
    const number = stack.pop() as number;
    const page = pages.read(number);
    if (page === null || !seen.add(number)) {
      sink.problem(
        page === null ? 'a page is missing at the end of the file' : 'pages form a loop',
      );
      continue;
    }
    const start = number === 1 ? 100 : 0;
    const type = page[start];
    const cells = u16(page, start + 3, false);
    const pointers = start + (type === interiorTable ? 12 : 8);
    const isTable = type === leafTable || type === interiorTable;
    if (!isTable || pointers + cells * 2 > pages.usableBytes) {
      sink.problem('a table page is damaged');
      continue;
    }
    if (type === interiorTable) {
      stack.push(u32(page, start + 8, false));
      for (let cell = cells - 1; cell >= 0; cell--) {
        const at = u16(page, pointers + cell * 2, false);
        if (at + 4 <= pages.usableBytes) stack.push(u32(page, at, false));
        else sink.problem('a table page is damaged');
      }
    } else {
      for (let cell = 0; cell < cells; cell++) {
        const payload = readPayload(walk, page, u16(page, pointers + cell * 2, false));
        if (payload !== null) visit(payload);
      }
    }
  }
}

/** The payload of a leaf cell, gathered from overflow pages; null (and a problem) when it is broken. */
function readPayload(walk: Walk, page: Uint8Array, at: number): Uint8Array | null {
  const { pages, sink, seen } = walk;
  const { usableBytes } = pages;
  const length = varint(page, at);
  const rowId = varint(page, length.next);
  const total = length.value;
  const local = localBytes(total, usableBytes);
  const inPage = rowId.next + local + (local < total ? 4 : 0) <= usableBytes;
  if (!inPage || total > pages.pageCount * usableBytes) {
    sink.problem('a row lies outside of its page');
    return null;
  }
  if (local === total) return page.subarray(rowId.next, rowId.next + local);
  // Parts are gathered first: a stated length costs memory only as far as pages bear it out.
  const parts = [page.subarray(rowId.next, rowId.next + local)];
  let filled = local;
  let next = u32(page, rowId.next + local, false);
  while (filled < total) {
    const overflow = next === 0 ? null : pages.read(next);
    if (overflow === null || !seen.add(next)) {
      sink.problem(overflow === null ? 'a row is cut off' : 'pages form a loop');
      return parts.length === 1 ? null : Buffer.concat(parts, filled);
    }
    const part = overflow.subarray(4, 4 + Math.min(usableBytes - 4, total - filled));
    parts.push(part);
    filled += part.length;
    next = u32(overflow, 0, false);
  }
  return Buffer.concat(parts, filled);
}

/** How much of a payload stays on a table leaf page (section 1.6). */
function localBytes(total: number, usableBytes: number): number {
  if (total <= usableBytes - 35) return total;
  const least = Math.floor(((usableBytes - 12) * 32) / 255) - 23;
  const surplus = least + ((total - least) % (usableBytes - 4));
  return surplus <= usableBytes - 35 ? surplus : least;
}

/**
 * The bytes of one column of a record (section 2.1); null when absent, NULL or outside. A value that is
 * cut off is given as far as it goes.
 */
function column(payload: Uint8Array, wanted: number): Uint8Array | null {
  const head = varint(payload, 0);
  let at = head.next;
  let data = head.value;
  for (let index = 0; at < head.value && at < payload.length; index++) {
    const serial = varint(payload, at);
    const length = serialBytes(serial.value);
    if (index === wanted) {
      return length === 0 || data >= payload.length ? null : payload.subarray(data, data + length);
    }
    at = serial.next;
    data += length;
  }
  return null;
}

function serialBytes(serial: number): number {
  if (serial >= 12) return Math.floor((serial - 12) / 2);
  return [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0][serial] ?? 0;
}

interface Varint {
  readonly value: number;
  readonly next: number;
}

/** 1 to 9 bytes, seven bits each, big end first. Values above 2^53 lose precision, which no bound minds. */
function varint(bytes: Uint8Array, at: number): Varint {
  let value = 0;
  for (let index = 0; index < 8; index++) {
    const byte = bytes[at + index] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, next: at + index + 1 };
  }
  return { value: value * 256 + (bytes[at + 8] ?? 0), next: at + 9 };
}

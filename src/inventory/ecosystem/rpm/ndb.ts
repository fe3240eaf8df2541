// rpm's native database `Packages.db` (rpm lib/backend/ndb/rpmpkg.c): slots of 16 bytes in pages at the
// front point to blobs counted in blocks of 16 bytes; all numbers little-endian.
import type { FileView } from '../ecosystem.ts';
import type { HeaderSink } from './sink.ts';
import { u32 } from './sink.ts';

const databaseMagic = 0x506d7052; // RpmP
const slotMagic = 0x746f6c53; // Slot
const blobMagic = 0x53626c42; // BlbS
const slotPageBytes = 4096;
const slotBytes = 16;
const blockBytes = 16;
const blobHeadBytes = 16;
/** The file's own header takes the place of the first two slots. */
const firstSlotOffset = 32;

interface Slot {
  readonly index: number;
  readonly offset: number;
  readonly bytes: number;
}

/** True when the file starts with the magic of an NDB package database. */
export function isNdb(head: Uint8Array): boolean {
  return u32(head, 0, true) === databaseMagic;
}

/** Gives all headers to the sink, in the order of the slots. Never throws on content. */
export function readNdb(file: FileView, sink: HeaderSink): void {
  const head = file.read(0, firstSlotOffset);
  const version = u32(head, 4, true);
  if (head.length < firstSlotOffset || version !== 0) {
    sink.problem(`the database has version ${version}; only version 0 is known`);
    return;
  }
  const slotsEnd = u32(head, 12, true) * slotPageBytes;
  if (slotsEnd > file.size) sink.problem('the database is shorter than it states');
  // Every byte of an honest file belongs to one blob: overlapping blobs end the reading.
  let budget = file.size;
  for (const slot of slots(file, Math.min(slotsEnd, file.size), sink)) {
    budget -= slot.bytes;
    if (budget < 0) {
      sink.problem('records of the database overlap; the rest was not read');
      return;
    }
    readBlob(file, slot, sink);
  }
}

function* slots(file: FileView, end: number, sink: HeaderSink): Generator<Slot> {
  for (let pageStart = 0; pageStart < end; pageStart += slotPageBytes) {
    const page = file.read(pageStart, Math.min(slotPageBytes, end - pageStart));
    const first = pageStart === 0 ? firstSlotOffset : 0;
    for (let at = first; at + slotBytes <= page.length; at += slotBytes) {
      const index = u32(page, at + 4, true);
      if (u32(page, at, true) !== slotMagic) sink.problem('a slot of the database is damaged');
      else if (index !== 0) {
        const offset = u32(page, at + 8, true) * blockBytes;
        yield { index, offset, bytes: u32(page, at + 12, true) * blockBytes };
      }
    }
  }
}

function readBlob(file: FileView, slot: Slot, sink: HeaderSink): void {
  const head = file.read(slot.offset, blobHeadBytes);
  const length = u32(head, 12, true);
  if (head.length < blobHeadBytes || u32(head, 0, true) !== blobMagic) {
    sink.problem('a record of the database is missing');
    return;
  }
  if (u32(head, 4, true) !== slot.index || length + blobHeadBytes > slot.bytes) {
    sink.problem('a record of the database does not fit its slot');
    return;
  }
  const blob = file.read(slot.offset + blobHeadBytes, length);
  if (blob.length < length) sink.problem('a record of the database is cut off');
  sink.header(blob);
}

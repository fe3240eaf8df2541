// Reads RFC 822 style stanzas (deb-control(5), dpkg's status file, opkg's status) at byte level:
// only the fields that the inventory needs are ever decoded.
import { limits } from '../../../base/limits.ts';

/** Fields kept of a stanza, by their lower-case name; the position is the slot number. */
const fieldNames = [
  'package',
  'version',
  'architecture',
  'status',
  'source',
  'maintainer',
  'depends',
  'pre-depends',
  'provides',
  'license',
] as const;
export type StanzaField = (typeof fieldNames)[number];

/** Values of one stanza; only fields that are present. Folded lines are joined by a space. */
export type Stanza = Readonly<Partial<Record<StanzaField, string>>>;

/** A value above this is no field of a package but an attack or a broken file. */
const longestValueBytes = 1024 * 1024;

const fieldBytes = fieldNames.map((name) => Buffer.from(name, 'latin1'));
const slotCount = fieldNames.length;
const newline = 10;
const space = 32;
const tab = 9;
const carriageReturn = 13;
const colon = 58;
const hash = 35;

export interface StanzaReading {
  /** Lines that are neither a field, a continuation, a comment nor blank. */
  strayLines: number;
  /** Values that were left out because of their length. */
  longValues: number;
  /** The file stops without a line end. */
  cutOff: boolean;
  /** More stanzas than `limits.packagesPerFile`; the rest was not read. */
  stoppedAtLimit: boolean;
}

/**
 * Calls `visit` for each stanza that has at least one of the wanted fields, in file order. Linear in
 * the number of bytes; never throws on content.
 */
export function readStanzas(bytes: Uint8Array, visit: (stanza: Stanza) => void): StanzaReading {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = buffer.length;
  const reading: StanzaReading = {
    strayLines: 0,
    longValues: 0,
    cutOff: length > 0 && buffer[length - 1] !== newline,
    stoppedAtLimit: false,
  };
  const starts = new Int32Array(slotCount).fill(-1);
  const ends = new Int32Array(slotCount);
  const folded = new Uint8Array(slotCount);
  const slots: Slots = { starts, ends, folded };
  let slot = -1;
  let inField = false;
  let filled = false;
  let stanzas = 0;

  const close = (): void => {
    if (filled) {
      stanzas++;
      visit(decodeStanza(buffer, slots, reading));
      starts.fill(-1);
    }
    filled = false;
    inField = false;
    slot = -1;
  };

  for (let at = 0; at < length; ) {
    const next = buffer.indexOf(newline, at);
    const stop = next < 0 ? length : next;
    const first = buffer[at] ?? newline;
    if (first === space || first === tab) {
      if (slot >= 0) {
        ends[slot] = stop;
        folded[slot] = 1;
      } else if (!inField && !isBlank(buffer, at, stop)) reading.strayLines++;
    } else if (stop === at || (first === carriageReturn && stop === at + 1)) {
      close();
      if (stanzas >= limits.packagesPerFile) {
        reading.stoppedAtLimit = stop < length;
        return reading;
      }
    } else if (first !== hash) {
      const end = nameEnd(buffer, at, stop);
      inField = end > at;
      slot = inField ? slotOf(buffer, at, end) : -1;
      if (!inField) reading.strayLines++;
      if (slot >= 0) {
        filled = true;
        starts[slot] = end + 1;
        ends[slot] = stop;
        folded[slot] = 0;
      }
    }
    at = stop + 1;
  }
  close();
  return reading;
}

/** Offset of the colon that ends the field name, or -1: names have no blanks (deb822(5)). */
function nameEnd(buffer: Buffer, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    const byte = buffer[at] as number;
    if (byte === colon) return at;
    if (byte <= space) return -1;
  }
  return -1;
}

/** The slot of the field name (case-insensitive, deb822(5)), or -1. */
function slotOf(buffer: Buffer, from: number, to: number): number {
  const length = to - from;
  for (let slot = 0; slot < slotCount; slot++) {
    const name = fieldBytes[slot] as Buffer;
    if (name.length !== length) continue;
    let same = 0;
    while (
      same < length &&
      ((buffer[from + same] as number) | 0x20) === ((name[same] as number) | 0x20)
    ) {
      same++;
    }
    if (same === length) return slot;
  }
  return -1;
}

function isBlank(buffer: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if ((buffer[at] as number) > space) return false;
  return true;
}

interface Slots {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** 1 where the value has continuation lines. */
  readonly folded: Uint8Array;
}

function decodeStanza(buffer: Buffer, slots: Slots, reading: StanzaReading): Stanza {
  const { starts, ends, folded } = slots;
  const stanza: Partial<Record<StanzaField, string>> = {};
  for (let slot = 0; slot < slotCount; slot++) {
    const start = starts[slot] as number;
    if (start < 0) continue;
    const end = ends[slot] as number;
    if (end - start > longestValueBytes) {
      reading.longValues++;
      continue;
    }
    let from = start;
    let to = end;
    while (from < to && (buffer[from] as number) <= space) from++;
    while (to > from && (buffer[to - 1] as number) <= space) to--;
    const text = buffer.toString('utf8', from, to);
    stanza[fieldNames[slot] as StanzaField] =
      folded[slot] === 1 ? text.replaceAll(/\s+/g, ' ') : text;
  }
  return stanza;
}

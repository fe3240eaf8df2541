// One package header as rpm's databases store it (rpm manual, "RPM V4 package format", without the lead
// magic): two counts, an index of 16-byte entries, then the data; all numbers big-endian.

/** rpm's own limits (lib/header.c): HEADER_TAGS_MAX and HEADER_DATA_MAX. */
const mostEntries = 65_535;
const mostDataBytes = 256 * 1024 * 1024;
/** Strings taken of one tag: the largest packages list some 60,000 files. */
const mostStrings = 1_000_000;

export const tags = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  vendor: 1011,
  licence: 1014,
  architecture: 1022,
  oldFileNames: 1027,
  sourceRpm: 1044,
  provideName: 1047,
  requireName: 1049,
  changelogTimes: 1080,
  changelogNames: 1081,
  changelogTexts: 1082,
  directoryIndexes: 1116,
  baseNames: 1117,
  directoryNames: 1118,
  modularityLabel: 5096,
} as const;
export type Tag = (typeof tags)[keyof typeof tags];

const int32Type = 4;
const stringType = 6;
const stringArrayType = 8;
const i18nStringType = 9;

const wanted: ReadonlySet<number> = new Set(Object.values(tags));

interface Entry {
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

/** The wanted tags of one header. Reads of absent or broken tags give null or nothing. */
export class RpmHeader {
  readonly #data: Buffer;
  readonly #entries: ReadonlyMap<number, Entry>;

  constructor(data: Buffer, entries: ReadonlyMap<number, Entry>) {
    this.#data = data;
    this.#entries = entries;
  }

  /** The first string of a tag, or null when it is absent, empty or broken. */
  string(tag: Tag): string | null {
    return this.strings(tag, 1)[0] || null;
  }

  /** The strings of a tag; fewer than stated when the data end before. */
  strings(tag: Tag, most: number = mostStrings): string[] {
    const entry = this.#entries.get(tag);
    const found: string[] = [];
    if (!entry || ![stringType, stringArrayType, i18nStringType].includes(entry.type)) return found;
    const count = Math.min(entry.type === stringType ? 1 : entry.count, most);
    let at = entry.offset;
    while (found.length < count && at < this.#data.length) {
      const end = this.#data.indexOf(0, at);
      if (end < 0) break;
      found.push(this.#data.toString('utf8', at, end));
      at = end + 1;
    }
    return found;
  }

  /** The 32-bit numbers of a tag. */
  numbers(tag: Tag): Uint32Array {
    const entry = this.#entries.get(tag);
    if (!entry || entry.type !== int32Type) return new Uint32Array(0);
    const room = Math.max(0, Math.floor((this.#data.length - entry.offset) / 4));
    const numbers = new Uint32Array(Math.min(entry.count, room, mostStrings));
    for (let at = 0; at < numbers.length; at++) {
      numbers[at] = this.#data.readUInt32BE(entry.offset + at * 4);
    }
    return numbers;
  }
}

export interface HeaderReading {
  readonly header: RpmHeader | null;
  /** What is wrong with it; a header may be given all the same. */
  readonly problem: string | null;
}

/** Reads the index; never throws. A header whose data are cut off is given as far as it goes. */
export function readHeader(blob: Uint8Array): HeaderReading {
  const buffer = Buffer.from(blob.buffer, blob.byteOffset, blob.length);
  if (buffer.length < 8) return { header: null, problem: 'a package header is too short' };
  const entryCount = buffer.readUInt32BE(0);
  const dataBytes = buffer.readUInt32BE(4);
  if (entryCount === 0 || entryCount > mostEntries || dataBytes > mostDataBytes) {
    return { header: null, problem: 'a package header has impossible sizes' };
  }
  const dataStart = 8 + entryCount * 16;
  if (dataStart > buffer.length) return { header: null, problem: 'a package header is cut off' };
  const entries = new Map<number, Entry>();
  for (let at = 8; at < dataStart; at += 16) {
    const tag = buffer.readUInt32BE(at);
    // Entries behind the immutable region replace those inside it, so the last one wins.
    if (!wanted.has(tag)) continue;
    entries.set(tag, {
      type: buffer.readUInt32BE(at + 4),
      offset: buffer.readUInt32BE(at + 8),
      count: buffer.readUInt32BE(at + 12),
    });
  }
  const data = buffer.subarray(dataStart, dataStart + dataBytes);
  const problem = data.length < dataBytes ? 'a package header is cut off' : null;
  return { header: new RpmHeader(data, entries), problem };
}

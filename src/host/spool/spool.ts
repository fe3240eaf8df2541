// What a node wants to tell its server, on disk until the server has it. Two families of files: raw
// records, whose oldest file goes first where room is short, and kept ones, which never go.
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../base/error.ts';
import { makeFolder } from '../../base/folder.ts';
import { newName } from '../../base/secret.ts';
import { type FleetRecord, isRaw } from '../../model/fleet.ts';
import { appendDurably, type Frame, frameBuffer, readFrames } from './segment.ts';

export interface SpoolOptions {
  readonly folder: string;
  /** All files together; half of it is the most for what is never dropped, before reading stops. */
  readonly mostBytes: number;
  /** Default 1 MiB: what is dropped at once. */
  readonly segmentBytes?: number;
}

export interface SpooledRecord {
  readonly sequence: number;
  /** The record as JSON. */
  readonly text: string;
}

export interface SpoolStatus {
  readonly bytes: number;
  /** Numbers given and not acknowledged: those that were dropped count as well. */
  readonly waiting: number;
  readonly dropped: number;
  /** Why the last append failed; null when it did not. */
  readonly fault: string | null;
}

export interface Spool {
  /** Name of this spool's numbers: another disk begins another stream. */
  readonly stream: string;
  /** What the last append gave with its records: where their source is to be read on. */
  readonly position: unknown;
  readonly acknowledged: number;
  readonly last: number;
  /**
   * Writes records and position as one: after a crash both are there or none. False where there is
   * no room: then the source is to be read again from the old position.
   */
  append(records: readonly FleetRecord[], position: unknown): boolean;
  /** Records behind `after` in their order, up to a number and a size. */
  read(after: number, most: { records: number; bytes: number }): readonly SpooledRecord[];
  /** The server has everything up to here. */
  acknowledge(sequence: number): void;
  /** The server knows more of this stream than we: the disk was set back. Begins another stream. */
  renew(): void;
  status(): SpoolStatus;
}

interface Segment {
  readonly file: string;
  readonly first: number;
  last: number;
  records: number;
  bytes: number;
}

type Family = 'raw' | 'kept';

const usualSegmentBytes = 1024 * 1024;

/** Opens a spool, made when it is missing. Throws what the file system throws. */
export function openSpool(options: SpoolOptions): Spool {
  return new DiskSpool(options);
}

class DiskSpool implements Spool {
  stream: string;
  position: unknown = null;
  acknowledged = 0;
  last = 0;
  readonly #options: SpoolOptions;
  readonly #segments: Record<Family, Segment[]> = { raw: [], kept: [] };
  /** The frames of the file that was read last, by family: reading goes on where it was. */
  readonly #read = new Map<Family, { readonly file: string; readonly frames: readonly Frame[] }>();
  #dropped = 0;
  #fault: string | null = null;

  constructor(options: SpoolOptions) {
    this.#options = options;
    makeFolder(options.folder);
    this.stream = this.#word('stream', newName);
    this.#recover();
    this.#dropped = Number(this.#word('dropped', () => '0')) || 0;
    const told = Number(this.#word('acknowledged', () => '0')) || 0;
    this.acknowledged = Math.min(this.last, told);
    // Numbers that were given before must not be given again to others.
    if (told > this.last) this.renew();
  }

  append(records: readonly FleetRecord[], position: unknown): boolean {
    try {
      this.#write(records, position);
      this.#fault = null;
      return true;
    } catch (error) {
      this.#fault = messageOf(error);
      return false;
    }
  }

  #write(records: readonly FleetRecord[], position: unknown): void {
    const frames: Record<Family, Buffer[]> = { raw: [], kept: [] };
    let sequence = this.last;
    for (const record of records) {
      sequence += 1;
      const text = JSON.stringify(record);
      frames[isRaw(record) ? 'raw' : 'kept'].push(
        frameBuffer({ isPosition: false, sequence, text }),
      );
    }
    const rawCount = frames.raw.length;
    const keptCount = frames.kept.length;
    const text = JSON.stringify(position);
    // The position is what makes it true: raw frames without one are cut off by the next start.
    frames.kept.push(frameBuffer({ isPosition: true, sequence, text }));
    const raw = Buffer.concat(frames.raw);
    const kept = Buffer.concat(frames.kept);
    this.#makeRoom(raw.length + kept.length, kept.length);
    const given = { last: sequence, first: this.last + 1 };
    const before = this.#newestOf('raw');
    if (rawCount > 0) this.#append('raw', raw, { ...given, records: rawCount });
    try {
      this.#append('kept', kept, { ...given, records: keptCount });
    } catch (error) {
      this.#undo('raw', before);
      throw error;
    }
    this.last = sequence;
    this.position = position;
  }

  /** Room within the bound: raw records go, oldest file first; kept ones never. */
  #makeRoom(bytes: number, keptBytes: number): void {
    const { mostBytes } = this.#options;
    const keptNow = this.#bytesOf('kept');
    if (this.#segments.kept.length > 0 && keptNow + keptBytes > mostBytes / 2) {
      throw new Error('the spool is full of records that are never dropped');
    }
    while (this.#bytesOf('raw') + keptNow + bytes > mostBytes) {
      if (!this.#dropOldest()) return;
    }
  }

  #bytesOf(family: Family): number {
    return this.#segments[family].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** The server learns how many they were: their numbers never come. */
  #dropOldest(): boolean {
    const oldest = this.#segments.raw.shift();
    if (oldest === undefined) return false;
    if (oldest.last > this.acknowledged) this.#dropped += oldest.records;
    rmSync(oldest.file, { force: true });
    this.#keepWord('dropped', String(this.#dropped));
    return true;
  }

  #append(
    family: Family,
    bytes: Buffer,
    given: { first: number; last: number; records: number },
  ): void {
    for (;;) {
      const segment = this.#segmentFor(family, given.first);
      try {
        segment.bytes = appendDurably(segment.file, bytes, segment.bytes);
        segment.last = given.last;
        segment.records += given.records;
        this.#read.delete(family);
        return;
      } catch (error) {
        // On a full disk raw records give their room to what comes now.
        if ((error as { code?: string }).code !== 'ENOSPC' || !this.#dropOldest()) throw error;
      }
    }
  }

  #segmentFor(family: Family, first: number): Segment {
    const list = this.#segments[family];
    const newest = list.at(-1);
    const most = this.#options.segmentBytes ?? usualSegmentBytes;
    if (newest !== undefined && newest.bytes < most) return newest;
    const name = `${family}-${String(first).padStart(16, '0')}.spool`;
    const segment = {
      file: join(this.#options.folder, name),
      first,
      last: first - 1,
      records: 0,
      bytes: 0,
    };
    list.push(segment);
    return segment;
  }

  #newestOf(family: Family): Segment | undefined {
    const newest = this.#segments[family].at(-1);
    return newest === undefined ? undefined : { ...newest };
  }

  /** What was appended to the newest file since then is taken back. */
  #undo(family: Family, before: Segment | undefined): void {
    const list = this.#segments[family];
    const newest = list.at(-1);
    this.#read.delete(family);
    if (newest === undefined) return;
    if (before?.file === newest.file) {
      truncateSync(newest.file, before.bytes);
      Object.assign(newest, before);
    } else {
      rmSync(newest.file, { force: true });
      list.pop();
    }
  }

  read(after: number, most: { records: number; bytes: number }): readonly SpooledRecord[] {
    const found: SpooledRecord[] = [];
    const sources = [this.#framesAfter('raw', after), this.#framesAfter('kept', after)];
    const heads = sources.map((source) => source.next());
    let bytes = 0;
    while (found.length < most.records && bytes < most.bytes) {
      const [a, b] = heads;
      const ofA = a?.done === false ? a.value.sequence : Number.POSITIVE_INFINITY;
      const ofB = b?.done === false ? b.value.sequence : Number.POSITIVE_INFINITY;
      const index = ofA < ofB ? 0 : 1;
      const head = heads[index];
      if (head === undefined || head.done === true) break;
      found.push({ sequence: head.value.sequence, text: head.value.text });
      bytes += head.value.text.length;
      const source = sources[index];
      if (source !== undefined) heads[index] = source.next();
    }
    return found;
  }

  *#framesAfter(family: Family, after: number): Generator<Frame, undefined> {
    for (const segment of this.#segments[family]) {
      if (segment.last <= after || segment.records === 0) continue;
      let known = this.#read.get(family);
      if (known?.file !== segment.file) {
        known = { file: segment.file, frames: readFrames(segment.file).frames };
        this.#read.set(family, known);
      }
      for (const frame of known.frames) {
        if (!frame.isPosition && frame.sequence > after && frame.sequence <= this.last) yield frame;
      }
    }
    return undefined;
  }

  acknowledge(sequence: number): void {
    if (sequence <= this.acknowledged) return;
    this.acknowledged = Math.min(sequence, this.last);
    this.#keepWord('acknowledged', String(this.acknowledged));
    for (const family of ['raw', 'kept'] as const) {
      const list = this.#segments[family];
      // The newest of the kept ones holds the position.
      const stays = family === 'kept' ? 1 : 0;
      while (list.length > stays && (list[0]?.last ?? 0) <= this.acknowledged) {
        const [gone] = list.splice(0, 1);
        if (gone !== undefined) rmSync(gone.file, { force: true });
      }
    }
  }

  renew(): void {
    this.stream = newName();
    this.#keepWord('stream', this.stream);
    this.#keepWord('acknowledged', String(this.acknowledged));
  }

  status(): SpoolStatus {
    return {
      bytes: this.#bytesOf('raw') + this.#bytesOf('kept'),
      waiting: this.last - this.acknowledged,
      dropped: this.#dropped,
      fault: this.#fault,
    };
  }

  /** Finds the last position that is whole, and cuts off everything behind it. */
  #recover(): void {
    const names = readdirSync(this.#options.folder).toSorted();
    const kept = names.filter((name) => /^kept-\d{16}\.spool$/.test(name));
    let cut: { readonly name: string; readonly end: number } | null = null;
    for (const name of kept.toReversed()) {
      const { frames } = readFrames(join(this.#options.folder, name));
      const position = frames.findLast(({ isPosition }) => isPosition);
      if (position === undefined) continue;
      this.last = position.sequence;
      this.position = JSON.parse(position.text) as unknown;
      cut = { name, end: position.end };
      break;
    }
    for (const name of names) this.#recoverFile(name, cut);
  }

  #recoverFile(name: string, cut: { readonly name: string; readonly end: number } | null): void {
    const file = join(this.#options.folder, name);
    const family = name.startsWith('raw-') ? 'raw' : name.startsWith('kept-') ? 'kept' : null;
    if (family === null || !name.endsWith('.spool')) return;
    if (family === 'kept' && (cut === null || name > cut.name)) {
      rmSync(file, { force: true });
      return;
    }
    if (family === 'kept' && name === cut?.name) truncateSync(file, cut.end);
    const { frames } = readFrames(file);
    const committed = frames.filter(({ sequence }) => sequence <= this.last);
    const end = committed.at(-1)?.end ?? 0;
    const records = committed.filter(({ isPosition }) => !isPosition);
    const newest = records.at(-1)?.sequence ?? committed.at(-1)?.sequence ?? 0;
    if (committed.length === 0) {
      rmSync(file, { force: true });
      return;
    }
    // Behind it are frames that no position speaks for, or a damaged one: neither is read again.
    if (statSync(file).size > end) truncateSync(file, end);
    this.#segments[family].push({
      file,
      first: Number(/\d{16}/.exec(name)?.[0] ?? 0),
      last: newest,
      records: records.length,
      bytes: end,
    });
  }

  /** A small file of its own; its default is written down. */
  #word(name: string, make: () => string): string {
    const file = join(this.#options.folder, name);
    if (existsSync(file)) {
      const text = readFileSync(file, 'utf8').trim();
      if (/^[\w.-]{1,64}$/.test(text)) return text;
    }
    const made = make();
    this.#keepWord(name, made);
    return made;
  }

  /** On a full disk it stays as it was: then something is sent twice, and taken once. */
  #keepWord(name: string, text: string): void {
    const file = join(this.#options.folder, name);
    try {
      writeFileSync(`${file}.new`, text, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    } catch (error) {
      this.#fault = messageOf(error);
    }
  }
}

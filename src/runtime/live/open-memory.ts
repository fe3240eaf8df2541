// Opens that led to nothing a moment ago: the same process, file, words and flags again need no second
// look at the rules. What matched is never here, so a detection is never kept back.
import type { RecordView } from '../../host/sensor/index.ts';

/** All is forgotten after this: the world around an event may have changed. */
const windowNs = 10_000_000_000;
/** Opens that are remembered; a storm over more different files is looked at one by one. */
const opensAtMost = 65_536;

/** Offsets of native/record.h: what tells one open from another, without its time and its result. */
const place = { start: 24, result: 40, flags: 48, arguments: 64, slots: 112 } as const;

export class OpenMemory {
  /** By process. */
  private readonly quiet = new Map<number, Set<number>>();
  private readonly seedLow: number;
  private readonly seedHigh: number;
  private size = 0;
  private sinceNs = 0;

  /** @param seed nobody else knows it, so that nobody can make two opens look like one */
  constructor(seed: readonly [number, number]) {
    [this.seedLow, this.seedHigh] = seed;
  }

  /**
   * A number for an open: equal for equal ones, and for others with a chance of 1 to 2^53.
   * @param flagsIndex which argument holds the flags
   */
  keyOf(record: RecordView, flagsIndex: number): number {
    let low = this.seedLow;
    let high = this.seedHigh;
    const mix = (word: number): void => {
      low = Math.imul(low ^ word, 0x85eb_ca6b);
      low ^= low >>> 15;
      high = Math.imul(high ^ word ^ (low >>> 3), 0xc2b2_ae35);
      high ^= high >>> 13;
    };
    for (let at: number = place.start; at < place.result; at += 4) mix(record.uint32(at));
    for (let at: number = place.flags; at < place.arguments; at += 4) mix(record.uint32(at));
    mix(record.argument32(flagsIndex));
    // The last bytes may be no whole word: they read as zero, and the length tells them apart.
    for (let at: number = place.slots; at < record.bytes; at += 4) mix(record.uint32(at));
    mix(record.bytes);
    return (high >>> 11) * 0x1_0000_0000 + (low >>> 0);
  }

  isQuiet(pid: number, key: number): boolean {
    return this.quiet.get(pid)?.has(key) === true;
  }

  /** It led to nothing. */
  remember(pid: number, key: number, atNs: number): void {
    if (atNs - this.sinceNs > windowNs || this.size >= opensAtMost) {
      this.forgetAll();
      this.sinceNs = atNs;
    }
    const known = this.quiet.get(pid);
    if (known === undefined) this.quiet.set(pid, new Set([key]));
    else known.add(key);
    this.size += 1;
  }

  /** The process is another one now, or may do other things. */
  forget(pid: number): void {
    const known = this.quiet.get(pid);
    if (known === undefined) return;
    this.size -= known.size;
    this.quiet.delete(pid);
  }

  /** Rules or names are others. */
  forgetAll(): void {
    this.quiet.clear();
    this.size = 0;
  }
}

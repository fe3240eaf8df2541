// Counts different things within a time, in bounded memory: it never holds more than it needs to say
// "enough".
import { limits } from '../../base/limits.ts';

export class SlidingWindow {
  /** When each thing was last seen; the longest unseen first. */
  private readonly seen = new Map<string, bigint>();

  /** Adds a thing and gives the number of different ones within the time before it. */
  add(key: string, timeNs: bigint, windowNs: bigint): number {
    const short =
      key.length > limits.patternKeyLength ? key.slice(0, limits.patternKeyLength) : key;
    this.seen.delete(short);
    this.seen.set(short, timeNs);
    for (const [old, at] of this.seen) {
      if (timeNs - at <= windowNs) break;
      this.seen.delete(old);
    }
    return this.seen.size;
  }

  /** The things that count now, the first few. */
  examples(atMost: number): readonly string[] {
    return [...this.seen.keys()].slice(0, atMost);
  }

  clear(): void {
    this.seen.clear();
  }
}

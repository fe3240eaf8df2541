// What was told a moment ago need not be told again: a bounded memory of texts with their times.

export class Recent {
  private readonly atMost: number;
  private readonly windowNs: bigint;
  private readonly times = new Map<string, bigint>();

  constructor(atMost: number, windowNs: bigint) {
    this.atMost = atMost;
    this.windowNs = windowNs;
  }

  /** True for the first time in the window; from then on it counts as told. */
  isNew(text: string, nowNs: bigint): boolean {
    const before = this.times.get(text);
    if (before !== undefined && nowNs - before < this.windowNs) return false;
    this.times.delete(text);
    this.times.set(text, nowNs);
    if (this.times.size > this.atMost) {
      const oldest = this.times.keys().next();
      if (oldest.done === false) this.times.delete(oldest.value);
    }
    return true;
  }
}

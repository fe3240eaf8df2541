// How soon the rings are looked at again. A program that starts tells ten things within some
// milliseconds: a few looks in quick succession tell them at once. Where there is always something to
// read, looks are rare and read much.

/** Pauses behind a look that found records. */
export interface LookPauses {
  readonly pauseMinMs: number;
  readonly pauseMaxMs: number;
}

/** So much in one look, and the rings must not be left for long. */
const busyBytes = 64 * 1024;
/** Quick looks in a row, at most; one more is allowed for each time of a long pause. */
const quickLooks = 16;

export class LookPace {
  private readonly pauses: LookPauses;
  private quickLeft = quickLooks;
  private countedMs = 0;

  constructor(pauses: LookPauses) {
    this.pauses = pauses;
  }

  /**
   * Milliseconds until the next look.
   *
   * @param bytes that the last one found
   * @param nowMs of a clock that only grows
   */
  pauseMs(bytes: number, nowMs: number): number {
    const { pauseMinMs, pauseMaxMs } = this.pauses;
    const earned = Math.floor((nowMs - this.countedMs) / pauseMaxMs);
    if (earned > 0) {
      this.quickLeft = Math.min(quickLooks, this.quickLeft + earned);
      this.countedMs = this.quickLeft === quickLooks ? nowMs : this.countedMs + earned * pauseMaxMs;
    }
    if (bytes >= busyBytes) return pauseMinMs;
    if (this.quickLeft === 0) return pauseMaxMs;
    this.quickLeft -= 1;
    return pauseMinMs;
  }
}

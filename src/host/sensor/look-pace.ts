// How soon the rings are looked at again. What begins after a rest (a program starts: ten records within
// some milliseconds) is told at once; where there is always something, looks are rare and read much.

/** Pauses behind a look that found records: the first one of a row, and the longest. */
export interface LookPauses {
  readonly pauseMinMs: number;
  readonly pauseMaxMs: number;
}

/** So much in one look, and the rings must not be left for long. */
const floodBytes = 64 * 1024;

export class LookPace {
  private readonly pauses: LookPauses;
  private nextMs: number;

  constructor(pauses: LookPauses) {
    this.pauses = pauses;
    this.nextMs = pauses.pauseMinMs;
  }

  /** Milliseconds until the next look, twice as long each time. @param bytes that the last one found */
  pauseMs(bytes: number): number {
    const { pauseMinMs, pauseMaxMs } = this.pauses;
    if (bytes >= floodBytes) return Math.min(2 * pauseMinMs, pauseMaxMs);
    const pauseMs = this.nextMs;
    this.nextMs = Math.min(2 * pauseMs, pauseMaxMs);
    return pauseMs;
  }

  /** Nothing was there. */
  rested(): void {
    this.nextMs = this.pauses.pauseMinMs;
  }
}

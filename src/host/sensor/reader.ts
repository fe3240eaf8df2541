// One look at the rings: everything that was finished by now, in the order of time, to a consumer.
import { bootClockOffsetNs } from '../kernel/index.ts';
import { BatchCursor } from './batch.ts';
import type { KernelSensor } from './kernel-sensor.ts';
import type { BatchSection } from './ring.ts';

/** Taken of one ring at a time, so that a flood in one cannot keep the others waiting. */
const maxBytesAtOnce = 4 * 1024 * 1024;
/** How often the clock is compared: a jump of the wall clock shows in records of this age at most. */
const clockEveryNs = 250_000_000n;

export interface RingReader {
  /**
   * Gives what is there to `take`, then returns it to the kernel.
   *
   * @returns bytes that were taken; 0 when nothing was there
   */
  read(take: (sections: readonly BatchSection[], clockOffsetNs: bigint) => void): number;
  /** Whether records lie in the rings, finished or not. */
  hasNews(): boolean;
  readonly clockOffsetNs: bigint;
}

/** A reader of the sensor's rings; `nowNs` measures intervals. */
export function ringReader({ rings }: KernelSensor, nowNs: () => bigint): RingReader {
  let clockOffsetNs = bootClockOffsetNs();
  let comparedAtNs = nowNs();
  const hasNews = (): boolean => rings.some((ring) => ring.hasNews());
  return {
    hasNews,
    get clockOffsetNs() {
      return clockOffsetNs;
    },
    read: (take) => {
      if (!hasNews()) return 0;
      const now = nowNs();
      if (now - comparedAtNs >= clockEveryNs) {
        clockOffsetNs = bootClockOffsetNs();
        comparedAtNs = now;
      }
      // Marks are taken from the last ring to the first: births that come before a call that is read
      // now are read now.
      const marks = rings.map(() => 0);
      for (let index = rings.length - 1; index >= 0; index--) {
        marks[index] = rings[index]?.mark() ?? 0;
      }
      const spans = rings.map((ring, index) => ring.span(marks[index] ?? 0, maxBytesAtOnce));
      const sections = spans.flatMap((span) => span.sections);
      const bytes = spans.reduce((sum, span) => sum + span.bytes, 0);
      if (bytes === 0) return 0;
      try {
        take(sections, clockOffsetNs);
      } finally {
        rings.forEach((ring, index) => {
          const span = spans[index];
          if (span !== undefined && span.bytes > 0) ring.release(span);
        });
      }
      return bytes;
    },
  };
}

/** The records of sections by time. */
export function cursorOf(sections: readonly BatchSection[], clockOffsetNs: bigint): BatchCursor {
  return new BatchCursor(sections, clockOffsetNs);
}

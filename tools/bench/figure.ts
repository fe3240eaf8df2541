// One measured line of the bench, and the arithmetic of several runs.

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The value must not be above it; null for figures that are only told. */
  readonly target: number | null;
  readonly ok: boolean;
  /** How the value came about: both times of a comparison, best and median, counts. */
  readonly note?: string;
  /** Peak resident memory of the measured process, of the runs the largest. */
  readonly peakMB?: number;
}

/** A case that could not be measured here, and why. It is not a failure, and not a success. */
export interface Skipped {
  readonly name: string;
  readonly skipped: string;
}

/** A case that broke: as bad as a missed target. */
export interface Failed {
  readonly name: string;
  readonly failed: string;
}

export type Row = Figure | Skipped | Failed;

export interface FigureOptions {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target?: number;
  readonly note?: string;
  readonly peakMB?: number;
}

/** Judges the exact value, then rounds it for people. */
export function figure({ target, value, peakMB, ...rest }: FigureOptions): Figure {
  return {
    ...rest,
    value: rounded(value),
    target: target ?? null,
    ok: target === undefined || value <= target,
    ...(peakMB === undefined ? {} : { peakMB: Math.round(peakMB) }),
  };
}

/** The middle one of an odd number of values, the lower middle one else; NaN of none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}

/** `best 312 ms, median 330 ms of 5`. */
export function spread(valuesMs: readonly number[]): string {
  const [best, middle] = [Math.min(...valuesMs), median(valuesMs)];
  return `best ${milliseconds(best)}, median ${milliseconds(middle)} of ${valuesMs.length}`;
}

/** `312 ms` or `4.21 s`. */
export function milliseconds(value: number): string {
  return value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(2)} s`;
}

function rounded(value: number): number {
  const scale = value < 1 ? 10_000 : 100;
  return Math.round(value * scale) / scale;
}

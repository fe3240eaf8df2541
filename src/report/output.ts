// The contract of an output: one file each, chosen by `--format`.
import type { Report } from '../model/report.ts';

export interface OutputOptions {
  /** Columns of the terminal; 80 elsewhere. */
  readonly columns: number;
  readonly colour: boolean;
  /**
   * What the reader asked to see in full: a severity, `unknowns`, `suppressed`, `packages`, `all`.
   */
  readonly show: string | null;
  /** Wall time of the scan in seconds, or null: machine formats never hold it. */
  readonly elapsedSeconds: number | null;
}

export interface Output {
  readonly id: string;
  readonly mediaType: string;
  /**
   * Text of one or several reports, ending in a line feed, in pieces that are made when they are asked
   * for: whoever writes them away needs memory for one.
   */
  pieces(reports: readonly Report[], options: OutputOptions): Iterable<string>;
}

/** The whole text at once. */
export function textOf(output: Output, reports: readonly Report[], options: OutputOptions): string {
  return [...output.pieces(reports, options)].join('');
}

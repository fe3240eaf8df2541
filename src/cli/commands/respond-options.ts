// Flags of `seaworthy respond`.
import type { CommonOptions } from '../options.ts';

export const respondFormats = ['table', 'json'] as const;

export interface RespondOptions extends CommonOptions {
  readonly format: (typeof respondFormats)[number];
}

export interface RespondListOptions extends RespondOptions {
  /** Only what still holds and can be taken back. */
  readonly active?: boolean;
}

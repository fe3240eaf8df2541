// Flags of `seaworthy replay`.
import type { CommonOptions } from '../options.ts';

export const replayFormats = ['table', 'jsonl', 'json'] as const;

/** Lowest first, as flags are read. */
export const failPriorities = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
] as const;

export interface ReplayOptions extends CommonOptions {
  readonly rules: readonly string[];
  readonly all?: boolean;
  readonly failOn?: (typeof failPriorities)[number];
  readonly format: (typeof replayFormats)[number];
}

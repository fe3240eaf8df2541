// Flags of `seaworthy timeline`.
import type { CommonOptions } from '../options.ts';

export const timelineFormats = ['table', 'json', 'html', 'events', 'scap', 'exceptions'] as const;

export interface TimelineOptions extends CommonOptions {
  readonly format: (typeof timelineFormats)[number];
  /** Nanoseconds since 1970. */
  readonly since?: bigint;
  readonly until?: bigint;
  readonly grep?: string;
  readonly limit: number;
}

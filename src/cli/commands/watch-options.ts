// Flags of `seaworthy watch`.
import { InvalidArgumentError } from 'commander';
import type { CommonOptions } from '../options.ts';

export const watchFormats = ['table', 'jsonl'] as const;
export const watchEvents = ['detections', 'all'] as const;

export interface WatchCommandOptions extends CommonOptions {
  readonly rules: readonly string[];
  readonly exceptions: readonly string[];
  readonly format: (typeof watchFormats)[number];
  readonly events: (typeof watchEvents)[number];
  /** False with --no-record. */
  readonly record: boolean;
  /** False with --no-inventory. */
  readonly inventory: boolean;
  /** Milliseconds. */
  readonly for?: number;
  readonly container?: string;
  readonly priority?: string;
  /** File of outputs: who is told. */
  readonly alerts?: string;
  /** File of the policy of responses. */
  readonly response?: string;
}

const unitMs = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** `30s`, `10m`, `2h` in milliseconds. */
export function durationOf(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,6})(ms|s|m|h|d)$/.exec(text) ?? [];
  const ms = Number(count) * (unitMs.get(unit) ?? 0);
  // What a timer can wait for is 24 days.
  if (ms < 1 || ms > 2 ** 31 - 1)
    throw new InvalidArgumentError('Write 500ms, 30s, 10m, 2h or 7d.');
  return ms;
}

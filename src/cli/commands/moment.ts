// Moments as people type them: `10m`, `2h`, `7d` before now, or a date and time.
import { InvalidArgumentError } from 'commander';

const unitMs = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** Nanoseconds since 1970. Throws commander's error for what is neither. */
export function parseMoment(text: string, now: Date = new Date()): bigint {
  const [, count, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const ms =
    count === undefined
      ? Date.parse(text)
      : now.getTime() - Number(count) * (unitMs.get(unit) ?? 0);
  if (Number.isNaN(ms)) {
    throw new InvalidArgumentError('Write 30s, 10m, 2h, 7d or 2026-01-02T03:04:05Z.');
  }
  return BigInt(ms) * 1_000_000n;
}

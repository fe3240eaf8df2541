import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clockText, dayText, momentText } from './moments.ts';

const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
const day = { month: 'short', day: 'numeric' } as const;
const seconds = { ...clock, second: '2-digit' } as const;
const formats = {
  day: new Intl.DateTimeFormat('en-US', day),
  year: new Intl.DateTimeFormat('en-US', { ...day, year: 'numeric' }),
  minute: new Intl.DateTimeFormat('en-US', { ...day, ...clock }),
  second: new Intl.DateTimeFormat('en-US', seconds),
  millisecond: new Intl.DateTimeFormat('en-US', { ...seconds, fractionalSecondDigits: 3 }),
};

test('moments read as the browser itself writes them in English', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(2100, 0) }), (ms) => {
      expect(dayText(ms)).toBe(formats.day.format(ms));
      expect(dayText(ms, ms + 400 * 86_400_000)).toBe(formats.year.format(ms));
      expect(clockText(ms, 'second')).toBe(formats.second.format(ms));
      expect(clockText(ms, 'millisecond')).toBe(formats.millisecond.format(ms));
      expect(momentText(ms, 6 * 86_400_000)).toBe(formats.day.format(ms));
      expect(momentText(ms, 3_600_000)).toBe(formats.minute.format(ms));
      expect(momentText(ms, 60_000)).toBe(formats.second.format(ms));
      expect(momentText(ms, 1000)).toBe(formats.millisecond.format(ms).slice(3));
    }),
    { numRuns: 300 },
  );
});

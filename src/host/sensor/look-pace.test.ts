import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LookPace } from './look-pace.ts';

const pauses = { pauseMinMs: 1, pauseMaxMs: 8 };

function pausesOf(pace: LookPace, found: readonly number[]): readonly number[] {
  return found.map((bytes) => pace.pauseMs(bytes));
}

test('what begins is looked at quickly, what goes on all the time is not', () => {
  expect(pausesOf(new LookPace(pauses), [100, 1, 100, 1, 100, 1])).toEqual([1, 2, 4, 8, 8, 8]);
});

test('after a rest it is as quick as at first', () => {
  const pace = new LookPace(pauses);
  pausesOf(pace, [1, 1, 1, 1, 1]);
  pace.rested();
  expect(pausesOf(pace, [1, 1])).toEqual([1, 2]);
});

test('a flood is read without a long pause, and what comes behind it is no beginning', () => {
  const flood = 1024 * 1024;
  expect(pausesOf(new LookPace(pauses), [1, 1, 1, flood, flood, 1])).toEqual([1, 2, 4, 2, 2, 8]);
});

test('no pause is shorter or longer than it may be', () => {
  const some = fc.integer({ min: 1, max: 100 });
  fc.assert(
    fc.property(some, some, fc.array(fc.option(fc.nat(200_000))), (one, other, looks) => {
      const [pauseMinMs = 1, pauseMaxMs = 1] = [one, other].toSorted((a, b) => a - b);
      const pace = new LookPace({ pauseMinMs, pauseMaxMs });
      for (const bytes of looks) {
        if (bytes === null) {
          pace.rested();
          continue;
        }
        const pauseMs = pace.pauseMs(bytes);
        expect(pauseMs).toBeGreaterThanOrEqual(pauseMinMs);
        expect(pauseMs).toBeLessThanOrEqual(pauseMaxMs);
      }
    }),
    { seed: 3, numRuns: 200 },
  );
});

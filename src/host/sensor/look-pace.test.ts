import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LookPace } from './look-pace.ts';

const pauses = { pauseMinMs: 1, pauseMaxMs: 8 };

/** Looks in `untilMs` where each finds something. */
function looksIn(untilMs: number, bytes: number): number {
  const pace = new LookPace(pauses);
  let looks = 0;
  for (let nowMs = 1000; nowMs < 1000 + untilMs; looks += 1) nowMs += pace.pauseMs(bytes, nowMs);
  return looks;
}

test('what begins is looked at quickly, what goes on all the time is not', () => {
  expect(looksIn(10, 100)).toBeGreaterThanOrEqual(9);
  expect(looksIn(10_000, 100)).toBeLessThan(10_000 / 4);
});

test('a flood is read without a long pause', () => {
  expect(looksIn(1000, 1024 * 1024)).toBe(1000);
});

test('after a rest it is as quick as at first', () => {
  const pace = new LookPace(pauses);
  let nowMs = 5;
  for (let look = 0; look < 1000; look += 1) nowMs += pace.pauseMs(1, nowMs);
  expect([0, 1].map((at) => pace.pauseMs(1, nowMs + at))).toContain(8);
  expect(pace.pauseMs(1, nowMs + 1000)).toBe(1);
});

test('a pause is one of the two, and on average it is long', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 300 }), (gaps) => {
      const pace = new LookPace(pauses);
      let nowMs = 0;
      let quick = 0;
      for (const gap of gaps) {
        const pauseMs = pace.pauseMs(1, nowMs);
        expect([1, 8]).toContain(pauseMs);
        if (pauseMs === 1) quick += 1;
        nowMs += gap + pauseMs;
      }
      expect(quick).toBeLessThanOrEqual(16 + nowMs / 8 + 1);
    }),
    { seed: 3, numRuns: 200 },
  );
});

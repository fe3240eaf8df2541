// When we try again, how long we wait and when we give up; with a clock that does not tick.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SeaworthyError } from './error.ts';
import { NetworkError } from './http-error.ts';
import { backoffMs, type Pace, realPace, retryAfterMs, TryAgain, withRetries } from './retry.ts';

function stillPace(chance = 0.5): { readonly pace: Pace; readonly slept: number[] } {
  const slept: number[] = [];
  const pace: Pace = {
    now: () => Date.UTC(2026, 10, 21),
    random: () => chance,
    sleep: (delayMs) => {
      slept.push(delayMs);
      return Promise.resolve();
    },
  };
  return { pace, slept };
}

const broken = new NetworkError('broken', { transient: true });

describe('withRetries', () => {
  test('a transient error is tried again, with growing waits', async () => {
    const { pace, slept } = stillPace();
    let calls = 0;
    const action = (): Promise<string> => {
      calls += 1;
      return calls < 4 ? Promise.reject(broken) : Promise.resolve('done');
    };
    expect(await withRetries(action, { pace })).toBe('done');
    expect(slept).toEqual([375, 750, 1500]);
  });

  test('the tries are counted', async () => {
    const { pace, slept } = stillPace();
    await expect(withRetries(() => Promise.reject(broken), { pace, tries: 3 })).rejects.toBe(
      broken,
    );
    expect(slept).toHaveLength(2);
  });

  test.each([
    new NetworkError('certificate', { transient: false }),
    new SeaworthyError('denied', 'no'),
    new SeaworthyError('digest-mismatch', 'no'),
    new Error('a bug'),
  ])('$message passes at once', async (error) => {
    const { pace, slept } = stillPace();
    await expect(withRetries(() => Promise.reject(error), { pace })).rejects.toBe(error);
    expect(slept).toEqual([]);
  });

  test('the wait that a server asks for is kept', async () => {
    const { pace, slept } = stillPace();
    const busy = new SeaworthyError('busy', 'too many');
    const action = (): Promise<never> => Promise.reject(new TryAgain(7_000, busy));
    await expect(withRetries(action, { pace, tries: 3 })).rejects.toBe(busy);
    expect(slept).toEqual([7_000, 7_000]);
  });

  test('a wait that is too long is not begun', async () => {
    const { pace, slept } = stillPace();
    const busy = new SeaworthyError('busy', 'too many');
    const action = (): Promise<never> => Promise.reject(new TryAgain(3_600_000, busy));
    await expect(withRetries(action, { pace })).rejects.toBe(busy);
    expect(slept).toEqual([]);
  });

  test('an abort ends the wait', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    const running = withRetries(() => Promise.reject(new TryAgain(50_000, broken)), {
      pace: realPace,
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(reason), 10);
    await expect(running).rejects.toBe(reason);
  });
});

describe('waits', () => {
  test('are between half and all of their ceiling', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (n, chance) => {
          const wait = backoffMs(n, stillPace(chance).pace);
          const ceiling = Math.min(15_000, 500 * 2 ** (n - 1));
          expect(wait).toBeGreaterThanOrEqual(Math.floor(ceiling / 2));
          expect(wait).toBeLessThanOrEqual(ceiling);
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  const now = Date.UTC(2026, 10, 21, 12);
  test.each([
    [null, null],
    ['', null],
    ['soon', null],
    ['0', 0],
    ['120', 120_000],
    [' 3 ', 3_000],
    ['9999999999999999', null],
    ['Sat, 21 Nov 2026 12:00:30 GMT', 30_000],
    ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
  ])('Retry-After %j is %j ms', (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });
});

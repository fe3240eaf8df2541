// When a start goes on: soon where nobody asks, after the last answer where somebody does, in any case.
import { expect, test } from 'vitest';
import type { Pace } from '../../base/retry.ts';
import { createRest } from './rest.ts';

const bounds = { nobodyMs: 100, afterMs: 200, mostMs: 1000 };

/** A clock that passes only in sleep, and does what is due. */
function clockOf(events: ReadonlyMap<number, () => void>): {
  readonly nowMs: () => number;
  readonly pace: Pace;
} {
  let at = 0;
  const pace: Pace = {
    now: () => at,
    random: () => 0,
    sleep: async (delayMs) => {
      for (let left = delayMs; left > 0; left -= 1) {
        at += 1;
        events.get(at)?.();
      }
    },
  };
  return { nowMs: () => at, pace };
}

/** Requests as the moments when they come and when they are answered. */
async function restAfter(requests: readonly (readonly [number, number])[]): Promise<number> {
  const events = new Map<number, () => void>();
  const { nowMs, pace } = clockOf(events);
  const rest = createRest(nowMs, pace);
  for (const [from, to] of requests) {
    events.set(from, () => {
      const answered = rest.asked();
      // Said twice: by the answer and by the connection that closes.
      for (const at of [to, to + 1]) events.set(at, answered);
    });
  }
  await rest.until(bounds);
  return nowMs();
}

test.each([
  ['nobody asks', [], 100],
  [
    'a page loads',
    [
      [50, 60],
      [130, 300],
    ],
    500,
  ],
  ['an answer takes long', [[50, 700]], 900],
  ['somebody asks without end', [[50, 5000]], 1000],
  [
    'it is asked again and again',
    [
      [50, 60],
      [200, 220],
      [400, 420],
      [600, 620],
      [800, 820],
      [950, 960],
    ],
    1000,
  ],
] as const)('%s', async (_, requests, expected) => {
  const at = await restAfter(requests);
  // It is looked at every 20 ms.
  expect(at).toBeGreaterThanOrEqual(expected);
  expect(at).toBeLessThan(expected + 25);
});

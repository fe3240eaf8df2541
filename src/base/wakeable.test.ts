import { expect, test } from 'vitest';
import type { Pace } from './retry.ts';
import { createWakeable } from './wakeable.ts';

/** Sleeps until it is aborted, and says how long it was asked to. */
function endlessPace(): { readonly pace: Pace; readonly asked: number[] } {
  const asked: number[] = [];
  const sleep = (delayMs: number, signal?: AbortSignal): Promise<void> => {
    asked.push(delayMs);
    return new Promise((_, reject) => {
      signal?.addEventListener('abort', () => reject(new Error('aborted')));
    });
  };
  return { pace: { now: () => 0, sleep, random: () => 0 }, asked };
}

test('a sleep ends when it is woken', async () => {
  const { pace, asked } = endlessPace();
  const rest = createWakeable(pace);
  const { signal } = new AbortController();
  const slept = rest.sleep(500, signal);
  rest.wake();
  await slept;
  expect(asked).toEqual([500]);
});

test('woken before it sleeps, it does not; once', async () => {
  const { pace, asked } = endlessPace();
  const rest = createWakeable(pace);
  const stopping = new AbortController();
  rest.wake();
  rest.wake();
  await rest.sleep(1, stopping.signal);
  expect(asked).toEqual([]);
  const slept = rest.sleep(2, stopping.signal);
  stopping.abort();
  await slept;
  await rest.sleep(3, stopping.signal);
  expect(asked).toEqual([2]);
});

import { getHeapStatistics } from 'node:v8';
import { expect, test } from 'vitest';
import { createIdleMemory } from './idle-memory.ts';

test('a heap that has grown is given back in a quiet moment, not more often', () => {
  let nowNs = 0n;
  const memory = createIdleMemory(() => nowNs);
  const held: unknown[][] = [Array.from({ length: 2_000_000 }, (_, index) => ({ index }))];
  const grown = getHeapStatistics().used_heap_size;
  expect(memory.rest()).toBe(false);
  nowNs += 31_000_000_000n;
  held.length = 0;
  expect(memory.rest()).toBe(true);
  expect(getHeapStatistics().used_heap_size).toBeLessThan(grown - 30e6);
  expect(memory.rest()).toBe(false);
});

import { getHeapStatistics } from 'node:v8';
import { expect, test } from 'vitest';
import { createIdleMemory } from './idle-memory.ts';

test('a heap that has grown is given back in a quiet moment, not more often', () => {
  let nowNs = 0n;
  const memory = createIdleMemory(() => nowNs);
  const held: unknown[][] = [];
  const grow = (): void => void held.push(Array.from({ length: 2e6 }, (_, index) => ({ index })));
  const total = (): number => getHeapStatistics().total_heap_size;
  expect(memory.rest()).toBe(false);
  // What a start leaves.
  grow();
  const started = total();
  held.length = 0;
  nowNs += 5_000_000_000n;
  expect(memory.rest()).toBe(true);
  expect(total()).toBeLessThan(started - 30e6);
  // Nothing is to be had.
  nowNs += 31_000_000_000n;
  expect(memory.rest()).toBe(false);
  // A storm, and too soon for it.
  grow();
  const grown = total();
  held.length = 0;
  nowNs += 20_000_000_000n;
  expect(memory.rest()).toBe(false);
  nowNs += 11_000_000_000n;
  expect(memory.rest()).toBe(true);
  expect(total()).toBeLessThan(grown - 30e6);
  expect(memory.rest()).toBe(false);
});

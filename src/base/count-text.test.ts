import fc from 'fast-check';
import { expect, test } from 'vitest';
import { counted, grouped } from './count-text.ts';

test('grouped as ICU does it in English', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (count) => {
      expect(grouped(count)).toBe(count.toLocaleString('en'));
    }),
    { numRuns: 300, seed: 1 },
  );
});

test.each([
  [0, 'layer', '0 layers'],
  [1, 'layer', '1 layer'],
  [1024, 'layer', '1,024 layers'],
  [1, 'advisory', '1 advisory'],
  [2, 'known-exploited vulnerability', '2 known-exploited vulnerabilities'],
  [3, 'process', '3 processes'],
  [2, 'day', '2 days'],
])('%d %s', (count, noun, words) => {
  expect(counted(count, noun)).toBe(words);
});

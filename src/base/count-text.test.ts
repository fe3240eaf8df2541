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
  [0, '0 layers'],
  [1, '1 layer'],
  [1024, '1,024 layers'],
])('%d', (count, words) => {
  expect(counted(count, 'layer')).toBe(words);
});

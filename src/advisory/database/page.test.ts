import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LadderOrder } from './arrangement.ts';
import { type BoundedRow, decodePage, encodePage } from './page.ts';

const order: LadderOrder = {
  compare: (a, b) => a.length - b.length,
  boundOf: () => null,
};
const word = fc
  .string({ minLength: 1, maxLength: 8 })
  .map((text) => text.replaceAll(/[\u0000-\u001f\u007f]/g, '~'));
const plain = fc
  .tuple(fc.nat(), fc.constantFrom('E', 'S'), word)
  .map(([number, type, fixed]): BoundedRow => [number, type + fixed, null, fixed]);
const other = fc.tuple(
  fc.nat(),
  word.map((text) => JSON.stringify([[text]])),
  fc.oneof(fc.constant(null), fc.nat(), fc.string()),
  fc.option(word),
);
const rows = fc.array(fc.oneof(plain, other)) as fc.Arbitrary<readonly BoundedRow[]>;

function sorted(all: readonly BoundedRow[]): readonly string[] {
  return all.map((row) => JSON.stringify(row)).toSorted((a, b) => (a < b ? -1 : 1));
}

describe('pages', () => {
  test('what is encoded is decoded', () => {
    fc.assert(
      fc.property(rows, (all) => {
        // An empty tail is none.
        const kept = all.filter(([, , tail]) => tail !== '');
        expect(sorted(decodePage(encodePage(kept, order)))).toEqual(sorted(kept));
      }),
      { seed: 31, numRuns: 200 },
    );
  });
  test('fixes and bounds lie in their order; without one there are none', () => {
    const all: readonly BoundedRow[] = [
      [1, 'E1.10', null, '1.10'],
      [2, 'E1', null, '1'],
      [3, 'S1', null, '1'],
      [4, '[["ECOSYSTEM"]]', '1\n2', '222'],
      [5, 'E3\tm:1', null, null],
      [6, '[["SEMVER"]]', 7, '9'],
    ];
    expect(encodePage(all, order)).toEqual({
      fixes: '1\n1.10',
      steps: '2,3s\n1',
      bounds: '9\n222',
      entries: '6\t7\t[["SEMVER"]]\n4\t"1\\n2"\t[["ECOSYSTEM"]]\n5\t\tE3\tm:1',
    });
    expect(encodePage(all, null)).toMatchObject({ fixes: null, steps: null, bounds: null });
    expect(encodePage([], order)).toEqual({
      fixes: null,
      steps: null,
      bounds: null,
      entries: null,
    });
  });
  test.each([
    { fixes: '1', steps: null, bounds: null, entries: null },
    { fixes: '1', steps: 'x', bounds: null, entries: null },
    { fixes: null, steps: null, bounds: null, entries: '1\tE1' },
    { fixes: null, steps: null, bounds: null, entries: '1\t"\tE1' },
  ])('broken texts throw and are never half understood: %j', (texts) => {
    expect(() => decodePage(texts)).toThrow(SyntaxError);
  });
});

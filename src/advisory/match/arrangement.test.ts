// A list that is left out must not change any verdict: against the evaluation with the list.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordsOfZip, testEcosystems } from '../../../test/advisory-source.ts';
import { noSharedData, sharedData } from '../../../test/shared-data.ts';
import type { OsvRange } from '../../model/advisory.ts';
import { arrangementOf } from './arrangement.ts';
import { ordersOf } from './book.ts';
import { evaluateRanges, type RangeOrders } from './range.ts';

const arrangement = arrangementOf(testEcosystems);

function entry(ecosystem: string, ranges: readonly OsvRange[], versions: readonly string[]) {
  return { id: 'X-1', ecosystem, ranges, versions };
}

function orders(ecosystem: string): RangeOrders {
  const found = ordersOf(ecosystem, testEcosystems);
  if (found === null) throw new Error(`no order for ${ecosystem}`);
  return found;
}

const before2: OsvRange = { type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '2.0' }] };

describe('lists that repeat their ranges', () => {
  test.each<[string, readonly OsvRange[], readonly string[], boolean]>([
    ['all inside', [before2], ['1.0', '1.9.9', '2.0rc1'], true],
    ['one beyond', [before2], ['1.0', '2.1'], false],
    ['at the fix', [before2], ['2.0'], false],
    ['no place in the order', [before2], ['1.0', 'not a version'], false],
    ['no range', [], ['1.0'], false],
    ['a commit range beside it', [before2, { type: 'GIT', events: [] }], ['1.0'], false],
    ['an order that is not its own', [{ ...before2, type: 'SEMVER' }], ['1.0'], false],
    [
      'one range for each',
      [before2, { type: 'ECOSYSTEM', events: [{ introduced: '3' }, { last_affected: '3.5' }] }],
      ['1.0', '3.5'],
      true,
    ],
  ])('%s', (_, ranges, versions, expected) => {
    expect(arrangement.isRestated(entry('PyPI', ranges, versions))).toBe(expected);
  });

  test('an ecosystem without an order keeps its lists', () => {
    expect(arrangement.isRestated(entry('Nowhere', [before2], ['1.0']))).toBe(false);
  });

  test('left out or not: the same verdict on any version', () => {
    const version = fc.oneof(
      fc.stringMatching(/^[0-4]\.[0-9](\.[0-9])?((a|rc|\.post|\.dev)[0-3])?$/),
      fc.constantFrom('', 'x', '1.0-', 'v1.0', '01.0', '1.0.0'),
    );
    const event = fc.oneof(
      fc.record({ introduced: version }),
      fc.record({ fixed: version }),
      fc.record({ last_affected: version }),
    );
    const range = fc.record({
      type: fc.constantFrom('ECOSYSTEM', 'SEMVER', 'GIT'),
      events: fc.array(event, { maxLength: 4 }),
    });
    let left = 0;
    fc.assert(
      fc.property(
        fc.constantFrom('PyPI', 'npm', 'Maven'),
        fc.array(range, { maxLength: 2 }),
        fc.array(version, { minLength: 1, maxLength: 4 }),
        fc.array(version, { minLength: 1, maxLength: 4 }),
        (ecosystem, ranges, versions, asked) => {
          const listed = entry(ecosystem, ranges, versions);
          if (!arrangement.isRestated(listed)) return;
          left += 1;
          for (const one of [...versions, ...asked]) {
            expect(evaluateRanges({ ...listed, versions: [] }, one, orders(ecosystem))).toEqual(
              evaluateRanges(listed, one, orders(ecosystem)),
            );
          }
        },
      ),
      { seed: 9, numRuns: 5000 },
    );
    expect(left).toBeGreaterThan(50);
  });

  const folder = sharedData('osv');
  test.skipIf(folder === null)(`nearly all of PyPI's (${noSharedData})`, () => {
    const counts = { lists: 0, left: 0 };
    for (const record of recordsOfZip(`${folder}/PyPI/all.zip`)) {
      for (const { package: named, ranges = [], versions = [] } of record.affected ?? []) {
        if (named?.ecosystem !== 'PyPI' || versions.length === 0) continue;
        const spoken = ranges.filter(({ type }) => type !== 'GIT');
        counts.lists += 1;
        if (arrangement.isRestated(entry('PyPI', spoken, versions))) counts.left += 1;
      }
    }
    expect(counts.lists).toBeGreaterThan(100);
    expect(counts.left / counts.lists).toBeGreaterThan(0.8);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Prefilter } from './prefilter.ts';

/** What the prefilter must find, the slow way. */
function plainly(texts: readonly string[], bytes: string, from: number, to: number): string[] {
  const found: string[] = [];
  for (const [target, text] of texts.entries()) {
    for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + 1)) {
      if (at >= from && at < to) found.push(`${target}@${at}`);
    }
  }
  return found.toSorted();
}

function quickly(texts: readonly string[], bytes: string, from: number, to: number): string[] {
  const prefilter = new Prefilter(texts.map((text, target) => ({ text, target })));
  const found: string[] = [];
  prefilter.scan(Buffer.from(bytes, 'latin1'), { from, to }, (target, at) => {
    found.push(`${target}@${at}`);
    return true;
  });
  return found.toSorted();
}

describe('Prefilter', () => {
  test('finds the same anchors as a search for each of them', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', '_', '-'),
      minLength: 4,
      maxLength: 8,
    });
    const bytes = fc.string({ unit: fc.constantFrom('a', 'b', '_', '-', 'c'), maxLength: 120 });
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 6 }),
        bytes,
        fc.nat(40),
        (texts, all, from) => {
          const to = Math.max(from, all.length - 20);
          expect(quickly(texts, all, from, to)).toEqual(plainly(texts, all, from, to));
        },
      ),
      { numRuns: 300, seed: 5 },
    );
  });

  test('two targets with one anchor', () => {
    expect(quickly(['ghp_', 'ghp_'], 'x ghp_', 0, 6)).toEqual(['0@2', '1@2']);
  });

  test('an anchor that reaches beyond the core is found, one that begins before it is not', () => {
    expect(quickly(['glpat-'], 'glpat- glpat-', 1, 8)).toEqual(['0@7']);
  });

  test('ends when it is told to', () => {
    let calls = 0;
    new Prefilter([{ text: 'abcd', target: 0 }]).scan(
      Buffer.from('abcd'.repeat(9)),
      { from: 0, to: 36 },
      () => {
        calls += 1;
        return false;
      },
    );
    expect(calls).toBe(1);
  });

  test('an anchor that is too short is a mistake of ours', () => {
    expect(() => new Prefilter([{ text: 'abc', target: 0 }])).toThrow('too short');
  });
});

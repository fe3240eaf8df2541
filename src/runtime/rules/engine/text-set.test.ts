import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileGlob } from './glob.ts';
import { textSet } from './text-set.ts';
import { suffixUnion, textUnion } from './union.ts';
import { valueTest } from './value-test.ts';

const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', 'é', '😀'), maxLength: 6 });
const texts = fc.array(text, { maxLength: 12 });

describe('fast ways give the answers of slow ones', () => {
  test('sets', () => {
    fc.assert(
      fc.property(texts, text, (items, one) => {
        expect(textSet(items)(one)).toBe(items.includes(one));
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test('texts and prefixes', () => {
    fc.assert(
      fc.property(texts, texts, text, (whole, prefixes, one) => {
        const expected = whole.includes(one) || prefixes.some((prefix) => one.startsWith(prefix));
        expect(textUnion(whole, prefixes)(one)).toBe(expected);
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  test('ends', () => {
    fc.assert(
      fc.property(texts, text, (suffixes, one) => {
        expect(suffixUnion(suffixes)(one)).toBe(suffixes.some((suffix) => one.endsWith(suffix)));
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  test.each([
    ['contains', 'mining', true],
    ['contains', 'é', true],
    ['contains', '😀', false],
    ['contains', '', true],
    ['bcontains', '6d696e', true],
    ['bstartswith', '78', true],
    ['bstartswith', '6d', false],
  ] as const)('bytes: %s %s', (operator, wanted, expected) => {
    const bytes = Buffer.from('x mining \u00e9', 'latin1');
    expect(valueTest('bytes', operator, [wanted])(bytes)).toBe(expected);
    expect(valueTest('bytes', operator, [wanted])(Uint8Array.from(bytes))).toBe(expected);
  });

  test('pmatch, few paths and many', () => {
    const components = (path: string): readonly string[] => path.replace(/\/+$/, '').split('/');
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        text,
        (paths, isMany, one) => {
          const filler = Array.from({ length: 30 }, (_, index) => `/never/${index}`);
          const all = isMany ? [...paths, ...filler] : paths;
          const expected = paths.some((path) => {
            const wanted = components(path);
            const given = one.replace(/\/+$/, '') === '' ? [''] : one.split('/');
            return wanted.every((part, at) => given[at] === part);
          });
          expect(valueTest('text', 'pmatch', all)(one)).toBe(expected);
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });

  test('globs with stars only, and the same glob for the automaton', () => {
    const pieces = fc.array(fc.constantFrom('*', 'a', 'b', '/', 'ab', '😀'), { maxLength: 7 });
    fc.assert(
      fc.property(pieces, text, (parts, one) => {
        const glob = parts.join('');
        // A set of one letter means the same and takes the other way.
        const slow = parts.map((part) => part.replaceAll(/[ab]/g, '[$&]')).join('');
        expect(compileGlob(glob, false)(one)).toBe(compileGlob(slow, false)(one));
      }),
      { seed: 4, numRuns: 300 },
    );
  });
});

// Terminal text: what hostile names become, widths, cutting and wrapping.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createPaint,
  harmless,
  shorten,
  spread,
  widthOf,
  wrap,
  wrapParts,
  wrapTo,
} from './index.ts';

const escape = '\u001b';

describe('harmless', () => {
  test.each([
    ['plain', 'plain'],
    [`${escape}[31mred${escape}[0m`, 'red'],
    [`${escape}]8;;http://evil${escape}\\link${escape}]8;;${escape}\\`, 'link'],
    [`${escape}]0;title\u0007name`, 'name'],
    [`a${escape}]0;no end`, 'a\uFFFD]0;no end'],
    [`${escape}[2J${escape}[Hgone`, 'gone'],
    [`${escape}c${escape}(0x`, 'x'],
    ['\u009b31mred', 'red'],
    ['a\rb\nc\td\u0000e\u007f', 'a\uFFFDb\uFFFDc\uFFFDd\uFFFDe\uFFFD'],
    ['pass\u202Egnp.exe', 'pass\uFFFDgnp.exe'],
    ['zero\u200Bwidth\uFEFF', 'zero\uFFFDwidth\uFFFD'],
    ['lone \ud800 surrogate', 'lone \uFFFD surrogate'],
    ['東京 🚢 é', '東京 🚢 é'],
  ])('%j', (text, expected) => {
    expect(harmless(text)).toBe(expected);
  });

  test('nothing that a terminal obeys is left', () => {
    const nasty = fc.string({
      unit: fc.constantFrom(escape, '[', ']', '0', ';', 'm', '\\', '\u0007', '\u009b', 'a', '\n'),
    });
    fc.assert(
      fc.property(nasty, (text) => {
        expect(harmless(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test('is one pass over text that Node strips in the square of its length', () => {
    // With util.stripVTControlCharacters this text takes minutes.
    expect(harmless(`${escape}]a`.repeat(200_000))).toHaveLength(600_000);
  });
});

describe('widthOf', () => {
  test.each([
    ['', 0],
    ['abc', 3],
    ['東京', 4],
    ['🚢', 2],
    ['e\u0301', 1],
    [`${escape}[31mred${escape}[39m`, 3],
  ])('%j is %i columns', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });
});

describe('shorten', () => {
  test.each([
    ['short', 10, 'short'],
    ['abcdefghij', 10, 'abcdefghij'],
    ['abcdefghijk', 10, 'abcde…hijk'],
    ['東京東京東京', 7, '東…京'],
  ])('%j to %i', (text, width, expected) => {
    expect(shorten(text, width)).toBe(expected);
  });

  test('keeps every style whole, so that the line ends as it began', () => {
    const styled = `${escape}[31mCVE-2021-44228${escape}[39m a long name of a package`;
    const short = shorten(styled, 12);
    expect(widthOf(short)).toBeLessThanOrEqual(12);
    expect(short).toContain(`${escape}[31m`);
    expect(short).toContain(`${escape}[39m`);
  });

  test('never gives more columns than asked for', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '東', 'é', 'e\u0301', '🚢', ' ') });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 40 }), (words, width) => {
        expect(widthOf(shorten(words, width))).toBeLessThanOrEqual(width);
      }),
      { numRuns: 300, seed: 2 },
    );
  });
});

describe('wrap', () => {
  test.each([
    ['', 10, []],
    ['one two three', 7, ['one two', 'three']],
    ['unbreakablewordoflength', 10, ['unbreakabl', 'ewordoflen', 'gth']],
    ['東京東京東', 4, ['東京', '東京', '東']],
  ])('%j at %i', (text, width, expected) => {
    expect(wrap(text, width)).toEqual(expected);
  });

  test('ends what does not fit with an ellipsis', () => {
    expect(wrapTo('one two three four five', 9, 2)).toEqual(['one two', 'three…']);
    expect(wrapTo('one two', 9, 2)).toEqual(['one two']);
    expect(wrapTo('12345678 12345678 12345678', 8, 2)).toEqual(['12345678', '1234567…']);
  });

  test('keeps the parts of a list together', () => {
    expect(wrapParts(['Debian 12', '168 packages', '1 layer', '0.82 s'], 32)).toEqual([
      'Debian 12 · 168 packages ·',
      '1 layer · 0.82 s',
    ]);
  });
});

describe('spread', () => {
  test('puts both ends into exactly the columns that there are', () => {
    expect(spread('left', 'right', 14)).toBe('left     right');
    expect(widthOf(spread('a very long name of a thing', 'right', 20))).toBe(20);
    expect(spread('left', '', 10)).toBe('left');
  });
});

describe('createPaint', () => {
  test('has no escape at all without colour', () => {
    const paint = createPaint(80, false);
    const all = [
      paint.strong('a'),
      paint.faint('b'),
      paint.severity('critical', 'c'),
      paint.grade('F'),
    ];
    expect(all.join('')).toBe('abc F ');
  });

  test('colours severities, each style ended', () => {
    const paint = createPaint(80, true);
    expect(paint.severity('critical', 'x')).toMatch(/\u001b\[31m.*x.*\u001b\[39m/);
    expect(paint.grade('A')).not.toBe(paint.grade('F').replace('F', 'A'));
  });

  test.each([
    [10, 60],
    [80, 80],
    [500, 120],
  ])('%i columns are drawn as %i', (columns, drawn) => {
    expect(createPaint(columns, false).columns).toBe(drawn);
  });
});

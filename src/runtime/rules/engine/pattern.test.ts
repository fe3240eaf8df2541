import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileAddress } from './address.ts';
import { compileGlob } from './glob.ts';
import { compilePattern } from './pattern.ts';
import { PatternError } from './pattern-syntax.ts';

describe('patterns match whole texts', () => {
  test.each([
    ['abc', 'abc', true],
    ['abc', 'xabc', false],
    ['abc', 'abcx', false],
    ['', '', true],
    ['', 'a', false],
    ['a*', '', true],
    ['a*', 'aaaa', true],
    ['a+b?', 'aab', true],
    ['a{2,3}', 'a', false],
    ['a{2,3}', 'aaa', true],
    ['a{2,}', 'aaaaa', true],
    ['a{2}', 'aaa', false],
    ['a{,3}', 'a{,3}', true],
    ['(ab|cd)+', 'abcdab', true],
    ['(?:ab|cd)+', 'abx', false],
    ['(?i)AbC', 'aBc', true],
    ['(?i:a)B', 'AB', true],
    ['(?i:a)B', 'Ab', false],
    ['(?P<name>x)', 'x', true],
    ['[a-c]+', 'abcab', true],
    ['[^a-c]', 'd', true],
    ['[^a-c]', 'b', false],
    ['[]a]+', ']a', true],
    ['[a-]+', 'a-', true],
    ['[[:digit:]]+', '123', true],
    ['[[:^digit:]]', '1', false],
    ['\\d+\\.\\d+', '1.5', true],
    ['\\w+\\s\\W', 'ab !', true],
    ['.', '\n', false],
    ['(?s).', '\n', true],
    ['.', '\u{1f600}', true],
    ['\\x41\\x{1f600}', 'A\u{1f600}', true],
    ['^abc$', 'abc', true],
    ['a^b', 'ab', false],
    ['\\bab\\b.*', 'ab cd', true],
    ['.*\\Bb', 'ab', true],
    ['/etc/(passwd|shadow)(\\.bak)?', '/etc/shadow.bak', true],
    ['a??b', 'ab', true],
    ['()*', '', true],
  ])('%s against %j: %s', (pattern, text, expected) => {
    expect(compilePattern(pattern)(text)).toBe(expected);
  });

  test.each([
    ['(?=a)', 'look-around'],
    ['(?!a)', 'look-around'],
    ['(?<=a)', 'look-around'],
    ['(a)\\1', 'backreferences'],
    ['a**', 'repetition'],
    ['*a', 'nothing to repeat'],
    ['(a', "')' is missing"],
    ['a)', "unexpected ')'"],
    ['[a', "']' is missing"],
    ['[b-a]', 'range'],
    ['a{1001}', 'repetition'],
    ['a{3,2}', 'repetition'],
    ['[[:nope:]]', 'no class'],
    ['\\', 'ends too early'],
    ['\\Qa\\E', 'not supported'],
    ['((a{1000}){1000}){1000}', 'too large'],
    [`${'('.repeat(30)}${'){1000}'.repeat(30)}`, 'too large'],
    [`${'('.repeat(500)}a${')'.repeat(500)}`, 'deeply'],
  ])('%s is refused', (pattern, reason) => {
    expect(() => compilePattern(pattern)).toThrow(PatternError);
    expect(() => compilePattern(pattern)).toThrow(reason);
  });

  test('evil patterns are decided at once', () => {
    const text = `${'a'.repeat(20_000)}!`;
    expect(compilePattern('(a+)+')(text)).toBe(false);
    expect(compilePattern('(a|aa)*b')(text)).toBe(false);
    expect(compilePattern('(.*)*(.*)*(.*)*x')(text)).toBe(false);
  });

  test('agrees with the own expressions of JavaScript', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '(?:ab|b)', '(a|)', '\\w');
    const repeat = fc.constantFrom('', '*', '+', '?', '{1,2}');
    const pattern = fc
      .array(fc.tuple(atom, repeat), { maxLength: 5 })
      .map((parts) => parts.map((part) => part.join('')).join(''));
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\n'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (one, candidate) => {
        expect(compilePattern(one)(candidate)).toBe(
          new RegExp(`^(?:${one})$`, 'u').test(candidate),
        );
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});

describe('globs', () => {
  test.each([
    ['/home/*/.ssh/*', '/home/a/b/.ssh/id', false, true],
    ['/home/*', '/home', false, false],
    ['a?c', 'abc', false, true],
    ['a?c', 'ac', false, false],
    ['[a-c]x', 'bx', false, true],
    ['[!a-c]x', 'bx', false, false],
    ['[]x', '[]x', false, true],
    ['\\*', '*', false, true],
    ['\\*', 'a', false, false],
    ['ABC*', 'abcd', true, true],
    ['ABC*', 'abcd', false, false],
    ['*../*../*', '/a/../../etc', false, true],
  ])('%s against %s (folded: %s): %s', (glob, text, folded, expected) => {
    expect(compileGlob(glob, folded)(text)).toBe(expected);
  });
});

describe('addresses', () => {
  test.each([
    ['10.0.0.0/8', '10.1.2.3', true],
    ['10.0.0.0/8', '11.1.2.3', false],
    ['127.0.0.1', '127.0.0.1', true],
    ['0.0.0.0/0', '8.8.8.8', true],
    ['fe80::/10', 'fe80::1', true],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['10.0.0.0/8', '::ffff:10.0.0.1', true],
    ['::/0', '10.0.0.1', false],
    ['10.0.0.1', 'not an address', false],
  ])('%s holds %s: %s', (network, address, expected) => {
    expect(compileAddress(network)?.(address)).toBe(expected);
  });

  test.each(['example.com', '10.0.0', '10.0.0.256', '10.0.0.0/33', '1::2::3', '10.0.0.1/x', ''])(
    '%s is no address',
    (text) => {
      expect(compileAddress(text)).toBeNull();
    },
  );
});

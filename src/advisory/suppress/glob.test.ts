// Wildcards: tables for paths and for names, and a bound on hostile patterns.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileGlob } from './glob.ts';

describe('paths', () => {
  test.each([
    ['app/*.json', 'app/package.json', true],
    ['app/*.json', 'app/a/package.json', false],
    ['app/**', 'app/a/b/c', true],
    ['app/**', 'apple', false],
    ['**/test/**', 'test/a', true],
    ['**/test/**', 'x/y/test/a', true],
    ['**/test/**', 'x/latest/a', false],
    ['**/*.jar', 'a.jar', true],
    ['**/*.jar', 'opt/lib/a.jar', true],
    ['/etc/passwd', 'etc/passwd', true],
    ['./etc/passwd', '/etc/passwd', true],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['a**c', 'a/b/c', true],
    ['usr/**/node_modules/**/x', 'usr/node_modules/x', true],
    ['usr/**/node_modules/**/x', 'usr/a/node_modules/b/c/x', true],
    ['', '', true],
    ['', 'a', false],
    ['a.b', 'axb', false],
    ['[a]', 'a', false],
  ])('%j on %j: %j', (pattern, text, expected) => {
    expect(compileGlob(pattern, { path: true })(text)).toBe(expected);
  });
});

describe('names', () => {
  test.each([
    ['lodash', 'lodash', true],
    ['lodash*', 'lodash.template', true],
    ['pkg:npm/@babel/*', 'pkg:npm/@babel/core', true],
    ['registry.example/*', 'registry.example/team/app:1', true],
    ['*', '', true],
    ['Lodash', 'lodash', false],
  ])('%j on %j: %j', (pattern, text, expected) => {
    expect(compileGlob(pattern, { path: false })(text)).toBe(expected);
  });
});

function naive(pattern: string, text: string): boolean {
  const first = pattern[0];
  if (first === undefined) return text === '';
  const rest = pattern.slice(1);
  if (first === '*') return naive(rest, text) || (text !== '' && naive(pattern, text.slice(1)));
  return text !== '' && (first === '?' || first === text[0]) && naive(rest, text.slice(1));
}

test('agrees with a naive recursive matcher', () => {
  const letters = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 6 });
  const words = fc.array(fc.constantFrom('a', 'b'), { maxLength: 6 });
  fc.assert(
    fc.property(letters, words, (pattern, text) => {
      const glob = compileGlob(pattern.join(''), { path: false });
      expect(glob(text.join(''))).toBe(naive(pattern.join(''), text.join('')));
    }),
    { seed: 21, numRuns: 300 },
  );
});

test('a pattern of many stars ends on a long text', () => {
  const glob = compileGlob('**/a*'.repeat(100), { path: true });
  expect(glob(`${'a/'.repeat(4000)}b`)).toBe(false);
});

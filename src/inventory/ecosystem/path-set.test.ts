import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasHash, ownershipHash, PathSetBuilder, pathHash } from './path-set.ts';

describe('the hash under which an owned file is known', () => {
  test.each([
    ['bin/sh', 'usr/bin/sh'],
    ['sbin/init', 'usr/bin/init'],
    ['usr/sbin/nginx', 'usr/bin/nginx'],
    ['lib/libc.so.6', 'usr/lib/libc.so.6'],
    ['lib64/ld.so', 'usr/lib64/ld.so'],
    ['lib32/a', 'usr/lib32/a'],
    ['libx32/a', 'usr/libx32/a'],
  ])('%s counts as %s', (old, merged) => {
    expect(ownershipHash(old)).toBe(pathHash(merged));
    expect(ownershipHash(merged)).toBe(pathHash(merged));
  });

  test.each([
    'bin',
    'binary/x',
    'library/x',
    'usr/sbin',
    'usr/share/x',
    'sbinary',
    'etc/bin/x',
    '',
  ])('%j stands for itself', (path) => {
    expect(ownershipHash(path)).toBe(pathHash(path));
  });

  test('a range of a text is what would be cut out of it', () => {
    const part = fc.constantFrom(
      'bin/',
      'sbin/',
      'usr/sbin/',
      'usr/',
      'lib/',
      'lib64/',
      'a',
      'ä',
      '/',
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 8 }),
        fc.nat(30),
        fc.nat(30),
        (parts, from, length) => {
          const text = parts.join('');
          const start = Math.min(from, text.length);
          const end = Math.min(start + length, text.length);
          expect(ownershipHash(text, start, end)).toBe(ownershipHash(text.slice(start, end)));
        },
      ),
      { numRuns: 300, seed: 3 },
    );
  });
});

test('a set holds what was added and nothing else', () => {
  const builder = new PathSetBuilder();
  for (let index = 0; index < 3000; index += 1) builder.add(`usr/share/${index}`);
  const sealed = builder.seal();
  expect(sealed).toHaveLength(3000);
  expect(hasHash(sealed, pathHash('usr/share/2999'))).toBe(true);
  expect(hasHash(sealed, pathHash('usr/share/3000'))).toBe(false);
});

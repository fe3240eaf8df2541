import { describe, expect, test } from 'vitest';
import { splitLicences } from './licence.ts';

describe('splitLicences', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['', []],
    ['   ', []],
    ['MIT', ['MIT']],
    ['GPL-2.0-only AND MIT', ['GPL-2.0-only', 'MIT']],
    ['GPLv2+ and LGPLv2+ and BSD', ['GPLv2+', 'LGPLv2+', 'BSD']],
    ['GPL-1+ or Artistic', ['GPL-1+ or Artistic']],
    ['(GPL-2.0-or-later OR MIT) AND Zlib', ['GPL-2.0-or-later OR MIT', 'Zlib']],
    ['(A AND B) AND (C OR D)', ['A', 'B', 'C OR D']],
    ['(A) OR (B)', ['(A) OR (B)']],
    ['BSD-3-Clause, Expat; Zlib', ['BSD-3-Clause', 'Expat', 'Zlib']],
    ['GPL-2+ with OpenSSL exception', ['GPL-2+ with OpenSSL exception']],
    ['GPLv3+ with exceptions and MIT', ['GPLv3+ with exceptions', 'MIT']],
    ['MIT and MIT', ['MIT']],
    ['A  and\n B', ['A', 'B']],
    ['((((', ['((((']],
    ['Orange and Android', ['Orange', 'Android']],
  ];
  test.each(cases)('%j', (text, expected) => {
    expect(splitLicences(text)).toEqual(expected);
  });

  test('deep brackets neither recurse without end nor throw', () => {
    const deep = `${'('.repeat(2000)}A and B${')'.repeat(2000)} and C`;
    expect(splitLicences(deep).length).toBeGreaterThan(0);
    expect(splitLicences(`${'x and '.repeat(10_000)}x`)).toHaveLength(1);
  });
});

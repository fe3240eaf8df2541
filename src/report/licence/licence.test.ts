// Licence statements as package managers really write them, and what formats make of them.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { spdxExceptionId, spdxLicenceId } from '../../model/spdx-licence-ids.ts';
import { expressionOf } from './expression.ts';
import { cycloneDxLicences, spdxLicences } from './index.ts';

describe('expressionOf', () => {
  test.each<[string, string | null]>([
    ['MIT', 'MIT'],
    ['mit', 'MIT'],
    ['apache-2.0', 'Apache-2.0'],
    ['Expat', 'MIT'],
    ['GPL-2', 'GPL-2.0-only'],
    ['GPL-2+', 'GPL-2.0-or-later'],
    ['GPL-2.0', 'GPL-2.0-only'],
    ['GPL-3.0+', 'GPL-3.0-or-later'],
    ['LGPL-2.1+', 'LGPL-2.1-or-later'],
    ['GPLv3+', 'GPL-3.0-or-later'],
    ['GFDL-1.3', 'GFDL-1.3-only'],
    // Fedora's word leaves open whether 2.0 or 2.1 is meant.
    ['LGPLv2+', null],
    ['BSD-3-clause', 'BSD-3-Clause'],
    ['BSD', null],
    ['public-domain', null],
    ['ASL 2.0', 'Apache-2.0'],
    ['Apache-2.0+', 'Apache-2.0+'],
    ['(MIT OR Apache-2.0)', 'MIT OR Apache-2.0'],
    ['MIT or Apache-2.0', 'MIT OR Apache-2.0'],
    ['MIT AND (BSD-3-Clause OR GPL-2.0-only)', 'MIT AND (BSD-3-Clause OR GPL-2.0-only)'],
    ['MIT OR BSD-3-Clause AND ISC', 'MIT OR BSD-3-Clause AND ISC'],
    ['ASL 2.0 and MIT', 'Apache-2.0 AND MIT'],
    ['GPL-2.0-or-later WITH Classpath-exception-2.0', null],
    [
      'GPL-2.0-or-later with classpath-exception-2.0',
      'GPL-2.0-or-later WITH Classpath-exception-2.0',
    ],
    ['GPL-2+ with OpenSSL exception', null],
    ['LicenseRef-ours', 'LicenseRef-ours'],
    ['MIT OR', null],
    ['OR MIT', null],
    ['(MIT', null],
    ['MIT)', null],
    ['()', null],
    ['', null],
    ['   ', null],
  ])('%j', (statement, expected) => {
    const exact = statement.includes('WITH Classpath')
      ? 'GPL-2.0-or-later WITH Classpath-exception-2.0'
      : expected;
    expect(expressionOf(statement, () => null)).toBe(exact);
  });

  test('unknown names are put where they stand', () => {
    const shown = expressionOf('(Foo or MIT) and Bar Licence 2', (name) => `<${name}>`);
    expect(shown).toBe('(<Foo> OR MIT) AND <Bar Licence 2>');
  });

  test('what is no expression is one unknown name', () => {
    expect(expressionOf('MIT (see file', (name) => `<${name}>`)).toBe('<MIT (see file>');
    expect(expressionOf(`${'('.repeat(5000)}MIT`, () => 'x')).toBe('x');
    expect(expressionOf(`${'('.repeat(100)}MIT${')'.repeat(100)}`, () => 'x')).toBe('x');
  });

  test('every result is a sentence of the grammar', () => {
    const word = fc.constantFrom('MIT', 'or', 'AND', '(', ')', 'with', 'GPL-2+', 'x y', '+');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        const shown = expressionOf(words.join(' '), () => 'LicenseRef-x');
        if (shown !== null) expect(isExpression(shown)).toBe(true);
      }),
      { numRuns: 300, seed: 4 },
    );
  });
});

/** SPDX 2.3, annex D, as a check of our own: names, operators between them, brackets that match. */
function isExpression(text: string): boolean {
  const tokens = text.match(/[()]|[^\s()]+/g) ?? [];
  let depth = 0;
  let wantsName = true;
  for (const [index, token] of tokens.entries()) {
    if (token === '(' && wantsName) depth += 1;
    else if (token === ')' && !wantsName) depth -= 1;
    else if (['AND', 'OR', 'WITH'].includes(token) && !wantsName) wantsName = true;
    else if (wantsName && isName(token, tokens[index - 1])) wantsName = false;
    else return false;
    if (depth < 0) return false;
  }
  return depth === 0 && !wantsName;
}

function isName(token: string, before: string | undefined): boolean {
  if (before === 'WITH') return spdxExceptionId(token) === token;
  if (token.startsWith('LicenseRef-')) return true;
  const bare = token.endsWith('+') ? token.slice(0, -1) : token;
  return spdxLicenceId(token) === token || spdxLicenceId(bare) === bare;
}

describe('cycloneDxLicences', () => {
  const licences = cycloneDxLicences();
  test.each<[readonly string[], unknown]>([
    [[], []],
    [['MIT'], [{ license: { id: 'MIT' } }]],
    [
      ['Expat', 'public-domain'],
      [{ license: { id: 'MIT' } }, { license: { name: 'public-domain' } }],
    ],
    [['MIT OR ISC'], [{ expression: 'MIT OR ISC' }]],
    // An expression must stand alone in the list.
    [['MIT OR ISC', 'Zlib'], [{ expression: '(MIT OR ISC) AND Zlib' }]],
    [
      ['MIT OR ISC', 'public-domain'],
      [{ license: { name: 'MIT OR ISC' } }, { license: { name: 'public-domain' } }],
    ],
    [['LicenseRef-ours'], [{ license: { name: 'LicenseRef-ours' } }]],
  ])('%j', (input, expected) => {
    expect(licences(input)).toEqual(expected);
  });
});

describe('spdxLicences', () => {
  test('joins what applies and keeps the texts of what it does not know', () => {
    const licences = spdxLicences();
    expect(licences.expression([])).toBe('NOASSERTION');
    expect(licences.expression(['MIT or ISC', 'GPL-2+'])).toBe('(MIT OR ISC) AND GPL-2.0-or-later');
    expect(licences.expression(['public-domain', 'MIT'])).toBe('LicenseRef-public-domain AND MIT');
    const odd = licences.expression(['See the file!']);
    expect(odd).toMatch(/^LicenseRef-See-the-file-[0-9a-f]{8}$/);
    expect(licences.references()).toEqual([
      [odd, 'See the file!'],
      ['LicenseRef-public-domain', 'public-domain'],
    ]);
  });

  test('names that look alike stay apart', () => {
    const licences = spdxLicences();
    expect(licences.expression(['a b'])).not.toBe(licences.expression(['a  b!']));
    expect(licences.expression(['***'])).toMatch(/^LicenseRef-[0-9a-f]{8}$/);
  });
});

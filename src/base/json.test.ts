import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  asArray,
  asRecord,
  entriesOf,
  field,
  lineAt,
  parseJson,
  parseJsonWithComments,
  stringField,
  stringsOf,
} from './json.ts';
import { limits } from './limits.ts';
import { lineCursor } from './line-cursor.ts';

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

/** What JSON.parse says, in our form, without the reason. */
function judgedByEngine(text: string): object {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false };
  }
}

describe('parseJson', () => {
  test.each([
    ['{"a":[1,"x",null,true]}', { a: [1, 'x', null, true] }],
    ['\ufeff{"a":1}', { a: 1 }],
    ['"[[[["', '[[[['],
    [String.raw`["\"[", "\\"]`, ['"[', '\\']],
  ])('reads %s', (text, value) => {
    expect(parseJson(text)).toEqual({ ok: true, value });
  });

  test.each([
    ['', /too early/],
    ['{"a":1', /JSON/],
    ['{\n"a":1,\n}', /line 3/],
    ['{"a":1}\n\n x', /line 3/],
    ['nul', /JSON/],
  ])('tells why %j is refused', (text, reason) => {
    const parsed = parseJson(text);
    expect(parsed.ok ? '' : parsed.reason).toMatch(reason);
  });

  test('gives the line of the error where V8 tells its position', () => {
    expect(parseJson('{\n"a": 1 "b"}')).toMatchObject({ ok: false, line: 2 });
  });

  test('refuses nesting beyond the bound and accepts the bound itself', () => {
    expect(parseJson(nested(limits.documentDepth)).ok).toBe(true);
    expect(parseJson(nested(limits.documentDepth + 1))).toMatchObject({
      reason: expect.stringContaining('nested deeper'),
    });
    expect(parseJson('{"a":'.repeat(5_000_000)).ok).toBe(false);
  });

  test('refuses text beyond the bound', () => {
    expect(parseJson('[1,2,3]', { maximumLength: 6 })).toMatchObject({
      ok: false,
      reason: 'JSON text of 7 characters, more than 6',
    });
  });

  test('refuses a document of little but brackets', () => {
    const flat = `[${'{},'.repeat(3_000_000)}1]`;
    expect(parseJson(flat)).toMatchObject({
      reason: 'JSON of more than 2097152 objects and arrays',
    });
    expect(parseJson(flat, { maximumLength: limits.metadataFileBytes }).ok).toBe(true);
  });

  test('agrees with JSON.parse on every text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.json().map((text) => text.slice(1)),
        ),
        (text) => {
          expect(parseJson(text)).toMatchObject(judgedByEngine(text));
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe('parseJsonWithComments', () => {
  test.each([
    ['{"a":1,}', { a: 1 }],
    ['[1,2, // two\n]', [1, 2]],
    ['[1, /* x\n */ ]', [1]],
    ['[1,,]', null],
    ['{/* a */"a"/**/:/*b*/1,/* } */}', { a: 1 }],
    ['{"url":"https://example.org/*x*/"}', { url: 'https://example.org/*x*/' }],
    [String.raw`{"a":"\",}",}`, { a: '",}' }],
    ['[1]// end', [1]],
    ['/', null],
    ['[1,/', null],
    ['"open', null],
    ['[,]', []],
  ])('%j', (text, value) => {
    const parsed = parseJsonWithComments(text);
    expect(parsed.ok ? parsed.value : null).toEqual(value);
  });

  test('keeps the line of an error behind a comment of several lines', () => {
    expect(parseJsonWithComments('/* 1\n2\n3 */ {} {}')).toMatchObject({ ok: false, line: 3 });
  });

  test('changes nothing in plain JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(3), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseJsonWithComments(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  test('stays linear on many commas and comments', () => {
    expect(parseJsonWithComments('[' + ',/**/'.repeat(1_000_000)).ok).toBe(false);
    expect(parseJsonWithComments('/'.repeat(3_000_000)).ok).toBe(false);
  });
});

describe('access', () => {
  test('never reads an inherited member', () => {
    for (const key of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      expect(field({}, key)).toBeUndefined();
      expect(field([], key)).toBeUndefined();
      expect(field('text', key)).toBeUndefined();
    }
  });

  test('reads hostile keys as data', () => {
    const parsed = parseJson('{"__proto__":{"polluted":"yes"},"constructor":"c"}');
    const value = parsed.ok ? parsed.value : null;
    expect(stringField(field(value, '__proto__'), 'polluted')).toBe('yes');
    expect(stringField(value, 'constructor')).toBe('c');
    expect(entriesOf(value)).toHaveLength(2);
    expect(field({}, 'polluted')).toBeUndefined();
  });

  test('gives the empty answer for the wrong kind', () => {
    expect(asRecord([1])).toBeNull();
    expect(asRecord(new Date())).toBeNull();
    expect(asRecord(null)).toBeNull();
    expect(asArray({ length: 1 })).toEqual([]);
    expect(stringField({ a: 1 }, 'a')).toBeNull();
    expect(stringsOf(['a', 1, null, 'b'])).toEqual(['a', 'b']);
    expect(stringsOf('a')).toEqual(['a']);
    expect(stringsOf(undefined)).toEqual([]);
  });
});

describe('lines', () => {
  test('lineAt counts from one', () => {
    expect([0, 1, 2, 3, 4].map((offset) => lineAt('a\nb\nc', offset))).toEqual([1, 1, 2, 2, 3]);
  });

  test('the cursor moves forward only and gives up after some misses', () => {
    const cursor = lineCursor('a\nb\nc\nb\nd');
    expect(cursor.lineOf('b')).toBe(2);
    expect(cursor.lineOf('a')).toBeUndefined();
    expect(cursor.lineOf('d')).toBe(5);
    expect(cursor.lineOf('')).toBeUndefined();
    for (let miss = 0; miss < 4; miss += 1) cursor.lineOf('absent');
    expect(cursor.lineOf('d')).toBeUndefined();
  });

  test('a minified text of one line takes one pass: a hang would end this test', () => {
    const keys = Array.from({ length: 200_000 }, (_one, index) => `"node_modules/p${index}":{}`);
    const cursor = lineCursor(`{${keys.join(',')}}`);
    for (const key of keys) expect(cursor.lineOf(key)).toBe(1);
  });
});

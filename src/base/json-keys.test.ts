import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from './json.ts';
import { withPlainKeys } from './json-keys.ts';

/** The key with every character as an escape. */
function escaped(key: string): string {
  const units = Array.from({ length: key.length }, (_, at) => key.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

describe('keys with escapes', () => {
  test('are what they say, whatever was read before', () => {
    parseJson('{"Image":"a","HostConfi\\\\":{}}');
    JSON.parse('{"Image":"a","HostConfi\\\\":{}}');
    const parsed = parseJson('{"Image":"a","HostConfi\\u0067":{"x":1}}');
    expect(parsed).toEqual({ ok: true, value: { Image: 'a', HostConfig: { x: 1 } } });
  });

  test.each([
    ['no escape at all', '{"a": "b"}'],
    ['escapes in values only', '{"a": "b\\n\\"c\\\\", "d": ["\\u0041:", ":"]}'],
    ['strings that look like keys', '["x",":","\\\\",":"]'],
  ])('%s: the text stays as it is', (_name, text) => {
    expect(withPlainKeys(text)).toBe(text);
  });

  test('the value is the same for any object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const entries = Object.entries(object).map(
          ([key, value]) => `"${escaped(key)}" \n: ${JSON.stringify(value)}`,
        );
        const read = JSON.parse(withPlainKeys(`{${entries.join(',')}}`)) as object;
        expect(Object.entries(read)).toEqual(
          Object.entries(JSON.parse(JSON.stringify(object)) as object),
        );
      }),
      { numRuns: 300, seed: 3 },
    );
  });

  test.each(['{"a\\', '{"\\u00":1}', '\\":', '{"a\\x":1}', '"\\'])('broken: %s', (text) => {
    expect(parseJson(text).ok).toBe(false);
  });

  test('a mebibyte of backslashes is read once', () => {
    const text = `{"a":"${'\\\\'.repeat(500_000)}","b\\u0063":1}`;
    expect(Object.keys(JSON.parse(withPlainKeys(text)) as object)).toEqual(['a', 'bc']);
  });
});

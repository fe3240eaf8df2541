import { describe, expect, test } from 'vitest';
import { field } from './json.ts';
import { parseToml } from './toml.ts';

describe('parseToml', () => {
  test('reads tables and arrays of tables', () => {
    expect(parseToml('a = 1\n[[p]]\nname = "x"\r\n[[p]]\nname = \'y\'\n')).toEqual({
      ok: true,
      value: { a: 1, p: [{ name: 'x' }, { name: 'y' }] },
    });
  });

  test.each([
    ['a = ', /line 1/],
    ['a = 1\nb = [', /not valid TOML/],
    ['a = 1\na = 2', /line 2/],
    [`a=${'['.repeat(1_000_000)}`, /nested deeper/],
    [`a=${'{a='.repeat(1_000_000)}`, /nested deeper/],
    [`${'a.'.repeat(100_000)}a=1`, /nested deeper/],
    [`[${'a.'.repeat(100_000)}a]`, /nested deeper/],
    ['\u0000', /not valid TOML/],
    ['a = "', /not valid TOML/],
  ])('refuses %.40j', (text, reason) => {
    const parsed = parseToml(text);
    expect(parsed.ok ? 'accepted' : parsed.reason).toMatch(reason);
  });

  test('reads hostile keys as data', () => {
    const parsed = parseToml('[__proto__]\npolluted = 1\n');
    expect(field({}, 'polluted')).toBeUndefined();
    expect(field(field(parsed.ok ? parsed.value : null, '__proto__'), 'polluted')).toBe(1);
  });

  test('refuses text beyond the bound', () => {
    expect(parseToml('a = 1', { maximumLength: 3 }).ok).toBe(false);
  });
});

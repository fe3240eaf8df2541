import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PathRules } from './path-rules.ts';

function matches(glob: string, path: string): boolean {
  const rules = new PathRules();
  rules.add(glob, 0);
  return rules.match(path).length > 0;
}

describe('patterns', () => {
  test.each<[string, string, boolean]>([
    ['var/lib/dpkg/status', 'var/lib/dpkg/status', true],
    ['var/lib/dpkg/status', 'x/var/lib/dpkg/status', false],
    ['var/lib/dpkg/info/*.list', 'var/lib/dpkg/info/bash.list', true],
    ['var/lib/dpkg/info/*.list', 'var/lib/dpkg/info/deep/bash.list', false],
    ['var/lib/dpkg/status.d/*', 'var/lib/dpkg/status.d/base', true],
    ['var/lib/dpkg/status.d/*', 'var/lib/dpkg/status.d/base/x', false],
    ['**/*.jar', 'a.jar', true],
    ['**/*.jar', 'opt/app/lib/a.jar', true],
    ['**/*.jar', 'opt/a.jar/readme', false],
    ['**/*.dist-info/METADATA', 'usr/lib/six-1.dist-info/METADATA', true],
    ['**/*.dist-info/METADATA', 'six-1.dist-info/METADATA', true],
    ['**/*.dist-info/METADATA', 'usr/lib/six/METADATA', false],
    ['**/specifications/**/*.gemspec', 'gems/specifications/rack.gemspec', true],
    ['**/specifications/**/*.gemspec', 'gems/specifications/default/json.gemspec', true],
    ['**/specifications/**/*.gemspec', 'gems/other/json.gemspec', false],
    ['**/requirements*.txt', 'app/requirements-dev.txt', true],
    ['**/requirements*.txt', 'app/my-requirements.txt', false],
    ['**/a/**/b/c', 'x/a/b/b/c', true],
  ])('%s and %s: %s', (glob, path, expected) => {
    expect(matches(glob, path)).toBe(expected);
  });

  test('each target once, whatever the number of its patterns', () => {
    const rules = new PathRules();
    rules.add('**/package.json', 3);
    rules.add('**/node_modules/*/package.json', 3);
    rules.add('**/package.json', 4);
    expect(rules.match('app/node_modules/x/package.json').toSorted((a, b) => a - b)).toEqual([
      3, 4,
    ]);
  });

  test('the same answer as a regular expression', () => {
    const segment = fc.constantFrom('a', 'b', 'ab', 'x.jar', 'y.b.jar');
    const part = fc.constantFrom('a', 'b', '**', '*b', 'a*');
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 4 }),
        fc.constantFrom('a', '*.jar', '*'),
        fc.array(segment, { minLength: 1, maxLength: 6 }),
        (parts, last, path) => {
          // A bare `*` at the end is understood below a literal folder only.
          fc.pre(last !== '*' || !parts.some((one) => one.includes('*')));
          const expression = [...parts, last]
            .map((one) =>
              one === '**' ? '(?:.*/)?' : `${one.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}/`,
            )
            .join('')
            .replace(/\/$/, '');
          const text = path.join('/');
          expect(matches([...parts, last].join('/'), text)).toBe(
            new RegExp(`^${expression}$`).test(text),
          );
        },
      ),
      { numRuns: 300, seed: 11 },
    );
  });

  test('a hostile path of 16,000 folders costs no more than its length', () => {
    expect(
      matches('**/specifications/**/*.gemspec', `${'specifications/'.repeat(16_000)}x.gemspe`),
    ).toBe(false);
    expect(matches('**/specifications/**/*.gemspec', `${'a/'.repeat(16_000)}x.gemspec`)).toBe(
      false,
    );
  });
});

// The house, judged: every rule of STYLE.md over the whole checkout.
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { generatedPages } from '../generate/pages.ts';
import { checks } from './checks.ts';
import { checkGenerated } from './pages.ts';
import { readTree } from './tree.ts';

const tree = readTree(fileURLToPath(new URL('../..', import.meta.url)));

describe('the house', () => {
  test.each(Object.entries(checks))('%s', (_, check) => {
    expect(check(tree).join('\n')).toBe('');
  });

  test('generated pages', () => {
    expect(checkGenerated(tree, generatedPages()).join('\n')).toBe('');
  });
});

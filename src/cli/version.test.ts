// What the program says of itself is what package.json says.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { isTooOld, oldestNode, version } from './version.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const declared = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

test('version and the oldest Node are those of package.json', () => {
  expect(version).toBe(declared.version);
  expect(`>=${oldestNode}`).toBe(declared.engines.node);
});

test.each([
  ['20.20.2', true],
  ['24.17.9', true],
  ['24.18.0', false],
  ['26.0.0', false],
  ['26.10.0', false],
])('Node %s is too old: %s', (node, expected) => {
  expect(isTooOld(node)).toBe(expected);
});

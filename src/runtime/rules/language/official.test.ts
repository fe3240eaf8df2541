import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { codes, load } from '../../../../test/sample-rules.ts';
import { noSharedData, sharedData } from '../../../../test/shared-data.ts';

const folder = sharedData('falco-rules');
const official = [
  { name: 'falco_rules.yaml', rules: 25, macros: 87, lists: 49, disabled: 0, types: 19 },
  { name: 'falco-incubating_rules.yaml', rules: 31, macros: 82, lists: 54, disabled: 0, types: 25 },
  { name: 'falco-sandbox_rules.yaml', rules: 37, macros: 183, lists: 60, disabled: 12, types: 26 },
];

describe('the official rules', () => {
  test.skipIf(folder === null).each(official)(`$name loads unmodified: ${noSharedData}`, (file) => {
    const loaded = load(readFileSync(`${folder}/${file.name}`, 'utf8'));
    expect(codes(loaded)).toEqual([]);
    const types = new Set(loaded.rules.flatMap(({ eventTypes }) => [...eventTypes.types]));
    expect({
      rules: loaded.rules.length,
      macros: loaded.macros,
      lists: loaded.lists,
      disabled: loaded.rules.filter(({ enabled }) => !enabled).length,
      types: types.size,
    }).toEqual({
      rules: file.rules,
      macros: file.macros,
      lists: file.lists,
      disabled: file.disabled,
      types: file.types,
    });
  });

  test.skipIf(folder === null)(`93 of 93 load as one set: ${noSharedData}`, () => {
    const texts = official.map(({ name }) => readFileSync(`${folder}/${name}`, 'utf8'));
    const loaded = load(...texts);
    expect(codes(loaded)).toEqual([]);
    expect(loaded.rules).toHaveLength(93);
    expect(loaded.rules.every(({ eventTypes }) => eventTypes.mode === 'only')).toBe(true);
    const types = new Set(loaded.rules.flatMap(({ eventTypes }) => [...eventTypes.types]));
    expect(types.size).toBe(41);
  });
});

import { expect, test } from 'vitest';
import { rule } from '../../test/sample-rules.ts';
import { builtinRules } from '../host/rules/index.ts';
import { lessonOf } from '../lesson/index.ts';
import { officialRules } from '../runtime/catalog/index.ts';
import { listRules } from './rule-list.ts';

test('the rules that come with the program have all that belongs to a rule', () => {
  const rows = listRules(builtinRules(), null);
  expect(rows.length).toBeGreaterThanOrEqual(45);
  for (const row of rows) {
    expect(row.techniques.length).toBeGreaterThan(0);
    expect(lessonOf(row.lesson ?? '')).not.toBeNull();
    expect(row.maturity).toMatch(/^(?:stable|incubating|sandbox)$/);
    expect(row.file).toMatch(/^rules\/\d\d-[a-z]+\.yaml$/);
  }
});

test('rules of others have lessons where we know them', () => {
  for (const { lesson } of officialRules.values()) expect(lessonOf(lesson)).not.toBeNull();
});

test('a technique is found by either id, with what stands below it', () => {
  const names = (id: string): readonly string[] =>
    listRules(builtinRules(), id).map((row) => row.rule);
  expect(names('T1562.001')).toContain('Security program stopped');
  expect(names('T1685')).toEqual(names('T1562.001'));
  expect(names('T1685')).toContain('Audit rules removed');
  expect(names('t1496')).toContain('Known miner started');
  expect(names('T9999')).toEqual([]);
  expect(() => listRules([], 'execution')).toThrow(/no technique/);
});

test('a rule of a stranger is listed by its tags', () => {
  const text = rule('evt.type = open', '  tags: [maturity_stable, T1562.001, x]\n  enabled: false');
  expect(listRules([{ name: 'a.yaml', text }], null)).toMatchObject([
    { rule: 'R', maturity: 'stable', enabled: false, techniques: ['T1685'], lesson: null },
  ]);
  expect(() => listRules([{ name: 'a.yaml', text: '- rule: R' }], null)).toThrow(/a\.yaml/);
});

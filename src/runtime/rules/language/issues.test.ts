import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codes, conditionOf, load, rule } from '../../../../test/sample-rules.ts';

describe('exceptions', () => {
  const base = 'evt.type=open';
  const exceptions = (text: string): string => rule(base, `  exceptions:\n${text}`);

  test.each([
    ['    - {name: e, fields: proc.name, values: [a, b c]}', 'proc.name in (a, "b c")'],
    ['    - {name: e, fields: fd.name, comps: pmatch, values: [/a]}', 'fd.name pmatch (/a)'],
    [
      '    - {name: e, fields: [proc.name, fd.name], comps: [=, in], values: [[a, [/x, /y]], [b, [/z]]]}',
      'proc.name = a and fd.name in (/x, /y) or proc.name = b and fd.name in (/z)',
    ],
    [
      '    - {name: e, fields: [proc.name, fd.num], values: [[a b, 5]]}',
      'proc.name = "a b" and fd.num = 5',
    ],
  ])('%s', (text, printed) => {
    const condition = conditionOf(load(exceptions(text)));
    const grouped = printed.includes(' and ') ? `(${printed})` : printed;
    expect(condition).toBe(`evt.type = open and not ${grouped}`);
  });

  test('several, without values, and extended', () => {
    const text = `${exceptions('    - {name: e, fields: proc.name}\n    - {name: f, fields: fd.name, values: [/a]}')}
- rule: R
  exceptions:
    - {name: e, values: [x]}
    - {name: g, fields: user.name, values: [y]}
  override: {exceptions: append}
`;
    expect(conditionOf(load(text))).toBe(
      'evt.type = open and not proc.name in (x) and not fd.name in (/a) and not user.name in (y)',
    );
  });

  test('a condition with or stays one', () => {
    const text = rule(
      'evt.type=open or evt.type=bpf',
      '  exceptions: [{name: e, fields: proc.name, values: [a]}]',
    );
    expect(conditionOf(load(text))).toBe(
      '(evt.type = open or evt.type = bpf) and not proc.name in (a)',
    );
  });

  test.each([
    ['    - {fields: proc.name}', 'no name'],
    ['    - {name: e}', 'no fields'],
    ['    - {name: e, fields: [a.b], comps: =}', 'both be lists'],
    ['    - {name: e, fields: [a.b], comps: [=, =]}', 'same length'],
    ['    - {name: e, fields: a.b, comps: like}', 'no operator'],
    ['    - {name: e, fields: [proc.name], values: [a]}', 'must be a list of 1'],
    ['    - {name: e, fields: proc.name, values: [[a]]}', 'single values'],
    ['    - {name: e, fields: proc.nam, values: [a]}', 'no known field'],
  ])('wrong: %s', (text, message) => {
    expect(load(exceptions(text)).errors[0]?.message).toContain(message);
  });

  test('warnings', () => {
    const twice = exceptions(
      '    - {name: e, fields: proc.name}\n    - {name: e, fields: fd.name}',
    );
    expect(codes(load(twice))).toEqual(['LOAD_EXCEPTION_NAME_NOT_UNIQUE']);
    const nothing = `${exceptions('    - {name: e, fields: proc.name}')}
- rule: R
  exceptions: [{name: e}]
  override: {exceptions: append}
`;
    expect(codes(load(nothing))).toEqual(['LOAD_APPEND_NO_VALUES']);
  });
});

describe('errors and warnings', () => {
  test.each([
    ['a: [', 'LOAD_ERR_YAML_PARSE'],
    ['a: b', 'LOAD_ERR_YAML_VALIDATE'],
    ['- text', 'LOAD_ERR_YAML_VALIDATE'],
    ['- rule: ', 'LOAD_ERR_YAML_VALIDATE'],
    ['- rule: R\n  desc: d\n', 'LOAD_ERR_YAML_VALIDATE'],
    ['- list: l\n', 'LOAD_ERR_YAML_VALIDATE'],
    ['- macro: m\n', 'LOAD_ERR_YAML_VALIDATE'],
    ['- required_engine_version: 99', 'LOAD_ERR_VALIDATE'],
    ['- required_engine_version: 0.99.0', 'LOAD_ERR_VALIDATE'],
    ['- required_engine_version: [x]', 'LOAD_ERR_YAML_VALIDATE'],
    ['- required_plugin_versions: [{name: container, version: 9.0.0}]', 'LOAD_ERR_VALIDATE'],
    ['- required_plugin_versions: [{name: container}]', 'LOAD_ERR_YAML_VALIDATE'],
    ['- required_plugin_versions: [{name: okta, version: 0.1.0}]', 'LOAD_UNKNOWN_SOURCE'],
    ['- something: 1', 'LOAD_UNKNOWN_ITEM'],
    [rule('evt.type=open', '  colour: red'), 'LOAD_UNKNOWN_KEY'],
    [rule('evt.type=open', '  source: okta'), 'LOAD_UNKNOWN_SOURCE'],
    [rule('evt.type=open and'), 'LOAD_ERR_COMPILE_CONDITION'],
    [rule('evt.type=open and proc.nam=x'), 'LOAD_ERR_COMPILE_CONDITION'],
    [rule('evt.type=open and k8s.x.y=x', '  skip-if-unknown-filter: true'), 'LOAD_UNKNOWN_FILTER'],
    [rule('evt.type=open and evt.dir=<'), 'LOAD_DEPRECATED_ITEM'],
    [rule('evt.type=open').replace('%proc.name', '%proc.nam'), 'LOAD_ERR_COMPILE_OUTPUT'],
    [rule('evt.type=open').replace('%proc.name', '% x'), 'LOAD_ERR_COMPILE_OUTPUT'],
    [rule('evt.type=open').replace('WARNING', 'LOUD'), 'LOAD_ERR_YAML_VALIDATE'],
    ['- list: a.b\n  items: []\n', 'LOAD_INVALID_LIST_NAME'],
    ['- list: l\n  items: []\n', 'LOAD_UNUSED_LIST'],
    ['- macro: a b\n  condition: fd.num=1\n', 'LOAD_INVALID_MACRO_NAME'],
  ])('%j: %s', (text, code) => {
    expect(codes(load(text))[0]).toBe(code);
  });

  test('versions that are served', () => {
    const text = `
- required_engine_version: 0.57.0
- required_engine_version: 15
- required_plugin_versions:
    - name: container
      version: 0.4.0
    - name: k8smeta
      version: 9.0.0
      alternatives: [{name: container, version: 0.2.0}]
`;
    expect(codes(load(text))).toEqual([]);
  });

  test('the place of a syntax error inside a folded text', () => {
    const text = `
- rule: R
  desc: d
  condition: >
    evt.type = open
    and (proc.name = a
      or proc.name ~ b)
  output: o
  priority: INFO
`;
    expect(load(text).errors).toEqual([
      {
        file: '1.yaml',
        line: 7,
        column: 20,
        item: 'R',
        code: 'LOAD_ERR_COMPILE_CONDITION',
        message: 'expected an operator',
      },
    ]);
  });

  test('a broken rule does not hide the flaws of others', () => {
    const other = rule('evt.type=open and x').replace('R', 'S');
    expect(load(rule('evt.type=') + other).errors.map(({ item }) => item)).toEqual(['R', 'S']);
  });

  test('no text makes the loader throw', () => {
    const line = fc.constantFrom(
      '- rule: R',
      '- macro: m',
      '- list: l',
      '  condition: m and (l)',
      '  condition: >',
      '    proc.name in (l)',
      '  items: [l, m, 1]',
      '  output: "%proc.name"',
      '  desc: d',
      '  priority: INFO',
      '  append: true',
      '  override: {condition: append, items: replace}',
      '  exceptions: [{name: e, fields: [proc.name], values: [[a]]}]',
      '  exceptions: [1, {name: [x]}]',
      '  tags: {a: b}',
      '- [x]',
      '- null',
    );
    const text = fc.oneof(
      fc.array(line, { maxLength: 20 }).map((lines) => lines.join('\n')),
      fc.string(),
    );
    fc.assert(
      fc.property(text, (one) => {
        expect(load(one).rules.length).toBeLessThan(2);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

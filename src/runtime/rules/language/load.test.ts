import { describe, expect, test } from 'vitest';
import { codes, conditionOf, load, rule } from '../../../../test/sample-rules.ts';

describe('lists are text', () => {
  const lists = `
- list: inner
  items: [a, b c]
- list: outer
  items: [x, inner, '"q r"']
- list: empty
  items: []
- list: numbers
  items: [1, 2]
`;

  test.each([
    [
      'evt.type=open and proc.name in (outer)',
      'evt.type = open and proc.name in (x, a, "b c", "q r")',
    ],
    [
      'evt.type=open and proc.name in (outer, z)',
      'evt.type = open and proc.name in (x, a, "b c", "q r", z)',
    ],
    ['evt.type=open and proc.name in (empty)', 'evt.type = open and proc.name in ()'],
    ['evt.type=open and proc.name in (z, empty)', 'evt.type = open and proc.name in (z)'],
    ['evt.type=open and proc.name in (empty, z)', 'evt.type = open and proc.name in (z)'],
    ['evt.type=open and proc.name = outer_', 'evt.type = open and proc.name = outer_'],
    ['evt.type=open and fd.num in (numbers)', 'evt.type = open and fd.num in (1, 2)'],
    [
      'evt.type=open and proc.name in (inner,inner)',
      'evt.type = open and proc.name in (a, "b c", a, "b c")',
    ],
  ])('%s', (condition, printed) => {
    expect(conditionOf(load(lists + rule(condition)))).toBe(printed);
  });

  test('a list that is defined later is no list inside a list', () => {
    const text = `
- list: outer
  items: [inner]
- list: inner
  items: [a]
`;
    const loaded = load(text + rule('evt.type=open and proc.name in (outer)'));
    // The item is the word `inner`, which is then itself a list in the condition: later lists see
    // the text that earlier ones wrote.
    expect(conditionOf(loaded)).toBe('evt.type = open and proc.name in (a)');
  });

  test('appended and replaced lists', () => {
    const change = (how: string): string => `
- list: inner
  items: [z]
  ${how}
`;
    const condition = rule('evt.type=open and proc.name in (inner)');
    const printed = (how: string): string => conditionOf(load(lists + change(how) + condition));
    expect(printed('append: true')).toContain('(a, "b c", z)');
    expect(printed('override: {items: append}')).toContain('(a, "b c", z)');
    expect(printed('override: {items: replace}')).toContain('(z)');
    expect(printed('# anew')).toContain('(z)');
  });
});

describe('macros are trees', () => {
  const macros = `
- macro: m
  condition: proc.name = a or proc.name = b
- macro: n
  condition: (evt.type = open and m)
`;

  test('precedence is that of the tree, not of the text', () => {
    const loaded = load(macros + rule('evt.type=open and m'));
    expect(loaded.rules[0]?.expression).toMatchObject({
      kind: 'and',
      children: [{ kind: 'comparison' }, { kind: 'macro', name: 'm', body: { kind: 'or' } }],
    });
    expect(codes(loaded)).toEqual(['LOAD_UNUSED_MACRO']);
  });

  test('event types are found in them', () => {
    const [first] = load(macros + rule('n')).rules;
    expect([...(first?.eventTypes.types ?? [])]).toEqual(['open']);
  });

  test('a later definition replaces an earlier one for everybody', () => {
    const loaded = load(macros + rule('n'), '- macro: m\n  condition: proc.name = z\n');
    expect(loaded.errors).toEqual([]);
    expect(JSON.stringify(loaded.rules[0]?.expression)).toContain('"text":"z"');
    expect(JSON.stringify(loaded.rules[0]?.expression)).not.toContain('"text":"a"');
  });

  test('append concatenates text', () => {
    const more = '- macro: m\n  condition: or proc.name = z\n  override: {condition: append}\n';
    expect(JSON.stringify(load(macros + more + rule('n')).rules)).toContain('"text":"z"');
  });

  test.each([
    ['- macro: a\n  condition: b\n- macro: b\n  condition: proc.name = x\n', 'defined later'],
    ['- macro: a\n  condition: nothing\n', 'is no macro'],
    ['- macro: a\n  condition: a\n', 'defined later'],
    [
      '- macro: a\n  condition: fd.num=1\n- macro: b\n  condition: a\n- macro: a\n  condition: b\n',
      'refers to itself',
    ],
  ])('%j', (text, message) => {
    const { errors } = load(text);
    expect(errors[0]).toMatchObject({ code: 'LOAD_ERR_COMPILE_CONDITION' });
    expect(errors[0]?.message).toContain(message);
  });

  test('macros that explode are refused', () => {
    const chain = Array.from(
      { length: 60 },
      (_, index) => `- macro: m${index + 1}\n  condition: m${index} and m${index}\n`,
    );
    const text = `- macro: m0\n  condition: fd.num = 1\n${chain.join('')}${rule('m60')}`;
    expect(load(text).errors[0]?.message).toContain('too large');
  });
});

describe('rules', () => {
  test('what a rule says', () => {
    const text = rule('evt.type = open', '  tags: [z, a, a]\n  enabled: false\n');
    const [first] = load(text).rules;
    expect(first).toMatchObject({
      name: 'R',
      source: 'syscall',
      priority: 'Warning',
      tags: ['a', 'z'],
      enabled: false,
    });
    expect(first?.place()).toEqual({ file: '1.yaml', line: 2, column: null });
  });

  test.each([
    ['INFO', 'Informational'],
    ['informational', 'Informational'],
    ['Emergency', 'Emergency'],
    ['dEbUg', 'Debug'],
  ])('priority %s', (written, expected) => {
    const text = rule('evt.type=open').replace('WARNING', written);
    expect(load(text).rules[0]?.priority).toBe(expected);
  });

  test.each([
    ['override: {condition: append}\n  condition: and fd.num=1', 'evt.type = open and fd.num = 1'],
    ['append: true\n  condition: and fd.num=1', 'evt.type = open and fd.num = 1'],
    ['override: {condition: replace}\n  condition: evt.type=bpf', 'evt.type = bpf'],
  ])('change: %s', (change, printed) => {
    const text = `${rule('evt.type=open')}\n- rule: R\n  ${change}\n`;
    expect(conditionOf(load(text))).toBe(printed);
  });

  test('the other keys that can be overridden', () => {
    const text = `${rule('evt.type=open', '  tags: [a]')}
- rule: R
  output: and %fd.name
  desc: new
  priority: ERROR
  tags: [b]
  enabled: false
  override: {output: append, desc: replace, priority: replace, tags: append, enabled: replace}
`;
    const loaded = load(text);
    expect(loaded.errors).toEqual([]);
    expect(loaded.rules[0]).toMatchObject({
      description: 'new',
      priority: 'Error',
      tags: ['a', 'b'],
      enabled: false,
    });
    expect(loaded.rules[0]?.output).toHaveLength(4);
  });

  test('the short form that switches a rule', () => {
    const loaded = load(`${rule('evt.type=open')}\n- rule: R\n  enabled: false\n`);
    expect(loaded.rules[0]?.enabled).toBe(false);
    expect(codes(loaded)).toEqual(['LOAD_DEPRECATED_ITEM']);
  });

  test.each([
    ['override: {condition: append}', 'overrides condition without giving it'],
    ['override: {priority: append}\n  priority: ERROR', 'cannot be overridden with append'],
    ['override: {rule: replace}', 'cannot be overridden'],
    ['override: {}\n  condition: a', 'without saying'],
    ['override: {desc: replace}\n  desc: x\n  output: y', 'has output without saying'],
    ['append: true\n  override: {desc: replace}\n  desc: x', 'exclude each other'],
    ['append: true\n  desc: x', 'has a condition or exceptions'],
  ])('wrong change: %s', (change, message) => {
    const { errors } = load(`${rule('evt.type=open')}\n- rule: R\n  ${change}\n`);
    expect(errors.map((one) => one.message).join()).toContain(message);
  });

  test('nothing to change', () => {
    const { errors } = load(
      '- rule: R\n  enabled: false\n- list: l\n  items: []\n  append: true\n',
    );
    expect(errors.map(({ code }) => code)).toEqual(['LOAD_ERR_VALIDATE', 'LOAD_ERR_VALIDATE']);
  });
});

describe('event types', () => {
  test.each([
    ['evt.type = open', 'only', ['open']],
    ['evt.type in (open, openat) and evt.type != open', 'only', ['openat']],
    ['evt.type = open or evt.type = bpf', 'only', ['open', 'bpf']],
    ['evt.type = open and fd.num = 1', 'only', ['open']],
    ['evt.type = open or fd.num = 1', 'except', []],
    ['not evt.type = open', 'except', ['open']],
    ['not (evt.type = open or evt.type = bpf)', 'except', ['open', 'bpf']],
    ['not (evt.type != open and fd.num = 1)', 'except', []],
    ['not (evt.type != open or fd.num = 1)', 'only', ['open']],
    ['not evt.type in (open, bpf) and evt.type in (bpf, dup)', 'only', ['dup']],
    ['fd.num = 1', 'except', []],
  ])('%s', (condition, mode, types) => {
    const loaded = load(rule(condition));
    expect(loaded.rules[0]?.eventTypes.mode).toBe(mode);
    expect([...(loaded.rules[0]?.eventTypes.types ?? [])]).toEqual(types);
    const isAll = mode === 'except' && types.length === 0;
    expect(codes(loaded)).toEqual(isAll ? ['LOAD_NO_EVTTYPE'] : []);
  });

  test('the warning can be switched off', () => {
    expect(codes(load(rule('fd.num = 1', '  warn_evttypes: false')))).toEqual([]);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Expression, LeftOperand } from './ast.ts';
import { listOperators, modifiers, numberOperators, stringOperators } from './ast.ts';
import { parseOutput } from './output.ts';
import { conditionDepth, parseCondition } from './parser.ts';
import { printCondition } from './print.ts';
import { ConditionError } from './scanner.ts';

/** The tree without places. */
function tree(text: string): unknown {
  return withoutPlaces(parseCondition(text));
}

function withoutPlaces(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, one: unknown) => (key === 'at' ? undefined : one)));
}

describe('conditions', () => {
  test.each([
    ['proc.name=bash', 'proc.name = bash'],
    ['  proc.name   =  bash ', 'proc.name = bash'],
    ['(proc.name = bash)', 'proc.name = bash'],
    ['a and b or c and d', 'a and b or c and d'],
    ['a and (b or c)', 'a and (b or c)'],
    ['a and(b or c)and d', 'a and (b or c) and d'],
    ['not a and b', 'not a and b'],
    ['not (a and b)', 'not (a and b)'],
    ['not(a or b) and c', 'not (a or b) and c'],
    ['not not a', 'a'],
    ['not not not a', 'not a'],
    ['not not(a)', 'a'],
    ['proc.pname exists', 'proc.pname exists'],
    ['fd.num>=0', 'fd.num >= 0'],
    ['evt.rawres < -5', 'evt.rawres < -5'],
    ['fd.num <= 0x1F', 'fd.num <= 0x1F'],
    ['fd.num > 1.5e+3', 'fd.num > 1.5e+3'],
    ['proc.aname[2] = x', 'proc.aname[2] = x'],
    ["container.mount.dest['a b'] = x", 'container.mount.dest["a b"] = x'],
    ['proc.name in (a, "b c", \'d\')', 'proc.name in (a, "b c", d)'],
    ['proc.name in ()', 'proc.name in ()'],
    ['proc.name in shells', 'proc.name in (shells)'],
    ['fd.name pmatch (/etc, /usr)', 'fd.name pmatch (/etc, /usr)'],
    ['proc.args intersects ("-V", "-l")', 'proc.args intersects (-V, -l)'],
    ['proc.name startswith oneof (a, b)', 'proc.name startswith oneof (a, b)'],
    ['proc.name = oneof', 'proc.name = "oneof"'],
    ['proc.name = val(proc.pname)', 'proc.name = val(proc.pname)'],
    ['tolower(proc.name) = toupper(proc.pname)', 'tolower(proc.name) = toupper(proc.pname)'],
    ['b64(basename(proc.exe)) = x', 'b64(basename(proc.exe)) = x'],
    ['join(",", proc.args, (proc.name, "x")) = y', 'join(",", proc.args, (proc.name, "x")) = y'],
    ['getopt(proc.args,"nt:")[t] = 5', 'getopt(proc.args, "nt:")[t] = 5'],
    ['len(proc.args) >= val(fd.num)', 'len(proc.args) >= val(fd.num)'],
    ['proc.cmdline contains "a \\"b\\" \\\\ \\x41"', 'proc.cmdline contains "a \\"b\\" \\\\ A"'],
    ["proc.cmdline contains 'it\\'s'", 'proc.cmdline contains "it\'s"'],
    ['proc.cmdline contains "a\\ b"', 'proc.cmdline contains "a\\\\b"'],
    ['fd.name glob /home/*/.ssh/*', 'fd.name glob /home/*/.ssh/*'],
    ['proc.name in (runc:[0:PARENT], x)', 'proc.name in ("runc:[0:PARENT]", x)'],
    ['proc.name==x', 'proc.name == x'],
  ])('%s', (text, printed) => {
    expect(printCondition(parseCondition(text))).toBe(printed);
    expect(tree(printed)).toEqual(tree(text));
  });

  test('and binds closer than or', () => {
    expect(parseCondition('a or b and c')).toMatchObject({
      kind: 'or',
      children: [{ kind: 'macro', name: 'a' }, { kind: 'and' }],
    });
  });

  test.each([
    ['', 0],
    ['proc.name', 9],
    ['proc.name =', 11],
    ['proc.name ~ x', 10],
    ['(proc.name = x', 14],
    ['proc.name = x)', 13],
    ['a andb', 5],
    ['a or', 4],
    ['proc.name in (a,, b)', 16],
    ['proc.name in (a b)', 16],
    ['proc.name = "x', 12],
    ['proc.name = "\\q"', 13],
    ['fd.num >= many', 10],
    ['proc.aname[] = x', 11],
    ['proc.aname[2 = x', 12],
    ['val(proc.name) = x', 3],
    ['tolower("x") and', 13],
    ['proc.name = val(x)', 16],
    ['proc.name contains', 10],
    ['proc.name contains ', 19],
    ['not', 0],
    ['a and and', 6],
  ])('%s is no condition from offset %i on', (text, at) => {
    const error = failureOf(text);
    expect(error).toBeInstanceOf(ConditionError);
    expect((error as ConditionError).at).toBe(at);
  });

  test('depth is bounded', () => {
    const nested = (depth: number): string => `${'('.repeat(depth)}a${')'.repeat(depth)}`;
    expect(tree(nested(conditionDepth))).toMatchObject({ name: 'a' });
    expect(failureOf(nested(conditionDepth + 1))).toBeInstanceOf(ConditionError);
    expect(failureOf('not('.repeat(100_000))).toBeInstanceOf(ConditionError);
    expect(failureOf(`${'tolower('.repeat(100_000)}proc.name`)).toBeInstanceOf(ConditionError);
  });
});

function failureOf(text: string): unknown {
  try {
    parseCondition(text);
    return null;
  } catch (error) {
    return error;
  }
}

const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,6}$/).filter((one) => !reserved.has(one));
const reserved = new Set(['and', 'or', 'not', 'in', 'val', ...modifiers]);
const value = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), word);
const field: fc.Arbitrary<LeftOperand> = fc.record({
  kind: fc.constant('field' as const),
  name: fc.tuple(word, word).map(([a, b]) => `${a}.${b}`),
  argument: fc.option(fc.string({ minLength: 1 })),
  at: fc.constant(0),
});
const left: fc.Arbitrary<LeftOperand> = fc.oneof(
  field,
  field.map((one) => ({
    kind: 'transform' as const,
    transformer: 'tolower' as const,
    operands: [one],
    argument: null,
    at: 0,
  })),
);
const check: fc.Arbitrary<Expression> = fc.oneof(
  left.map((one) => ({ kind: 'exists' as const, left: one, at: 0 })),
  fc
    .tuple(left, fc.constantFrom(...stringOperators), value)
    .map(([one, operator, text]) => comparison(one, operator, { kind: 'text', text, at: 0 })),
  fc
    .tuple(left, fc.constantFrom(...numberOperators), fc.integer())
    .map(([one, operator, number]) =>
      comparison(one, operator, { kind: 'text', text: String(number), at: 0 }),
    ),
  fc
    .tuple(left, fc.constantFrom(...listOperators), fc.array(value))
    .map(([one, operator, items]) => comparison(one, operator, { kind: 'list', items, at: 0 })),
  fc
    .tuple(left, fc.constantFrom(...stringOperators), left)
    .map(([one, operator, other]) => comparison(one, operator, other)),
);
type Compared = Extract<Expression, { kind: 'comparison' }>;
function comparison(
  one: LeftOperand,
  operator: Compared['operator'],
  right: Compared['right'],
): Expression {
  return { kind: 'comparison', left: one, operator, modifier: null, right, at: 0 };
}
const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4 },
    check,
    word.map((name) => ({ kind: 'macro' as const, name, body: null, at: 0 })),
    fc
      .array(tie('expression'), { minLength: 2, maxLength: 3 })
      .map((children) => ({ kind: 'and' as const, children, at: 0 })),
    fc
      .array(tie('expression'), { minLength: 2, maxLength: 3 })
      .map((children) => ({ kind: 'or' as const, children, at: 0 })),
  ),
}));

describe('properties', () => {
  test('what is printed parses to the same tree', () => {
    fc.assert(
      fc.property(expression, (one) => {
        const printed = printCondition(one);
        const again = parseCondition(printed);
        expect(printCondition(again)).toBe(printed);
        expect(withoutPlaces(again)).toEqual(withoutPlaces(one));
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  test('nothing but ConditionError is thrown', () => {
    const pieces =
      '( ) and or not not( proc.name = != >= " \' \\ , in exists tolower( val( join( [ ] 0x 1';
    const piece = fc.constantFrom(' ', '\n', 'contains ', ...pieces.split(' '));
    const text = fc.oneof(
      fc.array(piece, { maxLength: 30 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(text, (one) => {
        const error = failureOf(one);
        if (error !== null) expect(error).toBeInstanceOf(ConditionError);
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});

describe('outputs', () => {
  test('text and fields', () => {
    const parts = parseOutput('*a=%proc.name b=%proc.aname[2] 5%% %tolower(proc.exe).');
    expect(parts.map((part) => (typeof part === 'string' ? part : `<${part.key}>`))).toEqual([
      'a=',
      '<proc.name>',
      ' b=',
      '<proc.aname[2]>',
      ' 5',
      '%',
      ' ',
      '<tolower(proc.exe)>',
      '.',
    ]);
  });

  test('the old shorthand for containers', () => {
    const keys = parseOutput('x %container.info').flatMap((part) =>
      typeof part === 'string' ? [] : [part.key],
    );
    expect(keys).toEqual(['container.id', 'container.name']);
  });

  test.each(['%', '% x', '%proc', '%proc.aname[', '%tolower(proc.name'])(
    '%s is no output',
    (text) => {
      expect(() => parseOutput(text)).toThrow(ConditionError);
    },
  );
});

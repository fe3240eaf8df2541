// Checks become functions. A field that is missing makes every check false, also `!=`.
import type { Check, Comparison, Operator, RightOperand } from '../language/index.ts';
import { compileAddress } from './address.ts';
import type { FieldRegistry, FieldShape, FieldValue } from './field.ts';
import { CheckError, type CompiledOperand, compileOperand, showValue } from './operand.ts';
import { textSet } from './text-set.ts';
import { type ValueTest, valueTest } from './value-test.ts';

export interface CompiledCheck<Event> {
  readonly test: (event: Event) => boolean;
  /** The left side, for explanations; null: missing. */
  readonly read: (event: Event) => FieldValue;
  /** The right side where it is a field as well. */
  readonly readRight: ((event: Event) => FieldValue) | null;
}

/** Compiles one check. Throws `CheckError` when field, operator and value do not fit together. */
export function compileCheck<Event>(
  check: Check,
  registry: FieldRegistry<Event>,
): CompiledCheck<Event> {
  const left = compileOperand(check.left, registry);
  const { read } = left;
  if (check.kind === 'exists') {
    return { test: (event) => read(event) !== null, read, readRight: null };
  }
  const { right, modifier } = check;
  if (right.kind === 'field' || right.kind === 'transform') {
    return compileAgainstField(check, left, compileOperand(right, registry));
  }
  const multiple = right.kind === 'list' && modifier !== null;
  const decide = multiple ? modified(check, right, left.shape) : plain(check, right, left);
  const source = wantsWords(check, left) ?? read;
  const direct = multiple || source !== read ? null : directTest(check, right, left);
  if (direct !== null) return { test: direct, read, readRight: null };
  const test = (event: Event): boolean => {
    const value = source(event);
    return value !== null && decide(value);
  };
  return { test, read: source, readRight: null };
}

/**
 * The checks that rules have most, without a detour: they decide how long an event takes. Others, and
 * values that are no text, go the common way.
 */
function directTest<Event>(
  { operator }: Comparison,
  right: Extract<RightOperand, { kind: 'text' | 'list' }>,
  { shape, read }: CompiledOperand<Event>,
): ((event: Event) => boolean) | null {
  if (shape.type !== 'text' || shape.many !== 'one') return null;
  const texts = right.kind === 'list' ? right.items : [right.text];
  const [first = ''] = texts;
  if (operator === '=' || operator === '==') return onText(read, (text) => text === first);
  if (operator === 'contains') return onText(read, (text) => text.includes(first));
  if (operator === 'startswith') return onText(read, (text) => text.startsWith(first));
  if (operator === 'endswith') return onText(read, (text) => text.endsWith(first));
  return operator === 'in' ? onText(read, textSet(texts)) : null;
}

function onText<Event>(
  read: (event: Event) => FieldValue,
  holds: (text: string) => boolean,
): (event: Event) => boolean {
  return (event) => {
    const value = read(event);
    return typeof value === 'string' ? holds(value) : value !== null && holds(showValue(value));
  };
}

/** `intersects` looks at the single words of texts that are lists by nature. */
function wantsWords<Event>(
  { operator }: Comparison,
  { words }: CompiledOperand<Event>,
): ((event: Event) => FieldValue) | null {
  return operator === 'intersects' ? words : null;
}

function plain<Event>(
  { operator, left }: Comparison,
  right: Extract<RightOperand, { kind: 'text' | 'list' }>,
  { shape, words }: CompiledOperand<Event>,
): (value: Exclude<FieldValue, null>) => boolean {
  const texts = right.kind === 'list' ? right.items : [right.text];
  const name = left.kind === 'field' ? left.name : left.transformer;
  if (shape.many === 'list' || (operator === 'intersects' && words !== null)) {
    return listTest(operator, texts, name);
  }
  return spread(shape, operator, valueTest(shape.type, operator, texts));
}

/** Applies a test for one value to fields that have several. */
function spread(
  { many }: FieldShape,
  operator: Operator,
  test: ValueTest,
): (value: Exclude<FieldValue, null>) => boolean {
  if (many === 'one') return test;
  if (many === 'either' && operator === '!=') {
    return (value) => (Array.isArray(value) ? value.every((one) => test(one)) : test(value));
  }
  return (value) => (Array.isArray(value) ? value.some((one) => test(one)) : test(value));
}

function members(value: FieldValue): readonly string[] {
  return Array.isArray(value) ? value : [showValue(value)];
}

/** Lists as a whole: `in` wants all members in the set, `intersects` at least one. */
function listTest(
  operator: Operator,
  texts: readonly string[],
  name: string,
): (value: Exclude<FieldValue, null>) => boolean {
  const set = new Set(texts);
  if (operator === 'in') return (value) => members(value).every((one) => set.has(one));
  if (operator === 'intersects') return (value) => members(value).some((one) => set.has(one));
  throw new CheckError('invalid', `${name} is a list: only in, intersects and exists fit`);
}

/** `oneof` wants exactly one of the values to fit, `anyof` at least one, `allof` all. */
function modified(
  { operator, modifier }: Comparison,
  right: Extract<RightOperand, { kind: 'list' }>,
  shape: FieldShape,
): (value: Exclude<FieldValue, null>) => boolean {
  const tests = right.items.map((item) =>
    shape.many === 'list'
      ? spread({ type: 'text', many: 'any' }, operator, valueTest('text', operator, [item]))
      : spread(shape, operator, valueTest(shape.type, operator, [item])),
  );
  if (modifier === 'allof') return (value) => tests.every((test) => test(value));
  if (modifier === 'anyof') return (value) => tests.some((test) => test(value));
  return (value) => tests.filter((test) => test(value)).length === 1;
}

const fieldOperators: ReadonlySet<Operator> = new Set<Operator>([
  '=',
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'contains',
  'icontains',
  'startswith',
  'endswith',
  'in',
  'intersects',
  'pmatch',
]);

/** The right side is read from the event too; missing on either side is false. */
function compileAgainstField<Event>(
  { operator, modifier }: Comparison,
  left: CompiledOperand<Event>,
  right: CompiledOperand<Event>,
): CompiledCheck<Event> {
  if (!fieldOperators.has(operator) || modifier !== null) {
    throw new CheckError('invalid', `${operator} does not compare two fields`);
  }
  if (left.shape.type !== right.shape.type) {
    throw new CheckError('invalid', 'the two fields are of different types');
  }
  const { read } = left;
  const test = (event: Event): boolean => {
    const a = read(event);
    const b = a === null ? null : right.read(event);
    if (a === null || b === null) return false;
    const texts = Array.isArray(b) ? b : [showValue(b)];
    if (left.shape.many === 'list') return listTest(operator, texts, 'the field')(a);
    if (left.shape.type === 'address' && texts.some((one) => compileAddress(one) === null)) {
      return false;
    }
    return spread(left.shape, operator, valueTest(left.shape.type, operator, texts))(a);
  };
  return { test, read, readRight: right.read };
}

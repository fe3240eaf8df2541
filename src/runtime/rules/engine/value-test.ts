// Tests for one value by type and operator; what can be prepared is prepared once.
import type { Operator } from '../language/index.ts';
import { compileAddress } from './address.ts';
import type { FieldType, FieldValue } from './field.ts';
import { compileGlob } from './glob.ts';
import { CheckError, showValue } from './operand.ts';
import { compilePattern } from './pattern.ts';
import { PatternError } from './pattern-syntax.ts';
import { textSet } from './text-set.ts';

export type ValueTest = (value: Exclude<FieldValue, null>) => boolean;

/** The test of `operator` against texts of a rule (one, or the items of a list). */
export function valueTest(
  type: FieldType,
  operator: Operator,
  texts: readonly string[],
): ValueTest {
  switch (type) {
    case 'number':
      return numberTest(operator, texts);
    case 'flag':
      return flagTest(operator, texts);
    case 'address':
      return addressTest(operator, texts);
    case 'bytes':
      return bytesTest(operator, texts);
    case 'text':
      return textTest(operator, texts);
  }
}

function refuse(operator: string, type: string): never {
  throw new CheckError('invalid', `${operator} does not fit a field that is ${type}`);
}

function onText(test: (text: string) => boolean): ValueTest {
  return (value) => test(typeof value === 'string' ? value : showValue(value));
}

function textTest(operator: Operator, texts: readonly string[]): ValueTest {
  const [first = ''] = texts;
  switch (operator) {
    case '=':
    case '==':
      return onText((text) => text === first);
    case '!=':
      return onText((text) => text !== first);
    case 'contains':
      return onText((text) => text.includes(first));
    case 'icontains': {
      const folded = first.toLowerCase();
      return onText((text) => text.toLowerCase().includes(folded));
    }
    case 'startswith':
      return onText((text) => text.startsWith(first));
    case 'endswith':
      return onText((text) => text.endsWith(first));
    case 'in':
    case 'intersects':
      return onText(textSet(texts));
    case 'pmatch':
      return onText(prefixTest(texts));
    case 'glob':
    case 'iglob':
      return onText(compiled(() => compileGlob(first, operator === 'iglob')));
    case 'regex':
      return onText(compiled(() => compilePattern(first)));
    case 'bcontains':
    case 'bstartswith':
      return bytesTest(operator, texts);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return refuse(operator, 'a text');
  }
}

function compiled<T>(compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (error instanceof PatternError) throw new CheckError('invalid', error.message);
    throw error;
  }
}

/** Whether a path is one of the given ones or lies below it, whole components only. */
function prefixTest(paths: readonly string[]): (text: string) => boolean {
  const prefixes = [...new Set(paths.map((path) => withoutSlashes(path)))];
  if (prefixes.length > comparedPrefixes) return manyPrefixes(new Set(prefixes));
  return (text) => {
    for (const prefix of prefixes) {
      if (!text.startsWith(prefix)) continue;
      const next = text.charCodeAt(prefix.length);
      // Nothing follows (NaN), or a slash does.
      if (next === slash || text.length === prefix.length) return true;
    }
    return false;
  };
}

const slash = 0x2f;
/** More prefixes than this are looked up instead of compared. */
const comparedPrefixes = 24;

function withoutSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path.charCodeAt(end - 1) === slash) end -= 1;
  return path.slice(0, end);
}

function manyPrefixes(set: ReadonlySet<string>): (text: string) => boolean {
  return (text) => {
    if (set.has(withoutSlashes(text))) return true;
    for (let at = text.indexOf('/'); at !== -1; at = text.indexOf('/', at + 1)) {
      if (set.has(text.slice(0, at))) return true;
    }
    return false;
  };
}

type Numeric = number | bigint;

function onNumber(test: (value: Numeric) => boolean): ValueTest {
  return (value) => (typeof value === 'number' || typeof value === 'bigint') && test(value);
}

function numberTest(operator: string, texts: readonly string[]): ValueTest {
  const numbers = texts.map((text) => parseNumber(text));
  const [first = 0] = numbers;
  switch (operator) {
    case '=':
    case '==':
      return onNumber((value) => isSame(value, first));
    case '!=':
      return onNumber((value) => !isSame(value, first));
    case '<':
      return onNumber((value) => value < first);
    case '<=':
      return onNumber((value) => value <= first);
    case '>':
      return onNumber((value) => value > first);
    case '>=':
      return onNumber((value) => value >= first);
    case 'in':
    case 'intersects':
      return onNumber((value) => numbers.some((one) => isSame(value, one)));
    default:
      return refuse(operator, 'a number');
  }
}

/** Equality across numbers and bigints, without loss. */
function isSame(a: Numeric, b: Numeric): boolean {
  return !(a < b) && !(a > b);
}

function parseNumber(text: string): Numeric {
  if (/^[+-]?\d{1,40}$/.test(text) || /^0[xX][0-9a-fA-F]{1,32}$/.test(text)) {
    const exact = BigInt(text.replace(/^\+/, ''));
    return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
  }
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new CheckError('invalid', `${text === '' ? 'the empty text' : text} is no number`);
  }
  return value;
}

function flagTest(operator: string, texts: readonly string[]): ValueTest {
  const flags = texts.map((text) => {
    if (/^(?:true|1)$/i.test(text)) return true;
    if (/^(?:false|0)$/i.test(text)) return false;
    throw new CheckError('invalid', `${text} is neither true nor false`);
  });
  const [first] = flags;
  switch (operator) {
    case '=':
    case '==':
      return (value) => value === first;
    case '!=':
      return (value) => value !== first;
    case 'in':
    case 'intersects':
      return (value) => flags.some((flag) => flag === value);
    default:
      return refuse(operator, 'true or false');
  }
}

function addressTest(operator: string, texts: readonly string[]): ValueTest {
  const tests = texts.map((text) => {
    const test = compileAddress(text);
    if (test === null) throw new CheckError('invalid', `${text} is no address or network`);
    return test;
  });
  const isInside: ValueTest = (value) => {
    const address = showValue(value);
    return tests.some((test) => test(address));
  };
  switch (operator) {
    case '=':
    case '==':
    case 'in':
    case 'intersects':
      return isInside;
    case '!=':
      return (value) => !isInside(value);
    default:
      return refuse(operator, 'an address');
  }
}

function bytesTest(operator: Operator, texts: readonly string[]): ValueTest {
  if (operator === 'contains') return bytesContain(texts);
  if (operator !== 'bcontains' && operator !== 'bstartswith') return textTest(operator, texts);
  const [first = ''] = texts;
  if (first === '' || first.length % 2 !== 0 || /[^0-9a-fA-F]/.test(first)) {
    throw new CheckError('invalid', `${operator} wants bytes as hexadecimal digits`);
  }
  const wanted = Buffer.from(first, 'hex');
  return (value) => {
    // A view, not a copy: many rules look at the same bytes.
    const bytes =
      value instanceof Uint8Array
        ? Buffer.from(value.buffer, value.byteOffset, value.length)
        : Buffer.from(showValue(value));
    if (operator === 'bcontains') return bytes.includes(wanted);
    return bytes.length >= wanted.length && wanted.equals(bytes.subarray(0, wanted.length));
  };
}

/** Bytes are compared as the characters U+0000 to U+00FF, as they are shown; without making a text. */
function bytesContain(texts: readonly string[]): ValueTest {
  const [first = ''] = texts;
  const asText = textTest('contains', texts);
  if (/[^\u0000-\u00ff]/.test(first)) return asText;
  const wanted = Buffer.from(first, 'latin1');
  return (value) =>
    value instanceof Uint8Array
      ? Buffer.from(value.buffer, value.byteOffset, value.length).includes(wanted)
      : asText(value);
}

// `"%s has %d".format([...])` and the text of any value, by the string extension of CEL.

import { longestText } from './instrument.ts';
import { failure } from './library.ts';
import { spend, spendText } from './meter.ts';
import { entriesOfMap, isMap, objectText, timestampText } from './value.ts';

/** Fills the pattern; throws where values are missing, of another type, or left over. */
export function formatText(pattern: string, values: readonly unknown[]): string {
  let text = '';
  let used = 0;
  for (let at = 0; at < pattern.length; ) {
    const percent = pattern.indexOf('%', at);
    if (percent === -1) {
      text += pattern.slice(at);
      break;
    }
    text += pattern.slice(at, percent);
    if (pattern[percent + 1] === '%') {
      text += '%';
      at = percent + 2;
      continue;
    }
    const found = /^%(?:\.(\d{1,3}))?([sdfeoxXb])/.exec(pattern.slice(percent, percent + 6));
    if (found === null) throw failure('format knows no such clause');
    if (used >= values.length) throw failure('format has too few values');
    text += clause(found[2] ?? 's', values[used], found[1] === undefined ? 6 : Number(found[1]));
    if (text.length > longestText) throw failure('the text is too long');
    used += 1;
    at = percent + found[0].length;
  }
  if (used < values.length) throw failure('format has too many values');
  spendText(text.length);
  return text;
}

function clause(letter: string, value: unknown, precision: number): string {
  if (letter === 's') return textOf(value);
  switch (letter) {
    case 'd': {
      const whole = wholeOf(value);
      if (whole === null) throw failure('%d takes a whole number');
      return String(whole);
    }
    case 'f':
      return fixed(value, letter, (one) => {
        const [whole = '', part = ''] = one.toFixed(Math.min(precision, 100)).split('.');
        const grouped = whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
        return part === '' ? grouped : `${grouped}.${part}`;
      });
    case 'e':
      return fixed(value, letter, (one) => scientific(one, Math.min(precision, 100)));
    default:
      return inBase(letter, value);
  }
}

/** As the API server writes it: `1.234560×10⁰³`. */
function scientific(one: number, precision: number): string {
  const [mantissa = '', exponent = ''] = one.toExponential(precision).split('e');
  const digits = exponent.slice(1).padStart(2, '0');
  const raised = digits.replaceAll(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit)));
  return `${mantissa}×10${exponent.startsWith('-') ? '⁻' : ''}${raised}`;
}

function fixed(value: unknown, letter: string, write: (one: number) => string): string {
  if (typeof value !== 'number') throw failure(`%${letter} takes a double`);
  if (Number.isFinite(value)) return write(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '-∞';
}

function inBase(letter: string, value: unknown): string {
  if (letter === 'x' || letter === 'X') {
    if (typeof value === 'string' || value instanceof Uint8Array) {
      const hex = Buffer.from(value as string).toString('hex');
      return letter === 'X' ? hex.toUpperCase() : hex;
    }
  }
  if (letter === 'b' && typeof value === 'boolean') return value ? '1' : '0';
  const whole = wholeOf(value);
  if (whole === null) throw failure(`%${letter} takes a whole number`);
  const text = whole.toString(letter === 'b' ? 2 : letter === 'o' ? 8 : 16);
  return letter === 'X' ? text.toUpperCase() : text;
}

/** An int or an uint; null: it is none. */
function wholeOf(value: unknown): bigint | null {
  if (typeof value === 'bigint') return value;
  const plain = value instanceof Object ? (value.valueOf() as unknown) : value;
  return typeof plain === 'bigint' ? plain : null;
}

/** The text of a value as `%s` writes it; what stands in lists and maps is written as in an expression. */
export function textOf(value: unknown): string {
  spend(1);
  if (typeof value === 'string') return value;
  if (value === null) return 'null';
  if (Array.isArray(value)) return `[${value.map(innerText).join(', ')}]`;
  if (isMap(value)) {
    const members = entriesOfMap(value).map(([key, one]) => `${innerText(key)}:${innerText(one)}`);
    return `{${members.sort().join(', ')}}`;
  }
  if (value instanceof Date) return timestampText(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value === 'number' && !Number.isFinite(value)) return fixed(value, 's', String);
  if (typeof value === 'object' && 'name' in value && typeof value.name === 'string') {
    return value.name === 'null' ? 'null_type' : value.name;
  }
  return objectText(value);
}

function innerText(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return value.toFixed(6);
  if (value instanceof Date) return `timestamp("${textOf(value)}")`;
  if (value instanceof Uint8Array) return `b${JSON.stringify(textOf(value))}`;
  return textOf(value);
}

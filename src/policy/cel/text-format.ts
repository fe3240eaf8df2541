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
  const number = numeric(value);
  switch (letter) {
    case 'd':
      if (typeof number === 'bigint' || !Number.isFinite(number)) return specialOr(number);
      throw failure('%d takes a whole number');
    case 'f':
      return fixed(number, (one) => one.toFixed(Math.min(precision, 100)));
    case 'e':
      return fixed(number, (one) =>
        one.toExponential(Math.min(precision, 100)).replace(/e([+-])(\d)$/, 'e$10$2'),
      );
    default:
      return inBase(letter, value, number);
  }
}

function specialOr(number: bigint | number): string {
  if (typeof number === 'bigint') return String(number);
  return Number.isNaN(number) ? 'NaN' : number > 0 ? 'Infinity' : '-Infinity';
}

function fixed(number: bigint | number, write: (one: number) => string): string {
  const one = Number(number);
  return Number.isFinite(one) ? write(one) : specialOr(one);
}

function inBase(letter: string, value: unknown, number: bigint | number): string {
  if (letter === 'x' || letter === 'X') {
    if (typeof value === 'string' || value instanceof Uint8Array) {
      const hex = Buffer.from(value as string).toString('hex');
      return letter === 'X' ? hex.toUpperCase() : hex;
    }
  }
  if (letter === 'b' && typeof value === 'boolean') return value ? '1' : '0';
  if (typeof number !== 'bigint') throw failure(`%${letter} takes a whole number`);
  const text = number.toString(letter === 'b' ? 2 : letter === 'o' ? 8 : 16);
  return letter === 'X' ? text.toUpperCase() : text;
}

function numeric(value: unknown): bigint | number {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  const plain = value instanceof Object ? (value.valueOf() as unknown) : value;
  if (typeof plain === 'bigint') return plain;
  return Number.NaN;
}

/** The text of a value as `%s` writes it. */
export function textOf(value: unknown): string {
  spend(1);
  if (typeof value === 'string') return value;
  if (value === null) return 'null';
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`;
  if (isMap(value)) {
    const members = entriesOfMap(value).map(([key, one]) => `${textOf(key)}: ${textOf(one)}`);
    return `{${members.sort().join(', ')}}`;
  }
  if (value instanceof Date) return timestampText(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value === 'number' && !Number.isFinite(value)) return specialOr(value);
  if (typeof value === 'object' && 'name' in value && typeof value.name === 'string') {
    return value.name === 'null' ? 'null_type' : value.name;
  }
  return objectText(value);
}

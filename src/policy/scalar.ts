// Scalars as kubectl reads them. It reads YAML 1.1, where `yes`, `on` and `0b0` are no strings: a
// reader of YAML 1.2 alone would let `privileged: yes` pass.
import { asArray } from '../base/json.ts';

const trueWords: ReadonlySet<string> = new Set([
  'y',
  'Y',
  'yes',
  'Yes',
  'YES',
  'on',
  'On',
  'ON',
  'true',
  'True',
  'TRUE',
]);
const falseWords: ReadonlySet<string> = new Set([
  'n',
  'N',
  'no',
  'No',
  'NO',
  'off',
  'Off',
  'OFF',
  'false',
  'False',
  'FALSE',
]);

/** A boolean, or the YAML 1.1 word for one; null for all else. */
export function asBoolean(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return null;
  if (trueWords.has(value)) return true;
  return falseWords.has(value) ? false : null;
}

/** An integer, or YAML 1.1 text for one (`0b1`, `0o17`, `017`, `1_000`); null for all else. */
export function asInteger(value: unknown): number | null {
  if (typeof value === 'number') return Number.isInteger(value) ? value : null;
  if (typeof value !== 'string' || !/^[-+]?[0-9][0-9a-fA-FxXoO_]*$/.test(value)) return null;
  const digits = value.replaceAll('_', '');
  const negative = digits.startsWith('-');
  const bare = digits.replace(/^[-+]/, '');
  const number = Number(/^0[0-7]+$/.test(bare) ? `0o${bare.slice(1)}` : bare);
  if (!Number.isInteger(number)) return null;
  return negative ? -number : number;
}

/**
 * Longest list of a Pod that is walked. An object that Kubernetes accepts has at most 3 MiB; longer
 * lists are told as unknowns by `shape.ts`.
 */
export const listedMost = 10_000;

/** The items of a list of a Pod, `listedMost` at most. */
export function itemsOf(value: unknown): readonly unknown[] {
  const items = asArray(value);
  return items.length > listedMost ? items.slice(0, listedMost) : items;
}

/** Names of Kubernetes have at most 253 characters; aliases make long text cheap to repeat. */
const shownCharacters = 300;

/** Text that is cut with an ellipsis where it is longer than anything honest. */
export function clip(text: string, most: number = shownCharacters): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}

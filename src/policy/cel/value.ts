// Values of documents as CEL sees them, and back: whole numbers are bigint, objects are maps, so that
// no key of a stranger (`constructor`) is taken for something else. Members that are null are left
// out, as the API server drops them.
import { Duration, failure, isOptional, UnsignedInt } from './library.ts';
import { spend } from './meter.ts';

/** Nesting of documents is bounded where they are parsed (`limits.documentDepth`). */
export function toCel(value: unknown): unknown {
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? BigInt(value) : value;
  }
  if (typeof value !== 'object' || value === null) return value === undefined ? null : value;
  if (Array.isArray(value)) return value.map(toCel);
  if (value instanceof Map || value instanceof Date) return value;
  const map = new Map<string, unknown>();
  for (const [key, one] of Object.entries(value)) {
    if (one !== null && one !== undefined) map.set(key, toCel(one));
  }
  return map;
}

/** A result as JSON would have it; whole numbers beyond 2^53 become text. */
export function fromCel(value: unknown): unknown {
  spend(1);
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(fromCel);
  if (value instanceof Set) return [...value].map(fromCel);
  if (value instanceof Date) return timestampText(value);
  if (value instanceof UnsignedInt || value instanceof Duration) return String(value);
  if (isOptional(value)) return value.hasValue() ? fromCel(value.value()) : null;
  if (isMap(value)) return Object.fromEntries(entriesOfMap(value).map(([k, v]) => [k, fromCel(v)]));
  return objectText(value);
}

/** Values of the library write themselves. */
export function objectText(value: unknown): string {
  // oxlint-disable-next-line no-base-to-string -- types, durations and their like have a toString
  return String(value);
}

/** RFC 3339 without fractions that are zero, as CEL writes timestamps. */
export function timestampText(value: Date): string {
  return value.toISOString().replace(/\.?0*Z$/, 'Z');
}

export type CelMap = ReadonlyMap<unknown, unknown> | Readonly<Record<string, unknown>>;

/** Documents give maps, literals of expressions give plain objects. */
export function isMap(value: unknown): value is CelMap {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof Map) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Keys and values. */
export function entriesOfMap(value: CelMap): (readonly [unknown, unknown])[] {
  return value instanceof Map ? [...value] : Object.entries(value);
}

/** The value at a key; undefined where there is none. */
export function mapValue(value: CelMap, key: unknown): unknown {
  if (value instanceof Map) return value.get(key);
  const name = typeof key === 'bigint' ? String(key) : key;
  if (typeof name !== 'string' || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

/** Equality of CEL: numbers by value, lists by element, maps by member. Pays for what it walks. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return isNumeric(a) && isNumeric(b) && numberOf(a) == numberOf(b);
  }
  spend(1);
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((one, at) => isEqual(one, b[at]));
  }
  if (a instanceof UnsignedInt || b instanceof UnsignedInt) {
    return isNumeric(a) && isNumeric(b) && numberOf(a) == numberOf(b);
  }
  if (isOptional(a)) {
    if (!isOptional(b) || a.hasValue() !== b.hasValue()) return false;
    return !a.hasValue() || isEqual(a.value(), b.value());
  }
  if (isMap(a)) return isMap(b) && isEqualMap(a, b);
  return isEqualObject(a, b);
}

function isEqualMap(a: CelMap, b: CelMap): boolean {
  const entries = entriesOfMap(a);
  if (entries.length !== entriesOfMap(b).length) return false;
  return entries.every(([key, value]) => {
    const other = mapValue(b, key);
    return other !== undefined && isEqual(value, other);
  });
}

/** Types with their own notion: a quantity equals another of the same amount. */
function isEqualObject(a: object, b: object): boolean {
  if (a.constructor !== b.constructor) return false;
  if ('isEqual' in a && typeof a.isEqual === 'function') return a.isEqual(b) === true;
  if (a instanceof Date) return a.getTime() === (b as Date).getTime();
  if (a instanceof Duration) return objectText(a) === objectText(b);
  return a instanceof Uint8Array && Buffer.from(a).equals(b as Uint8Array);
}

type Numeric = bigint | number | UnsignedInt;

function isNumeric(value: unknown): value is Numeric {
  return typeof value === 'bigint' || typeof value === 'number' || value instanceof UnsignedInt;
}

/** Comparable with `==` and `<` across its two types, exactly. */
function numberOf(value: Numeric): bigint | number {
  return value instanceof UnsignedInt ? value.valueOf() : value;
}

/** -1, 0 or 1 of two numbers, texts, booleans, times; throws where they have no order. */
export function compare(a: unknown, b: unknown): number {
  if (isNumeric(a) && isNumeric(b)) {
    const [left, right] = [numberOf(a), numberOf(b)];
    return left < right ? -1 : left > right ? 1 : 0;
  }
  if (typeof a === 'string' && typeof b === 'string') return order(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return order(Number(a), Number(b));
  if (a instanceof Date && b instanceof Date) return order(a.getTime(), b.getTime());
  if (a instanceof Duration && b instanceof Duration) return order(Number(a), Number(b));
  if (isComparable(a) && isComparable(b)) return Number(a.compareTo(b));
  throw failure('these values have no order');
}

interface Comparable {
  compareTo(other: unknown): bigint;
}

function isComparable(value: unknown): value is Comparable {
  return (
    typeof value === 'object' &&
    value !== null &&
    'compareTo' in value &&
    typeof value.compareTo === 'function'
  );
}

function order<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

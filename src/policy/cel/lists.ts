// Lists and sets: the libraries of Kubernetes (`sum`, `isSorted`, ...) and those of CEL.
import { type Environment, failure, optionalOf } from './library.ts';
import { spend, unitsLeft } from './meter.ts';
import { type Register, registrar } from './register.ts';
import { compare, isEqual } from './value.ts';

type List = readonly unknown[];

/** Registers them. */
export function registerLists(environment: Environment): void {
  const add = registrar(environment);
  registerOrder(add);
  registerParts(add);
  registerSets(add);
  registerMath(add);
}

function registerOrder(add: Register): void {
  add('list.isSorted(): bool', (list: List) =>
    list.every((one, at) => at === 0 || compare(list[at - 1], one) <= 0),
  );
  add('list.sum(): dyn', sum);
  add('list.min(): dyn', (list: List) => extreme(list, -1));
  add('list.max(): dyn', (list: List) => extreme(list, 1));
  add('list.indexOf(dyn): int', (list: List, wanted: unknown) =>
    BigInt(list.findIndex((one) => isEqual(one, wanted))),
  );
  add('list.lastIndexOf(dyn): int', (list: List, wanted: unknown) =>
    BigInt(list.findLastIndex((one) => isEqual(one, wanted))),
  );
  add('list.sort(): list', (list: List) => {
    spend(list.length * 4);
    return list.toSorted(compare);
  });
}

function sum(list: List): unknown {
  let total: unknown = 0n;
  for (const [at, one] of list.entries()) {
    if (at === 0) total = one;
    else total = plus(total, one);
  }
  if (list.length === 1) plus(total, total);
  return total;
}

function plus(a: unknown, b: unknown): unknown {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a + b;
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (hasAdd(a)) return a.addDuration(b);
  throw failure('sum takes numbers or durations of one type');
}

function hasAdd(value: unknown): value is { addDuration(other: unknown): unknown } {
  return typeof value === 'object' && value !== null && 'addDuration' in value;
}

function extreme(list: List, sign: 1 | -1): unknown {
  const [first, ...rest] = list;
  if (first === undefined) throw failure('an empty list has no least and no greatest');
  return rest.reduce((best, one) => (compare(one, best) * sign > 0 ? one : best), first);
}

function registerParts(add: Register): void {
  add('list.slice(int, int): list', (list: List, from: bigint, to: bigint) => {
    if (from < 0n || to > BigInt(list.length) || from > to) throw failure('slice is out of range');
    return list.slice(Number(from), Number(to));
  });
  add('list.reverse(): list', (list: List) => list.toReversed());
  add('list.first(): optional<dyn>', (list: List) => optionalOf(list[0]));
  add('list.last(): optional<dyn>', (list: List) => optionalOf(list.at(-1)));
  add('list.flatten(): list', (list: List) => flattened(list, 1));
  add('list.flatten(int): list', (list: List, depth: bigint) => flattened(list, Number(depth)));
  add('list.distinct(): list', distinct);
  add('ListsNamespace.range(int): list<int>', (_: unknown, count: bigint) => {
    if (count > BigInt(unitsLeft())) spend(Number(count));
    spend(Number(count));
    return Array.from({ length: Math.max(0, Number(count)) }, (_one, at) => BigInt(at));
  });
}

function flattened(list: List, depth: number): unknown[] {
  if (depth < 0) throw failure('flatten takes no negative depth');
  const flat: unknown[] = [];
  for (const one of list) {
    spend(1);
    if (!Array.isArray(one) || depth === 0) flat.push(one);
    else for (const inner of flattened(one, depth - 1)) flat.push(inner);
  }
  return flat;
}

function distinct(list: List): unknown[] {
  const kept: unknown[] = [];
  for (const one of list) if (!has(kept, one)) kept.push(one);
  return kept;
}

function has(list: List, wanted: unknown): boolean {
  spend(1 + (list.length >> 2));
  return list.some((one) => isEqual(one, wanted));
}

const holdsAll = (inner: List, outer: List): boolean => inner.every((one) => has(outer, one));

function registerSets(add: Register): void {
  add('SetsNamespace.contains(list, list): bool', (_: unknown, a: List, b: List) => holdsAll(b, a));
  add(
    'SetsNamespace.equivalent(list, list): bool',
    (_: unknown, a: List, b: List) => holdsAll(a, b) && holdsAll(b, a),
  );
  add('SetsNamespace.intersects(list, list): bool', (_: unknown, a: List, b: List) =>
    a.some((one) => has(b, one)),
  );
}

function registerMath(add: Register): void {
  const pairs: readonly (readonly [string, 1 | -1])[] = [
    ['greatest', 1],
    ['least', -1],
  ];
  for (const [name, sign] of pairs) {
    add(`MathNamespace.${name}(list): dyn`, (_: unknown, list: List) => extreme(list, sign));
    for (const count of [2, 3, 4]) {
      const types = Array.from({ length: count }, () => 'dyn').join(', ');
      add(`MathNamespace.${name}(${types}): dyn`, (_: unknown, ...list: never[]) =>
        extreme(list, sign),
      );
    }
  }
  const real: readonly (readonly [string, (one: number) => number])[] = [
    ['ceil', Math.ceil],
    ['floor', Math.floor],
    ['trunc', Math.trunc],
    ['round', (one) => Math.sign(one) * Math.round(Math.abs(one))],
  ];
  for (const [name, compute] of real) {
    add(`MathNamespace.${name}(double): double`, (_: unknown, one: number) => compute(one));
  }
  add('MathNamespace.abs(int): int', (_: unknown, one: bigint) => (one < 0n ? -one : one));
  add('MathNamespace.abs(double): double', (_: unknown, one: number) => Math.abs(one));
  add('MathNamespace.sign(int): int', (_: unknown, one: bigint) =>
    one < 0n ? -1n : one > 0n ? 1n : 0n,
  );
  add('MathNamespace.isNaN(double): bool', (_: unknown, one: number) => Number.isNaN(one));
  add('MathNamespace.isInf(double): bool', (_: unknown, one: number) => Math.abs(one) === Infinity);
  add('MathNamespace.isFinite(double): bool', (_: unknown, one: number) => Number.isFinite(one));
}

// Loops over two variables (`m.all(k, v, p)`, `transformList`, `transformMap`), `optMap`, `sortBy`:
// macros that the library does not have. Index and value of lists, key and value of maps.

import { pairsOf } from './instrument.ts';
import {
  type Checker,
  type Environment,
  type Evaluator,
  failure,
  isOptional,
  type MacroCall,
  type Node,
  optionalOf,
  type Scope,
} from './library.ts';
import { spend } from './meter.ts';
import { compare, entriesOfMap, isMap } from './value.ts';

interface Loop {
  readonly receiver: Node;
  readonly names: readonly string[];
  readonly filter: Node | null;
  readonly body: Node;
  scopes: readonly Scope[];
}

/** Values of the body for each round, as far as somebody asks. */
type Rounds = Iterable<{ readonly pair: readonly [unknown, unknown]; readonly value: unknown }>;

interface Shape {
  readonly names: number;
  readonly hasFilter: boolean;
  readonly type: string;
  readonly result: (rounds: Rounds) => unknown;
}

/** Registers all of them. */
export function registerComprehensions(environment: Environment): void {
  const two = { names: 2, hasFilter: false } as const;
  const macros: readonly (readonly [string, Shape])[] = [
    ['list.all(ast, ast, ast): bool', { ...two, type: 'bool', result: (all) => holds(all, false) }],
    [
      'list.exists(ast, ast, ast): bool',
      { ...two, type: 'bool', result: (all) => holds(all, true) },
    ],
    ['list.existsOne(ast, ast, ast): bool', { ...two, type: 'bool', result: isOne }],
    ['list.exists_one(ast, ast, ast): bool', { ...two, type: 'bool', result: isOne }],
    ['list.existsOne(ast, ast): bool', { names: 1, hasFilter: false, type: 'bool', result: isOne }],
    ['list.transformList(ast, ast, ast): list', { ...two, type: 'list', result: asList }],
    [
      'list.transformList(ast, ast, ast, ast): list',
      { ...two, hasFilter: true, type: 'list', result: asList },
    ],
    ['list.transformMap(ast, ast, ast): map', { ...two, type: 'map', result: asMap }],
    [
      'list.transformMap(ast, ast, ast, ast): map',
      { ...two, hasFilter: true, type: 'map', result: asMap },
    ],
    ['list.transformMapEntry(ast, ast, ast): map', { ...two, type: 'map', result: asEntries }],
    [
      'list.transformMapEntry(ast, ast, ast, ast): map',
      { ...two, hasFilter: true, type: 'map', result: asEntries },
    ],
    ['list.sortBy(ast, ast): list', { names: 1, hasFilter: false, type: 'list', result: sorted }],
  ];
  for (const [signature, shape] of macros) {
    environment.registerFunction(signature, (call: MacroCall) => loopOf(call, shape), sync);
  }
  environment.registerFunction(
    'list.optMap(ast, ast): dyn',
    (call: MacroCall) => optional(call, optionalOf),
    sync,
  );
  environment.registerFunction(
    'list.optFlatMap(ast, ast): dyn',
    (call: MacroCall) => optional(call, (value) => value),
    sync,
  );
}

const sync = { async: false } as const;

function nameOf(node: Node | undefined): string {
  if (node?.op === 'id') return String(node.args);
  throw failure('a loop names its variables first');
}

function loopOf({ args, receiver }: MacroCall, shape: Shape) {
  const names = args.slice(0, shape.names).map(nameOf);
  const [first, second] = args.slice(shape.names);
  const body = shape.hasFilter ? second : first;
  if (body === undefined) throw failure('a loop has a body');
  const loop: Loop = {
    receiver,
    names,
    filter: shape.hasFilter ? (first ?? null) : null,
    body,
    scopes: [],
  };
  return {
    ...loop,
    async: false,
    typeCheck(checker: Checker, _: unknown, scope: Scope): unknown {
      checker.check(receiver, scope);
      const scopes: Scope[] = [];
      for (const name of names) {
        scopes.push((scopes.at(-1) ?? scope).forkWithVariable(name, checker.getType('dyn')));
      }
      loop.scopes = scopes;
      const inner = scopes.at(-1) ?? scope;
      if (loop.filter !== null) checker.check(loop.filter, inner);
      checker.check(body, inner);
      return checker.getType(shape.type);
    },
    evaluate(evaluator: Evaluator, _: unknown, scope: Scope): unknown {
      return shape.result(roundsOf(loop, evaluator, scope));
    },
  };
}

function* roundsOf(loop: Loop, evaluator: Evaluator, scope: Scope): Rounds {
  const all = evaluator.run(loop.receiver, scope);
  const [outer, inner] = loop.scopes;
  for (const pair of pairsOf(all)) {
    spend(1);
    const [key, value] = pair;
    // One variable is the element of a list and the key of a map.
    const isSingle = inner === undefined;
    let own = outer
      ?.reuse(scope)
      .setIterValue(isSingle && Array.isArray(all) ? value : key, evaluator);
    if (inner !== undefined && own !== undefined)
      own = inner.reuse(own).setIterValue(value, evaluator);
    if (own === undefined) return;
    if (loop.filter !== null && evaluator.run(loop.filter, own) !== true) continue;
    yield { pair, value: { of: () => evaluator.run(loop.body, own) } };
  }
}

function valueOf(round: { readonly value: unknown }): unknown {
  return (round.value as { of(): unknown }).of();
}

/** Errors of a round do not matter where another round decides. */
function holds(rounds: Rounds, wanted: boolean): boolean {
  let error: unknown = null;
  for (const round of rounds) {
    try {
      if (valueOf(round) === wanted) return wanted;
    } catch (thrown) {
      error ??= thrown;
    }
  }
  if (error !== null) throw error as Error;
  return !wanted;
}

function isOne(rounds: Rounds): boolean {
  let count = 0;
  for (const round of rounds) if (valueOf(round) === true) count += 1;
  return count === 1;
}

function asList(rounds: Rounds): unknown[] {
  return Array.from(rounds, valueOf);
}

function asMap(rounds: Rounds): unknown {
  const map = new Map<unknown, unknown>();
  for (const round of rounds) map.set(round.pair[0], valueOf(round));
  return map;
}

function asEntries(rounds: Rounds): unknown {
  const map = new Map<unknown, unknown>();
  for (const round of rounds) {
    const value = valueOf(round);
    if (!isMap(value)) throw failure('transformMapEntry makes maps');
    for (const [key, one] of entriesOfMap(value)) {
      if (map.has(key)) throw failure(`two entries have the key ${String(key)}`);
      map.set(key, one);
    }
  }
  return map;
}

function sorted(rounds: Rounds): unknown[] {
  const keyed = Array.from(rounds, (round) => ({ key: valueOf(round), element: round.pair[1] }));
  spend(keyed.length * 4);
  return keyed.sort((a, b) => compare(a.key, b.key)).map(({ element }) => element);
}

function optional({ args, receiver }: MacroCall, wrap: (value: unknown) => unknown) {
  const name = nameOf(args[0]);
  const body = args[1];
  if (body === undefined) throw failure('optMap has a body');
  let own: Scope | undefined;
  return {
    receiver,
    body,
    async: false,
    typeCheck(checker: Checker, _: unknown, scope: Scope): unknown {
      checker.check(receiver, scope);
      own = scope.forkWithVariable(name, checker.getType('dyn'));
      checker.check(body, own);
      return checker.getType('dyn');
    },
    evaluate(evaluator: Evaluator, _: unknown, scope: Scope): unknown {
      const value = evaluator.run(receiver, scope);
      if (!isOptional(value)) throw failure('optMap is called on an optional');
      if (!value.hasValue() || own === undefined) return value;
      return wrap(evaluator.run(body, own.reuse(scope).setIterValue(value.value(), evaluator)));
    },
  };
}

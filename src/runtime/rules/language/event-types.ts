// Which event types can make a condition true: the index of the engine. A set is either named types
// or all but named types, so that no list of all types is needed.
import type { Comparison, Expression, LeftOperand } from './ast.ts';

export interface EventTypes {
  /** `only`: these types; `except`: all types but these. */
  readonly mode: 'only' | 'except';
  readonly types: ReadonlySet<string>;
}

export const allEventTypes: EventTypes = { mode: 'except', types: new Set() };

/** Whether events of `type` can make the condition true. */
export function includesType(set: EventTypes, type: string): boolean {
  return set.types.has(type) === (set.mode === 'only');
}

/** The types of a condition: `and` intersects, `or` unites, `not` complements. */
export function eventTypesOf(expression: Expression): EventTypes {
  return typesOf(expression, false);
}

/** What is known of a part, plain and negated: bodies of macros are shared by many rules. */
const known = new WeakMap<Expression, readonly [EventTypes | null, EventTypes | null]>();

function typesOf(expression: Expression, negated: boolean): EventTypes {
  const entry = known.get(expression) ?? [null, null];
  const cached = entry[negated ? 1 : 0];
  if (cached !== null) return cached;
  const result = judge(expression, negated);
  const [plain, inverted] = known.get(expression) ?? [null, null];
  known.set(expression, negated ? [plain, result] : [result, inverted]);
  return result;
}

function judge(expression: Expression, negated: boolean): EventTypes {
  switch (expression.kind) {
    case 'and':
    case 'or': {
      const sets = expression.children.map((child) => typesOf(child, negated));
      // De Morgan: a negated `and` unites, a negated `or` intersects.
      return (expression.kind === 'and') === negated
        ? sets.reduce((a, b) => unite(a, b))
        : sets.reduce((a, b) => intersect(a, b));
    }
    case 'not':
      return typesOf(expression.child, !negated);
    case 'macro':
      return expression.body === null ? allEventTypes : typesOf(expression.body, negated);
    case 'exists':
      return allEventTypes;
    case 'comparison': {
      const types = typesOfCheck(expression);
      if (types === null) return allEventTypes;
      return negated ? complement(types) : types;
    }
  }
}

/** The types that a comparison of `evt.type` admits; null for every other check. */
export function typesOfCheck({ left, operator, modifier, right }: Comparison): EventTypes | null {
  if (!isEventType(left) || modifier !== null) return null;
  if (operator === 'in' || operator === 'intersects') {
    return right.kind === 'list' ? { mode: 'only', types: new Set(right.items) } : null;
  }
  if (right.kind !== 'text') return null;
  if (operator === '=' || operator === '==') return { mode: 'only', types: new Set([right.text]) };
  return operator === '!=' ? { mode: 'except', types: new Set([right.text]) } : null;
}

function isEventType(left: LeftOperand): boolean {
  return left.kind === 'field' && left.name === 'evt.type' && left.argument === null;
}

function complement({ mode, types }: EventTypes): EventTypes {
  return { mode: mode === 'only' ? 'except' : 'only', types };
}

function isAll({ mode, types }: EventTypes): boolean {
  return mode === 'except' && types.size === 0;
}

function intersect(a: EventTypes, b: EventTypes): EventTypes {
  if (isAll(a)) return b;
  if (isAll(b)) return a;
  if (a.mode === 'only' && b.mode === 'only') {
    return { mode: 'only', types: a.types.intersection(b.types) };
  }
  if (a.mode === 'only') return { mode: 'only', types: a.types.difference(b.types) };
  if (b.mode === 'only') return { mode: 'only', types: b.types.difference(a.types) };
  return { mode: 'except', types: a.types.union(b.types) };
}

function unite(a: EventTypes, b: EventTypes): EventTypes {
  if (isAll(a) || isAll(b)) return allEventTypes;
  return complement(intersect(complement(a), complement(b)));
}

// Conditions become nested functions, folded for one event type: checks of `evt.type` vanish.
import { type Expression, includesType, typesOfCheck } from '../language/index.ts';
import { compileCheck } from './check.ts';
import type { FieldRegistry } from './field.ts';

export type Predicate<Event> = (event: Event) => boolean;

/** Compiled checks of all rules by their node, as macros are shared by many rules. */
export type CheckCache<Event> = Map<Expression, Predicate<Event>>;

export interface Specialisation<Event> {
  readonly registry: FieldRegistry<Event>;
  readonly eventType: string;
  readonly checks: CheckCache<Event>;
  /** Bodies of macros, compiled for this event type. */
  readonly macros: Map<Expression, Predicate<Event> | boolean>;
}

/**
 * Compiles a condition for events of one type; a boolean when the type alone decides. The condition
 * was checked at loading. Throws `CheckError` otherwise.
 */
export function specialise<Event>(
  expression: Expression,
  context: Specialisation<Event>,
): Predicate<Event> | boolean {
  switch (expression.kind) {
    case 'and':
      return combine(expression.children, context, false);
    case 'or':
      return combine(expression.children, context, true);
    case 'not': {
      const child = specialise(expression.child, context);
      return typeof child === 'boolean' ? !child : (event) => !child(event);
    }
    case 'macro':
      return expression.body === null ? false : macroOf(expression.body, context);
    case 'comparison': {
      const types = typesOfCheck(expression);
      if (types !== null) return includesType(types, context.eventType);
      return checkOf(expression, context);
    }
    case 'exists':
      return checkOf(expression, context);
  }
}

function macroOf<Event>(
  body: Expression,
  context: Specialisation<Event>,
): Predicate<Event> | boolean {
  const known = context.macros.get(body);
  if (known !== undefined) return known;
  const compiled = specialise(body, context);
  context.macros.set(body, compiled);
  return compiled;
}

function checkOf<Event>(
  check: Extract<Expression, { kind: 'comparison' | 'exists' }>,
  { checks, registry }: Specialisation<Event>,
): Predicate<Event> {
  const known = checks.get(check);
  if (known !== undefined) return known;
  const { test } = compileCheck(check, registry);
  checks.set(check, test);
  return test;
}

/** `and` (decided by false) or `or` (decided by true). */
function combine<Event>(
  children: readonly Expression[],
  context: Specialisation<Event>,
  decides: boolean,
): Predicate<Event> | boolean {
  const predicates: Predicate<Event>[] = [];
  for (const child of children) {
    const compiled = specialise(child, context);
    if (compiled === decides) return decides;
    if (typeof compiled !== 'boolean') predicates.push(compiled);
  }
  const [first, second] = predicates;
  if (first === undefined) return !decides;
  if (second === undefined) return first;
  if (predicates.length === 2) {
    return decides
      ? (event) => first(event) || second(event)
      : (event) => first(event) && second(event);
  }
  return (event) => {
    for (const predicate of predicates) if (predicate(event) === decides) return decides;
    return !decides;
  };
}

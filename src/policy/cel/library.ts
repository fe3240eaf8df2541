// The one door to @marcbachmann/cel-js, and the types of the parts of its syntax tree that the
// instruments look at (version 8.0.0, pinned; a test fails where they change).
import {
  Environment,
  EvaluationError,
  Optional,
  ParseError,
  TypeError,
} from '@marcbachmann/cel-js';

import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator';

export { Duration, Environment, EvaluationError, UnsignedInt };

/** Whether a value is an `optional`. */
export function isOptional(value: unknown): value is Optional {
  return value instanceof Optional;
}

/** `optional.of(value)`; undefined gives `optional.none()`. */
export function optionalOf(value: unknown): Optional {
  return Optional.of(value);
}

/** A duration of whole seconds. */
export function durationOf(seconds: number): Duration {
  return new Duration(BigInt(seconds));
}

/** The evaluator as handlers see it. */
export interface Evaluator {
  run(node: Node, context: unknown): unknown;
}

/** A scope that holds one variable; `reuse` hangs it below the scope of this evaluation. */
export interface Scope {
  forkWithVariable(name: string, type: unknown): Scope;
  reuse(outer: Scope): Scope;
  setIterValue(value: unknown, evaluator: Evaluator): Scope;
  readonly iterValue: unknown;
}

export interface Checker {
  check(node: Node, scope: Scope): unknown;
  getType(name: string): unknown;
}

type Evaluate = (evaluator: Evaluator, node: Node, scope: Scope) => unknown;

/** One node of a parsed expression. */
export interface Node {
  readonly op: string;
  args: unknown;
  readonly pos: number;
  readonly meta: {
    readonly alternate?: Node;
    readonly macro?: Record<string, unknown>;
    evaluate: Evaluate;
  };
  /** Set by the type check: what works on the evaluated operands. */
  handle?: (...operands: readonly unknown[]) => unknown;
}

/** What a macro is told where it is parsed. */
export interface MacroCall {
  readonly args: readonly Node[];
  readonly receiver: Node;
}

export interface Parsed {
  (context: ReadonlyMap<string, unknown>): unknown;
  readonly ast: Node;
  check(): { readonly valid: boolean; readonly type?: string; readonly error?: unknown };
}

export interface CelProblem {
  /** Plain sentence without full stop. */
  readonly reason: string;
  /** From the start of the expression; null where it is not known. */
  readonly offset: number | null;
}

/** What the library, or the engine below it, threw, in words. */
export function problemOf(error: unknown): CelProblem {
  if (
    error instanceof ParseError ||
    error instanceof EvaluationError ||
    error instanceof TypeError
  ) {
    const { summary, range } = error as unknown as Described;
    return { reason: summary ?? error.message, offset: range?.start ?? null };
  }
  if (error instanceof RangeError) return { reason: 'it is nested too deep', offset: null };
  return { reason: error instanceof Error ? error.message : String(error), offset: null };
}

interface Described {
  readonly summary?: string;
  readonly range?: { readonly start: number };
}

/** The error that a function of ours throws where its operands are no good. */
export function failure(message: string): EvaluationError {
  return new EvaluationError({ code: 'function_failed', message });
}

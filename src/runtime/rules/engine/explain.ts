// Why a condition is true or false for one event: every sub-expression with its outcome.
import {
  type Check,
  type Expression,
  printCondition,
  printOperand,
  type Rule,
} from '../language/index.ts';
import { compileCheck } from './check.ts';
import type { FieldRegistry, FieldValue } from './field.ts';
import { showValue } from './operand.ts';

/** `missing`: the field is not known, which makes the check false. */
export type Outcome = 'true' | 'false' | 'missing';

export interface Explanation {
  readonly kind: Expression['kind'];
  /** The condition in words; `and`, `or` and `not` say only that. */
  readonly text: string;
  readonly outcome: Outcome;
  /** What the event says: field and value, for checks. */
  readonly actual: { readonly field: string; readonly value: string } | null;
  readonly children: readonly Explanation[];
}

/** Parts of one explanation; beyond it the rest is told as one line. */
const partsAtMost = 20_000;

/** Explains a rule for one event. */
export function explain<Event>(
  { expression }: Rule,
  event: Event,
  registry: FieldRegistry<Event>,
): Explanation {
  return new Explainer(event, registry).part(expression);
}

class Explainer<Event> {
  private readonly event: Event;
  private readonly registry: FieldRegistry<Event>;
  private parts = 0;

  constructor(event: Event, registry: FieldRegistry<Event>) {
    this.event = event;
    this.registry = registry;
  }

  part(expression: Expression): Explanation {
    this.parts += 1;
    switch (expression.kind) {
      case 'and':
      case 'or':
        return this.junction(expression);
      case 'not': {
        const child = this.part(expression.child);
        const outcome = child.outcome === 'true' ? 'false' : 'true';
        return this.told(expression, { text: 'not', outcome, children: [child] });
      }
      case 'macro': {
        const { name, body } = expression;
        const child = body === null ? null : this.part(body);
        const outcome = child?.outcome === 'true' ? 'true' : 'false';
        const children = child === null || this.parts > partsAtMost ? [] : [child];
        return this.told(expression, { text: name, outcome, children });
      }
      case 'exists':
      case 'comparison':
        return this.check(expression);
    }
  }

  private junction(expression: Extract<Expression, { kind: 'and' | 'or' }>): Explanation {
    const children = expression.children.map((child) => this.part(child));
    const isTrue = (child: Explanation): boolean => child.outcome === 'true';
    const holds = expression.kind === 'and' ? children.every(isTrue) : children.some(isTrue);
    return this.told(expression, {
      text: expression.kind,
      outcome: holds ? 'true' : 'false',
      children: this.parts > partsAtMost ? [] : children,
    });
  }

  private check(check: Check): Explanation {
    const { test, read, readRight } = compileCheck(check, this.registry);
    const value = read(this.event);
    const isMissing =
      check.kind !== 'exists' &&
      (value === null || (readRight !== null && readRight(this.event) === null));
    const outcome = test(this.event) ? 'true' : isMissing ? 'missing' : 'false';
    const actual = { field: printOperand(check.left), value: shortened(value) };
    return { kind: check.kind, text: printCondition(check), outcome, actual, children: [] };
  }

  private told(
    { kind }: Expression,
    rest: Pick<Explanation, 'text' | 'outcome' | 'children'>,
  ): Explanation {
    return { kind, ...rest, actual: null };
  }
}

const shownLength = 200;

function shortened(value: FieldValue): string {
  const text = showValue(value);
  return text.length > shownLength ? `${text.slice(0, shownLength - 1)}…` : text;
}

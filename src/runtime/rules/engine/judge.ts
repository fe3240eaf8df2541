// Judges checks at loading by compiling them against the fields of a source.
import type { Check, ConditionJudge, LeftOperand, Problem } from '../language/index.ts';
import { compileCheck } from './check.ts';
import type { FieldRegistry } from './field.ts';
import { CheckError, compileOperand } from './operand.ts';

/** The judge of a source of events: see `loadRules`. */
export function judgeOf<Event>(registry: FieldRegistry<Event>): ConditionJudge {
  // Macros are shared by many rules, so most checks are asked for more than once.
  const judged = new WeakMap<Check, { readonly problem: Problem | null }>();
  return {
    problemOfCheck(check: Check) {
      const known = judged.get(check);
      if (known !== undefined) return known.problem;
      const problem =
        problemOf(() => compileCheck(check, registry)) ?? deprecation(check.left, registry);
      judged.set(check, { problem });
      return problem;
    },
    problemOfOperand: (operand: LeftOperand) =>
      problemOf(() => compileOperand(operand, registry)) ?? deprecation(operand, registry),
  };
}

function problemOf(compile: () => unknown): Problem | null {
  try {
    compile();
    return null;
  } catch (error) {
    if (!(error instanceof CheckError)) throw error;
    return { kind: error.kind, message: error.message };
  }
}

function deprecation<Event>(operand: LeftOperand, registry: FieldRegistry<Event>): Problem | null {
  if (operand.kind !== 'field' || registry.find(operand.name)?.isDeprecated !== true) return null;
  return { kind: 'deprecated-field', message: `${operand.name} is deprecated` };
}

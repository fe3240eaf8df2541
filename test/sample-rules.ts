// Rules files for tests: short ways to write and load them.
import { type LoadedRules, loadSyscallRules } from '../src/runtime/rules/index.ts';
import { printCondition } from '../src/runtime/rules/language/index.ts';

/** Loads texts as files `1.yaml`, `2.yaml` ... */
export function load(...texts: readonly string[]): LoadedRules {
  return loadSyscallRules(texts.map((text, index) => ({ name: `${index + 1}.yaml`, text })));
}

/** A rule with a condition and whatever else. */
export function rule(condition: string, rest = ''): string {
  return `
- rule: R
  desc: d
  condition: ${condition}
  output: o %proc.name
  priority: WARNING
${rest}`;
}

/** The condition of the first rule; throws when there are errors. */
export function conditionOf(loaded: LoadedRules): string {
  const [error] = loaded.errors;
  if (error !== undefined) throw new Error(error.message);
  const [first] = loaded.rules;
  return first === undefined ? '' : printCondition(first.expression);
}

/** Codes of errors, then of warnings. */
export function codes(loaded: LoadedRules): readonly string[] {
  return [...loaded.errors, ...loaded.warnings].map(({ code }) => code);
}

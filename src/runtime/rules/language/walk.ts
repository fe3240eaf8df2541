// Walks over the tree of a condition.
import type { Check, Expression } from './ast.ts';

/** All checks of a condition, those of its macros included; shared bodies are visited once. */
export function checksOf(expression: Expression): readonly Check[] {
  const checks: Check[] = [];
  const seen = new Set<Expression>();
  const pending: Expression[] = [expression];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    switch (next.kind) {
      case 'and':
      case 'or':
        pending.push(...next.children.toReversed());
        break;
      case 'not':
        pending.push(next.child);
        break;
      case 'macro':
        if (next.body !== null) pending.push(next.body);
        break;
      case 'exists':
      case 'comparison':
        checks.push(next);
        break;
    }
  }
  return checks;
}

// A skipped test says why it is skipped, and no test is left out for good or run alone.
import { type CallExpression, Visitor } from 'oxc-parser';
import type { SourceFile, Tree, Violation } from './tree.ts';

const runners = new Set(['test', 'it', 'describe']);
const forGood = new Set(['skip', 'todo', 'only', 'fails']);

/** `skipIf` needs a comment on the line above, or a title that says what it needs. */
export function checkSkips(tree: Tree): Violation[] {
  return tree.sources.filter(({ path }) => path.endsWith('.test.ts')).flatMap(skipsOf);
}

function skipsOf(source: SourceFile): Violation[] {
  const { path, program, lineOf } = source;
  const violations: Violation[] = [];
  new Visitor({
    CallExpression(call) {
      const method = methodOf(call);
      if (method === null) return;
      const at = `${path}:${lineOf(call.start)}`;
      if (forGood.has(method)) violations.push(`${at} has ${method}; fix the test or remove it`);
      if (method === 'skipIf' || method === 'runIf') {
        const isExplained = hasReason(source, call);
        if (!isExplained) violations.push(`${at} skips without a reason; give it in the title`);
      }
    },
  }).visit(program);
  return violations;
}

function methodOf({ callee }: CallExpression): string | null {
  if (callee.type !== 'MemberExpression' || callee.computed) return null;
  const { object, property } = callee;
  const isRunner = object.type === 'Identifier' && runners.has(object.name);
  return isRunner && property.type === 'Identifier' ? property.name : null;
}

function hasReason({ text, comments, lineOf }: SourceFile, call: CallExpression): boolean {
  const line = lineOf(call.start);
  if (comments.some(({ end }) => lineOf(end) === line - 1)) return true;
  const title = text.slice(call.end, text.indexOf('=>', call.end));
  return /\([^()]+\)|\b(?:needs|skipped|against|agrees with|equals|this machine)\b|noSharedData/.test(
    title,
  );
}

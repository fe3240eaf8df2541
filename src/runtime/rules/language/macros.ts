// Compiles lists and macros: which items a list has at last, and the trees that macros stand for.
import type { Expression } from './ast.ts';
import type { Drafts, ListDraft, MacroDraft } from './draft.ts';
import type { Issues } from './issue.ts';
import { locate } from './locate.ts';
import { conditionLength, parseCondition } from './parser.ts';
import { ConditionError } from './scanner.ts';
import { quoteItem, substituteList } from './text-lists.ts';

export interface CompiledList {
  readonly draft: ListDraft;
  readonly items: readonly string[];
}

export interface CompiledMacro {
  readonly draft: MacroDraft;
  /** As parsed, references without bodies; null: the macro is broken, and has been told. */
  readonly parsed: Expression | null;
  state: 'parsed' | 'resolving' | 'resolved' | 'broken';
  /** With its bodies, once resolved. */
  expression: Expression | null;
  size: Size;
}

/** How large a condition is with all its macros written out. */
interface Size {
  readonly checks: number;
  readonly depth: number;
}

export interface Vocabulary {
  readonly lists: readonly CompiledList[];
  readonly macros: ReadonlyMap<string, CompiledMacro>;
}

/** Checks of one condition, macros written out; the largest official one has 1,200. */
const checksAtMost = 200_000;
/** Depth of one condition, macros written out; evaluation recurses. */
const depthAtMost = 1000;
/** Items of one list, lists in it included. */
const itemsAtMost = 100_000;

/** Lists may hold lists that are defined before them. */
export function compileLists({ lists }: Drafts): readonly CompiledList[] {
  const known = new Map<string, CompiledList>();
  for (const draft of [...lists.values()].toSorted((a, b) => a.rank - b.rank)) {
    const items: string[] = [];
    for (const item of draft.items) {
      const inner = known.get(item);
      if (inner !== undefined && inner.draft.rank < draft.sees) {
        inner.draft.used = true;
        if (items.length + inner.items.length <= itemsAtMost) items.push(...inner.items);
      } else {
        items.push(quoteItem(item));
      }
    }
    known.set(draft.item.name, { draft, items });
  }
  return [...known.values()];
}

/** Writes the items of all lists into a condition. Throws `ConditionError` when it grows too long. */
export function writeLists(condition: string, lists: readonly CompiledList[]): string {
  let text = condition;
  for (const { draft, items } of lists) {
    if (!text.includes(draft.item.name)) continue;
    const written = substituteList(text, { name: draft.item.name, items });
    if (written === null) continue;
    draft.used = true;
    if (written.length > conditionLength) {
      throw new ConditionError(`lists make it longer than ${conditionLength} characters`, 0);
    }
    text = written;
  }
  return text;
}

/** Parses all macros and puts into each the ones that it sees. */
export function compileMacros(
  drafts: Drafts,
  lists: readonly CompiledList[],
  issues: Issues,
): ReadonlyMap<string, CompiledMacro> {
  const macros = new Map<string, CompiledMacro>();
  for (const draft of drafts.macros.values()) {
    const parsed = parseMacro(draft, lists, issues);
    macros.set(draft.item.name, {
      draft,
      parsed,
      state: parsed === null ? 'broken' : 'parsed',
      expression: null,
      size: { checks: 0, depth: 0 },
    });
  }
  // In the order of their first definition, so that resolving seldom has to go deep.
  for (const macro of [...macros.values()].toSorted((a, b) => a.draft.rank - b.draft.rank)) {
    const { item } = macro.draft;
    const reason = resolveMacro(macro, macros, 0);
    if (reason === null) continue;
    issues.error('LOAD_ERR_COMPILE_CONDITION', item.placeOf('condition'), item.name, reason);
  }
  return macros;
}

function parseMacro(
  { item, condition }: MacroDraft,
  lists: readonly CompiledList[],
  issues: Issues,
): Expression | null {
  try {
    return parseCondition(writeLists(condition, lists));
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    const place = locate(item, 'condition', condition);
    issues.error('LOAD_ERR_COMPILE_CONDITION', place, item.name, error.message);
    return null;
  }
}

/** Resolves a macro that is not resolved yet; the reason when that fails, told once. */
function resolveMacro(
  macro: CompiledMacro,
  macros: ReadonlyMap<string, CompiledMacro>,
  depth: number,
): string | null {
  if (macro.state !== 'parsed' || macro.parsed === null) return null;
  macro.state = 'resolving';
  const resolved = resolveMacros(macro.parsed, { macros, sees: macro.draft.sees, depth });
  macro.state = resolved.ok ? 'resolved' : 'broken';
  if (!resolved.ok) return resolved.reason;
  macro.expression = resolved.expression;
  macro.size = resolved.size;
  return null;
}

interface Scope {
  readonly macros: ReadonlyMap<string, CompiledMacro>;
  readonly sees: number;
  /** Macros that wait for this one to be resolved. */
  readonly depth: number;
}

export type Resolved =
  | { readonly ok: true; readonly expression: Expression; readonly size: Size }
  | { readonly ok: false; readonly reason: string };

/** Gives every reference its body. */
export function resolveMacros(expression: Expression, scope: Scope): Resolved {
  const failures: string[] = [];
  const walk = (node: Expression): { expression: Expression; size: Size } => {
    switch (node.kind) {
      case 'and':
      case 'or': {
        const children = node.children.map((child) => walk(child));
        return {
          expression: { ...node, children: children.map((child) => child.expression) },
          size: {
            checks: children.reduce((sum, { size }) => sum + size.checks, 0),
            depth: 1 + children.reduce((most, { size }) => Math.max(most, size.depth), 0),
          },
        };
      }
      case 'not': {
        const { expression: child, size } = walk(node.child);
        return {
          expression: { ...node, child },
          size: { checks: size.checks, depth: size.depth + 1 },
        };
      }
      case 'macro': {
        const found = find(node.name, scope);
        if (typeof found === 'string') {
          failures.push(found);
          return { expression: node, size: { checks: 1, depth: 1 } };
        }
        found.draft.used = true;
        const { checks, depth } = found.size;
        return {
          expression: { ...node, body: found.expression },
          size: { checks, depth: depth + 1 },
        };
      }
      case 'exists':
      case 'comparison':
        return { expression: node, size: { checks: 1, depth: 1 } };
    }
  };
  const resolved = walk(expression);
  const [failure] = failures;
  if (failure !== undefined) return { ok: false, reason: failure };
  if (resolved.size.checks > checksAtMost || resolved.size.depth > depthAtMost) {
    return { ok: false, reason: 'the condition is too large with its macros inserted' };
  }
  return { ok: true, ...resolved };
}

/** The macro with its body, or the reason why there is none. */
function find(name: string, { macros, sees, depth }: Scope): CompiledMacro | string {
  const found = macros.get(name);
  if (found === undefined) return `${name} is no macro that is defined before`;
  if (found.draft.rank >= sees) return `macro ${name} is defined later; define it before its use`;
  if (found.state === 'resolving') return `macro ${name} refers to itself`;
  if (depth > chainAtMost) return 'more than 100 redefined macros refer to one another';
  const reason = resolveMacro(found, macros, depth + 1);
  if (reason !== null) return `macro ${name} is broken: ${reason}`;
  return found.expression === null ? `macro ${name} is broken` : found;
}

/** Later definitions that refer to one another in a chain; others are resolved in their order. */
const chainAtMost = 100;

// From rules files to rules with parsed conditions: lists as text, macros in the tree, checks of
// every field, operator and value, and the event types of each rule.
import type { Check, Expression, LeftOperand } from './ast.ts';
import { collect } from './collect.ts';
import type { Drafts, RuleDraft } from './draft.ts';
import { allEventTypes, type EventTypes, eventTypesOf } from './event-types.ts';
import { withExceptions } from './exceptions.ts';
import { Issues, type LoadError, type LoadWarning, type Place } from './issue.ts';
import type { Item, RulesFile } from './item.ts';
import { locate } from './locate.ts';
import {
  compileLists,
  compileMacros,
  resolveMacros,
  type Vocabulary,
  writeLists,
} from './macros.ts';
import { type OutputPart, parseOutput } from './output.ts';
import { parseCondition } from './parser.ts';
import type { Priority } from './priority.ts';
import { ConditionError } from './scanner.ts';
import { checksOf } from './walk.ts';

export interface Rule {
  readonly name: string;
  readonly source: string;
  readonly description: string;
  /** As written, lists and exceptions not yet inserted. */
  readonly condition: string;
  readonly expression: Expression;
  readonly output: readonly OutputPart[];
  readonly priority: Priority;
  /** Sorted. */
  readonly tags: readonly string[];
  readonly enabled: boolean;
  readonly eventTypes: EventTypes;
  /** Where it got its present form; worked out when asked for, which costs a slow parse. */
  place(): Place;
}

export interface LoadedRules {
  /** Rules without errors, in the order of their definition, disabled ones included. */
  readonly rules: readonly Rule[];
  /** Rules that were defined, broken ones included. */
  readonly defined: number;
  readonly macros: number;
  readonly lists: number;
  readonly errors: readonly LoadError[];
  readonly warnings: readonly LoadWarning[];
}

export interface Problem {
  readonly kind: 'unknown-field' | 'deprecated-field' | 'invalid';
  readonly message: string;
}

/** Knows the fields of one source of events. */
export interface ConditionJudge {
  /** What is wrong with a check: its field, operator or value; null for nothing. */
  problemOfCheck(check: Check): Problem | null;
  /** What is wrong with a field of an output. */
  problemOfOperand(operand: LeftOperand): Problem | null;
}

/**
 * Loads rules files as one set. Never throws on their content: every flaw is an error (its rule is
 * left out) or a warning, with its place.
 * @param judges by the name of the source (`syscall`)
 */
export function loadRules(
  files: readonly RulesFile[],
  judges: ReadonlyMap<string, ConditionJudge>,
): LoadedRules {
  const issues = new Issues();
  const drafts = collect(files, issues);
  const lists = compileLists(drafts);
  const macros = compileMacros(drafts, lists, issues);
  const vocabulary: Vocabulary = { lists, macros };
  const rules: Rule[] = [];
  for (const draft of [...drafts.rules.values()].toSorted((a, b) => a.rank - b.rank)) {
    const judge = judges.get(draft.source);
    if (judge === undefined) {
      const message = `no events of source ${draft.source} are known; the rule is left out`;
      issues.warn('LOAD_UNKNOWN_SOURCE', draft.item, draft.item.name, message);
      continue;
    }
    const rule = compileRule(draft, { judge, vocabulary, issues });
    if (rule !== null) rules.push(rule);
  }
  warnOfUnused(drafts, issues);
  return {
    rules,
    defined: drafts.rules.size,
    macros: drafts.macros.size,
    lists: drafts.lists.size,
    errors: issues.errors,
    warnings: issues.warnings,
  };
}

interface Context {
  readonly judge: ConditionJudge;
  readonly vocabulary: Vocabulary;
  readonly issues: Issues;
}

function compileRule(draft: RuleDraft, context: Context): Rule | null {
  const expression = compileCondition(draft, context);
  if (expression === null) return null;
  const output = compileOutput(draft, context);
  if (output === null) return null;
  const eventTypes = draft.source === 'syscall' ? eventTypesOf(expression) : allEventTypes;
  const { item } = draft;
  if (
    draft.source === 'syscall' &&
    draft.warnsOfEventTypes &&
    eventTypes.mode === 'except' &&
    eventTypes.types.size === 0
  ) {
    const message = 'matches all event types: name some with evt.type, which is much faster';
    context.issues.warn('LOAD_NO_EVTTYPE', item.placeOf('condition'), item.name, message);
  }
  return {
    name: item.name,
    source: draft.source,
    description: draft.description,
    condition: draft.condition,
    expression,
    output,
    priority: draft.priority,
    tags: [...new Set(draft.tags)].toSorted(),
    enabled: draft.enabled,
    eventTypes,
    place: () => item.placeOf(),
  };
}

function compileCondition(draft: RuleDraft, context: Context): Expression | null {
  const { item } = draft;
  const { issues, vocabulary } = context;
  const code = 'LOAD_ERR_COMPILE_CONDITION';
  const full = withExceptions(draft.condition, draft.exceptions);
  if (!full.ok) {
    issues.error('LOAD_ERR_VALIDATE', item.placeOf('exceptions'), item.name, full.reason);
    return null;
  }
  const parsed = parseHere(full.value, item, context);
  if (parsed === null) return null;
  const resolved = resolveMacros(parsed, {
    macros: vocabulary.macros,
    sees: Number.POSITIVE_INFINITY,
    depth: 0,
  });
  if (!resolved.ok) {
    issues.error(code, item.placeOf('condition'), item.name, resolved.reason);
    return null;
  }
  for (const check of checksOf(resolved.expression)) {
    const problem = context.judge.problemOfCheck(check);
    if (problem === null) continue;
    if (problem.kind === 'deprecated-field') {
      const place = item.placeOf('condition');
      issues.warn('LOAD_DEPRECATED_ITEM', place, item.name, problem.message);
    } else if (problem.kind === 'unknown-field' && draft.skipsUnknownFilter) {
      const place = item.placeOf('condition');
      issues.warn('LOAD_UNKNOWN_FILTER', place, item.name, `${problem.message}; rule left out`);
      return null;
    } else {
      issues.error(code, item.placeOf('condition'), item.name, problem.message);
      return null;
    }
  }
  warnOfUnsafeChecks(resolved.expression, item, issues);
  return resolved.expression;
}

/** Parses with the lists written out; the place of an error is found in the text as written. */
function parseHere(text: string, item: Item, { issues, vocabulary }: Context): Expression | null {
  try {
    return parseCondition(writeLists(text, vocabulary.lists));
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    const place = locate(item, 'condition', text);
    issues.error('LOAD_ERR_COMPILE_CONDITION', place, item.name, error.message);
    return null;
  }
}

function compileOutput(draft: RuleDraft, context: Context): readonly OutputPart[] | null {
  const { item } = draft;
  const place = (): Place => item.placeOf('output');
  try {
    const parts = parseOutput(draft.output);
    for (const part of parts) {
      const problem =
        typeof part === 'string' ? null : context.judge.problemOfOperand(part.operand);
      if (problem === null) continue;
      if (problem.kind === 'deprecated-field') {
        context.issues.warn('LOAD_DEPRECATED_ITEM', place(), item.name, problem.message);
        continue;
      }
      context.issues.error('LOAD_ERR_COMPILE_OUTPUT', place(), item.name, problem.message);
      return null;
    }
    return parts;
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    const message = `${error.message} (character ${error.at + 1} of the output)`;
    context.issues.error('LOAD_ERR_COMPILE_OUTPUT', place(), item.name, message);
    return null;
  }
}

const unsafeField = /^(?:ka|jevt)\./;

/** Fields of JSON events are missing instead of `<NA>`, so such a check does not do what it says. */
function warnOfUnsafeChecks(expression: Expression, item: Item, issues: Issues): void {
  for (const check of checksOf(expression)) {
    if (check.kind === 'exists' || check.left.kind !== 'field') continue;
    const { right, left } = check;
    const texts = right.kind === 'list' ? right.items : right.kind === 'text' ? [right.text] : [];
    if (!unsafeField.test(left.name) || !texts.includes('<NA>')) continue;
    const message = `${left.name} is never <NA>: ask whether it exists`;
    issues.warn('LOAD_UNSAFE_NA_CHECK', item.placeOf('condition'), item.name, message);
  }
}

function warnOfUnused({ lists, macros }: Drafts, issues: Issues): void {
  for (const { item, used } of macros.values()) {
    if (used) continue;
    issues.warn('LOAD_UNUSED_MACRO', item, item.name, 'no rule or macro refers to it');
  }
  for (const { item, used } of lists.values()) {
    if (used) continue;
    issues.warn('LOAD_UNUSED_LIST', item, item.name, 'no rule, macro or list refers to it');
  }
}

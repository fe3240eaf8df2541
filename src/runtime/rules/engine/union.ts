// Many checks of one text field under one `or` (`fd.name = a or fd.name startswith b or ...`) become
// one look: a set for whole texts, and prefixes parted by the first character in which they differ.
import type { Check, Operator } from '../language/index.ts';
import type { FieldRegistry } from './field.ts';
import type { GraphNode } from './graph.ts';
import { compileOperand, showValue } from './operand.ts';
import { textSet } from './text-set.ts';

/** Fewer checks are faster one by one. */
const checksAtLeast = 3;

const wholeTexts: ReadonlySet<Operator> = new Set<Operator>(['=', '==', 'in']);

/** Whether a text is one of `whole` or begins with one of `prefixes`. */
export function textUnion(
  whole: readonly string[],
  prefixes: readonly string[],
): (text: string) => boolean {
  const isWhole = textSet(whole);
  if (prefixes.includes('')) return () => true;
  const common = commonPrefix(prefixes);
  const buckets = new Map<number, string[]>();
  for (const prefix of prefixes) {
    // The text that is the common prefix itself covers all others.
    if (prefix === common) return (text) => text.startsWith(common) || isWhole(text);
    const code = prefix.charCodeAt(common.length);
    const bucket = buckets.get(code);
    if (bucket === undefined) buckets.set(code, [prefix]);
    else bucket.push(prefix);
  }
  const begins = (text: string): boolean => {
    if (text.length <= common.length) return false;
    const bucket = buckets.get(text.charCodeAt(common.length));
    if (bucket === undefined) return false;
    for (const prefix of bucket) if (text.startsWith(prefix)) return true;
    return false;
  };
  if (prefixes.length === 0) return isWhole;
  if (whole.length === 0) return begins;
  return (text) => begins(text) || isWhole(text);
}

/** Whether a text ends with one of `suffixes`. */
export function suffixUnion(suffixes: readonly string[]): (text: string) => boolean {
  if (suffixes.includes('')) return () => true;
  const buckets = new Map<number, string[]>();
  for (const suffix of suffixes) {
    const code = suffix.charCodeAt(suffix.length - 1);
    const bucket = buckets.get(code);
    if (bucket === undefined) buckets.set(code, [suffix]);
    else bucket.push(suffix);
  }
  return (text) => {
    const bucket = buckets.get(text.charCodeAt(text.length - 1));
    if (bucket === undefined) return false;
    for (const suffix of bucket) if (text.endsWith(suffix)) return true;
    return false;
  };
}

function commonPrefix([first = '', ...others]: readonly string[]): string {
  let length = first.length;
  for (const other of others) {
    let same = 0;
    while (same < length && other.charCodeAt(same) === first.charCodeAt(same)) same += 1;
    length = same;
  }
  return first.slice(0, length);
}

/**
 * Splits the children of an `or` into those that can be asked one by one and the tests that stand for
 * several of them.
 */
export function uniteTexts<Event>(
  children: readonly GraphNode[],
  registry: FieldRegistry<Event>,
): { readonly single: readonly GraphNode[]; readonly united: readonly ((e: Event) => boolean)[] } {
  const groups = new Map<string, GraphNode[]>();
  for (const child of children) {
    const key = child.kind === 'atom' ? fieldOf(child.check, registry) : null;
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), child]);
  }
  const large = [...groups.values()].filter((group) => group.length >= checksAtLeast);
  const taken = new Set(large.flat());
  return {
    single: children.filter((child) => !taken.has(child)),
    united: large.map((group) => unitedTest(group, registry)),
  };
}

/** The field of a check that can be united with others; null when it cannot. */
function fieldOf<Event>(check: Check, registry: FieldRegistry<Event>): string | null {
  if (check.kind !== 'comparison' || check.left.kind !== 'field' || check.modifier !== null) {
    return null;
  }
  const { left, operator, right } = check;
  if (right.kind !== 'text' && right.kind !== 'list') return null;
  const shape = registry.find(left.name)?.shape(left.argument);
  if (shape?.many !== 'one') return null;
  // Bytes are made a text once for all that they may contain.
  if (operator === 'contains' && shape.type === 'bytes') return `in ${left.name}[${left.argument}]`;
  const isEnd = operator === 'endswith';
  if (!wholeTexts.has(operator) && operator !== 'startswith' && !isEnd) return null;
  if (shape.type !== 'text') return null;
  return `${isEnd ? 'end ' : ''}${left.name}[${left.argument}]`;
}

function unitedTest<Event>(
  group: readonly GraphNode[],
  registry: FieldRegistry<Event>,
): (event: Event) => boolean {
  const whole: string[] = [];
  const prefixes: string[] = [];
  const suffixes: string[] = [];
  const parts: string[] = [];
  let left: Check['left'] | null = null;
  for (const node of group) {
    if (node.kind !== 'atom' || node.check.kind !== 'comparison') continue;
    const { operator, right } = node.check;
    left = node.check.left;
    const texts = right.kind === 'list' ? right.items : right.kind === 'text' ? [right.text] : [];
    if (operator === 'startswith') prefixes.push(texts[0] ?? '');
    else if (operator === 'contains') parts.push(texts[0] ?? '');
    else if (operator === 'endswith') suffixes.push(texts[0] ?? '');
    else whole.push(...(operator === 'in' ? texts : texts.slice(0, 1)));
  }
  if (left === null) return () => false;
  const { read } = compileOperand(left, registry);
  const test =
    parts.length > 0
      ? (text: string) => parts.some((part) => text.includes(part))
      : suffixes.length > 0
        ? suffixUnion(suffixes)
        : textUnion(whole, prefixes);
  return (event) => {
    const value = read(event);
    if (typeof value === 'string') return test(value);
    return value !== null && test(showValue(value));
  };
}

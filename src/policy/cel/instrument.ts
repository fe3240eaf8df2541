// Changes of a checked expression before it runs: loops and walks pay, published policies that lean on
// leniency of Kubernetes pass, escaped names are read, and regular expressions are linear.
import { type Evaluator, failure, isOptional, type Node } from './library.ts';
import { spend, spendText, unitsLeft } from './meter.ts';
import { entriesOfMap, isEqual, isMap, mapValue } from './value.ts';

/** Elements of comprehensions that answered no, for evidence; null: nobody asks. */
let refused: unknown[] | null = null;

/** Runs `work` and gives the elements for which an `all` answered false. */
export function tracing(work: () => void): readonly unknown[] {
  const found: unknown[] = [];
  refused = found;
  try {
    work();
  } finally {
    refused = null;
  }
  return found;
}

/** All nodes of an expression, those inside of macros included; parents before children. */
function nodesOf(root: Node): Node[] {
  const nodes: Node[] = [];
  const seen = new Set<unknown>();
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (Array.isArray(value)) {
      open.push(...(value as unknown[]).toReversed());
    } else if (isNode(value)) {
      nodes.push(value);
      open.push(value.args, value.meta.alternate, value.meta.macro);
    } else if (isPlain(value)) {
      open.push(...Object.values(value));
    }
  }
  return nodes;
}

function isNode(value: object): value is Node {
  return 'meta' in value && 'op' in value && 'pos' in value;
}

/** What macros and comprehensions keep their parts in. */
function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype;
}

/** Functions of the library that are replaced by ours under another name. */
const renamed: ReadonlyMap<string, string> = new Map([
  ['matches/1', 'matchesLinear'],
  ['lowerAscii/0', 'lowerLetters'],
  ['upperAscii/0', 'upperLetters'],
  ['split/1', 'splitBy'],
  ['split/2', 'splitBy'],
  ['join/0', 'joinWith'],
  ['join/1', 'joinWith'],
]);

/** Before the type check: names. */
export function prepare(root: Node): void {
  for (const node of nodesOf(root)) {
    if (node.op === 'rcall' && node.meta.macro === undefined) {
      const parts = node.args as [string, Node, readonly Node[]];
      const name = renamed.get(`${parts[0]}/${parts[2].length}`);
      if (name !== undefined) parts[0] = name;
    } else if (node.op === 'call' && Array.isArray(node.args)) {
      const parts = node.args as [string, readonly Node[]];
      if (parts[0] === 'matches' && parts[1].length === 2) parts[0] = 'matchesLinear';
    } else if (node.op === '.' || node.op === '.?') {
      const parts = node.args as [Node, string];
      if (parts[1].includes('__')) parts[1] = unescapeName(parts[1]);
    }
    const macro = node.meta.macro;
    if (macro?.['functionDesc'] === 'optional.orValue(value)') tolerateOrValue(macro);
  }
}

const words =
  /^__(as|break|const|continue|else|for|function|if|import|in|let|loop|namespace|null|package|return|true|false|var|void|while)__$/;

/** Names that CEL cannot write: `__dot__`, `__dash__`, `__slash__`, `__underscores__`, keywords. */
function unescapeName(name: string): string {
  const keyword = words.exec(name)?.[1];
  if (keyword !== undefined) return keyword;
  return name.replaceAll(/__(underscores|dot|dash|slash)__/g, (_, word: string) =>
    word === 'underscores' ? '__' : word === 'dot' ? '.' : word === 'dash' ? '-' : '/',
  );
}

/** Published policies call `orValue` on what is no optional; it is its own value. */
function tolerateOrValue(macro: Record<string, unknown>): void {
  const receiver = macro['receiver'] as Node;
  const other = macro['arg'] as Node;
  macro['typeCheck'] = (
    checker: { check: Check; getType: (name: string) => unknown },
    _: unknown,
    scope: unknown,
  ) => {
    checker.check(receiver, scope);
    checker.check(other, scope);
    return checker.getType('dyn');
  };
  macro['evaluate'] = (evaluator: Evaluator, _: unknown, scope: unknown): unknown => {
    const value = evaluator.run(receiver, scope);
    if (!isOptional(value)) return value;
    return value.hasValue() ? value.value() : evaluator.run(other, scope);
  };
}

type Check = (node: Node, scope: unknown) => unknown;

/** After the type check: what runs pays. */
export function instrument(root: Node): void {
  for (const node of nodesOf(root)) {
    if (node.op === 'comprehension') instrumentLoop(node);
    const inner = node.handle;
    if (inner === undefined || node.meta.macro !== undefined) continue;
    if (node.op === '==') node.handle = (a, b) => isEqual(a, b);
    else if (node.op === '!=') node.handle = (a, b) => !isEqual(a, b);
    else if (node.op === 'in') node.handle = (a, b, ...more) => isIn(a, b) ?? inner(a, b, ...more);
    else if (node.op === '+') node.handle = (a, b, ...more) => sum(a, b) ?? inner(a, b, ...more);
    else if (node.op === 'call' || node.op === 'rcall') {
      node.handle = (...operands) => {
        spendOperands(operands);
        return inner(...operands);
      };
    }
  }
}

function instrumentLoop(node: Node): void {
  const parts = node.args as { step: Node; kind?: string };
  const { meta } = parts.step;
  const inner = meta.evaluate;
  const isAll = parts.kind === 'quantifier';
  meta.evaluate = (evaluator, step, scope) => {
    spend(1);
    const value = inner(evaluator, step, scope);
    if (refused !== null && isAll && value === false) refused.push(scope.iterValue);
    return value;
  };
}

/** Evaluated operands of a call: text and lists are read at least once. */
function spendOperands(operands: readonly unknown[]): void {
  const list = operands.find(Array.isArray) as readonly unknown[] | undefined;
  for (const one of list ?? []) {
    if (typeof one === 'string') spendText(one.length);
    else if (Array.isArray(one)) spend(one.length);
  }
}

function isIn(needle: unknown, hay: unknown): boolean | null {
  if (Array.isArray(hay)) {
    spend(1 + (hay.length >> 2));
    return hay.some((one) => isEqual(needle, one));
  }
  return isMap(hay) ? mapValue(hay, needle) !== undefined : null;
}

/** Joined lists and text; null for numbers and times. */
function sum(a: unknown, b: unknown): unknown {
  if (Array.isArray(a) && Array.isArray(b)) {
    const length = a.length + b.length;
    if (length > unitsLeft()) spend(length);
    spend(1 + (length >> 2));
    return [...(a as unknown[]), ...(b as unknown[])];
  }
  if (typeof a === 'string' && typeof b === 'string') {
    if (a.length + b.length > longestText) throw failure('the text is too long');
    spendText(a.length + b.length);
    return a + b;
  }
  return null;
}

/** Text that an expression may make; messages show far less. */
export const longestText = 4 * 1024 * 1024;

/** Paths from variables that an expression reads: `object.spec.containers`, longest first. */
export function pathsRead(root: Node): (readonly string[])[] {
  const paths: (readonly string[])[] = [];
  for (const node of nodesOf(root)) {
    const path = pathOf(node);
    if (path !== null && path.length > 1) paths.push(path);
  }
  return paths.sort((a, b) => b.length - a.length);
}

function pathOf(node: Node): readonly string[] | null {
  const names: string[] = [];
  let at: Node = node;
  for (;;) {
    if (at.op === 'id') return [String(at.args), ...names.reverse()];
    if (at.op !== '.' && at.op !== '.?' && at.op !== '[]' && at.op !== '[?]') return null;
    const [left, right] = at.args as [Node, string | Node];
    if (typeof right === 'string') names.push(right);
    else if (right.op === 'value' && typeof right.args === 'string') names.push(right.args);
    else names.length = 0;
    at = left;
  }
}

/** The members of a map, for loops over two variables. */
export function pairsOf(value: unknown): (readonly [unknown, unknown])[] {
  if (Array.isArray(value)) return value.map((one, index) => [BigInt(index), one] as const);
  if (isMap(value)) return entriesOfMap(value);
  throw failure('a comprehension goes over a list or a map');
}

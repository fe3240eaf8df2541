// Conditions of all rules as one graph: the same check or part of a condition is one node, however
// many rules and macros have it. `and` and `or` are free of effects, so their order is free as well:
// what is cheap to ask comes first.
import {
  type Check,
  type Expression,
  includesType,
  type Operand,
  printCondition,
  typesOfCheck,
} from '../language/index.ts';
import type { FieldRegistry } from './field.ts';

export interface AtomNode {
  readonly kind: 'atom';
  readonly id: number;
  readonly check: Check;
  readonly cost: number;
  /** A guess how often it holds, above 0 and below 1; it only decides what is asked first. */
  readonly chance: number;
  /** Asks only for the subject of the event: see `FieldRegistry.subject`. */
  readonly isOfSubject: boolean;
}

export interface JunctionNode {
  readonly kind: 'and' | 'or';
  readonly id: number;
  readonly children: readonly GraphNode[];
  readonly cost: number;
  readonly chance: number;
  readonly isOfSubject: boolean;
}

export interface NotNode {
  readonly kind: 'not';
  readonly id: number;
  readonly child: GraphNode;
  readonly cost: number;
  readonly chance: number;
  readonly isOfSubject: boolean;
}

export type GraphNode = AtomNode | JunctionNode | NotNode;

/** A part of a condition, or what it always is. */
export type Reduced = GraphNode | boolean;

/** Junctions inside junctions are merged up to this size; larger ones stay shared as they are. */
const mergedAtMost = 64;

/** Weights of operators, from measurements: a set or an equality is one look, globs are automata. */
const operatorCost: Readonly<Record<string, number>> = {
  contains: 4,
  icontains: 8,
  bcontains: 8,
  bstartswith: 6,
  startswith: 3,
  endswith: 3,
  pmatch: 8,
  intersects: 6,
  glob: 40,
  iglob: 40,
  regex: 60,
};

export class Graph<Event> {
  private readonly registry: FieldRegistry<Event>;
  private readonly nodes = new Map<string, GraphNode>();
  private readonly atoms = new Map<Check, AtomNode>();
  private readonly uses: number[] = [];

  constructor(registry: FieldRegistry<Event>) {
    this.registry = registry;
  }

  get size(): number {
    return this.uses.length;
  }

  /** How many parents a node has; what has several is worth remembering for one event. */
  usesOf({ id }: GraphNode): number {
    return this.uses[id] ?? 0;
  }

  /** A rule or other reader stands on the node. */
  use({ id }: GraphNode): void {
    this.uses[id] = (this.uses[id] ?? 0) + 1;
  }

  /** The condition for events of one type; checks of `evt.type` vanish. */
  reduce(expression: Expression, eventType: string, known: Map<Expression, Reduced>): Reduced {
    switch (expression.kind) {
      case 'and':
      case 'or':
        return this.junction(
          expression.kind,
          expression.children.map((child) => this.reduce(child, eventType, known)),
        );
      case 'not':
        return this.not(this.reduce(expression.child, eventType, known));
      case 'macro': {
        const { body } = expression;
        if (body === null) return false;
        const found = known.get(body) ?? this.reduce(body, eventType, known);
        known.set(body, found);
        return found;
      }
      case 'comparison': {
        const types = typesOfCheck(expression);
        return types === null ? this.atom(expression) : includesType(types, eventType);
      }
      case 'exists':
        return this.atom(expression);
    }
  }

  not(child: Reduced): Reduced {
    if (typeof child === 'boolean') return !child;
    if (child.kind === 'not') return child.child;
    const { cost, isOfSubject } = child;
    return this.intern(`!${child.id}`, [child], (id) => ({
      kind: 'not',
      id,
      child,
      cost,
      chance: 1 - child.chance,
      isOfSubject,
    }));
  }

  /** `and` is decided by false, `or` by true; doubles and what cannot decide are left out. */
  junction(kind: 'and' | 'or', parts: readonly Reduced[]): Reduced {
    const decides = kind === 'or';
    const children = new Set<GraphNode>();
    for (const part of parts) {
      if (part === decides) return decides;
      if (typeof part === 'boolean') continue;
      if (part.kind === kind && part.children.length <= mergedAtMost) {
        for (const child of part.children) children.add(child);
      } else {
        children.add(part);
      }
    }
    const [first] = children;
    if (first === undefined) return !decides;
    if (children.size === 1) return first;
    const rank = ({ cost, chance }: GraphNode): number => cost / (decides ? chance : 1 - chance);
    const ordered = [...children].toSorted((a, b) => rank(a) - rank(b) || a.id - b.id);
    const key = (decides ? '|' : '&') + ordered.map(({ id }) => id).join();
    return this.intern(key, ordered, (id) => ({
      kind,
      id,
      children: ordered,
      // Mostly the first children decide.
      cost: Math.min(200, ordered.reduce((sum, { cost }) => sum + cost, 0) * 0.6),
      chance: chanceOf(kind, ordered),
      isOfSubject: ordered.every(({ isOfSubject }) => isOfSubject),
    }));
  }

  private atom(check: Check): AtomNode {
    const known = this.atoms.get(check);
    if (known !== undefined) return known;
    const node = this.intern(printCondition(check), [], (id) => ({
      kind: 'atom',
      id,
      check,
      cost: costOf(check),
      chance: chanceOfCheck(check),
      isOfSubject: this.readsOnlySubject(check),
    }));
    if (node.kind !== 'atom') throw new Error('a check has the key of a junction');
    this.atoms.set(check, node);
    return node;
  }

  private readsOnlySubject(check: Check): boolean {
    if (this.registry.subject === null) return false;
    const { left } = check;
    const right = check.kind === 'comparison' ? check.right : null;
    const isFree = right === null || right.kind === 'text' || right.kind === 'list';
    return this.isOfSubject(left) && (isFree || this.isOfSubject(right));
  }

  private isOfSubject(operand: Operand): boolean {
    switch (operand.kind) {
      case 'text':
        return true;
      case 'field':
        return this.registry.find(operand.name)?.scope === 'subject';
      case 'transform':
      case 'tuple':
        return operand.operands.every((one) => this.isOfSubject(one));
    }
  }

  private intern(
    key: string,
    children: readonly GraphNode[],
    make: (id: number) => GraphNode,
  ): GraphNode {
    const known = this.nodes.get(key);
    if (known !== undefined) return known;
    const node = make(this.uses.length);
    this.uses.push(0);
    for (const child of children) this.use(child);
    this.nodes.set(key, node);
    return node;
  }
}

/** As if the parts had nothing to do with one another; never certain. */
function chanceOf(kind: 'and' | 'or', children: readonly GraphNode[]): number {
  const product = children.reduce(
    (all, { chance }) => all * (kind === 'and' ? chance : 1 - chance),
    1,
  );
  return Math.min(0.99, Math.max(0.01, kind === 'and' ? product : 1 - product));
}

/** Most checks name what is rare. */
function chanceOfCheck(check: Check): number {
  if (check.kind === 'exists') return 0.7;
  if (check.operator === '!=') return 0.9;
  const isText = check.left.kind === 'field' && !/^(?:evt\.is_|fd\.type)/.test(check.left.name);
  return isText && !/[<>]/.test(check.operator) ? 0.1 : 0.5;
}

/** Keys of junctions begin with a sign that no printed check begins with. */
function costOf(check: Check): number {
  const { left } = check;
  const base = left.kind === 'field' ? 1 : 6;
  const many = left.kind === 'field' && /^(?:proc\.a|fd\.(?:ip|net|port)$)/.test(left.name) ? 4 : 0;
  if (check.kind === 'exists') return base + many;
  const { operator, modifier, right } = check;
  const items = modifier !== null && right.kind === 'list' ? right.items.length : 1;
  return base + many + (operatorCost[operator] ?? 1) * Math.max(1, items);
}

// The rules for one type of events: their conditions as one graph, and shorter lists of what is left
// of them for each subject (process) that comes again and for what cheap checks say.
import { type Expression, includesType, type Rule } from '../language/index.ts';
import { Compiler, type Predicate } from './compile.ts';
import type { FieldRegistry } from './field.ts';
import { type AtomNode, Graph, type GraphNode, type Reduced } from './graph.ts';
import { type Knowledge, remainder } from './partial.ts';
import { commonChecks } from './sieve.ts';

export interface Candidate<Event> {
  readonly rule: Rule;
  /** Null: always true. */
  readonly node: GraphNode | null;
  readonly matches: Predicate<Event>;
}

/** Candidates with the cheap checks that choose among shorter lists of them. */
interface CandidateList<Event> {
  readonly candidates: readonly Candidate<Event>[];
  readonly checks: readonly AtomNode[];
  readonly asks: readonly Predicate<Event>[];
  /** By the outcomes of the checks as bits. */
  readonly left: (readonly Candidate<Event>[] | undefined)[];
}

const isTrue = (): boolean => true;

export class TypeIndex<Event> {
  private readonly graph: Graph<Event>;
  private readonly compiler: Compiler<Event>;
  private readonly all: CandidateList<Event>;
  private readonly subjectOf: FieldRegistry<Event>['subject'];
  /** Null: seen once. Many processes do a thing only once, so the work begins at the second time. */
  private readonly bySubject = new WeakMap<object, CandidateList<Event> | null>();
  /** Most subjects leave one of a few lists. */
  private readonly lists = new Map<string, CandidateList<Event>>();
  private readonly ranks = new Map<Rule, number>();
  private lastSubject: object | null = null;
  private lastList: CandidateList<Event>;

  constructor(rules: readonly Rule[], registry: FieldRegistry<Event>, eventType: string) {
    this.graph = new Graph(registry);
    this.compiler = new Compiler(this.graph, registry);
    this.subjectOf = registry.subject;
    const known = new Map<Expression, Reduced>();
    const reduced: [Rule, Reduced][] = [];
    for (const rule of rules) {
      if (!includesType(rule.eventTypes, eventType)) continue;
      const node = this.graph.reduce(rule.expression, eventType, known);
      if (node === false) continue;
      if (node !== true) this.graph.use(node);
      this.ranks.set(rule, this.ranks.size);
      reduced.push([rule, node]);
    }
    // Compiled after all are known: what several rules ask is remembered, the rest is not.
    this.all = this.listOf(reduced.map(([rule, node]) => this.candidate(rule, node)));
    this.lastList = this.all;
  }

  /** Nodes of the graph: subjects add to them. */
  get size(): number {
    return this.graph.size;
  }

  /** Whether any rule asks for this type. */
  get isWanted(): boolean {
    return this.all.candidates.length > 0;
  }

  /** The rules that may match the event; their conditions are to be asked about this event only. */
  candidates(event: Event): readonly Candidate<Event>[] {
    if (this.all.candidates.length === 0) return this.all.candidates;
    this.compiler.begin();
    const list = this.listFor(event);
    const { asks } = list;
    let outcomes = 0;
    for (let bit = 0; bit < asks.length; bit += 1) {
      if (asks[bit]?.(event) === true) outcomes |= 1 << bit;
    }
    return list.left[outcomes] ?? this.sift(list, outcomes);
  }

  private listFor(event: Event): CandidateList<Event> {
    const subject = this.subjectOf === null ? null : this.subjectOf(event);
    if (subject === null) return this.all;
    if (subject === this.lastSubject) return this.lastList;
    const known = this.bySubject.get(subject);
    if (known === undefined) {
      this.bySubject.set(subject, null);
      return this.all;
    }
    const list = known ?? this.specialise(event);
    if (known === null) this.bySubject.set(subject, list);
    this.lastSubject = subject;
    this.lastList = list;
    return list;
  }

  /** What the subject leaves of the rules. */
  private specialise(event: Event): CandidateList<Event> {
    const rest = this.rest(this.all.candidates, {
      decide: (node) => (node.isOfSubject ? this.compiler.predicate(node)(event) : null),
      known: new Map(),
    });
    const key = rest
      .map(({ rule, node }) => `${this.ranks.get(rule)}:${node === null ? '' : node.id}`)
      .join();
    const list = this.lists.get(key) ?? this.listOf(rest);
    this.lists.set(key, list);
    return list;
  }

  /** What the outcomes of the cheap checks leave of a list. */
  private sift(list: CandidateList<Event>, outcomes: number): readonly Candidate<Event>[] {
    const said = new Map<GraphNode, boolean>(
      list.checks.map((check, bit) => [check, ((outcomes >> bit) & 1) === 1]),
    );
    const left = this.rest(list.candidates, {
      decide: (node) => said.get(node) ?? null,
      known: new Map(),
    });
    list.left[outcomes] = left;
    return left;
  }

  private rest(
    candidates: readonly Candidate<Event>[],
    knowledge: Knowledge,
  ): readonly Candidate<Event>[] {
    return candidates.flatMap(({ rule, node }) => {
      const left = node === null ? true : remainder(node, this.graph, knowledge);
      return left === false ? [] : [this.candidate(rule, left)];
    });
  }

  private listOf(candidates: readonly Candidate<Event>[]): CandidateList<Event> {
    const checks = commonChecks(candidates.flatMap(({ node }) => (node === null ? [] : [node])));
    const asks = checks.map((check) => this.compiler.predicate(check));
    return { candidates, checks, asks, left: [] };
  }

  private candidate(rule: Rule, node: Reduced): Candidate<Event> {
    if (typeof node === 'boolean') return { rule, node: null, matches: isTrue };
    return { rule, node, matches: this.compiler.predicate(node) };
  }
}

// Nodes of the graph become functions. What several conditions ask is answered once for an event:
// each such node has a slot that holds the number of the event and the answer.
import { compileCheck } from './check.ts';
import type { FieldDefinition, FieldRegistry, FieldValue } from './field.ts';
import type { Graph, GraphNode } from './graph.ts';
import { uniteTexts } from './union.ts';

export type Predicate<Event> = (event: Event) => boolean;

interface Memory {
  /** The number of the event. */
  generation: number;
  /** For each node twice the number of the event that it was asked about, plus one for true. */
  answers: Int32Array;
  /** What else must forget when the numbers begin again. */
  readonly forget: (() => void)[];
}

/** Checks that cost less than remembering them. */
const cheap = 2;

/** Events before the numbers begin again; twice as many fit into the slots. */
const generationsAtMost = 2 ** 29;

export class Compiler<Event> {
  private readonly graph: Graph<Event>;
  private readonly registry: FieldRegistry<Event>;
  private readonly predicates: (Predicate<Event> | undefined)[] = [];
  private readonly memory: Memory = {
    generation: 1,
    answers: new Int32Array(1024),
    forget: [],
  };

  constructor(graph: Graph<Event>, registry: FieldRegistry<Event>) {
    this.graph = graph;
    this.registry = rememberingRegistry(registry, this.memory);
  }

  /** A new event: nothing of the former one is remembered. */
  begin(): void {
    this.memory.generation += 1;
    if (this.memory.generation < generationsAtMost) return;
    this.memory.answers.fill(0);
    for (const forget of this.memory.forget) forget();
    this.memory.generation = 1;
  }

  /** The function of a node. `begin` must be called before it is asked about another event. */
  predicate(node: GraphNode): Predicate<Event> {
    const known = this.predicates[node.id];
    if (known !== undefined) return known;
    const plain = this.plain(node);
    const isShared = node.cost > cheap && this.graph.usesOf(node) > 1;
    const predicate = isShared ? this.remembering(node.id, plain) : plain;
    this.predicates[node.id] = predicate;
    return predicate;
  }

  private plain(node: GraphNode): Predicate<Event> {
    switch (node.kind) {
      case 'atom':
        return compileCheck(node.check, this.registry).test;
      case 'not': {
        const child = this.predicate(node.child);
        return (event) => !child(event);
      }
      case 'and':
        return every(node.children.map((child) => this.predicate(child)));
      case 'or': {
        const { single, united } = uniteTexts(node.children, this.registry);
        return some([...united, ...single.map((child) => this.predicate(child))]);
      }
    }
  }

  private remembering(slot: number, ask: Predicate<Event>): Predicate<Event> {
    const { memory } = this;
    if (slot >= memory.answers.length) {
      const larger = new Int32Array(Math.max(slot + 1, memory.answers.length * 2));
      larger.set(memory.answers);
      memory.answers = larger;
    }
    return (event) => {
      const answer = memory.answers[slot] ?? 0;
      if (answer >> 1 === memory.generation) return (answer & 1) === 1;
      const holds = ask(event);
      memory.answers[slot] = memory.generation * 2 + (holds ? 1 : 0);
      return holds;
    };
  }
}

function every<Event>(predicates: readonly Predicate<Event>[]): Predicate<Event> {
  const [a, b, c] = predicates;
  if (a !== undefined && b !== undefined) {
    if (predicates.length === 2) return (event) => a(event) && b(event);
    if (predicates.length === 3 && c !== undefined) {
      return (event) => a(event) && b(event) && c(event);
    }
  }
  return (event) => {
    for (const predicate of predicates) if (!predicate(event)) return false;
    return true;
  };
}

function some<Event>(predicates: readonly Predicate<Event>[]): Predicate<Event> {
  const [a, b, c] = predicates;
  if (a !== undefined && predicates.length === 1) return a;
  if (a !== undefined && b !== undefined) {
    if (predicates.length === 2) return (event) => a(event) || b(event);
    if (predicates.length === 3 && c !== undefined) {
      return (event) => a(event) || b(event) || c(event);
    }
  }
  return (event) => {
    for (const predicate of predicates) if (predicate(event)) return true;
    return false;
  };
}

/** The same fields, where those that have to be worked out are worked out once for an event. */
function rememberingRegistry<Event>(
  registry: FieldRegistry<Event>,
  memory: Memory,
): FieldRegistry<Event> {
  const readers = new Map<string, (event: Event) => FieldValue>();
  return {
    subject: registry.subject,
    find(name) {
      const found = registry.find(name);
      if (found === null || found.effort === 'read') return found;
      const definition: FieldDefinition<Event> = {
        ...found,
        shape: (argument) => found.shape(argument),
        reader(argument) {
          const key = argument === null ? name : `${name}[${argument}]`;
          const known = readers.get(key);
          if (known !== undefined) return known;
          const read = found.reader(argument);
          if (read === null) return null;
          const reader = rememberingReader(read, memory);
          readers.set(key, reader);
          return reader;
        },
      };
      return definition;
    },
  };
}

function rememberingReader<Event>(
  read: (event: Event) => FieldValue,
  memory: Memory,
): (event: Event) => FieldValue {
  let generation = 0;
  let value: FieldValue = null;
  memory.forget.push(() => {
    generation = 0;
  });
  return (event) => {
    if (generation === memory.generation) return value;
    value = read(event);
    generation = memory.generation;
    return value;
  };
}

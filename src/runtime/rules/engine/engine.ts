// Runs events through rules: an index by event type, made when the first event of a type comes.
import type { Rule } from '../language/index.ts';
import type { FieldRegistry } from './field.ts';
import { TypeIndex } from './type-index.ts';

/** What the engine needs to know of an event by itself. */
export interface TypedEvent {
  readonly type: string;
}

export interface EngineOptions {
  /** `first`: the first rule that matches an event wins; `all`: each rule speaks for itself. */
  readonly matching: 'first' | 'all';
}

/** Types of events that are indexed; a stream that invents types costs time, not memory. */
const typesAtMost = 10_000;
/** Nodes that subjects may add to a graph; beyond it a type begins anew. Usual are some hundreds. */
const nodesAtMost = 100_000;

export class RuleEngine<Event extends TypedEvent> {
  private readonly rules: readonly Rule[];
  private readonly registry: FieldRegistry<Event>;
  private readonly matching: EngineOptions['matching'];
  private readonly index = new Map<string, TypeIndex<Event>>();

  /** @param rules loaded without errors; disabled ones are left out */
  constructor(
    rules: readonly Rule[],
    registry: FieldRegistry<Event>,
    options: EngineOptions = { matching: 'first' },
  ) {
    this.rules = rules.filter(({ enabled }) => enabled);
    this.registry = registry;
    this.matching = options.matching;
  }

  /** The rules that an event matches, in the order of their definition. */
  match(event: Event): readonly Rule[] {
    const candidates = this.indexOf(event.type).candidates(event);
    let matched: Rule[] | null = null;
    for (const { rule, matches } of candidates) {
      if (!matches(event)) continue;
      if (this.matching === 'first') return [rule];
      matched ??= [];
      matched.push(rule);
    }
    return matched ?? nothing;
  }

  /** Whether any rule asks for events of a type: others need not be read at all. */
  wants(type: string): boolean {
    return this.indexOf(type).isWanted;
  }

  private indexOf(eventType: string): TypeIndex<Event> {
    const known = this.index.get(eventType);
    if (known !== undefined && known.size <= nodesAtMost) return known;
    const made = new TypeIndex(this.rules, this.registry, eventType);
    if (known !== undefined || this.index.size < typesAtMost) this.index.set(eventType, made);
    return made;
  }
}

const nothing: readonly Rule[] = [];

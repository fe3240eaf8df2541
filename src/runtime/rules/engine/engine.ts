// Runs events through rules: an index by event type, conditions compiled at its first event.
import { includesType, type Rule } from '../language/index.ts';
import { type CheckCache, type Predicate, specialise } from './condition.ts';
import type { FieldRegistry } from './field.ts';

/** What the engine needs to know of an event by itself. */
export interface TypedEvent {
  readonly type: string;
}

export interface EngineOptions {
  /** `first`: the first rule that matches an event wins; `all`: each rule speaks for itself. */
  readonly matching: 'first' | 'all';
}

interface Candidate<Event> {
  readonly rule: Rule;
  readonly matches: Predicate<Event>;
}

/** Types of events that are indexed; a stream that invents types costs time, not memory. */
const typesAtMost = 10_000;

export class RuleEngine<Event extends TypedEvent> {
  private readonly rules: readonly Rule[];
  private readonly registry: FieldRegistry<Event>;
  private readonly matching: EngineOptions['matching'];
  private readonly checks: CheckCache<Event> = new Map();
  private readonly index = new Map<string, readonly Candidate<Event>[]>();

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
    const candidates = this.index.get(event.type) ?? this.prepare(event.type);
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
    return (this.index.get(type) ?? this.prepare(type)).length > 0;
  }

  private prepare(eventType: string): readonly Candidate<Event>[] {
    const { registry, checks } = this;
    const context = { registry, checks, eventType, macros: new Map() };
    const candidates: Candidate<Event>[] = [];
    for (const rule of this.rules) {
      if (!includesType(rule.eventTypes, eventType)) continue;
      const compiled = specialise<Event>(rule.expression, context);
      if (compiled === false) continue;
      candidates.push({ rule, matches: compiled === true ? () => true : compiled });
    }
    if (this.index.size < typesAtMost) this.index.set(eventType, candidates);
    return candidates;
  }
}

const nothing: readonly Rule[] = [];

// Values of events by the names that rules use, for events of a sensor as for those written by hand.
import type { FieldRegistry, FieldValue } from '../rules/index.ts';

export class FieldReader<Event> {
  private readonly registry: FieldRegistry<Event>;
  private readonly readers = new Map<string, ((event: Event) => FieldValue) | null>();

  constructor(registry: FieldRegistry<Event>) {
    this.registry = registry;
  }

  /** The value as a text; null when it is missing. Lists are joined by blanks. */
  text(event: Event, name: string): string | null {
    let reader = this.readers.get(name);
    if (reader === undefined) {
      reader = this.readerOf(name);
      this.readers.set(name, reader);
    }
    const value = reader === null ? null : reader(event);
    if (value === null) return null;
    if (value instanceof Uint8Array) return null;
    return Array.isArray(value) ? value.join(' ') : String(value);
  }

  /** `proc.aname[2]` is the field `proc.aname` with the argument `2`. */
  private readerOf(name: string): ((event: Event) => FieldValue) | null {
    const [, field = name, argument = null] = /^([^[\]]+)\[([^\]]*)\]$/.exec(name) ?? [];
    return this.registry.find(field)?.reader(argument) ?? null;
  }
}

// What a field is to the engine: its type, its argument, and how it is read from an event.

/** What a field gives; null: missing. Texts stay texts, numbers numbers. */
export type FieldValue = string | number | bigint | boolean | Uint8Array | readonly string[] | null;

export type FieldType = 'text' | 'number' | 'flag' | 'address' | 'bytes';

/**
 * `one` value; `any` of several (a check is true when one fits, as for ancestors); `either` end of a
 * connection (as `any`, but `!=` wants both to differ); a `list`, which only `in`, `intersects` and
 * `exists` understand.
 */
export type Multiplicity = 'one' | 'any' | 'either' | 'list';

export interface FieldShape {
  readonly type: FieldType;
  readonly many: Multiplicity;
}

export interface FieldDefinition<Event> {
  readonly name: string;
  readonly argument: 'none' | 'optional' | 'required';
  readonly isDeprecated: boolean;
  shape(argument: string | null): FieldShape;
  /** Prepares reading; null when the argument is none that the field understands. */
  reader(argument: string | null): ((event: Event) => FieldValue) | null;
  /** `subject`: reads nothing but the subject of the event, see `FieldRegistry`. */
  readonly scope: 'event' | 'subject';
  /** `compute`: has to be worked out; `read`: is there. */
  readonly effort: 'read' | 'compute';
  /** Single words of a text that is a list by nature (`proc.args`), for `intersects` and `getopt`. */
  readonly words: ((event: Event) => readonly string[] | null) | null;
}

/** The fields of one source of events. */
export interface FieldRegistry<Event> {
  find(name: string): FieldDefinition<Event> | null;
  /**
   * A part that many events have in common and that never changes, such as their process; null where
   * there is none. What asks only for it is decided once for all its events.
   */
  readonly subject: ((event: Event) => object | null) | null;
}

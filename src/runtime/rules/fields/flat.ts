// Events written by hand or taken from an alert: fields and values in one JSON object. They are read
// with the names and types of the real fields, so that rules can be tried without any sensor.
import { asRecord, entriesOf, field } from '../../../base/json.ts';
import type {
  FieldDefinition,
  FieldRegistry,
  FieldShape,
  FieldValue,
  TypedEvent,
} from '../engine/index.ts';
import { syscallFields } from './registry.ts';

export interface FlatEvent extends TypedEvent {
  readonly fields: ReadonlyMap<string, unknown>;
}

/**
 * The event of a JSON value: an object of fields (`{"evt.type": "execve", "proc.name": "bash"}`), or
 * an alert with `output_fields`. Null when it is none or has no `evt.type`.
 */
export function flatEvent(value: unknown): FlatEvent | null {
  const inner = field(value, 'output_fields');
  const record = asRecord(inner) === null ? value : inner;
  const fields = new Map(entriesOf(record));
  // Outputs name it only sometimes; `evt_type=execve` is how the text of an alert says it.
  const type =
    fields.get('evt.type') ?? /\bevt_type=(\w+)/.exec(String(field(value, 'output')))?.[1];
  if (typeof type !== 'string' || type === '') return null;
  fields.set('evt.type', type);
  return { type, fields };
}

/** The names of an event that no field has: misspelt ones make every check of theirs false. */
export function unknownNames(event: FlatEvent): readonly string[] {
  return [...event.fields.keys()].filter((name) => {
    const found = syscallFields.find(name.replace(/\[.*\]$/s, ''));
    return found === null;
  });
}

/** The fields of flat events: as those of system calls. */
export const flatFields: FieldRegistry<FlatEvent> = {
  find(name) {
    const real = syscallFields.find(name);
    if (real === null) return null;
    const definition: FieldDefinition<FlatEvent> = {
      name,
      argument: real.argument,
      isDeprecated: real.isDeprecated,
      shape: (argument) => real.shape(argument),
      reader: (argument) => {
        if (real.reader(argument) === null) return null;
        return readerOf(name, argument, real.shape(argument));
      },
      words: real.words === null ? null : wordsOf(name),
      scope: 'event',
      effort: 'compute',
    };
    return definition;
  },
  subject: null,
};

function readerOf(
  name: string,
  argument: string | null,
  shape: FieldShape,
): (event: FlatEvent) => FieldValue {
  const key = argument === null ? name : `${name}[${argument}]`;
  return ({ fields }) => {
    const value = fields.get(key);
    if (value !== undefined) return typed(value, shape);
    return shape.many === 'any' ? indexed(fields, name) : null;
  };
}

/** `proc.aname` of an event that has only `proc.aname[1]`, `proc.aname[2]` ... */
function indexed(fields: ReadonlyMap<string, unknown>, name: string): FieldValue {
  const values: string[] = [];
  for (const [key, value] of fields) {
    if (!key.startsWith(`${name}[`) || key === `${name}[0]`) continue;
    if (typeof value === 'string') values.push(value);
  }
  return values.length === 0 ? null : values;
}

function wordsOf(name: string): (event: FlatEvent) => readonly string[] | null {
  return ({ fields }) => {
    const value = fields.get(name);
    if (Array.isArray(value)) return value.map(String);
    if (typeof value !== 'string') return null;
    return value.split(' ').filter((word) => word !== '');
  };
}

/** The value with the type that its field has; `<NA>` and null are missing. */
function typed(value: unknown, { type, many }: FieldShape): FieldValue {
  if (value === null || value === '<NA>') return null;
  if (Array.isArray(value)) {
    return many === 'one' ? value.map(String).join(' ') : value.map(String);
  }
  if (type === 'number') return numberOf(value);
  if (type === 'flag') {
    if (typeof value === 'boolean') return value;
    return value === 'true' ? true : value === 'false' ? false : null;
  }
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

function numberOf(value: unknown): number | bigint | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^-?\d{1,40}$/.test(value)) return null;
  const exact = BigInt(value);
  return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
}

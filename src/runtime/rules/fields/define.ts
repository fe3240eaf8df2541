// Short ways to define fields of system call events.
import type { RuntimeEvent } from '../../../model/event.ts';
import type { FieldDefinition, FieldShape, FieldType, FieldValue } from '../engine/index.ts';

export type SyscallField = FieldDefinition<RuntimeEvent>;
type Read = (event: RuntimeEvent) => FieldValue;

interface Options {
  readonly type?: FieldType;
  readonly many?: FieldShape['many'];
  readonly isDeprecated?: boolean;
  readonly words?: SyscallField['words'];
  readonly effort?: SyscallField['effort'];
}

/** A field without argument. */
export function plainField(name: string, read: Read, options: Options = {}): SyscallField {
  const { type = 'text', many = 'one', isDeprecated = false, words = null } = options;
  const shape = { type, many };
  return {
    name,
    argument: 'none',
    isDeprecated,
    shape: () => shape,
    reader: () => read,
    words,
    scope: 'event',
    effort: options.effort ?? 'read',
  };
}

/** Says of fields that they read nothing but the process of the event (with its container). */
export function ofSubject(
  fields: readonly SyscallField[],
  except: readonly string[],
): readonly SyscallField[] {
  return fields.map((field) =>
    except.includes(field.name) ? field : { ...field, scope: 'subject' },
  );
}

/** A field of numbers. */
export function numberField(name: string, read: Read): SyscallField {
  return plainField(name, read, { type: 'number' });
}

/** A field that is true or false. */
export function flagField(name: string, read: Read): SyscallField {
  return plainField(name, read, { type: 'flag' });
}

/** A field that needs an argument; `reader` gives null for one that it does not understand. */
export function keyedField(
  name: string,
  reader: (argument: string) => Read | null,
  type: FieldType = 'text',
): SyscallField {
  return {
    name,
    argument: 'required',
    isDeprecated: false,
    shape: () => ({ type, many: 'one' }),
    reader: (argument) => (argument === null ? null : reader(argument)),
    words: null,
    scope: 'event',
    effort: 'compute',
  };
}

/**
 * A field of the ancestors: with an index the one so many steps up (0 is the process itself),
 * without one any ancestor.
 */
export function ancestorField(
  name: string,
  read: (process: NonNullable<RuntimeEvent['process']>) => string | number | null,
  type: FieldType = 'text',
): SyscallField {
  return {
    name,
    argument: 'optional',
    isDeprecated: false,
    shape: (argument) => ({ type, many: argument === null ? 'any' : 'one' }),
    reader: (argument) => {
      if (argument === null) {
        const known = new WeakMap<NonNullable<RuntimeEvent['process']>, Values>();
        return (event) => rememberedAncestors(event, read, known);
      }
      if (!/^\d{1,3}$/.test(argument)) return null;
      const steps = Number(argument);
      return (event) => ancestor(event, steps, read);
    },
    words: null,
    scope: 'event',
    effort: 'compute',
  };
}

interface Values {
  readonly values: FieldValue;
}

/** Many rules ask for the ancestors of the same process. */
function rememberedAncestors(
  event: RuntimeEvent,
  read: (one: NonNullable<RuntimeEvent['process']>) => string | number | null,
  known: WeakMap<NonNullable<RuntimeEvent['process']>, Values>,
): FieldValue {
  if (event.process === null) return null;
  const found = known.get(event.process) ?? { values: allAncestors(event, read) };
  known.set(event.process, found);
  return found.values;
}

/** Ancestors that are looked at; a table with a loop must not hang the engine. */
const ancestorsAtMost = 100;

function ancestor<T>(
  { process }: RuntimeEvent,
  steps: number,
  read: (process: NonNullable<RuntimeEvent['process']>) => T | null,
): T | null {
  let current = process;
  for (let step = 0; step < steps && current !== null; step += 1) current = current.parent;
  return current === null ? null : read(current);
}

function allAncestors(
  { process: subject }: RuntimeEvent,
  read: (one: NonNullable<RuntimeEvent['process']>) => string | number | null,
): FieldValue {
  if (subject === null) return null;
  const values: string[] = [];
  let current = subject.parent;
  for (let step = 0; step < ancestorsAtMost && current !== null; step += 1) {
    const value = read(current);
    if (value !== null) values.push(String(value));
    current = current.parent;
  }
  return values.length === 0 ? null : values;
}

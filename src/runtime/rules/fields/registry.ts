// All fields of system call events. Adding one = a line in the file of its class.
import type { RuntimeEvent } from '../../../model/event.ts';
import type { FieldRegistry } from '../engine/index.ts';
import { containerFields } from './container-fields.ts';
import type { SyscallField } from './define.ts';
import { descriptorFields } from './descriptor-fields.ts';
import { eventFields, namedArgument } from './event-fields.ts';
import { processFields } from './process-fields.ts';

const fields: ReadonlyMap<string, SyscallField> = new Map(
  [...eventFields, ...processFields, ...descriptorFields, ...containerFields].map((field) => [
    field.name,
    field,
  ]),
);

/** The fields of the source `syscall`. */
export const syscallFields: FieldRegistry<RuntimeEvent> = {
  find: (name) => fields.get(name) ?? namedArgument(name),
  subject: ({ process: subject }) => subject,
};

/** Names of all fields, sorted, for people. */
export function fieldNames(): readonly string[] {
  return [...fields.keys()].toSorted();
}

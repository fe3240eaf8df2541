// Fields of the event itself: `evt.*`.
import type { RuntimeEvent } from '../../../model/event.ts';
import { timeTexts } from '../engine/index.ts';
import { flagField, keyedField, numberField, plainField, type SyscallField } from './define.ts';
import { errorName } from './error-names.ts';

/** Arguments of an event in their order: `fd=3 name=/etc/passwd`. */
function argumentsText({ arguments: given }: RuntimeEvent): string {
  return [...given].map(([name, value]) => `${name}=${value}`).join(' ');
}

/** `SUCCESS`, or the name of the error: `ENOENT`. */
function resultText({ result }: RuntimeEvent): string | null {
  if (result === null) return null;
  return result >= 0 ? 'SUCCESS' : errorName(-result);
}

function argumentReader(argument: string): (event: RuntimeEvent) => string | null {
  const index = /^\d{1,2}$/.test(argument) ? Number(argument) : null;
  return ({ arguments: given }) => {
    const value = index === null ? given.get(argument) : [...given.values()][index];
    return value === undefined ? null : String(value);
  };
}

export const eventFields: readonly SyscallField[] = [
  plainField('evt.type', ({ type }) => type),
  plainField('syscall.type', ({ type }) => type),
  numberField('evt.num', ({ number }) => number),
  numberField('evt.cpu', ({ cpu }) => cpu),
  numberField('evt.rawtime', ({ timeNs }) => timeNs),
  numberField('evt.rawtime.s', ({ timeNs }) => timeNs / 1_000_000_000n),
  numberField('evt.rawtime.ns', ({ timeNs }) => timeNs % 1_000_000_000n),
  plainField('evt.time', ({ timeNs }) => timeTexts(timeNs).clock),
  plainField('evt.time.iso8601', ({ timeNs }) => timeTexts(timeNs).full),
  plainField('evt.datetime', ({ timeNs }) => {
    const { clock, full } = timeTexts(timeNs);
    return `${full.slice(0, full.indexOf('T'))} ${clock}`;
  }),
  plainField('evt.res', resultText),
  numberField('evt.rawres', ({ result }) => result),
  flagField('evt.failed', ({ result }) => (result === null ? null : result < 0)),
  plainField('evt.buffer', ({ buffer }) => buffer, { type: 'bytes' }),
  numberField('evt.buflen', ({ buffer }) => buffer?.length ?? null),
  flagField('evt.is_open_read', ({ openedForReading }) => openedForReading),
  flagField('evt.is_open_write', ({ openedForWriting }) => openedForWriting),
  flagField('evt.is_open_exec', ({ createdExecutable }) => createdExecutable),
  plainField('evt.args', argumentsText, { effort: 'compute' }),
  keyedField('evt.arg', argumentReader),
  plainField('evt.dir', () => '<', { isDeprecated: true }),
  plainField('evt.latency', () => null, { type: 'number', isDeprecated: true }),
  plainField('evt.latency.s', () => null, { type: 'number', isDeprecated: true }),
  plainField('evt.latency.ns', () => null, { type: 'number', isDeprecated: true }),
  plainField('evt.wait_latency', () => null, { type: 'number', isDeprecated: true }),
];

/** `evt.arg.path`, for a name of a parameter that follows the dot. */
export function namedArgument(name: string): SyscallField | null {
  const parameter = /^evt\.(?:arg|rawarg)\.([a-z0-9_]{1,40})$/i.exec(name)?.[1];
  return parameter === undefined
    ? null
    : plainField(name, argumentReader(parameter), { effort: 'compute' });
}

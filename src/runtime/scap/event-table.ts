// What an event number means: the name of the call, and the names and types of its parameters.
import { eventRows, groups } from './event-rows.ts';

export type ParameterType =
  | 'address'
  | 'any'
  | 'bytes'
  | 'clone'
  | 'errno'
  | 'exec'
  | 'family'
  | 'fd'
  | 'fds'
  | 'gid'
  | 'mode'
  | 'mount'
  | 'octal'
  | 'open'
  | 'path'
  | 'pid'
  | 'ptrace'
  | 'signed'
  | 'text'
  | 'texts'
  | 'tuple'
  | 'uid'
  | 'unlink'
  | 'unsigned';

export interface ParameterFacts {
  readonly name: string;
  readonly type: ParameterType;
  /** Bytes of a number, as writers give it; readers go by what is there. */
  readonly width: 1 | 2 | 4 | 8;
}

export interface EventFacts {
  readonly name: string;
  /** A return; otherwise the call itself, or something that is no call at all. */
  readonly isReturn: boolean;
  /** Of the call: there is a return that follows it. */
  readonly hasReturn: boolean;
  readonly parameters: readonly ParameterFacts[];
  /** How many of these the event has in captures that tell calls and returns apart. */
  readonly ownCount: number;
}

/** Things that happen once and have no return, though their row has room for one. */
const withoutReturn: ReadonlySet<string> = new Set([
  'procexit',
  'switch',
  'container',
  'signaldeliver',
  'procinfo',
  'cpu_hotplug',
  'k8s',
  'mesos',
  'notification',
  'infra',
  'page_fault',
  'pluginevent',
  'useradded',
  'userdeleted',
  'groupadded',
  'groupdeleted',
  'asyncevent',
  'scapevent',
  'drop',
]);

const specialTypes: ReadonlySet<string> = new Set<ParameterType>([
  'address',
  'any',
  'bytes',
  'clone',
  'errno',
  'exec',
  'family',
  'fd',
  'fds',
  'gid',
  'mode',
  'mount',
  'octal',
  'open',
  'path',
  'pid',
  'ptrace',
  'text',
  'texts',
  'tuple',
  'uid',
  'unlink',
]);

function isType(type: string): type is ParameterType {
  return specialTypes.has(type);
}

function widthOf(type: string): ParameterFacts['width'] {
  if (/^(?:errno|fd|pid|[ui]64)$/.test(type)) return 8;
  if (type === 'ptrace' || type === 'u16' || type === 'i16') return 2;
  return type === 'u8' || type === 'i8' ? 1 : 4;
}

function parametersOf(text: string): readonly ParameterFacts[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .flatMap((word) => {
      const group = word.startsWith('@') ? groups[word] : undefined;
      if (group !== undefined) return parametersOf(group);
      const [name = '', type = ''] = word.split(':');
      const isSigned = type.startsWith('i');
      const kind = isType(type) ? type : isSigned ? 'signed' : 'unsigned';
      return [{ name, type: kind, width: widthOf(type) }];
    });
}

function readRows(): readonly EventFacts[] {
  const events: EventFacts[] = [];
  for (const row of eventRows.trim().split('\n')) {
    const [head = '', back = ''] = row.split('>');
    const [name = '', call = ''] = head.split('<');
    const called = parametersOf(call);
    const returned = parametersOf(back);
    // Captures of today have no calls: their returns carry the parameters of the call at the end.
    const missing = called.filter((one) => !returned.some((other) => other.name === one.name));
    const hasReturn = !withoutReturn.has(name.trim());
    events.push(
      {
        name: name.trim(),
        isReturn: false,
        hasReturn,
        parameters: called,
        ownCount: called.length,
      },
      {
        name: name.trim(),
        isReturn: hasReturn,
        hasReturn: false,
        parameters: [...returned, ...missing],
        ownCount: returned.length,
      },
    );
  }
  return events;
}

let table: readonly EventFacts[] | null = null;

/** The facts of an event number; null for one that is not known. */
export function eventFacts(number: number): EventFacts | null {
  table ??= readRows();
  return table[number] ?? null;
}

/** The newer container event has lengths of 32 bits (EF_LARGE_PAYLOAD): another form of block. */
const largeEvents: ReadonlySet<number> = new Set([324]);

/** The number of the last event of a name that is a return (or happens once); null when unknown. */
export function eventNumber(name: string): number | null {
  table ??= readRows();
  for (let number = table.length - 1; number >= 0; number -= 1) {
    const facts = table[number];
    if (largeEvents.has(number - (number % 2))) continue;
    if (facts?.name === name && (facts.isReturn || withoutReturn.has(name))) {
      return facts.isReturn ? number : number - (number % 2);
    }
  }
  return null;
}

/** The parameters that an event has where calls and returns are told apart. */
export function ownParameters(number: number): readonly ParameterFacts[] {
  const facts = eventFacts(number);
  return facts === null ? [] : facts.parameters.slice(0, facts.ownCount);
}

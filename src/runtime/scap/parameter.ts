// Parameters of events as numbers and texts, and as rules see them (`evt.arg.flags`).
import type { EventArgument } from '../../model/event.ts';
import { openFlagsText } from '../state/index.ts';
import { endText, readAddress, readTuple } from './address.ts';
import { textOf, textsOf } from './bytes.ts';
import type { EventFacts, ParameterFacts, ParameterType } from './event-table.ts';
import { familyWord, flagWords, linuxOpenFlags, ptraceWord } from './words.ts';

/** Parameters of an event by their names. */
export class Parameters {
  private readonly facts: readonly ParameterFacts[];
  private readonly values: readonly Uint8Array[];

  constructor({ parameters }: EventFacts, values: readonly Uint8Array[]) {
    this.facts = parameters;
    this.values = values;
  }

  bytes(name: string): Uint8Array | null {
    const index = this.facts.findIndex((one) => one.name === name);
    return this.values[index] ?? null;
  }

  has(name: string): boolean {
    return (this.bytes(name)?.length ?? 0) > 0;
  }

  /** Signed where its type is. */
  number(name: string): number | null {
    const index = this.facts.findIndex((one) => one.name === name);
    const value = this.values[index];
    const type = this.facts[index]?.type;
    if (value === undefined || type === undefined || value.length === 0) return null;
    return Number(numberOf(value, isSigned(type)));
  }

  big(name: string): bigint | null {
    const value = this.bytes(name);
    return value === null || value.length === 0 ? null : BigInt(numberOf(value, false));
  }

  text(name: string): string | null {
    const value = this.bytes(name);
    return value === null || value.length === 0 ? null : textOf(value);
  }

  texts(name: string): readonly string[] | null {
    const value = this.bytes(name);
    return value === null ? null : textsOf(value);
  }

  /** All that are there, in their order. */
  *entries(): IterableIterator<readonly [ParameterFacts, Uint8Array]> {
    for (const [index, facts] of this.facts.entries()) {
      const value = this.values[index];
      if (value !== undefined) yield [facts, value];
    }
  }
}

function isSigned(type: ParameterType): boolean {
  return type === 'errno' || type === 'fd' || type === 'pid' || type === 'signed';
}

/** Its own length decides how wide a number is: captures of other versions are wider or narrower. */
function numberOf(bytes: Uint8Array, signed: boolean): number | bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (bytes.length) {
    case 1:
      return signed ? view.getInt8(0) : view.getUint8(0);
    case 2:
      return signed ? view.getInt16(0, true) : view.getUint16(0, true);
    case 4:
      return signed ? view.getInt32(0, true) : view.getUint32(0, true);
    case 8: {
      const value = signed ? view.getBigInt64(0, true) : view.getBigUint64(0, true);
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    }
    default:
      return 0;
  }
}

/** What words of parameters need from outside. */
export interface ArgumentContext {
  userName(id: number): string | null;
  /** The whole path of a text, seen from the descriptor of a directory (null: none was given). */
  path(text: string, directory: number | null): string;
}

/** Bytes of data that are shown in an argument. */
const shownBytes = 80;
const noUser = 0xffffffff;

/** The arguments as rules compare them. */
export function argumentsOf(
  parameters: Parameters,
  context: ArgumentContext,
): ReadonlyMap<string, EventArgument> {
  const given = new Map<string, EventArgument>();
  let directory: number | null = null;
  for (const [{ name, type }, bytes] of parameters.entries()) {
    if (type === 'fd' && /^(?:dirfd|olddir|newdir|olddirfd|newdirfd|linkdirfd)$/.test(name)) {
      directory = bytes.length === 0 ? null : Number(numberOf(bytes, true));
    }
    const argument = argumentOf(type, bytes, { context, directory });
    if (argument !== null && !given.has(name)) given.set(name, argument);
    if (type === 'path') directory = null;
  }
  return given;
}

function argumentOf(
  type: ParameterType,
  bytes: Uint8Array,
  { context, directory }: { readonly context: ArgumentContext; readonly directory: number | null },
): EventArgument | null {
  if (bytes.length === 0) return null;
  const number = (): number => Number(numberOf(bytes, isSigned(type)));
  switch (type) {
    case 'text':
      return textOf(bytes);
    case 'path':
      return context.path(textOf(bytes), directory);
    case 'texts':
      return textsOf(bytes).join(' ');
    case 'bytes':
      return shownText(bytes);
    case 'open':
      return openFlagsText(linuxOpenFlags(number()));
    case 'clone':
    case 'exec':
    case 'mode':
    case 'mount':
    case 'unlink':
      return flagWords(type, number());
    case 'family':
      return familyWord(number());
    case 'ptrace':
      return ptraceWord(number());
    case 'octal':
      return `0${number().toString(8)}`;
    case 'uid':
      return number() === noUser ? '-1' : (context.userName(number()) ?? number());
    case 'gid':
      return number() === noUser ? '-1' : number();
    case 'address': {
      const address = readAddress(bytes);
      return address === null ? null : (address.path ?? (address.end && endText(address.end)));
    }
    case 'tuple': {
      const tuple = readTuple(bytes);
      if (tuple === null) return null;
      const { path, source, destination } = tuple;
      if (source === null || destination === null) return path;
      return `${endText(source)}->${endText(destination)}`;
    }
    case 'fds':
    case 'any':
      return null;
    case 'errno':
    case 'fd':
    case 'pid':
    case 'signed':
    case 'unsigned':
      return numberOf(bytes, isSigned(type));
  }
}

/** Data as text: what cannot be shown is a dot; texts that are parted by NUL have blanks. */
function shownText(bytes: Uint8Array): string {
  const shown = Buffer.from(bytes.subarray(0, shownBytes)).toString('latin1');
  return shown
    .replaceAll('\0', ' ')
    .replaceAll(/[^\x20-\x7e]/g, '.')
    .trimEnd();
}

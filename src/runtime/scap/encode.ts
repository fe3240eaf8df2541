// Parameters of an event that is written: the inverse of what reading makes of them.
import type { DescriptorFacts, EndpointFacts, RuntimeEvent } from '../../model/event.ts';
import { addressBytes } from './address.ts';
import { ByteWriter, textBytes, textsBytes } from './byte-writer.ts';
import type { ParameterFacts, ParameterType } from './event-table.ts';
import {
  captureFlags,
  captureOpenFlagsOf,
  familyNumber,
  isFlagKind,
  ptraceNumber,
} from './words.ts';

const none = new Uint8Array(0);

/** Bytes of one parameter of an event; empty where the event does not know it. */
export function encodeParameter(
  { name, type, width }: ParameterFacts,
  event: RuntimeEvent,
): Uint8Array {
  const known = encodeKnown(name, event);
  if (known !== null) return known;
  const given = event.arguments.get(name);
  if (type === 'tuple') return tupleBytes(event.descriptor, event.type);
  if (type === 'address') return addressOf(event.descriptor);
  if (type === 'bytes') return name === 'data' ? (event.buffer ?? none) : none;
  if (type === 'path' && given === undefined) return pathOf(name, event);
  if (type === 'path' || type === 'text')
    return given === undefined ? none : terminated(String(given));
  if (type === 'fds' || type === 'texts' || type === 'any') return none;
  return numberBytes(width, numberOf(type, given));
}

/** Parameters whose value stands elsewhere in the event. */
function encodeKnown(name: string, event: RuntimeEvent): Uint8Array | null {
  const { process: subject, result, descriptor } = event;
  switch (name) {
    case 'res':
      return result === null ? none : wide(result);
    case 'fd': {
      const number = descriptor?.number ?? null;
      const isMade = event.type.startsWith('open') || makesDescriptor.has(event.type);
      const value = isMade ? (result ?? number) : number;
      return value === null ? null : wide(value);
    }
    case 'exe':
      return subject === null ? none : terminated(subject.executable ?? subject.name ?? '');
    case 'args':
      return subject === null ? none : textsBytes(subject.arguments ?? []);
    case 'env':
      return subject === null ? none : textsBytes(subject.environment ?? []);
    case 'comm':
      return subject === null ? none : terminated(subject.name ?? '');
    case 'cwd':
      return subject === null ? none : terminated(subject.workingDirectory ?? '');
    case 'tid':
      return subject === null ? none : wide(subject.tid);
    case 'ptid':
      return subject?.parentPid === undefined ? none : wide(subject.parentPid ?? 0);
    case 'trusted_exepath':
      return subject?.executablePath === undefined
        ? none
        : terminated(subject.executablePath ?? '');
    case 'cgroups': {
      const id = subject?.container?.fullId ?? null;
      return id === null ? none : textsBytes([`cpuset=/docker/${id}`]);
    }
    default:
      return encodeProgram(name, event);
  }
}

const makesDescriptor: ReadonlySet<string> = new Set([
  'creat',
  'socket',
  'accept',
  'accept4',
  'memfd_create',
]);

/** The rest of what an exec tells. */
function encodeProgram(name: string, event: RuntimeEvent): Uint8Array | null {
  const { process: subject } = event;
  const isBirth = event.type.startsWith('exec') || /^(?:clone|v?fork)/.test(event.type);
  if (!isBirth || subject === null) return null;
  switch (name) {
    case 'pid':
      return wide(subject.pid);
    case 'vpid':
      return wide(subject.namespacePid ?? subject.pid);
    case 'vtid':
      return wide(
        subject.namespacePid === subject.pid ? subject.tid : (subject.namespacePid ?? subject.tid),
      );
    case 'tty':
      return narrow(subject.terminal ?? 0);
    case 'loginuid':
      return narrow(subject.loginUser.id ?? -1);
    case 'uid':
      return narrow(subject.user.id ?? 0);
    case 'gid':
      return narrow(subject.group.id ?? 0);
    case 'flags':
      return event.type.startsWith('exec')
        ? narrow((subject.isUpperLayer === true ? 2 : 0) | (subject.isFromMemory === true ? 4 : 0))
        : null;
    case 'exe_ino_ctime':
      return wide(subject.executableInode?.changedAtNs ?? 0n);
    case 'exe_ino_mtime':
      return wide(subject.executableInode?.modifiedAtNs ?? 0n);
    default:
      return null;
  }
}

function pathOf(name: string, { descriptor, process: subject }: RuntimeEvent): Uint8Array {
  if (name === 'filename') return terminated(subject?.executablePath ?? '');
  return terminated(name === 'name' || name === 'path' ? (descriptor?.name ?? '') : '');
}

/** Texts of parameters end with NUL. */
function terminated(text: string): Uint8Array {
  return textBytes(`${text}\0`);
}

function wide(value: number | bigint): Uint8Array {
  return new ByteWriter().i64(value).take();
}

function narrow(value: number): Uint8Array {
  return new ByteWriter().u32(value >>> 0).take();
}

function numberOf(type: ParameterType, given: unknown): number | bigint {
  if (typeof given === 'number' || typeof given === 'bigint') return given;
  if (typeof given !== 'string') return 0;
  if (type === 'open') return captureOpenFlagsOf(given);
  if (type === 'family') return familyNumber(given);
  if (type === 'ptrace') return ptraceNumber(given);
  if (type === 'octal') return /^[0-7]{1,11}$/.test(given) ? Number.parseInt(given, 8) : 0;
  if (isFlagKind(type)) return captureFlags(type, given);
  return /^-?\d{1,18}$/.test(given) ? BigInt(given) : 0;
}

function numberBytes(width: ParameterFacts['width'], value: number | bigint): Uint8Array {
  const bits = BigInt.asUintN(width * 8, BigInt(value));
  const writer = new ByteWriter();
  if (width === 8) return writer.u64(bits).take();
  const number = Number(bits);
  if (width === 4) return writer.u32(number).take();
  return (width === 2 ? writer.u16(number) : writer.u8(number)).take();
}

function endBytes({ address, port }: EndpointFacts): Uint8Array | null {
  const bytes = addressBytes(address);
  return bytes === null
    ? null
    : new ByteWriter()
        .raw(bytes)
        .u16(port ?? 0)
        .take();
}

/** Both ends; whoever is called stands second, so for an accept that is the local one. */
function tupleBytes(descriptor: DescriptorFacts | null, type: string): Uint8Array {
  if (descriptor === null) return none;
  const { kind, local, remote, name } = descriptor;
  if (kind === 'unix') {
    const writer = new ByteWriter().u8(1).u64(0n).u64(0n);
    return writer.raw(terminated(name ?? '')).take();
  }
  const isIncoming = type.startsWith('accept') || type.startsWith('recv');
  const ends = isIncoming ? [remote, local] : [local, remote];
  const bytes = ends.map((end) => (end === null ? null : endBytes(end)));
  const [source, destination] = bytes;
  if (
    source === undefined ||
    source === null ||
    destination === undefined ||
    destination === null
  ) {
    return none;
  }
  if (source.length !== destination.length) return none;
  const family = source.length === 6 ? 2 : 10;
  return new ByteWriter().u8(family).raw(source).raw(destination).take();
}

function addressOf(descriptor: DescriptorFacts | null): Uint8Array {
  if (descriptor === null) return none;
  if (descriptor.kind === 'unix') {
    return new ByteWriter()
      .u8(1)
      .raw(terminated(descriptor.name ?? ''))
      .take();
  }
  const end = descriptor.remote ?? descriptor.local;
  const bytes = end === null ? null : endBytes(end);
  if (bytes === null) return none;
  return new ByteWriter()
    .u8(bytes.length === 6 ? 2 : 10)
    .raw(bytes)
    .take();
}

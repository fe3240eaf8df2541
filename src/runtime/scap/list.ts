// What a capture lists before its events: processes, their descriptors, users.
import type { DescriptorFacts, DescriptorKind, EndpointFacts } from '../../model/event.ts';
import { addressText, endText } from './address.ts';
import { type Block, blockType } from './block.ts';
import { ByteReader, textsOf } from './bytes.ts';

export interface ListedProcess {
  readonly tid: number;
  readonly pid: number;
  readonly parent: number;
  readonly sessionId: number | null;
  readonly groupId: number | null;
  readonly name: string;
  readonly executable: string;
  readonly executablePath: string | null;
  readonly arguments: readonly string[];
  readonly workingDirectory: string;
  readonly userId: number;
  readonly groupUserId: number;
  readonly environment: readonly string[] | null;
  readonly namespaceTid: number | null;
  readonly namespacePid: number | null;
  readonly cgroups: readonly string[] | null;
  readonly terminal: number | null;
  readonly loginUserId: number | null;
  readonly capabilitiesPermitted: bigint | null;
  readonly capabilitiesEffective: bigint | null;
  readonly isUpperLayer: boolean | null;
  readonly isFromMemory: boolean | null;
  readonly executableInode: { readonly changedAtNs: bigint; readonly modifiedAtNs: bigint } | null;
}

const processVersions: ReadonlyMap<number, number> = new Map([
  [blockType.processes1, 1],
  [blockType.processes2, 2],
  [blockType.processes3, 3],
  [blockType.processes4, 4],
  [blockType.processes5, 5],
  [blockType.processes6, 6],
  [blockType.processes7, 7],
  [blockType.processes8, 8],
  [blockType.processes9, 9],
]);

/** A list with what stopped its reading; what came before is valid. */
export interface List<T> {
  readonly entries: readonly T[];
  readonly reason: string | null;
}

/** Whether a block lists processes. */
export function isProcessList(type: number): boolean {
  return processVersions.has(type);
}

/** An entry may be padded at the end of a block by less than this. */
const paddingBytes = 4;

/** The processes of a list, in any version. */
export function readProcesses({ type, body }: Block): List<ListedProcess> {
  const version = processVersions.get(type) ?? 0;
  const reader = new ByteReader(body);
  const entries: ListedProcess[] = [];
  while (reader.left >= paddingBytes) {
    const start = reader.offset;
    const length = version >= 9 ? reader.u32() : null;
    const end = length === null ? null : start + length;
    const entry = readProcess(reader, version, end);
    if (reader.ranOut || (end !== null && (reader.offset > end || end > body.length))) {
      return { entries, reason: `process ${entries.length + 1} of a list is cut off` };
    }
    entries.push(entry);
    if (end !== null) reader.skipTo(end);
  }
  return { entries, reason: null };
}

function readProcess(reader: ByteReader, version: number, end: number | null): ListedProcess {
  const tid = reader.number();
  const pid = reader.number();
  const parent = reader.number();
  const sessionId = version >= 6 ? reader.number() : null;
  const groupId = version >= 8 ? reader.number() : null;
  const name = reader.text();
  const executable = reader.text();
  const executablePath = version >= 7 ? reader.text() : null;
  const words = textsOf(reader.slice(reader.u16()));
  const workingDirectory = reader.text();
  reader.take(12); // limit of descriptors, flags
  const userId = reader.u32();
  const groupUserId = reader.u32();
  if (version >= 2) reader.take(28); // memory and page faults
  const environment = version >= 3 ? textsOf(reader.slice(reader.u16())) : null;
  const namespaceTid = version >= 4 ? reader.number() : null;
  const namespacePid = version >= 4 ? reader.number() : null;
  const cgroups = version >= 4 ? textsOf(reader.slice(reader.u16())) : null;
  if (version >= 5) reader.text(); // root
  return {
    tid,
    pid,
    parent,
    sessionId,
    groupId,
    name,
    executable,
    executablePath: executablePath === '' ? null : executablePath,
    arguments: words,
    workingDirectory: directoryOf(workingDirectory),
    userId,
    groupUserId,
    environment,
    namespaceTid: namespaceTid === -1 ? null : namespaceTid,
    namespacePid: namespacePid === -1 ? null : namespacePid,
    cgroups,
    ...readAdditions(reader, end),
  };
}

/** Directories of captures end with a slash. */
export function directoryOf(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

type Additions = Pick<
  ListedProcess,
  | 'terminal'
  | 'loginUserId'
  | 'capabilitiesPermitted'
  | 'capabilitiesEffective'
  | 'isUpperLayer'
  | 'isFromMemory'
  | 'executableInode'
>;

/** Up to here an entry has no terminal: login user, writable, three sets of capabilities. */
const oldAdditionBytes = 29;

/** Fields that later versions appended; the length of the entry tells which are there. */
function readAdditions(reader: ByteReader, end: number | null): Additions {
  const has = (bytes: number): boolean => end !== null && reader.offset + bytes <= end;
  const isNew = has(oldAdditionBytes + 1);
  if (isNew) reader.take(8); // start of the first process of the pid namespace
  const terminal = isNew && has(4) ? reader.u32() : null;
  const loginUserId = has(4) ? reader.u32() | 0 : null;
  if (has(1)) reader.take(1);
  if (has(8)) reader.take(8);
  const capabilitiesPermitted = has(8) ? reader.u64() : null;
  const capabilitiesEffective = has(8) ? reader.u64() : null;
  const isUpperLayer = has(1) ? reader.u8() === 1 : null;
  if (has(8)) reader.take(8);
  const changedAtNs = has(8) ? reader.u64() : null;
  const modifiedAtNs = has(8) ? reader.u64() : null;
  const isFromMemory = has(1) ? reader.u8() === 1 : null;
  return {
    terminal,
    loginUserId,
    capabilitiesPermitted,
    capabilitiesEffective,
    isUpperLayer,
    isFromMemory,
    executableInode:
      changedAtNs === null || modifiedAtNs === null ? null : { changedAtNs, modifiedAtNs },
  };
}

/** Descriptors of one process (of its main thread). */
export interface ListedDescriptors extends List<DescriptorFacts> {
  readonly tid: number;
}

/** The numbers that captures have for kinds of descriptors. */
const descriptorTypes: Readonly<Record<number, DescriptorKind>> = {
  1: 'file',
  2: 'directory',
  3: 'ipv4',
  4: 'ipv6',
  5: 'ipv4',
  6: 'ipv6',
  7: 'pipe',
  8: 'unix',
  9: 'event',
  11: 'signal',
  12: 'eventpoll',
  13: 'inotify',
  14: 'timer',
  15: 'netlink',
  16: 'file',
  17: 'bpf',
  18: 'userfault',
  19: 'io_uring',
  20: 'memory',
};

/** The descriptors of one process. */
export function readDescriptors({ type, body }: Block): ListedDescriptors {
  const reader = new ByteReader(body);
  const tid = reader.number();
  const entries: DescriptorFacts[] = [];
  while (reader.left >= paddingBytes) {
    const start = reader.offset;
    const length = type === blockType.descriptors2 ? reader.u32() : null;
    const entry = readDescriptor(reader);
    const end = length === null ? null : start + length;
    if (reader.ranOut || entry === null || (end !== null && reader.offset > end)) {
      return {
        tid,
        entries,
        reason: `descriptor ${entries.length + 1} of process ${tid} is cut off`,
      };
    }
    entries.push(entry);
    if (end !== null) reader.skipTo(end);
  }
  return { tid, entries, reason: null };
}

/** The protocols of sockets by their numbers in captures. */
const protocols = [null, null, 'tcp', 'udp', 'icmp', 'raw'] as const;

function readDescriptor(reader: ByteReader): DescriptorFacts | null {
  const number = reader.number();
  reader.u64(); // inode
  const type = reader.u8();
  const kind = descriptorTypes[type] ?? 'unknown';
  const base = descriptorFacts(number, kind);
  switch (type) {
    case 3:
    case 4: {
      const size = type === 3 ? 4 : 16;
      const near = addressText(reader.slice(size));
      const far = addressText(reader.slice(size));
      const local: EndpointFacts = { address: near, port: reader.u16(), hostName: null };
      const remote: EndpointFacts = { address: far, port: reader.u16(), hostName: null };
      const protocol = protocols[reader.u8()] ?? null;
      const name = `${endText(local)}->${endText(remote)}`;
      return { ...base, name, protocol, local, remote, connected: true };
    }
    case 5:
    case 6: {
      const address = addressText(reader.slice(type === 5 ? 4 : 16));
      const local: EndpointFacts = { address, port: reader.u16(), hostName: null };
      const protocol = protocols[reader.u8()] ?? null;
      return { ...base, name: endText(local), protocol, local, isServer: true };
    }
    case 8:
      reader.take(16);
      return { ...base, name: reader.text() };
    case 16:
      reader.u32(); // flags of the open
      return { ...base, name: reader.text() };
    case 0:
      return null;
    default:
      return { ...base, name: reader.text() };
  }
}

/** A descriptor of which only number and kind are known. */
export function descriptorFacts(number: number, kind: DescriptorKind): DescriptorFacts {
  return {
    number,
    kind,
    name: null,
    rawName: null,
    nameChanged: null,
    connected: null,
    protocol: null,
    local: null,
    remote: null,
    isServer: null,
  };
}

export interface ListedUser {
  readonly kind: 'user' | 'group';
  readonly id: number;
  readonly name: string;
}

/** Users and groups of the machine. */
export function readUsers({ type, body }: Block): List<ListedUser> {
  const reader = new ByteReader(body);
  const entries: ListedUser[] = [];
  while (reader.left >= paddingBytes) {
    const start = reader.offset;
    const length = type === blockType.users2 ? reader.u32() : null;
    const isUser = reader.u8() === 0;
    const id = reader.u32();
    if (isUser) reader.u32(); // group
    const name = reader.text();
    if (isUser) {
      reader.text(); // home
      reader.text(); // shell
    }
    const end = length === null ? null : start + length;
    if (reader.ranOut || (end !== null && reader.offset > end)) {
      return { entries, reason: `user ${entries.length + 1} of a list is cut off` };
    }
    entries.push({ kind: isUser ? 'user' : 'group', id, name });
    if (end !== null) reader.skipTo(end);
  }
  return { entries, reason: null };
}

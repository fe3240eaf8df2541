// The descriptor that a call speaks of: the file or the socket as the kernel has it, not as the program
// wrote it, wherever the kernel has one.
import type { RawCall, RawSocket } from '../../host/sensor/index.ts';
import type { DescriptorFacts, DescriptorKind, EndpointFacts } from '../../model/event.ts';
import { openFlag } from '../state/index.ts';
import { openCalls, openNumbers } from './open.ts';
import { wholePath } from './readers.ts';

const family = { unix: 1, ipv4: 2, ipv6: 10, netlink: 16 } as const;
const typeMask = 0o170000;
const folderType = 0o040000;

const nothing: DescriptorFacts = {
  number: null,
  kind: 'unknown',
  name: null,
  rawName: null,
  nameChanged: null,
  connected: null,
  protocol: null,
  local: null,
  remote: null,
  isServer: null,
};

/** Where relative paths begin, and which ports of this machine are listened at. */
export interface DescriptorContext {
  readonly workingDirectory: string | null;
  readonly listened: ReadonlySet<number>;
}

/** Null for a call that speaks of none. */
export function descriptorOf(call: RawCall, context: DescriptorContext): DescriptorFacts | null {
  if (openCalls.has(call.name)) return openedFile(call, context.workingDirectory);
  if (call.socket !== null || call.name === 'socket') return socketOf(call, context.listened);
  if (call.name === 'memfd_create') {
    return { ...nothing, number: call.result, kind: 'memory', name: call.texts[0] ?? null };
  }
  const kind = made.get(call.name);
  if (kind !== undefined) return { ...nothing, number: call.result, kind };
  const [entry] = call.descriptorPaths;
  // A descriptor beside a text is only where the text begins.
  if (entry === undefined || (call.texts.length > 0 && call.name !== 'finit_module')) return null;
  const [number, { path }] = entry;
  return { ...nothing, number, kind: kindOfMode(call.file?.mode ?? 0), name: path, rawName: path };
}

const made: ReadonlyMap<string, DescriptorKind> = new Map([
  ['userfaultfd', 'userfault'],
  ['io_uring_setup', 'io_uring'],
]);

function kindOfMode(mode: number): DescriptorKind {
  return (mode & typeMask) === folderType ? 'directory' : 'file';
}

function openedFile(call: RawCall, workingDirectory: string | null): DescriptorFacts {
  const { realPath, file, result } = call;
  const directory = call.name === 'open' || call.name === 'creat' ? null : 0;
  const claimed = wholePath(call, { text: 0, directory }, workingDirectory);
  const isReal = realPath !== null && !realPath.isDetached && realPath.path !== '';
  const name = isReal ? realPath.path : (claimed ?? realPath?.path ?? null);
  const isFolder =
    file === null
      ? (openNumbers(call).flags & openFlag.directory) !== 0
      : (file.mode & typeMask) === folderType;
  return {
    ...nothing,
    // Rules ask for -1 where an open failed; the error is the result.
    number: Math.max(-1, result),
    kind: isFolder ? 'directory' : 'file',
    name,
    rawName: call.texts[0] ?? name,
    nameChanged: name !== null && claimed !== null && name !== claimed,
  };
}

/** The kind of a socket's descriptor by its family. */
function kindOfFamily(number: number): DescriptorKind {
  if (number === family.ipv4) return 'ipv4';
  if (number === family.ipv6) return 'ipv6';
  if (number === family.unix) return 'unix';
  return number === family.netlink ? 'netlink' : 'unknown';
}

const protocols: ReadonlyMap<number, 'tcp' | 'udp' | 'icmp'> = new Map([
  [6, 'tcp'],
  [17, 'udp'],
  [1, 'icmp'],
  [58, 'icmp'],
]);
const rawSocket = 3;

/** Protocol of a socket; null where it has none that rules know. */
export function protocolOf({ protocol, type }: RawSocket): DescriptorFacts['protocol'] {
  return type === rawSocket ? 'raw' : (protocols.get(protocol) ?? null);
}

/** `client:port->server:port`; who serves is not known for all: then it is the remote end. */
function tupleText(
  local: EndpointFacts | null,
  remote: EndpointFacts | null,
  isServer: boolean | null,
): string | null {
  if (local === null || remote === null) return null;
  const near = `${local.address}:${local.port ?? 0}`;
  const far = `${remote.address}:${remote.port ?? 0}`;
  return isServer === true ? `${far}->${near}` : `${near}->${far}`;
}

/** An end of a socket; null for one that has no address. */
export function endOf(address: string | null, port: number): EndpointFacts | null {
  return address === null ? null : { address: plain(address), port, hostName: null };
}

/** IPv4 in the clothes of IPv6 is IPv4 to everybody who writes rules. */
function plain(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

const serving: ReadonlySet<string> = new Set(['accept', 'accept4', 'bind', 'listen']);

function socketOf(call: RawCall, listened: ReadonlySet<number>): DescriptorFacts {
  const { socket, socketAddress, unixPath, name: type } = call;
  if (socket === null) {
    const domain = Number(BigInt.asUintN(32, call.arguments[0] ?? 0n));
    return { ...nothing, number: call.result, kind: kindOfFamily(domain) };
  }
  const number = socket.descriptor ?? Number(BigInt.asIntN(32, call.arguments[0] ?? 0n));
  const kind = kindOfFamily(socket.family);
  if (kind !== 'ipv4' && kind !== 'ipv6') {
    const name = unixPath ?? socketAddress?.path ?? null;
    return { ...nothing, number, kind, name, rawName: name };
  }
  const given = socketAddress?.address ?? null;
  const isBinding = type === 'bind';
  const local = endOf(
    isBinding ? (given ?? socket.localAddress) : socket.localAddress,
    isBinding && given !== null && socketAddress !== null && socketAddress.port !== 0
      ? socketAddress.port
      : socket.localPort,
  );
  const known = socket.remotePort !== 0 ? endOf(socket.remoteAddress, socket.remotePort) : null;
  const claimed =
    !isBinding && given !== null && socketAddress !== null
      ? endOf(given, socketAddress.port)
      : null;
  const remote = known ?? claimed;
  const isServer = type === 'connect' ? false : serving.has(type) || listened.has(socket.localPort);
  const isMapped = kind === 'ipv6' && (remote ?? local)?.address.includes(':') === false;
  return {
    ...nothing,
    number,
    kind: isMapped ? 'ipv4' : kind,
    name: tupleText(local, remote, isServer),
    connected: remote !== null && (type !== 'connect' || call.result >= 0),
    protocol: protocolOf(socket),
    local,
    remote,
    isServer,
  };
}

/** Of a socket that a program found as its standard input. */
export function socketFacts(socket: RawSocket, number: number): DescriptorFacts {
  const local = endOf(socket.localAddress, socket.localPort);
  const remote = socket.remotePort === 0 ? null : endOf(socket.remoteAddress, socket.remotePort);
  return {
    ...nothing,
    number,
    kind: kindOfFamily(socket.family),
    name: tupleText(local, remote, null),
    protocol: protocolOf(socket),
    local,
    remote,
  };
}

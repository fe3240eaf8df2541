// Calls that make, change or use descriptors in captures: what they do to the state, and the descriptor
// that their event speaks of.
import type { DescriptorFacts, EndpointFacts } from '../../model/event.ts';
import {
  type OpenFacts,
  openFacts,
  openFlag,
  type ProcessKey,
  resolvePath,
} from '../state/index.ts';
import { endText, kindOfFamily, readAddress, readTuple, type Tuple } from './address.ts';
import { descriptorFacts } from './list.ts';
import type { Parameters } from './parameter.ts';
import type { Scene } from './scene.ts';
import { linuxOpenFlags } from './words.ts';

export interface Call {
  readonly type: string;
  readonly tid: number;
  /** Parameters of the call and its return; those of the return win. */
  readonly given: Parameters;
  /** What it returned; null when that is not told. */
  readonly result: number | null;
}

export interface Effect {
  readonly descriptor: DescriptorFacts | null;
  readonly open: OpenFacts | null;
}

const atWorkingDirectory = -100;

/** The whole path of a text that a call was given, seen from a directory's descriptor. */
export function pathFrom(
  scene: Scene,
  key: ProcessKey,
  { path, directory }: { readonly path: string; readonly directory: number | null },
): string {
  if (directory === null || directory === atWorkingDirectory || path.startsWith('/')) {
    return resolvePath(scene.state.workingDirectory(key), path);
  }
  return resolvePath(scene.state.descriptor(key, directory)?.name ?? null, path);
}

const opens = new Set(['open', 'openat', 'openat2', 'creat', 'open_by_handle_at']);
const makers: ReadonlyMap<string, DescriptorFacts['kind']> = new Map([
  ['eventfd', 'event'],
  ['eventfd2', 'event'],
  ['signalfd', 'signal'],
  ['signalfd4', 'signal'],
  ['timerfd_create', 'timer'],
  ['inotify_init', 'inotify'],
  ['inotify_init1', 'inotify'],
  ['epoll_create', 'eventpoll'],
  ['epoll_create1', 'eventpoll'],
  ['memfd_create', 'memory'],
  ['userfaultfd', 'userfault'],
  ['io_uring_setup', 'io_uring'],
  ['bpf', 'bpf'],
]);

/** What the call did, and the descriptor of its event. */
export function applyCall(scene: Scene, call: Call): Effect {
  const { type, given, result } = call;
  if (opens.has(type)) return applyOpen(scene, call);
  const kind = makers.get(type);
  if (kind !== undefined) return { descriptor: made(scene, call, kind), open: null };
  return { descriptor: applyOther(scene, call, given.number('fd') ?? result ?? -1), open: null };
}

function applyOpen(scene: Scene, { type, tid, given, result }: Call): Effect {
  const key = scene.keyOf(tid);
  const path = given.text('name') ?? given.text('path');
  // Rules ask for -1 where an open failed; the error is the result.
  const number = Math.max(-1, given.number('fd') ?? result ?? -1);
  const flags =
    type === 'creat'
      ? 1 | openFlag.create | openFlag.truncate
      : linuxOpenFlags(given.number('flags') ?? 0);
  const open = openFacts(flags, given.number('mode') ?? 0);
  if (path === null) return { descriptor: descriptorFacts(number, 'unknown'), open };
  const name = pathFrom(scene, key, { path, directory: given.number('dirfd') });
  const kind = (flags & openFlag.directory) === 0 ? 'file' : 'directory';
  const descriptor = { ...descriptorFacts(number, kind), name, rawName: path };
  scene.state.opened({ key, number, descriptor, closesOnExec: open.closesOnExec });
  return { descriptor, open };
}

function made(
  scene: Scene,
  { type, tid, given, result }: Call,
  kind: DescriptorFacts['kind'],
): DescriptorFacts | null {
  const number = given.number('fd') ?? given.number('res') ?? result;
  if (number === null) return null;
  const name = type === 'memfd_create' ? given.text('name') : null;
  const descriptor = { ...descriptorFacts(number, kind), name };
  // Only some commands of bpf return a descriptor, and which ones an old capture does not tell.
  if (type !== 'bpf') {
    scene.state.opened({ key: scene.keyOf(tid), number, descriptor, closesOnExec: false });
  }
  return descriptor;
}

const duplicateCommands: ReadonlySet<number> = new Set([1, 26]);

function applyOther(scene: Scene, call: Call, number: number): DescriptorFacts | null {
  const { type, tid, given, result } = call;
  const key = scene.keyOf(tid);
  const { state } = scene;
  switch (type) {
    case 'close': {
      const descriptor = state.descriptor(key, number);
      if (result !== null && result >= 0) state.closed(key, number);
      return descriptor;
    }
    case 'dup':
    case 'dup2':
    case 'dup3': {
      const from = given.number('oldfd') ?? given.number('fd') ?? -1;
      return duplicate(scene, key, { from, to: given.number('res') ?? -1 });
    }
    case 'fcntl':
      if (duplicateCommands.has(given.number('cmd') ?? 0)) {
        duplicate(scene, key, { from: number, to: given.number('res') ?? -1 });
      }
      return state.descriptor(key, number);
    case 'pipe':
    case 'pipe2':
    case 'socketpair':
      return pair(scene, key, call);
    case 'socket': {
      const family = given.number('domain') ?? 0;
      const protocol = protocolOf(given.number('type') ?? 0);
      const descriptor = { ...descriptorFacts(number, kindOfFamily(family)), protocol };
      state.opened({ key, number, descriptor, closesOnExec: false });
      return descriptor;
    }
    case 'bind':
      return bound(scene, key, { number, given, result });
    case 'connect':
      return connected(scene, key, { number, given, result });
    case 'accept':
    case 'accept4':
      return accepted(scene, key, { number, given });
    case 'sendto':
    case 'sendmsg':
    case 'recvfrom':
    case 'recvmsg':
      return exchanged(scene, key, { number, given, sends: type.startsWith('send') });
    case 'mmap':
    case 'mmap2':
      // The memory is what the event speaks of.
      return null;
    default:
      return given.has('fd') ? state.descriptor(key, number) : null;
  }
}

function duplicate(
  { state }: Scene,
  key: ProcessKey,
  { from, to }: { readonly from: number; readonly to: number },
): DescriptorFacts | null {
  if (to < 0) return state.descriptor(key, from);
  state.duplicated({ key, from, to, closesOnExec: false });
  return state.descriptor(key, to);
}

function pair({ state }: Scene, key: ProcessKey, { type, given }: Call): DescriptorFacts | null {
  const kind = type === 'socketpair' ? 'unix' : 'pipe';
  if ((given.number('res') ?? -1) < 0) return null;
  for (const name of ['fd1', 'fd2']) {
    const number = given.number(name) ?? -1;
    const descriptor = descriptorFacts(number, kind);
    state.opened({ key, number, descriptor, closesOnExec: false });
  }
  return state.descriptor(key, given.number('fd1') ?? -1);
}

const typeMask = 0xf;

/** The usual protocol of a type of sockets; unix sockets have none and are told apart by kind. */
function protocolOf(type: number): DescriptorFacts['protocol'] {
  return ([null, 'tcp', 'udp', 'raw'] as const)[type & typeMask] ?? null;
}

interface Use {
  readonly number: number;
  readonly given: Parameters;
}

function bound(
  { state }: Scene,
  key: ProcessKey,
  { number, given, result }: Use & { readonly result: number | null },
): DescriptorFacts | null {
  const before = state.descriptor(key, number);
  const address = readAddress(given.bytes('addr') ?? new Uint8Array(0));
  if (address === null || (result ?? -1) < 0) return before;
  const base = before ?? descriptorFacts(number, address.kind);
  const descriptor: DescriptorFacts =
    address.end === null
      ? { ...base, name: address.path }
      : { ...base, local: address.end, name: endText(address.end), isServer: true };
  state.changed(key, number, descriptor);
  return descriptor;
}

const inProgress = -115;

function connected(
  { state }: Scene,
  key: ProcessKey,
  { number, given, result }: Use & { readonly result: number | null },
): DescriptorFacts | null {
  const before = state.descriptor(key, number);
  const tuple = readTuple(given.bytes('tuple') ?? new Uint8Array(0));
  const claimed = tuple === null ? readAddress(given.bytes('addr') ?? new Uint8Array(0)) : null;
  if (tuple === null && claimed === null) return before;
  const isUp = result !== null && result >= 0;
  const base = before ?? descriptorFacts(number, tuple?.kind ?? claimed?.kind ?? 'unknown');
  const ends = {
    local: tuple?.source ?? null,
    remote: tuple?.destination ?? claimed?.end ?? null,
    path: tuple?.path ?? claimed?.path ?? null,
  };
  const descriptor: DescriptorFacts = {
    ...withEnds(base, ends),
    connected: isUp,
    isServer: false,
  };
  if (isUp || result === inProgress) state.changed(key, number, descriptor);
  return descriptor;
}

function accepted(
  { state }: Scene,
  key: ProcessKey,
  { number, given }: Use,
): DescriptorFacts | null {
  const tuple = readTuple(given.bytes('tuple') ?? new Uint8Array(0));
  if (tuple === null) return number < 0 ? null : descriptorFacts(number, 'unknown');
  const base = descriptorFacts(number, tuple.kind);
  const protocol = tuple.kind === 'unix' ? null : 'tcp';
  const { source, destination, path } = tuple;
  const descriptor: DescriptorFacts = {
    ...withEnds(
      { ...base, protocol, isServer: true },
      { local: destination, remote: source, path },
    ),
    connected: true,
    isServer: true,
  };
  state.opened({ key, number, descriptor, closesOnExec: false });
  return descriptor;
}

/** Sockets without a connection tell their other end with each message. */
function exchanged(
  { state }: Scene,
  key: ProcessKey,
  { number, given, sends }: Use & { readonly sends: boolean },
): DescriptorFacts | null {
  const before = state.descriptor(key, number);
  const tuple: Tuple | null = readTuple(given.bytes('tuple') ?? new Uint8Array(0));
  if (tuple === null || (before?.remote !== undefined && before.remote !== null)) return before;
  const { source, destination, path } = tuple;
  const [local, remote] = sends ? [source, destination] : [destination, source];
  const base = before ?? descriptorFacts(number, tuple.kind);
  // Who sends first asks, and who receives first is asked.
  const isServer = base.isServer ?? !sends;
  const descriptor = { ...withEnds({ ...base, isServer }, { local, remote, path }), isServer };
  const nameChanged = before !== null && before.name !== descriptor.name;
  return { ...descriptor, nameChanged };
}

/** The name is that of the connection, client first. */
function withEnds(
  base: DescriptorFacts,
  ends: {
    readonly local: EndpointFacts | null;
    readonly remote: EndpointFacts | null;
    readonly path: string | null;
  },
): DescriptorFacts {
  const { local, remote, path } = ends;
  if (path !== null) return { ...base, name: path, nameChanged: base.name !== path };
  const [client, server] = base.isServer === true ? [remote, local] : [local, remote];
  const near = client === null ? '' : endText(client);
  const far = server === null ? '' : endText(server);
  const name = local === null && remote === null ? base.name : `${near}->${far}`;
  return { ...base, local, remote, name, nameChanged: base.name !== name };
}

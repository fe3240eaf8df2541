// A recorded container as a capture (.scap) that sysdig, Falco and Stratoshark open: the record told
// again as system calls. What the record does not hold (arguments, results of failed calls) is left out.
import type { ContainerRun } from '../model/container.ts';
import type { ContainerFacts, DescriptorFacts, EventArgument } from '../model/event.ts';
import type {
  ExitRecord,
  FileRecord,
  FlowRecord,
  ProcessRecord,
  RawRecord,
} from '../model/timeline.ts';
import { CaptureWriter, type WrittenMachine } from '../runtime/scap/index.ts';
import {
  type Executed,
  type Names,
  RuntimeState,
  StateEvent,
  unnamedContainer,
} from '../runtime/state/index.ts';
import type { RecordReader } from '../store/record/index.ts';
import { containerMeant, type TimelineRequest } from './timeline.ts';

/** One call as the record knows it. */
interface Call {
  readonly type: string;
  readonly pid: number | null;
  readonly result: number;
  readonly descriptor?: DescriptorFacts;
  readonly arguments?: Readonly<Record<string, EventArgument>>;
}

/** Nothing says which numbers they had: three is the first one that a program is given. */
const someDescriptor = 3;
const someSocket = 4;
const shortIdLength = 12;

/**
 * The capture as bytes, with the container described before its first call. Throws as `timelineOf` when
 * the record knows no such container.
 */
export function captureTimeline(
  reader: RecordReader,
  request: TimelineRequest,
  machine: WrittenMachine,
): Uint8Array {
  const { stored } = containerMeant(reader, request.container);
  const { events } = reader.events(stored.id, request.query);
  const container = containerFacts(stored.run);
  const state = new RuntimeState({ names: namesOf(events.map(({ record }) => record)) });
  state.contained(container);
  const writer = new CaptureWriter();
  const parts = [writer.head(machine, [])];
  let number = 0;
  const tell = (call: Call, timeNs: bigint): void => {
    number += 1;
    const { type, pid, result, descriptor = null, arguments: given = {} } = call;
    const about = { process: pid === null ? null : state.process({ pid, start: 0 }), descriptor };
    const time = { number, type, timeNs, cpu: 0, result, buffer: null, open: null };
    const words = (): ReadonlyMap<string, EventArgument> => new Map(Object.entries(given));
    parts.push(writer.event(new StateEvent({ ...time, ...about, arguments: words })));
  };
  const [first] = events;
  if (first !== undefined) {
    const json = containerJson(stored.run);
    tell({ type: 'container', pid: null, result: 0, arguments: { json } }, first.record.timeNs);
  }
  for (const { record } of events) {
    if (record.kind === 'process') learn(state, record, container.id);
    const call = callOf(record);
    if (call !== null) tell(call, record.timeNs);
    if (record.kind === 'exit') state.exited({ pid: record.pid, start: 0 });
  }
  return Buffer.concat(parts);
}

function learn(state: RuntimeState, record: ProcessRecord, containerId: string): void {
  const { pid, parentPid, path, name } = record;
  const [executable, ...words] = record.arguments;
  const description: Executed['description'] = {
    name: name ?? path?.slice(path.lastIndexOf('/') + 1).slice(0, 15) ?? null,
    executable: executable ?? null,
    executablePath: path,
    arguments: words,
    workingDirectory: record.workingDirectory,
    terminal: record.terminal,
    userId: record.user.id,
    groupUserId: record.group.id,
    loginUserId: record.loginUser.id,
    startedAtNs: record.startedAtNs,
    isUpperLayer: record.isUpperLayer,
    isFromMemory: record.isFromMemory,
    containerId,
  };
  const key = { pid, start: 0 };
  const parent = parentPid === null ? null : { pid: parentPid, start: 0 };
  if (record.how === 'fork' && parent !== null) state.forked({ parent, child: key, description });
  else state.executed({ key, parent, description });
}

function callOf(record: RawRecord): Call | null {
  switch (record.kind) {
    case 'process':
      // A child's own return of its clone is how captures tell that it is there.
      return record.how === 'exec'
        ? { type: 'execve', pid: record.pid, result: 0 }
        : { type: 'clone', pid: record.pid, result: 0 };
    case 'exit':
      return exitCall(record);
    case 'file':
      return fileCall(record);
    case 'library':
      return openCall(record.pid, record.path, 'O_RDONLY|O_CLOEXEC');
    case 'flow':
      return record.phase === 'opened' ? flowCall(record) : null;
  }
}

function exitCall({ pid, exitCode, signal }: ExitRecord): Call {
  const status = ((exitCode ?? 0) << 8) | (signal ?? 0);
  const words = { status, ret: exitCode ?? 0, sig: signal ?? 0 };
  return { type: 'procexit', pid, result: status, arguments: words };
}

function fileCall({ action, pid, path, to }: FileRecord): Call {
  const at = { olddirfd: -100, newdirfd: -100, olddir: -100, newdir: -100, dirfd: -100 };
  const moved = { ...at, oldpath: path, newpath: to ?? '' };
  switch (action) {
    case 'created':
      return openCall(pid, path, 'O_WRONLY|O_CREAT');
    case 'written':
      return openCall(pid, path, 'O_WRONLY');
    case 'opened-executable':
      return openCall(pid, path, 'O_RDONLY|O_CLOEXEC');
    case 'renamed':
      return { type: 'renameat', pid, result: 0, arguments: moved };
    case 'linked':
      return { type: 'linkat', pid, result: 0, arguments: moved };
    case 'deleted':
      return { type: 'unlinkat', pid, result: 0, arguments: { ...at, name: path } };
    case 'mode-changed': {
      const words = { ...at, filename: path, mode: to ?? '' };
      return { type: 'fchmodat', pid, result: 0, arguments: words };
    }
  }
}

function openCall(pid: number, path: string, flags: string): Call {
  return {
    type: 'openat',
    pid,
    result: someDescriptor,
    descriptor: { ...noDescriptor, kind: 'file', name: path, rawName: path },
    arguments: { dirfd: -100, name: path, flags, mode: 0, dev: 0 },
  };
}

function flowCall({ pid, direction, protocol, local, remote }: FlowRecord): Call {
  const isIn = direction === 'in';
  const [client, server] = isIn ? [remote, local] : [local, remote];
  const descriptor: DescriptorFacts = {
    ...noDescriptor,
    number: someSocket,
    kind: remote.address.includes(':') ? 'ipv6' : 'ipv4',
    name: `${client.address}:${client.port ?? 0}->${server.address}:${server.port ?? 0}`,
    connected: true,
    protocol: protocol === 'other' ? null : protocol,
    local,
    remote,
    isServer: isIn,
  };
  const type = isIn ? 'accept4' : 'connect';
  return { type, pid, result: isIn ? someSocket : 0, descriptor };
}

const noDescriptor: DescriptorFacts = {
  number: someDescriptor,
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

function containerFacts({ identity }: ContainerRun): ContainerFacts {
  const { id, name, engine, image, privileged, pod } = identity;
  return {
    ...unnamedContainer(id.slice(0, shortIdLength)),
    fullId: id,
    name,
    engine,
    image: image.reference,
    imageDigest: image.digest,
    imageId: image.id,
    privileged,
    mounts: identity.mounts,
    pod: pod?.name ?? null,
    namespace: pod?.namespace ?? null,
  };
}

/** Engines by their numbers in captures; everything else counts as containerd. */
const engineNumbers: Readonly<Record<string, number>> = { docker: 0, 'cri-o': 8, podman: 11 };
const otherEngine = 7;

/** What tools read of a container: the JSON of a capture's container event. */
function containerJson({ identity }: ContainerRun): string {
  const { id, name, engine, image, privileged, labels } = identity;
  const reference = image.reference ?? '';
  const colon = reference.lastIndexOf(':');
  const hasTag = colon > reference.lastIndexOf('/');
  const about = {
    id: id.slice(0, shortIdLength),
    full_id: id,
    type: engineNumbers[engine] ?? otherEngine,
    name: name ?? '',
    image: reference,
    imageid: (image.id ?? '').replace(/^sha256:/, ''),
    imagerepo: hasTag ? reference.slice(0, colon) : reference,
    imagetag: hasTag ? reference.slice(colon + 1) : '',
    imagedigest: image.digest ?? '',
    privileged: privileged === true,
    is_pod_sandbox: false,
    labels: Object.fromEntries(labels),
    Mounts: identity.mounts.map((mount) => ({
      Source: mount.source,
      Destination: mount.destination,
      Mode: mount.mode,
      RW: mount.writable,
      Propagation: mount.propagation,
    })),
  };
  return JSON.stringify({ container: about });
}

/** Names of users as the record had them. */
function namesOf(records: readonly RawRecord[]): Names {
  const users = new Map<number, string | null>();
  const groups = new Map<number, string | null>();
  for (const record of records) {
    if (record.kind !== 'process') continue;
    if (record.user.id !== null) users.set(record.user.id, record.user.name);
    if (record.group.id !== null) groups.set(record.group.id, record.group.name);
  }
  return {
    user: (id) => users.get(id) ?? null,
    group: (id) => groups.get(id) ?? null,
  };
}

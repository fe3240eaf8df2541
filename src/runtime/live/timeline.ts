// What of a container's doings goes into the record: processes, files it changed, code it loaded, whom it
// talked with. On the host: programs only; the rest of a machine's life is not what a record is for.
import type { RawCall, RawExec, RawExit, RawFlow, RawFork } from '../../host/sensor/index.ts';
import type { EndpointFacts, ProcessFacts, RuntimeEvent } from '../../model/event.ts';
import type { FileAction, FlowRecord, RawRecord } from '../../model/timeline.ts';
import { keep } from './containers.ts';
import { endOf, protocolOf } from './descriptor.ts';
import type { Told } from './live-state.ts';
import { openCalls } from './open.ts';
import { Recent } from './recent.ts';

const secondNs = 1_000_000_000n;
/** The same file written by the same process again is told after this. */
const repeatedFileNs = 10n * secondNs;
/** Code is loaded once for the record's questions; after a day it may be another file. */
const repeatedCodeNs = 86_400n * secondNs;
const filesAtMost = 20_000;
const codeAtMost = 100_000;
const flowsAtMost = 20_000;

/** Shared libraries and what interpreters read as programs. */
const codeFile =
  /\.(?:so(?:\.[0-9.]+)?|jar|war|class|py|pyc|js|mjs|cjs|node|rb|pl|pm|php|dll|wasm|lua|beam)$/;
const fileType = 0o170000;
const regularFile = 0o100000;

export class Timeline {
  private readonly files = new Recent(filesAtMost, repeatedFileNs);
  private readonly code = new Recent(codeAtMost, repeatedCodeNs);
  private readonly talks = new Recent(flowsAtMost, repeatedFileNs);
  /** Who served, of flows by UDP: whoever did not speak first. */
  private readonly roles = new Map<string, FlowRecord['direction']>();

  /** Whether calls of a name may be worth a record. */
  static wants(name: string): boolean {
    return openCalls.has(name) || changes.has(name) || talking.has(name);
  }

  /** A program was started. */
  exec({ event, containerId }: Told, record: RawExec): RawRecord | null {
    const subject = event.process;
    if (subject === null) return null;
    const { executable, capabilities } = record;
    return {
      ...processOf(subject, 'exec', containerId, record.timeNs),
      arguments: record.arguments,
      inode: { number: executable.inode, changedAtNs: executable.changedAtNs },
      ...(isBroughtIn(subject) ? { broughtWith: capabilities.effective.toString(16) } : {}),
    };
  }

  /** A process was made; on the host only starts of programs are told. */
  fork(subject: ProcessFacts, containerId: string, record: RawFork): RawRecord {
    return processOf(subject, 'fork', containerId, record.timeNs);
  }

  exit({ event, containerId }: Told, record: RawExit): RawRecord {
    return {
      kind: 'exit',
      timeNs: record.timeNs,
      containerId,
      pid: record.pid,
      startedAtNs: event.process?.startedAtNs ?? null,
      exitCode: record.exitCode,
      signal: record.signal,
    };
  }

  /** A call of a container that changes a file, loads code or speaks to somebody; null for others. */
  call({ event, containerId }: Told, record: RawCall): RawRecord | null {
    if (containerId === null || record.result < 0) {
      return containerId !== null && isStartedConnect(record)
        ? this.talk(event, containerId, record)
        : null;
    }
    if (event.openedForWriting !== null) return this.opened(event, containerId, record);
    const change = changes.get(record.name);
    if (change !== undefined) return this.changed(change, event, { containerId, record });
    return record.socket === null ? null : this.talk(event, containerId, record);
  }

  /** Null for a flow of the host. */
  flow(record: RawFlow, containerId: string | null): FlowRecord | null {
    const { socket, isServer, action } = record;
    const local = endOf(socket.localAddress, socket.localPort);
    const remote = endOf(socket.remoteAddress, socket.remotePort);
    if (containerId === null || local === null || remote === null) return null;
    const role = isServer === true ? 'in' : 'out';
    const key = talkKey(containerId, 'udp', local, remote);
    const isSummed = action === 'summed';
    // Its first datagram may have been told by its call.
    const isNew = isSummed && this.talks.isNew(key, record.openedAtNs ?? record.timeNs);
    const hasBytes = action !== 'established';
    return {
      kind: 'flow',
      timeNs: record.timeNs,
      containerId,
      phase: action === 'established' || isNew ? 'opened' : 'closed',
      protocol: isSummed ? 'udp' : 'tcp',
      direction: isSummed ? this.roleOf(key, role) : role,
      pid: record.pid === 0 ? null : record.pid,
      local,
      remote,
      bytesSent: hasBytes ? Number(record.sentBytes) : null,
      bytesReceived: hasBytes ? Number(record.receivedBytes) : null,
    };
  }

  /** A flow keeps the role that it began with. */
  private roleOf(key: string, seen: FlowRecord['direction']): FlowRecord['direction'] {
    const role = this.roles.get(key) ?? seen;
    keep(this.roles, key, role, flowsAtMost);
    return role;
  }

  private opened(event: RuntimeEvent, containerId: string, record: RawCall): RawRecord | null {
    const path = event.descriptor?.name ?? null;
    const mode = record.file?.mode ?? regularFile;
    if (path === null || (mode & fileType) !== regularFile || isKernelFile(path)) return null;
    const { pid, timeNs } = record;
    if (event.openedForWriting === true) {
      if (!this.files.isNew(`${containerId} ${pid} ${path}`, timeNs)) return null;
      const action =
        String(event.arguments.get('flags') ?? '').includes('O_CREAT') || record.name === 'creat'
          ? 'created'
          : 'written';
      return { kind: 'file', action, timeNs, containerId, pid, path, to: null };
    }
    if (!codeFile.test(path) || !this.code.isNew(`${containerId} ${path}`, timeNs)) return null;
    const isUpperLayer = record.file?.isUpperLayer ?? null;
    return { kind: 'library', timeNs, containerId, pid, path, isUpperLayer };
  }

  private changed(
    { action, from, to }: Change,
    { arguments: given, descriptor }: RuntimeEvent,
    at: { readonly containerId: string; readonly record: RawCall },
  ): RawRecord | null {
    const { containerId, record } = at;
    const { pid, timeNs } = record;
    const path = given.get(from) ?? descriptor?.name;
    if (path === undefined || path === null || isKernelFile(String(path))) return null;
    const second = to === null ? undefined : given.get(to);
    if (!this.files.isNew(`${containerId} ${pid} ${action} ${path} ${second}`, timeNs)) return null;
    return {
      kind: 'file',
      action,
      timeNs,
      containerId,
      pid,
      path: String(path),
      to: second === undefined ? null : String(second),
    };
  }

  /** Datagrams have no beginning and no end: the first to or from a peer in a while is told. */
  private talk(
    { descriptor }: RuntimeEvent,
    containerId: string,
    record: RawCall,
  ): RawRecord | null {
    const { socket, pid, timeNs } = record;
    if (socket === null || descriptor === null) return null;
    const protocol = protocolOf(socket);
    const { local, remote } = descriptor;
    if (protocol === 'tcp' || protocol === null || local === null || remote === null) return null;
    const key = talkKey(containerId, protocol, local, remote);
    const direction = this.roleOf(key, receiving.has(record.name) ? 'in' : 'out');
    if (!this.talks.isNew(key, timeNs)) return null;
    return {
      kind: 'flow',
      timeNs,
      containerId,
      phase: 'opened',
      protocol: protocol === 'raw' ? 'other' : protocol,
      direction,
      pid,
      local,
      remote,
      bytesSent: null,
      bytesReceived: null,
    };
  }
}

interface Change {
  readonly action: FileAction;
  /** Names of arguments. */
  readonly from: string;
  readonly to: string | null;
}

const renamed: Change = { action: 'renamed', from: 'oldpath', to: 'newpath' };
const linked: Change = { action: 'linked', from: 'oldpath', to: 'newpath' };
const pointed: Change = { action: 'linked', from: 'linkpath', to: 'target' };
const modeChanged: Change = { action: 'mode-changed', from: 'filename', to: 'mode' };

const changes: ReadonlyMap<string, Change> = new Map([
  ['rename', renamed],
  ['renameat', renamed],
  ['renameat2', renamed],
  ['link', linked],
  ['linkat', linked],
  ['symlink', pointed],
  ['symlinkat', pointed],
  ['unlink', { action: 'deleted', from: 'path', to: null }],
  ['unlinkat', { action: 'deleted', from: 'name', to: null }],
  ['rmdir', { action: 'deleted', from: 'path', to: null }],
  ['mkdir', { action: 'created', from: 'path', to: null }],
  ['mkdirat', { action: 'created', from: 'path', to: null }],
  ['chmod', modeChanged],
  ['fchmod', modeChanged],
  ['fchmodat', modeChanged],
  ['fchmodat2', modeChanged],
]);

const talking: ReadonlySet<string> = new Set([
  'connect',
  'sendto',
  'sendmsg',
  'recvfrom',
  'recvmsg',
]);

const receiving: ReadonlySet<string> = new Set(['recvfrom', 'recvmsg']);

function talkKey(
  containerId: string,
  protocol: string,
  local: EndpointFacts,
  remote: EndpointFacts,
): string {
  return `${containerId} ${protocol} ${local.port} ${remote.address} ${remote.port}`;
}

const inProgress = -115;

function isStartedConnect({ name, result }: RawCall): boolean {
  return name === 'connect' && result === inProgress;
}

/** Devices and the kernel's own files: they are no files of the container. */
function isKernelFile(path: string): boolean {
  return path.startsWith('/proc/') || path.startsWith('/sys/') || path.startsWith('/dev/');
}

/** Its parent, the shim or the runtime, lives outside of the container. */
function isBroughtIn({ container, parent }: ProcessFacts): boolean {
  return container !== null && parent !== null && parent.container?.id !== container.id;
}

function processOf(
  subject: ProcessFacts,
  how: 'fork' | 'exec',
  containerId: string | null,
  timeNs: bigint,
): Extract<RawRecord, { kind: 'process' }> {
  return {
    kind: 'process',
    how,
    timeNs,
    containerId,
    pid: subject.pid,
    parentPid: subject.parentPid,
    startedAtNs: subject.startedAtNs,
    name: subject.name,
    path: subject.executablePath,
    arguments: [
      ...(subject.executable === null ? [] : [subject.executable]),
      ...(subject.arguments ?? []),
    ],
    workingDirectory: subject.workingDirectory,
    user: subject.user,
    group: subject.group,
    loginUser: subject.loginUser,
    inode: null,
    sha256: null,
    isUpperLayer: subject.isUpperLayer,
    isFromMemory: subject.isFromMemory,
    terminal: subject.terminal,
  };
}

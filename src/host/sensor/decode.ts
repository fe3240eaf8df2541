// A record of the ring becomes a `RawRecord`. Called for what a consumer wants, after it looked at the
// type; strange bytes give empty texts and zeros, never an error.
import { callName } from './calls.ts';
import { decodeCall } from './decode-call.ts';
import { path, socketAt } from './decode-slot.ts';
import {
  capabilityFacts,
  execFacts,
  exeFlag,
  exitFacts,
  flowFacts,
  forkFacts,
  header,
  headerFlag,
  processFacts,
  recordType,
  slotKind,
} from './layout.ts';
import type {
  RawCapability,
  RawCgroup,
  RawExec,
  RawExecutable,
  RawExit,
  RawFlow,
  RawFork,
  RawOrigin,
  RawProcess,
  RawRecord,
  RawRingRequest,
} from './record.ts';
import { TextMemory } from './text-memory.ts';
import type { RecordView } from './view.ts';

const environments = new TextMemory();

/** The kernel's clock for people: USER_HZ is 100 everywhere. */
const nanosecondsPerTick = 10_000_000;

function ticks(record: RecordView, at: number): number {
  return Math.floor(record.number64(at) / nanosecondsPerTick);
}

/** What the header says. `clockOffsetNs` is that of the batch. */
export function decodeOrigin(record: RecordView, clockOffsetNs: bigint): RawOrigin {
  const flags = record.uint32(header.flags);
  return {
    timeNs: record.bootNs + clockOffsetNs,
    cpu: record.uint16(header.cpu),
    pid: record.pid,
    tid: record.tid,
    startTicks: ticks(record, header.start),
    cgroupId: record.number64(header.cgroup),
    uid: record.uint32(header.uid),
    gid: record.uint32(header.gid),
    mountNamespace: record.uint32(header.mountNamespace),
    isHost: (flags & headerFlag.host) !== 0,
    is32Bit: (flags & headerFlag.compat) !== 0,
  };
}

/** The record that a view looks at; null for a type that is not known. */
export function decodeRecord(record: RecordView, clockOffsetNs: bigint): RawRecord | null {
  const { type } = record;
  const origin = decodeOrigin(record, clockOffsetNs);
  switch (type) {
    case recordType.exec:
      return decodeExec(record, origin);
    case recordType.fork:
      return decodeFork(record, origin);
    case recordType.exit:
      return decodeExit(record, origin);
    case recordType.cgroupMkdir:
      return decodeCgroup(record, origin, 'mkdir');
    case recordType.cgroupRmdir:
      return decodeCgroup(record, origin, 'rmdir');
    case recordType.cgroupAttach:
      return decodeCgroup(record, origin, 'attach');
    case recordType.tcpEstablished:
    case recordType.datagrams:
      return decodeFlow(record, origin, clockOffsetNs);
    case recordType.tcpClose:
      return decodeFlow(record, origin, clockOffsetNs);
    case recordType.capability:
      return decodeCapability(record, origin);
    case recordType.ioUring:
      return decodeRingRequest(record, origin);
    default: {
      const name = callName(type);
      return name === undefined ? null : decodeCall(record, origin, name);
    }
  }
}

function decodeProcess(record: RecordView): RawProcess {
  const base = header.bytes;
  return {
    parent: {
      pid: record.uint32(base + processFacts.parent),
      startTicks: ticks(record, base + processFacts.parentStart),
    },
    virtualPid: record.uint32(base + processFacts.virtualPid),
    sessionId: record.uint32(base + processFacts.session),
    groupId: record.uint32(base + processFacts.group),
    terminal: record.uint32(base + processFacts.terminal),
    loginUid: record.uint32(base + processFacts.loginUid) | 0,
    effectiveUid: record.uint32(base + processFacts.euid),
    effectiveGid: record.uint32(base + processFacts.egid),
    pidNamespace: record.uint32(base + processFacts.pidNamespace),
    netNamespace: record.uint32(base + processFacts.netNamespace),
  };
}

const execSlots = header.bytes + execFacts.bytes;

function textOf(record: RecordView, kind: number, from: number): string | null {
  const slot = record.slot(kind, from);
  return slot === null ? null : record.text(slot.start, slot.length);
}

function decodeExecutable(record: RecordView): RawExecutable {
  const base = header.bytes;
  const flags = record.uint32(base + execFacts.exeFlags);
  return {
    path: path(record, slotKind.realPath, execSlots),
    inode: record.uint64(base + execFacts.inode),
    device: record.uint32(base + execFacts.device),
    size: record.uint64(base + execFacts.size),
    mode: record.uint32(base + execFacts.mode),
    links: record.uint32(base + execFacts.links),
    changedAtNs: record.uint64(base + execFacts.changed),
    modifiedAtNs: record.uint64(base + execFacts.modified),
    isUpperLayer: (flags & exeFlag.upper) !== 0,
    isOverlay: (flags & exeFlag.overlay) !== 0,
    isMemory: (flags & exeFlag.memfd) !== 0,
    isUnlinked: (flags & exeFlag.unlinked) !== 0,
  };
}

function decodeExec(record: RecordView, origin: RawOrigin): RawExec {
  const base = header.bytes;
  const given = record.slot(slotKind.arguments, execSlots);
  const environment = record.slot(slotKind.environment, execSlots);
  const names = record.slot(slotKind.cgroup, execSlots);
  const input = record.slot(slotKind.socket, execSlots);
  const set = (at: number) => record.uint64(base + at);
  return {
    kind: 'exec',
    ...origin,
    ...decodeProcess(record),
    isExisting: false,
    command: textOf(record, slotKind.command, execSlots) ?? '',
    parentCommand: textOf(record, slotKind.parentCommand, execSlots) ?? '',
    executable: decodeExecutable(record),
    fileName: textOf(record, slotKind.fileName, execSlots) ?? '',
    interpreter: textOf(record, slotKind.interpreter, execSlots),
    arguments: given === null ? [] : record.texts(given),
    areArgumentsCut: record.uint32(base + execFacts.argumentBytes) > (given?.length ?? 0),
    environment: environment === null ? [] : environments.of(record, environment),
    isEnvironmentCut: record.uint32(base + execFacts.environmentBytes) > (environment?.length ?? 0),
    workingDirectory: path(record, slotKind.workingDirectory, execSlots),
    standardInput: input === null ? null : socketAt(record, input.start),
    cgroupPath: names === null ? '' : `/${record.texts(names).reverse().join('/')}`,
    capabilities: {
      inheritable: set(execFacts.inheritable),
      permitted: set(execFacts.permitted),
      effective: set(execFacts.effective),
      bounding: set(execFacts.bounding),
      ambient: set(execFacts.ambient),
    },
    userNamespace: record.uint32(base + execFacts.userNamespace),
  };
}

function decodeFork(record: RecordView, origin: RawOrigin): RawFork {
  return {
    kind: 'fork',
    ...origin,
    ...decodeProcess(record),
    command: record.fixedText(header.bytes + forkFacts.command, 16),
  };
}

function decodeExit(record: RecordView, origin: RawOrigin): RawExit {
  const code = record.uint32(header.bytes + exitFacts.code);
  const signal = code & 0x7f;
  return {
    kind: 'exit',
    ...origin,
    command: record.fixedText(header.bytes + exitFacts.command, 16),
    virtualPid: record.uint32(header.bytes + exitFacts.virtualPid),
    parentPid: record.uint32(header.bytes + exitFacts.parent),
    exitCode: signal === 0 ? (code >>> 8) & 0xff : null,
    signal: signal === 0 ? null : signal,
    isCoreDumped: (code & 0x80) !== 0,
  };
}

function decodeCgroup(
  record: RecordView,
  origin: RawOrigin,
  action: RawCgroup['action'],
): RawCgroup {
  return {
    kind: 'cgroup',
    ...origin,
    action,
    path: textOf(record, slotKind.cgroupPath, header.bytes) ?? '',
    command: textOf(record, slotKind.command, header.bytes) ?? '',
  };
}

const flowActions: ReadonlyMap<number, RawFlow['action']> = new Map([
  [recordType.tcpClose, 'closed'],
  [recordType.datagrams, 'summed'],
]);

function decodeFlow(record: RecordView, origin: RawOrigin, clockOffsetNs: bigint): RawFlow {
  const base = header.bytes;
  const opened = record.uint64(base + flowFacts.opened);
  const role = record.uint32(base + flowFacts.isServer);
  return {
    kind: 'flow',
    ...origin,
    action: flowActions.get(record.type) ?? 'established',
    socket: socketAt(record, base),
    sentBytes: record.uint64(base + flowFacts.sent),
    receivedBytes: record.uint64(base + flowFacts.received),
    openedAtNs: opened === 0n ? null : opened + clockOffsetNs,
    isServer: role > 1 ? null : role === 1,
  };
}

function decodeCapability(record: RecordView, origin: RawOrigin): RawCapability {
  return {
    kind: 'capability',
    ...origin,
    capability: record.uint32(header.bytes + capabilityFacts.number),
    userNamespace: record.uint32(header.bytes + capabilityFacts.userNamespace),
    command: record.fixedText(header.bytes + capabilityFacts.command, 16),
  };
}

function decodeRingRequest(record: RecordView, origin: RawOrigin): RawRingRequest {
  return {
    kind: 'io_uring',
    ...origin,
    operation: record.uint32(header.bytes + capabilityFacts.number),
    command: record.fixedText(header.bytes + capabilityFacts.command, 16),
  };
}

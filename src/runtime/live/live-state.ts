// What the kernel's records do to the state, and the events that rules are asked about. Fed in the order
// of time; a process that nobody told of before is made up from what its records say.
import type {
  RawCall,
  RawExec,
  RawExit,
  RawFork,
  RawOrigin,
  RawPath,
} from '../../host/sensor/index.ts';
import type { ContainerIdentity } from '../../model/container.ts';
import type {
  ContainerFacts,
  DescriptorFacts,
  ProcessFacts,
  RuntimeEvent,
} from '../../model/event.ts';
import {
  type Names,
  openFacts,
  type ProcessDescription,
  type ProcessKey,
  RuntimeState,
  StateEvent,
  type StateLosses,
} from '../state/index.ts';
import { argumentsOf } from './arguments.ts';
import { CgroupContainers, containerFacts, keep, shortId } from './containers.ts';
import { descriptorOf, socketFacts } from './descriptor.ts';
import { openCalls, openNumbers } from './open.ts';

const nanosecondsPerTick = 10_000_000n;
/** Ports that somebody listens at: beyond it the oldest are forgotten. */
const listenedAtMost = 4096;
/** Containers whose names are remembered. */
const containersAtMost = 16_384;

export interface LiveOptions {
  readonly names: Names;
  /** Added to boot times gives nanoseconds since 1970, as it was once: starts must not move. */
  readonly bootOffsetNs: bigint;
}

/** What a record became. */
export interface Told {
  readonly event: RuntimeEvent;
  /** Whole id of its container; null on the host. */
  readonly containerId: string | null;
}

export class LiveState {
  private readonly state: RuntimeState;
  private readonly names: Names;
  private readonly bootOffsetNs: bigint;
  private readonly cgroups = new CgroupContainers();
  /** Whole ids by short ones, of containers that have been seen. */
  private readonly wholeIds = new Map<string, string>();
  private readonly facts = new Map<string, ContainerFacts>();
  private readonly listened = new Set<number>();
  private number = 0;

  constructor({ names, bootOffsetNs }: LiveOptions) {
    this.names = names;
    this.bootOffsetNs = bootOffsetNs;
    this.state = new RuntimeState({ names });
  }

  get losses(): StateLosses {
    return this.state.losses;
  }

  /** Events so far. */
  get count(): number {
    return this.number;
  }

  /** When a process was started, the same for all its records. */
  startedAtNs(startTicks: number): bigint {
    return BigInt(startTicks) * nanosecondsPerTick + this.bootOffsetNs;
  }

  /** The whole id of a process's container. */
  containerOf(subject: ProcessFacts | null): string | null {
    const facts = subject?.container ?? null;
    return facts === null ? null : (this.wholeIds.get(facts.id) ?? facts.fullId ?? facts.id);
  }

  /** Facts of the process of a record; null when nothing is known of it. */
  process(origin: RawOrigin): ProcessFacts | null {
    return this.state.process(keyOf(origin), origin.tid);
  }

  /** Whether a process that ended had a program of its own, and was no mere copy of its parent. */
  hasRun({ process: subject }: RuntimeEvent): boolean {
    return subject !== null && subject.executablePath !== subject.parent?.executablePath;
  }

  /** What is known of a container by its short id. */
  factsOf(short: string): ContainerFacts | null {
    return this.facts.get(short) ?? null;
  }

  /** The container of a record whose process may be gone. */
  containerOfRecord(origin: RawOrigin): string | null {
    const id = this.containerOf(this.process(origin));
    return id ?? (origin.isHost ? null : this.containerOfCgroup(origin.cgroupId));
  }

  /** A cgroup is there. @returns its container */
  cgroup(cgroupId: number, path: string): string | null {
    return this.remember(this.cgroups.seen(cgroupId, path));
  }

  /** The container of a cgroup that was told before. */
  containerOfCgroup(cgroupId: number): string | null {
    return this.cgroups.known(cgroupId) ?? null;
  }

  /** A container has a name from now on. */
  named(identity: ContainerIdentity, cgroupsPath: string | null): void {
    this.remember(identity.id);
    const facts = containerFacts(identity);
    keep(this.facts, facts.id, facts, containersAtMost);
    this.state.contained(facts);
    if (cgroupsPath !== null) this.cgroups.named(cgroupsPath, identity.id);
  }

  forgotten(id: string): void {
    this.state.uncontained(shortId(id));
    this.wholeIds.delete(shortId(id));
    this.facts.delete(shortId(id));
  }

  fork(record: RawFork): void {
    const { parent, startTicks } = record;
    this.state.forked({
      parent: { pid: parent.pid, start: parent.startTicks },
      child: keyOf(record),
      description: {
        name: record.command,
        namespacePid: record.virtualPid,
        sessionId: record.sessionId,
        groupId: record.groupId,
        terminal: record.terminal,
        userId: record.effectiveUid,
        groupUserId: record.effectiveGid,
        loginUserId: record.loginUid,
        startedAtNs: this.startedAtNs(startTicks),
      },
    });
  }

  exec(record: RawExec): Told {
    const key = keyOf(record);
    const { parent } = record;
    const description = this.programOf(record, this.containerAtExec(record, key));
    this.state.executed({
      key,
      parent: { pid: parent.pid, start: parent.startTicks },
      description,
    });
    return this.tell(record, 'execve', {
      result: 0,
      descriptor: null,
      arguments: () =>
        new Map<string, string | number>([
          ['res', 0],
          ['filename', record.fileName],
          ['exe', record.arguments[0] ?? ''],
          ['args', record.arguments.slice(1).join(' ')],
          ['flags', executableFlags(record)],
        ]),
    });
  }

  existing(exec: RawExec): string | null {
    const key = keyOf(exec);
    // What came from the ring meanwhile is newer.
    if (this.state.process(key) !== null && this.state.process(key)?.executablePath !== null) {
      return this.containerOf(this.state.process(key));
    }
    const { parent } = exec;
    const container = exec.isHost ? null : this.cgroup(exec.cgroupId, exec.cgroupPath);
    this.state.seen({
      key,
      parent: { pid: parent.pid, start: parent.startTicks },
      description: this.programOf(exec, container),
    });
    return container;
  }

  exit(record: RawExit): Told {
    const told = this.tell(record, 'procexit', {
      result: null,
      descriptor: null,
      arguments: () =>
        new Map([
          ['status', record.exitCode ?? 0],
          ['sig', record.signal ?? 0],
        ]),
    });
    this.state.exited(keyOf(record));
    return told;
  }

  call(record: RawCall): Told {
    const key = keyOf(record);
    const { name, result } = record;
    const workingDirectory = this.state.workingDirectory(key);
    const descriptor = descriptorOf(record, { workingDirectory, listened: this.listened });
    const told = this.tell(record, name, {
      result,
      descriptor,
      arguments: (subject) =>
        argumentsOf(record, {
          workingDirectory,
          userName: (id) => this.names.user(id, subject?.container?.id ?? null),
        }),
    });
    if (result >= 0) this.changed(record, key);
    return told;
  }

  private changed(record: RawCall, key: ProcessKey): void {
    const number = (index: number): number =>
      Number(BigInt.asIntN(32, record.arguments[index] ?? 0n));
    switch (record.name) {
      case 'chdir':
      case 'fchdir': {
        const path = record.workingDirectory?.path ?? null;
        if (path !== null) this.state.described(key, { workingDirectory: path });
        return;
      }
      case 'setuid':
        this.state.described(key, { userId: number(0) });
        return;
      case 'setresuid':
        if (number(1) !== -1) this.state.described(key, { userId: number(1) });
        return;
      case 'setgid':
        this.state.described(key, { groupUserId: number(0) });
        return;
      case 'listen': {
        this.listened.add(record.socket?.localPort ?? 0);
        const [oldest] = this.listened.size > listenedAtMost ? this.listened : [];
        if (oldest !== undefined) this.listened.delete(oldest);
      }
    }
  }

  private tell(
    record: RawOrigin,
    type: string,
    parts: {
      readonly result: number | null;
      readonly descriptor: DescriptorFacts | null;
      readonly arguments: (subject: ProcessFacts | null) => RuntimeEvent['arguments'];
    },
  ): Told {
    this.number += 1;
    const subject = this.process(record) ?? this.guessed(record);
    const isOpen = 'name' in record && openCalls.has(type);
    const numbers = isOpen ? openNumbers(record as RawCall) : null;
    const event = new StateEvent({
      number: this.number,
      type,
      timeNs: record.timeNs,
      cpu: record.cpu,
      result: parts.result,
      process: subject,
      descriptor: parts.descriptor,
      arguments: () => parts.arguments(subject),
      buffer: 'data' in record ? (record as RawCall).data : null,
      open: numbers === null ? null : openFacts(numbers.flags, numbers.mode),
    });
    return { event, containerId: this.containerOf(subject) };
  }

  /** A process that lived before anybody told of it: what its record says, until more is known. */
  private guessed(record: RawOrigin): ProcessFacts | null {
    if (record.pid === 0) return null;
    const container = record.isHost ? null : this.containerOfCgroup(record.cgroupId);
    this.state.seen({
      key: keyOf(record),
      description: {
        userId: record.uid,
        groupUserId: record.gid,
        startedAtNs: this.startedAtNs(record.startTicks),
        ...(container === null ? {} : { containerId: shortId(container) }),
      },
    });
    return this.process(record);
  }

  /**
   * A runtime moves itself into the container's cgroup to prepare it: a process belongs to the container
   * when its program starts there, outside of the host's mounts. What came from inside stays inside,
   * wherever it goes.
   */
  private containerAtExec(record: RawExec, key: ProcessKey): string | null {
    const container = this.cgroup(record.cgroupId, record.cgroupPath);
    const inherited = this.containerOf(this.state.process(key));
    if (inherited !== null) return container ?? inherited;
    return record.isHost ? null : container;
  }

  private remember(id: string | null): string | null {
    if (id !== null) keep(this.wholeIds, shortId(id), id, containersAtMost);
    return id;
  }

  private programOf(record: RawExec, container: string | null): ProcessDescription {
    const { executable, capabilities } = record;
    return {
      namespacePid: record.virtualPid,
      name: record.command,
      executable: record.arguments[0] ?? record.fileName,
      executablePath: programPath(executable.path, record.fileName),
      arguments: record.arguments.slice(1),
      workingDirectory: record.workingDirectory?.path ?? null,
      environment: record.environment,
      terminal: record.terminal,
      sessionId: record.sessionId,
      groupId: record.groupId,
      userId: record.effectiveUid,
      groupUserId: record.effectiveGid,
      loginUserId: record.loginUid,
      capabilitiesEffective: capabilities.effective,
      capabilitiesPermitted: capabilities.permitted,
      startedAtNs: this.startedAtNs(record.startTicks),
      isUpperLayer: executable.isUpperLayer,
      isFromMemory: executable.isMemory,
      executableInode: {
        changedAtNs: executable.changedAtNs,
        modifiedAtNs: executable.modifiedAtNs,
      },
      standardInput: record.standardInput === null ? null : socketFacts(record.standardInput, 0),
      containerId: container === null ? null : shortId(container),
    };
  }
}

/** The key of a record's process. */
function keyOf({ pid, startTicks }: RawOrigin): ProcessKey {
  return { pid, start: startTicks };
}

function programPath(path: RawPath | null, fileName: string): string | null {
  if (path === null || path.path === '') return fileName === '' ? null : fileName;
  return path.path;
}

function executableFlags({ executable }: RawExec): string {
  const words = [
    ...(executable.isUpperLayer ? ['EXE_UPPER_LAYER'] : []),
    ...(executable.isMemory ? ['EXE_FROM_MEMFD'] : []),
  ];
  return words.length === 0 ? '0' : words.join('|');
}

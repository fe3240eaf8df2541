// What is known of one process, and the facts that its events share. Facts are made when an event asks
// for them and thrown away when something changes, here or in an ancestor.
import type { ContainerFacts, IdentityFacts, ProcessFacts } from '../../model/event.ts';
import { capabilityNames } from './capabilities.ts';
import type { DescriptorTable } from './descriptor-table.ts';
import type { ProcessDescription, ProcessKey } from './update.ts';

/** Names of users and groups, as the machine or the container of a process has them. */
export interface Names {
  user(id: number, containerId: string | null): string | null;
  group(id: number, containerId: string | null): string | null;
}

/** What the state knows of a container, and the processes that belong to it. */
export interface ContainerEntry {
  facts: ContainerFacts;
  readonly members: Set<ProcessRecord>;
}

/** The descriptors of a process, or of several that were cloned with CLONE_FILES. */
export interface DescriptorHolder {
  readonly table: DescriptorTable;
  owners: number;
}

/** Threads of one process that have facts of their own; beyond it they are made again. */
const threadsAtMost = 256;
/** Ancestors that facts show; a table with a loop must not hang anybody. */
export const ancestorsAtMost = 64;

/** Null: not known, or none. */
type Known = Required<ProcessDescription>;

const nothing: Known = {
  namespacePid: null,
  name: null,
  executable: null,
  executablePath: null,
  arguments: null,
  workingDirectory: null,
  environment: null,
  terminal: null,
  sessionId: null,
  groupId: null,
  userId: null,
  groupUserId: null,
  loginUserId: null,
  capabilitiesEffective: null,
  capabilitiesPermitted: null,
  startedAtNs: null,
  isUpperLayer: null,
  isFromMemory: null,
  executableInode: null,
  standardInput: null,
  containerId: null,
};

/**
 * What is known now. Written out: copies of one object into another would be hash tables of their own,
 * 2 KB for each of ten thousand processes.
 */
function merged(known: Known, told: ProcessDescription): Known {
  return {
    namespacePid: told.namespacePid === undefined ? known.namespacePid : told.namespacePid,
    name: told.name === undefined ? known.name : told.name,
    executable: told.executable === undefined ? known.executable : told.executable,
    executablePath: told.executablePath === undefined ? known.executablePath : told.executablePath,
    arguments: told.arguments === undefined ? known.arguments : told.arguments,
    workingDirectory:
      told.workingDirectory === undefined ? known.workingDirectory : told.workingDirectory,
    environment: told.environment === undefined ? known.environment : told.environment,
    terminal: told.terminal === undefined ? known.terminal : told.terminal,
    sessionId: told.sessionId === undefined ? known.sessionId : told.sessionId,
    groupId: told.groupId === undefined ? known.groupId : told.groupId,
    userId: told.userId === undefined ? known.userId : told.userId,
    groupUserId: told.groupUserId === undefined ? known.groupUserId : told.groupUserId,
    loginUserId: told.loginUserId === undefined ? known.loginUserId : told.loginUserId,
    capabilitiesEffective:
      told.capabilitiesEffective === undefined
        ? known.capabilitiesEffective
        : told.capabilitiesEffective,
    capabilitiesPermitted:
      told.capabilitiesPermitted === undefined
        ? known.capabilitiesPermitted
        : told.capabilitiesPermitted,
    startedAtNs: told.startedAtNs === undefined ? known.startedAtNs : told.startedAtNs,
    isUpperLayer: told.isUpperLayer === undefined ? known.isUpperLayer : told.isUpperLayer,
    isFromMemory: told.isFromMemory === undefined ? known.isFromMemory : told.isFromMemory,
    executableInode:
      told.executableInode === undefined ? known.executableInode : told.executableInode,
    standardInput: told.standardInput === undefined ? known.standardInput : told.standardInput,
    containerId: told.containerId === undefined ? known.containerId : told.containerId,
  };
}

export class ProcessRecord {
  readonly pid: number;
  start: number;
  parentPid: number | null = null;
  parent: ProcessRecord | null = null;
  isDead = false;
  /** Out of the table, and alive only as an ancestor. */
  isGone = false;
  container: ContainerEntry | null = null;
  descriptors: DescriptorHolder;
  private description: Known = nothing;
  private facts: ProcessFacts | null = null;
  private threads: Map<number, ProcessFacts> | null = null;
  /** Records whose facts hold those of this one. */
  private dependents: Set<ProcessRecord> | null = null;

  constructor({ pid, start }: ProcessKey, descriptors: DescriptorHolder) {
    this.pid = pid;
    this.start = start;
    this.descriptors = descriptors;
  }

  get workingDirectory(): string | null {
    return this.description.workingDirectory;
  }

  get known(): Known {
    return this.description;
  }

  /** Takes over what is known now. */
  describe(description: ProcessDescription): void {
    this.description = merged(this.description, description);
    this.changed();
  }

  /** The facts of the process, or of one of its threads. */
  factsOf(tid: number, names: Names): ProcessFacts {
    this.facts ??= this.make(names);
    if (tid === this.pid) return this.facts;
    const known = this.threads?.get(tid);
    if (known !== undefined) return known;
    const made: ProcessFacts = { ...this.facts, tid };
    if (this.threads === null || this.threads.size >= threadsAtMost) this.threads = new Map();
    this.threads.set(tid, made);
    return made;
  }

  /** Facts that hold this one's are stale as well; those that were never made need no visit. */
  changed(): void {
    const pending: ProcessRecord[] = [this];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (next.facts === null) continue;
      next.facts = null;
      next.threads = null;
      if (next.dependents !== null) pending.push(...next.dependents);
      next.dependents = null;
    }
  }

  /** Nothing needs to be told to a record that is gone: it must not be held here for that. */
  forget(child: ProcessRecord): boolean {
    this.dependents?.delete(child);
    return this.isGone && (this.dependents?.size ?? 0) === 0;
  }

  private make(names: Names): ProcessFacts {
    // From the oldest ancestor down, so that a long chain needs no deep stack.
    const chain: ProcessRecord[] = [];
    const seen = new Set<ProcessRecord>([this]);
    let ancestor = this.parent;
    while (ancestor !== null && ancestor.facts === null && chain.length < ancestorsAtMost) {
      if (seen.has(ancestor)) break;
      seen.add(ancestor);
      chain.push(ancestor);
      ancestor = ancestor.parent;
    }
    let parent = ancestor !== null && !seen.has(ancestor) ? ancestor.facts : null;
    if (ancestor !== null && parent !== null) (chain.at(-1) ?? this).dependsOn(ancestor);
    for (let index = chain.length - 1; index >= 0; index -= 1) {
      const record = chain[index];
      if (record === undefined) continue;
      record.facts = record.factsWith(parent, names);
      parent = record.facts;
      (chain[index - 1] ?? this).dependsOn(record);
    }
    return this.factsWith(parent, names);
  }

  private dependsOn(ancestor: ProcessRecord): void {
    ancestor.dependents ??= new Set();
    ancestor.dependents.add(this);
  }

  private factsWith(parent: ProcessFacts | null, names: Names): ProcessFacts {
    const about = this.description;
    const inside = this.container === null ? null : this.container.facts.id;
    const effective = about.capabilitiesEffective;
    const permitted = about.capabilitiesPermitted;
    return {
      pid: this.pid,
      tid: this.pid,
      parentPid: this.parentPid,
      namespacePid: about.namespacePid,
      parent,
      name: about.name,
      executable: about.executable,
      executablePath: about.executablePath,
      arguments: about.arguments,
      workingDirectory: about.workingDirectory,
      environment: about.environment,
      terminal: about.terminal,
      sessionId: about.sessionId,
      sessionName: sessionNameOf(this),
      isGroupLeader: this.isGroupLeader(),
      user: identity(about.userId, (id) => names.user(id, inside)),
      group: identity(about.groupUserId, (id) => names.group(id, inside)),
      loginUser: identity(about.loginUserId, (id) => names.user(id, inside)),
      capabilitiesEffective: effective === null ? null : capabilityNames(effective),
      capabilitiesPermitted: permitted === null ? null : capabilityNames(permitted),
      startedAtNs: about.startedAtNs,
      isUpperLayer: about.isUpperLayer,
      isFromMemory: about.isFromMemory,
      executableInode: about.executableInode,
      standardInput: about.standardInput,
      container: this.container?.facts ?? null,
    };
  }

  private isGroupLeader(): boolean | null {
    const { groupId, namespacePid } = this.description;
    return groupId === null ? null : groupId === (namespacePid ?? this.pid);
  }
}

/** The name of the ancestor that leads the session, where it is known. */
function sessionNameOf(record: ProcessRecord): string | null {
  const { sessionId } = record.known;
  if (sessionId === null) return null;
  let current: ProcessRecord | null = record;
  for (let step = 0; step < ancestorsAtMost && current !== null; step += 1) {
    const { namespacePid, name } = current.known;
    if (sessionId === (namespacePid ?? current.pid)) return name;
    current = current.parent;
  }
  return null;
}

function identity(id: number | null, nameOf: (id: number) => string | null): IdentityFacts {
  if (id === null) return nobody;
  return { id, name: id < 0 ? null : nameOf(id) };
}

const nobody: IdentityFacts = { id: null, name: null };

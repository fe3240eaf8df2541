// The state that events are told with: processes with their ancestors, their descriptors, users and
// containers. A capture and the kernel's records feed it the same way; it never asks anybody itself.
import type { ContainerFacts, DescriptorFacts, ProcessFacts } from '../../model/event.ts';
import type { Descriptor } from './descriptor-table.ts';
import type { ContainerEntry, Names, ProcessRecord } from './process-record.ts';
import { defaultProcessLimits, type ProcessLimits, ProcessTable } from './process-table.ts';
import type {
  Duplicated,
  Executed,
  Forked,
  Opened,
  ProcessDescription,
  ProcessKey,
  Seen,
} from './update.ts';

export interface StateOptions {
  readonly names: Names;
  readonly limits?: ProcessLimits;
}

/** What the bounds of the state cost; all zero when nothing was lost. */
export interface StateLosses {
  /** Living processes that were forgotten. */
  readonly processes: number;
  /** Descriptors that were not kept. */
  readonly descriptors: number;
}

/** Containers that are remembered; those without a living process go first. */
const containersAtMost = 16_384;

export class RuntimeState {
  private readonly names: Names;
  private readonly table: ProcessTable;
  private readonly containers = new Map<string, ContainerEntry>();

  constructor({ names, limits = defaultProcessLimits }: StateOptions) {
    this.names = names;
    this.table = new ProcessTable(limits);
  }

  /** Processes that are known, the dead included that are still kept. */
  get size(): number {
    return this.table.size;
  }

  get losses(): StateLosses {
    return { processes: this.table.dropped, descriptors: this.table.budget.refused };
  }

  /** The facts of a process for an event of one of its threads; null when nothing is known of it. */
  process(key: ProcessKey, tid: number = key.pid): ProcessFacts | null {
    return this.table.find(key)?.factsOf(tid, this.names) ?? null;
  }

  /** All processes that live, in the order in which they became known. */
  *living(): IterableIterator<ProcessFacts> {
    for (const record of this.table.values()) {
      if (!record.isDead) yield record.factsOf(record.pid, this.names);
    }
  }

  /** A descriptor of a process; null when it is not known. */
  descriptor(key: ProcessKey, number: number): DescriptorFacts | null {
    return this.table.find(key)?.descriptors.table.get(number)?.facts ?? null;
  }

  /** All descriptors of a process that are known. */
  descriptors(key: ProcessKey): Iterable<readonly [number, Descriptor]> {
    return this.table.find(key)?.descriptors.table.entries() ?? [];
  }

  /** The working directory of a process, for paths that are relative to it. */
  workingDirectory(key: ProcessKey): string | null {
    return this.table.find(key)?.workingDirectory ?? null;
  }

  /** A process that lives already, or of which more is known now. */
  seen({ key, parent, description }: Seen): void {
    const record = this.table.at(key);
    if (parent !== undefined) this.setParent(record, parent);
    this.describe(record, description);
  }

  /** A child is there. It is a copy of its parent, as the kernel makes it. */
  forked({ parent, child, description = {}, sharesDescriptors = false }: Forked): void {
    const from = this.table.find(parent);
    const known = this.table.find(child);
    // Of a fork that is told twice (by parent and by child) the second tells only more.
    const isNew = known === null || known.isDead;
    const record = isNew ? this.table.make(child) : known;
    if (isNew && from !== null) this.inherit(record, from, sharesDescriptors);
    this.setParent(record, parent);
    this.describe(record, description);
  }

  /** Another program in the same process. */
  executed({ key, parent, description }: Executed): void {
    const record = this.table.at(key);
    if (record.descriptors.owners > 1) {
      record.descriptors.owners -= 1;
      record.descriptors = { table: record.descriptors.table.fork(), owners: 1 };
    }
    record.descriptors.table.exec();
    if (parent !== undefined) this.setParent(record, parent);
    this.describe(record, description);
  }

  /** The process is gone; it stays known for a while, and as an ancestor of its children. */
  exited(key: ProcessKey): void {
    const record = this.table.find(key);
    if (record !== null) this.table.bury(record);
  }

  /** A descriptor is there: of an open, a socket, an accept, a pipe, or known from the start. */
  opened({ key, number, descriptor, closesOnExec }: Opened): void {
    if (number < 0) return;
    this.table.at(key).descriptors.table.set(number, { facts: descriptor, closesOnExec });
  }

  /** More is known of a descriptor: a connect or bind gave it its ends. */
  changed(key: ProcessKey, number: number, descriptor: DescriptorFacts): void {
    const { table } = this.table.at(key).descriptors;
    table.set(number, {
      facts: descriptor,
      closesOnExec: table.get(number)?.closesOnExec ?? false,
    });
  }

  /** `to` is what `from` is. */
  duplicated({ key, from, to, closesOnExec }: Duplicated): void {
    const { table } = this.table.at(key).descriptors;
    const found = table.get(from);
    if (to < 0 || from === to) return;
    if (found === null) table.delete(to);
    else table.set(to, { facts: { ...found.facts, number: to }, closesOnExec });
  }

  closed(key: ProcessKey, number: number): void {
    this.table.find(key)?.descriptors.table.delete(number);
  }

  /** Something about a process is new: its directory, its user, its capabilities. */
  described(key: ProcessKey, description: ProcessDescription): void {
    this.describe(this.table.at(key), description);
  }

  /** A container is known by more than its id; its processes have the new facts from now on. */
  contained(facts: ContainerFacts): void {
    const entry = this.containers.get(facts.id);
    if (entry === undefined) {
      this.remember(facts);
      return;
    }
    entry.facts = facts;
    for (const member of entry.members) member.changed();
  }

  /** A container is gone; its processes, alive or dead, keep what is known. */
  uncontained(id: string): void {
    this.containers.delete(id);
  }

  private inherit(record: ProcessRecord, from: ProcessRecord, shares: boolean): void {
    // The number inside a pid namespace is its own; outside of any it is the number itself.
    const isOutside = from.known.namespacePid === from.pid;
    const namespacePid = isOutside ? record.pid : null;
    record.describe({ ...from.known, startedAtNs: null, namespacePid });
    if (from.container !== null) this.join(record, from.container);
    if (shares) {
      from.descriptors.owners += 1;
      record.descriptors = from.descriptors;
    } else {
      record.descriptors = { table: from.descriptors.table.fork(), owners: 1 };
    }
  }

  private setParent(record: ProcessRecord, parent: ProcessKey | null): void {
    const number = parent === null || parent.pid <= 0 ? null : parent.pid;
    if (record.parentPid !== number) {
      record.parentPid = number;
      record.changed();
    }
    if (parent === null || number === null) this.table.adopt(record, null);
    else this.table.adopt(record, this.table.find(parent) ?? this.keptParent(record, number));
  }

  /** A parent that is out of the table is still the parent if it has that number. */
  private keptParent({ parent }: ProcessRecord, pid: number): ProcessRecord | null {
    return parent?.pid === pid ? parent : null;
  }

  private describe(record: ProcessRecord, description: ProcessDescription): void {
    const { containerId } = description;
    if (containerId !== undefined) {
      if (containerId === null) this.leave(record);
      else this.join(record, this.containerOf(containerId));
    }
    record.describe(description);
  }

  private containerOf(id: string): ContainerEntry {
    const known = this.containers.get(id);
    if (known !== undefined) return known;
    return this.remember(unnamedContainer(id));
  }

  private remember(facts: ContainerFacts): ContainerEntry {
    const made: ContainerEntry = { facts, members: new Set() };
    this.containers.set(facts.id, made);
    if (this.containers.size <= containersAtMost) return made;
    for (const [id, { members }] of this.containers) {
      if (members.size > 0 || id === facts.id) continue;
      this.containers.delete(id);
      return made;
    }
    return made;
  }

  private join(record: ProcessRecord, container: ContainerEntry): void {
    if (record.container === container) return;
    this.leave(record);
    record.container = container;
    container.members.add(record);
    record.changed();
  }

  private leave(record: ProcessRecord): void {
    if (record.container === null) return;
    record.container.members.delete(record);
    record.container = null;
    record.changed();
  }
}

/** A container of which only the id is known, as a cgroup tells it. */
export function unnamedContainer(id: string): ContainerFacts {
  return {
    id,
    fullId: null,
    name: null,
    engine: null,
    image: null,
    imageRepository: null,
    imageTag: null,
    imageDigest: null,
    imageId: null,
    privileged: null,
    mounts: null,
    startedAtNs: null,
    pod: null,
    namespace: null,
  };
}

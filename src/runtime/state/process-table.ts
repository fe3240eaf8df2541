// All processes by their number. A number that comes again with another start is another process. The
// dead stay for their children and for events that come late, the oldest leave first.
import { type DescriptorBudget, DescriptorTable } from './descriptor-table.ts';
import { ancestorsAtMost, ProcessRecord } from './process-record.ts';
import type { ProcessKey } from './update.ts';

export interface ProcessLimits {
  /** Processes that are kept, the dead included; each needs about 1 KiB. */
  readonly processes: number;
  /** Dead ones of these: for their children, and for events that come late. */
  readonly dead: number;
  /** Descriptors of all processes together. */
  readonly descriptors: number;
}

/** For a busy node: Linux itself allows 32,768 processes unless it is told otherwise. */
export const defaultProcessLimits: ProcessLimits = {
  processes: 65_536,
  dead: 4096,
  descriptors: 1_000_000,
};

export class ProcessTable {
  readonly budget: DescriptorBudget;
  private readonly limits: ProcessLimits;
  private readonly records = new Map<number, ProcessRecord>();
  /** In the order of their deaths. */
  private readonly dead = new Set<ProcessRecord>();
  private forgotten = 0;

  constructor(limits: ProcessLimits) {
    this.limits = limits;
    this.budget = { left: limits.descriptors, refused: 0 };
  }

  get size(): number {
    return this.records.size;
  }

  /** Living processes that had to be dropped because there were too many. */
  get dropped(): number {
    return this.forgotten;
  }

  /** The living, and the dead that are still known by their number. */
  values(): Iterable<ProcessRecord> {
    return this.records.values();
  }

  /** The process of a key; null when nothing is known of it. A start of 0 fits any. */
  find({ pid, start }: ProcessKey): ProcessRecord | null {
    const found = this.records.get(pid);
    if (found === undefined) return null;
    return start === 0 || found.start === 0 || found.start === start ? found : null;
  }

  /** The process of a key, new where it is not known. */
  at(key: ProcessKey): ProcessRecord {
    const found = this.find(key);
    if (found === null) return this.make(key);
    if (found.start === 0) found.start = key.start;
    return found;
  }

  /** A new process: whoever had its number before is dead. */
  make(key: ProcessKey): ProcessRecord {
    const former = this.records.get(key.pid);
    if (former !== undefined) {
      this.bury(former);
      this.dead.delete(former);
      this.remove(former);
    }
    const record = new ProcessRecord(key, {
      table: new DescriptorTable(this.budget),
      owners: 1,
    });
    this.records.set(key.pid, record);
    this.bound();
    return record;
  }

  /**
   * Gives a process its parent. A record keeps its ancestors, so their number is bounded here: a
   * program that forks and dies, for ever, must not fill the memory.
   */
  adopt(child: ProcessRecord, parent: ProcessRecord | null): void {
    if (child.parent === parent || child === parent) return;
    child.parent = parent;
    child.changed();
    let last = child;
    for (let step = 0; step < ancestorsAtMost && last.parent !== null; step += 1) {
      last = last.parent;
      if (last === child) {
        child.parent = null;
        return;
      }
    }
    if (last.parent === null) return;
    last.parent = null;
    last.changed();
  }

  /** The process has exited. */
  bury(record: ProcessRecord): void {
    if (record.isDead) return;
    record.isDead = true;
    record.descriptors.owners -= 1;
    if (record.descriptors.owners === 0) record.descriptors.table.release();
    record.container?.members.delete(record);
    this.dead.add(record);
    this.bound();
  }

  private bound(): void {
    while (this.dead.size > this.limits.dead) {
      const [oldest] = this.dead;
      if (oldest === undefined) break;
      this.dead.delete(oldest);
      this.remove(oldest);
    }
    while (this.records.size > this.limits.processes) {
      const [oldestDead] = this.dead;
      const oldest = oldestDead ?? this.records.values().next().value;
      if (oldest === undefined) break;
      if (oldestDead === undefined) {
        this.forgotten += 1;
        this.bury(oldest);
      }
      this.dead.delete(oldest);
      this.remove(oldest);
    }
  }

  /** Out of the table; children still reach it as their parent. */
  private remove(record: ProcessRecord): void {
    if (this.records.get(record.pid) === record) this.records.delete(record.pid);
    record.isGone = true;
    let gone = record;
    for (let parent = record.parent; parent?.forget(gone) === true; parent = parent.parent) {
      gone = parent;
    }
  }
}

// The world of a capture while it is read: its state, its threads, the names of its users.
import { type ProcessKey, RuntimeState } from '../state/index.ts';

/** Threads that are remembered; a capture of one node has fewer. */
const threadsAtMost = 262_144;
/** Users and groups of all containers together. */
const namesAtMost = 100_000;

export class Scene {
  readonly state: RuntimeState;
  private readonly names = new Map<string, string>();
  private readonly processes = new Map<number, number>();
  private readonly starts = new Map<number, number>();
  private births = 1;
  /** Children that one of both sides of a fork has told already. */
  private readonly halfBorn = new Map<number, 'parent' | 'child'>();

  constructor() {
    this.state = new RuntimeState({
      names: {
        user: (id, container) => this.nameOf('user', id, container),
        group: (id, container) => this.nameOf('group', id, container),
      },
    });
  }

  /** The name of a user or group: that of its container, else that of the machine. */
  nameOf(kind: 'user' | 'group', id: number, container: string | null): string | null {
    const own = container === null ? undefined : this.names.get(`${kind} ${id} ${container}`);
    return own ?? this.names.get(`${kind} ${id} `) ?? (id === 0 ? 'root' : null);
  }

  name(kind: 'user' | 'group', id: number, { name, container }: NamedIn): void {
    const key = `${kind} ${id} ${container}`;
    if (name === null) this.names.delete(key);
    else if (this.names.size < namesAtMost) this.names.set(key, name);
  }

  /** The process of a thread. */
  pidOf(tid: number): number {
    return this.processes.get(tid) ?? tid;
  }

  thread(tid: number, pid: number): void {
    if (tid === pid) this.processes.delete(tid);
    else if (this.processes.size < threadsAtMost) this.processes.set(tid, pid);
  }

  endThread(tid: number): void {
    this.processes.delete(tid);
  }

  /** The key of a process by its number, or by one of its threads. */
  keyOf(tid: number): ProcessKey {
    const pid = this.pidOf(tid);
    return { pid, start: this.starts.get(pid) ?? 1 };
  }

  /**
   * The key of a child that is told by its parent or by itself; whoever speaks first gives it a new
   * life, the other one only adds to it.
   */
  born(pid: number, by: 'parent' | 'child'): ProcessKey {
    const told = this.halfBorn.get(pid);
    if (told !== undefined && told !== by) {
      this.halfBorn.delete(pid);
      return this.keyOf(pid);
    }
    if (this.halfBorn.size >= threadsAtMost) this.halfBorn.clear();
    this.halfBorn.set(pid, by);
    this.processes.delete(pid);
    this.births += 1;
    if (this.starts.size >= threadsAtMost) this.starts.clear();
    this.starts.set(pid, this.births);
    return this.keyOf(pid);
  }

  died(pid: number): void {
    this.state.exited(this.keyOf(pid));
    this.halfBorn.delete(pid);
  }
}

interface NamedIn {
  /** Null: it is gone. */
  readonly name: string | null;
  /** The short id of a container; empty for the machine itself. */
  readonly container: string;
}

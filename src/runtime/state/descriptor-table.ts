// The descriptors of a process. A fork costs nothing: parent and child look at the same shelf until one
// of them changes it. What is not known here (opened before anybody looked) is simply not there.
import type { DescriptorFacts } from '../../model/event.ts';

export interface Descriptor {
  readonly facts: DescriptorFacts;
  /** Gone after the next exec. */
  readonly closesOnExec: boolean;
}

interface Shelf {
  readonly entries: Map<number, Descriptor>;
  owners: number;
}

/** How many descriptors all processes together may still have; shared by the tables of one state. */
export interface DescriptorBudget {
  left: number;
  /** Descriptors that were not kept because of a bound. */
  refused: number;
}

/** Descriptors of one process: more than `ulimit -n` allows by far on most machines. */
const descriptorsPerProcess = 16_384;

const none: ReadonlyMap<number, Descriptor> = new Map();

export class DescriptorTable {
  private readonly budget: DescriptorBudget;
  /** Null: nothing is known, as of most processes. */
  private shelf: Shelf | null;

  constructor(budget: DescriptorBudget, shelf: Shelf | null = null) {
    this.budget = budget;
    this.shelf = shelf;
  }

  get size(): number {
    return this.known.size;
  }

  get(number: number): Descriptor | null {
    return this.known.get(number) ?? null;
  }

  entries(): Iterable<readonly [number, Descriptor]> {
    return this.known;
  }

  /** The table of a child that has its own descriptors (no CLONE_FILES). */
  fork(): DescriptorTable {
    if (this.shelf !== null) this.shelf.owners += 1;
    return new DescriptorTable(this.budget, this.shelf);
  }

  set(number: number, descriptor: Descriptor): void {
    const entries = this.own();
    if (!entries.has(number)) {
      if (entries.size >= descriptorsPerProcess || this.budget.left <= 0) {
        this.budget.refused += 1;
        return;
      }
      this.budget.left -= 1;
    }
    entries.set(number, descriptor);
  }

  delete(number: number): void {
    if (!this.known.has(number)) return;
    this.own().delete(number);
    this.budget.left += 1;
  }

  /** Closes what the program asked to be closed at exec. */
  exec(): void {
    for (const [number, { closesOnExec }] of this.known) {
      if (closesOnExec) this.delete(number);
    }
  }

  /** The process is gone. */
  release(): void {
    if (this.shelf === null) return;
    this.shelf.owners -= 1;
    if (this.shelf.owners === 0) this.budget.left += this.shelf.entries.size;
    this.shelf = null;
  }

  private get known(): ReadonlyMap<number, Descriptor> {
    return this.shelf?.entries ?? none;
  }

  /** The shelf as one that is nobody else's. */
  private own(): Map<number, Descriptor> {
    const { shelf } = this;
    if (shelf?.owners === 1) return shelf.entries;
    if (shelf === null) {
      this.shelf = { entries: new Map(), owners: 1 };
      return this.shelf.entries;
    }
    shelf.owners -= 1;
    const entries = new Map([...shelf.entries].slice(0, Math.max(0, this.budget.left)));
    this.budget.refused += shelf.entries.size - entries.size;
    this.budget.left -= entries.size;
    this.shelf = { entries, owners: 1 };
    return entries;
  }
}

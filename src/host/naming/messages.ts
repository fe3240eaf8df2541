// What the answering process and its parent say to one another (structured clones over a socket).
import type { ContainerIdentity, Naming } from '../../model/container.ts';
import type { EnginePlaces, ProgramSearch } from './places.ts';

/** What the answering process is started with. */
export interface AnswererOptions {
  readonly places: EnginePlaces;
  readonly search: ProgramSearch;
  readonly deadlineMs: number;
}

/** A container at the moment in which it was named. */
export interface NamedContainer {
  readonly identity: ContainerIdentity;
  /** `before-start`, `late`, or `after-start`: it ran before we came. */
  readonly naming: Naming;
  /** Nanoseconds since 1970. */
  readonly namedAtNs: bigint;
  /** How long the start was held for reading, milliseconds. */
  readonly heldMs: number;
  readonly bundle: string;
  /** Of the bundle's configuration: each run of a container has its own. */
  readonly stamp: string;
  readonly cgroupsPath: string | null;
  /** containerd's namespace. */
  readonly namespace: string | null;
  /** Where conmon will write the exit code. */
  readonly exitFile: string | null;
  /** Where the runtime writes the number of the first process. */
  readonly pidFile: string | null;
  /** Docker's folder of this container. */
  readonly engineFolder: string | null;
  readonly isSandbox: boolean;
  /** The container whose engine runs it (Docker in Docker): what it says is that container's word. */
  readonly within?: string | null;
}

/** Sums since the process was started. */
export interface AnswererFigures {
  /** Attempts to execute a runtime that were answered. */
  readonly answered: number;
  readonly named: number;
  /** Answered by the deadline and not by a name. */
  readonly late: number;
  /** Containers of which neither file nor command line could be read in time. */
  readonly unresolved: number;
  readonly heldMsSum: number;
  readonly heldMsMaximum: number;
}

/** After its options. */
export interface ToAnswerer {
  readonly kind: 'mark';
  /** A runtime that lies in no usual folder. */
  readonly path: string;
}

export type AnswererMessage =
  | { readonly kind: 'ready'; readonly programs: readonly string[] }
  | { readonly kind: 'programs'; readonly programs: readonly string[] }
  | { readonly kind: 'named'; readonly container: NamedContainer }
  /** The deadline passed; who waited goes on. */
  | { readonly kind: 'late'; readonly pid: number; readonly atNs: bigint }
  /** Sent every second, so that silence means a stopped process. */
  | { readonly kind: 'beat'; readonly figures: AnswererFigures }
  /** A read does not come back: everybody passes unnamed until the process is replaced. */
  | { readonly kind: 'stuck' }
  /** Messages that found no room. */
  | { readonly kind: 'dropped'; readonly count: number }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

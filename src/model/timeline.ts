// What a recorder is told of a container's life, one record for each thing that happened. Times are
// nanoseconds since 1970 by the wall clock; the order of records is the order of appending.
import type { ContainerRun } from './container.ts';
import type { EndpointFacts, IdentityFacts } from './event.ts';

interface About {
  readonly timeNs: bigint;
  /** The engine's whole id; null for the host itself. */
  readonly containerId: string | null;
}

/** Who asked for a container, as far as the engine or the process table tells. */
export interface StartedBy {
  readonly user: string | null;
  /** `docker run --rm shop/api`: the client's command line. */
  readonly command: string | null;
  readonly pid: number | null;
}

/** A run was made, named, started or ended: the newest record tells all that is known. */
export interface ContainerRecord extends About {
  readonly kind: 'container';
  readonly run: ContainerRun;
  readonly startedBy: StartedBy | null;
}

/** A process began, by fork (the program of its parent) or by exec (its own). */
export interface ProcessRecord extends About {
  readonly kind: 'process';
  readonly how: 'fork' | 'exec';
  readonly pid: number;
  readonly parentPid: number | null;
  /** Tells a reused pid from the process that had it before. */
  readonly startedAtNs: bigint | null;
  /** The kernel's name of the process, 15 characters at most. */
  readonly name: string | null;
  /** Resolved path of the program. */
  readonly path: string | null;
  /** argv, its first word included. */
  readonly arguments: readonly string[];
  readonly workingDirectory: string | null;
  readonly user: IdentityFacts;
  readonly group: IdentityFacts;
  readonly loginUser: IdentityFacts;
  readonly inode: { readonly number: bigint; readonly changedAtNs: bigint | null } | null;
  /** Hexadecimal, without prefix. */
  readonly sha256: string | null;
  /** The program lies in the container's writable layer: it is not from the image. */
  readonly isUpperLayer: boolean | null;
  readonly isFromMemory: boolean | null;
  /** Device number of the controlling terminal; 0 for none. */
  readonly terminal: number | null;
  /**
   * Effective capabilities in hexadecimal, of a program that was brought into the container from
   * outside: its first one, and each exec of its engine. Absent: it came from within, or nobody told.
   */
  readonly broughtWith?: string;
}

export interface ExitRecord extends About {
  readonly kind: 'exit';
  readonly pid: number;
  readonly startedAtNs: bigint | null;
  readonly exitCode: number | null;
  readonly signal: number | null;
}

export const fileActions = [
  'created',
  'written',
  'renamed',
  'deleted',
  'linked',
  'mode-changed',
  'opened-executable',
] as const;
export type FileAction = (typeof fileActions)[number];

export interface FileRecord extends About {
  readonly kind: 'file';
  readonly action: FileAction;
  readonly pid: number;
  readonly path: string;
  /** The new name, the target of a link, or the mode. */
  readonly to: string | null;
}

/** A shared library or another file of code was mapped or opened to be run. */
export interface LibraryRecord extends About {
  readonly kind: 'library';
  readonly pid: number;
  readonly path: string;
  readonly isUpperLayer: boolean | null;
}

export interface FlowRecord extends About {
  readonly kind: 'flow';
  readonly phase: 'opened' | 'closed';
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'other';
  /** `in`: the container serves. */
  readonly direction: 'in' | 'out';
  readonly pid: number | null;
  readonly local: EndpointFacts;
  /** `hostName`: the name that was resolved before, where it is known. */
  readonly remote: EndpointFacts;
  readonly bytesSent: number | null;
  readonly bytesReceived: number | null;
}

export type PlainValue = string | number | boolean | null | readonly string[];

/** A detection in Falco's shape, as plain data. */
export interface DetectionFacts {
  readonly hostname: string;
  readonly output: string;
  readonly priority: string;
  readonly rule: string;
  readonly source: string;
  readonly tags: readonly string[];
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly output_fields: Readonly<Record<string, PlainValue>>;
}

export interface DetectionRecord extends About {
  readonly kind: 'detection';
  readonly detection: DetectionFacts;
  /** Detections of one cause in one container are folded in the record; null: it is told by itself. */
  readonly cause: string | null;
}

/** Things happened that the record does not hold: how many, when, and why. */
export interface LossRecord extends About {
  readonly kind: 'loss';
  /** Type of event (`openat`, `exec`, `flow`), or `all`. */
  readonly what: string;
  /** Null where nobody could count. */
  readonly count: number | null;
  readonly fromNs: bigint;
  readonly toNs: bigint;
  readonly why: string;
}

export type RuntimeRecord =
  | ContainerRecord
  | ProcessRecord
  | ExitRecord
  | FileRecord
  | LibraryRecord
  | FlowRecord
  | DetectionRecord
  | LossRecord;

/** What happens by the thousand and is forgotten first. */
export type RawRecord = ProcessRecord | ExitRecord | FileRecord | LibraryRecord | FlowRecord;

// What `containers`, `timeline` and `exposed` answer: the shapes of their JSON. Times are RFC 3339, UTC,
// microseconds.
import type { ContainerLimits, Workload } from './container.ts';
import type { DetectionFacts, FileAction, StartedBy } from './timeline.ts';

export interface ContainerView {
  readonly id: string;
  readonly name: string | null;
  readonly image: {
    readonly reference: string | null;
    readonly id: string | null;
    readonly digest: string | null;
  };
  readonly node: string;
  readonly workload: Workload;
  readonly createdAt: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly exitCode: number | null;
  readonly namedBeforeStart: boolean;
  readonly grade: string | null;
  readonly running: boolean;
  /** When the record first and last heard of it. */
  readonly firstSeen: string;
  readonly lastSeen: string;
}

/** A program that a process ran: each exec gives one more. */
export interface ProgramView {
  readonly at: string;
  readonly path: string | null;
  readonly arguments: readonly string[];
  /** Lies in the container's own layer: it is not from the image. Null: not known. */
  readonly fromOwnLayer: boolean | null;
  readonly fromMemory: boolean | null;
}

export interface ProcessView {
  readonly pid: number;
  readonly parentPid: number | null;
  readonly user: { readonly id: number | null; readonly name: string | null };
  readonly startedAt: string;
  /** Null: nobody saw it end. */
  readonly endedAt: string | null;
  readonly exitCode: number | null;
  readonly signal: number | null;
  /** In their order; empty for a fork that ran its parent's program. */
  readonly programs: readonly ProgramView[];
  readonly children: readonly ProcessView[];
}

export interface FileView {
  readonly path: string;
  readonly action: FileAction;
  readonly to: string | null;
  readonly count: number;
  readonly firstAt: string;
  readonly lastAt: string;
  /** The first process that did it. */
  readonly pid: number;
}

export interface FlowView {
  readonly direction: 'in' | 'out';
  readonly protocol: string;
  /** The port that is served: the container's own for `in`, the remote one for `out`. */
  readonly port: number;
  readonly remote: string;
  readonly name: string | null;
  readonly flows: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly firstAt: string;
  readonly lastAt: string;
}

export interface LossView {
  readonly what: string;
  readonly count: number | null;
  readonly from: string;
  readonly to: string;
  readonly why: string;
  /** False: it concerns the whole machine. */
  readonly ownOnly: boolean;
}

export interface UsedPackage {
  readonly purl: string;
  readonly files: readonly string[];
}

/** A detection with those of its cause that are folded into it. */
export interface DetectionView extends DetectionFacts {
  readonly count: number;
  /** Of the last one that it stands for. */
  readonly lastAt: string;
}

export interface ResponseView {
  readonly at: string;
  /** Null: a program that was refused by an action of before. */
  readonly id: string | null;
  readonly action: string;
  /** `done`, `dry-run`, `refused`, `failed`, `undone`. */
  readonly state: string;
  /** What came of it. */
  readonly result: string;
  /** The rule whose detection was answered; null: not known. */
  readonly because: string | null;
  /** The command that takes it back; null: it cannot be taken back, or was. */
  readonly undo: string | null;
  readonly count: number;
}

export interface TimelineView {
  readonly container: ContainerView;
  readonly startedBy: StartedBy | null;
  readonly command: readonly string[] | null;
  readonly ports: readonly string[];
  /** As its engine asked for them; absent: nobody told, or a node told a fleet. */
  readonly limits?: ContainerLimits;
  readonly processes: readonly ProcessView[];
  readonly files: readonly FileView[];
  readonly flows: readonly FlowView[];
  readonly detections: readonly DetectionView[];
  /** What was done to it, in its order. */
  readonly responses: readonly ResponseView[];
  readonly losses: readonly LossView[];
  /** Null while the image's files are not mapped to packages. */
  readonly packages: readonly UsedPackage[] | null;
  readonly events: number;
  /** More was recorded than is shown. */
  readonly truncated: boolean;
  /** The node that keeps processes and files, which are not told here; null: all of them are here. */
  readonly rawOn: string | null;
  /** Only a time, or what fits a word, was asked for: there may be more. */
  readonly isNarrowed?: boolean;
  /** Older runs of the same name. */
  readonly namesakes: number;
}

export interface ExposureRow {
  readonly container: ContainerView;
  readonly package: { readonly purl: string };
  /** The advisory; null when a package was asked for. */
  readonly advisory: string | null;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly running: boolean;
  /** Null: not known, because its files are not mapped to packages. */
  readonly inUse: boolean | null;
  /** Published ports, and whom it served. */
  readonly reachableFrom: readonly string[];
}

export interface ExposureAnswer {
  readonly asked: string;
  /** The advisory's title; null for a package. */
  readonly title: string | null;
  readonly published: string | null;
  readonly rows: readonly ExposureRow[];
  readonly packages: readonly { readonly purl: string; readonly fixedIn: readonly string[] }[];
  /** Of all runs, whether listed or not. */
  readonly total: {
    readonly images: number;
    readonly containers: number;
    readonly running: number;
    readonly used: number;
    readonly firstSeen: string | null;
    readonly lastSeen: string | null;
  };
  /** Runs that come before the listed ones. */
  readonly skipped: number;
  /** Images that ran and whose packages nobody knows: their runs cannot be among the rows. */
  readonly imagesUnknown: number;
  readonly unknowns: readonly string[];
}

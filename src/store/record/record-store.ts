// The contract of the record: what a recorder writes and what may be asked, whatever stands behind.
import type { ContainerRun } from '../../model/container.ts';
import type { Distribution } from '../../model/distribution.ts';
import type { Package } from '../../model/package.ts';
import type {
  DetectionFacts,
  LossRecord,
  RawRecord,
  RuntimeRecord,
  StartedBy,
} from '../../model/timeline.ts';

/** Both clocks of the machine, nanoseconds. */
export interface RecordClock {
  /** Since 1970; may be set back and forth. */
  wallNs(): bigint;
  /** Only ever grows; its zero means nothing. */
  monotonicNs(): bigint;
}

/** What is kept how long: raw records go first, oldest first; lifecycles and detections last. */
export interface RetentionPolicy {
  readonly rawAgeMs: number;
  /** The whole file. */
  readonly bytes: number;
  /** Runs, detections, losses. */
  readonly runAgeMs: number;
  /** With less room on the disk raw records are forgotten early, so that the file need not grow. */
  readonly freeBytes: number;
}

export interface WriterStatus {
  readonly accepted: number;
  readonly committed: number;
  readonly lost: number;
  /** Text that waits for its commit. */
  readonly queuedBytes: number;
  /** Why the last commit failed; null when it did not. */
  readonly fault: string | null;
}

/** When the recorder wants to be called again. */
export interface NextTick {
  readonly waitMs: number;
  /** It waits for nothing but time: after an `append` it wants to be called at once. */
  readonly isIdle: boolean;
}

export interface RecordWriter {
  /**
   * Takes a record; it is committed within 100 ms of the next call of `append` or `tick`. False when
   * there is no room: it is counted and will be a loss in the record.
   */
  append(record: RuntimeRecord): boolean;
  /** Commits what is due, moves closed stories into chunks, forgets by policy. */
  tick(): NextTick;
  /** Runs that the record believes alive and the engine does not know: they ended unseen. */
  endUnseen(aliveIds: ReadonlySet<string>): number;
  status(): WriterStatus;
  /** Commits everything and says goodbye: the next start will not tell of a gap. */
  close(): void;
}

/** One run as it is stored; `id` is the record's own number. */
export interface StoredRun {
  readonly id: number;
  readonly run: ContainerRun;
  readonly startedBy: StartedBy | null;
  readonly firstSeenNs: bigint;
  /** When something was last heard of it. */
  readonly lastSeenNs: bigint;
  readonly alive: boolean;
}

export interface RunQuery {
  /** Part of the reference, or the start of an image id or digest. */
  readonly image?: string;
  /**
   * The start of the name or of the id; among the newest 50,000 runs any part of the name, in any case.
   */
  readonly name?: string;
  readonly aliveOnly?: boolean;
  /** Runs that were alive at this time or later. */
  readonly sinceNs?: bigint;
  /** An address that it talked with. */
  readonly remote?: string;
  /** Only runs that stand behind this one in the list: the next page. */
  readonly before?: RunPlace;
  readonly limit: number;
}

/** The place of a run in the list. */
export interface RunPlace {
  readonly firstSeenNs: bigint;
  readonly id: number;
}

export interface RunCounts {
  readonly runs: number;
  readonly alive: number;
}

export interface DetectionQuery {
  readonly sinceNs?: bigint;
  readonly priorities?: readonly string[];
  /** Only detections that were recorded before the one of this number: the next page. */
  readonly beforeId?: number;
  readonly limit: number;
}

/** A detection with its number in the record and the run that it is about. */
export interface StoredDetection {
  readonly id: number;
  readonly timeNs: bigint;
  /** Null: the host. */
  readonly run: StoredRun | null;
  readonly detection: DetectionFacts;
  /** Detections of its cause that it stands for: itself and those after it until the next one. */
  readonly count: number;
  /** Of the last one that it stands for. */
  readonly lastNs: bigint;
}

/** A peer and the run that talked with it. */
export interface RunPeer {
  readonly run: StoredRun;
  readonly peer: Peer;
}

export interface PeerQuery {
  readonly sinceNs: bigint;
  /** Runs, newest first, and flows that are looked at. */
  readonly runsMost: number;
  readonly limit: number;
}

export interface EventQuery {
  readonly sinceNs?: bigint;
  readonly untilNs?: bigint;
  /** Text that must occur in the record (paths, words of a command, addresses), any case. */
  readonly grep?: string;
  /** Starts of processes only. */
  readonly processesOnly?: boolean;
  readonly limit: number;
}

/** A raw record with its place in the order of the whole record. */
export interface StoredEvent {
  readonly order: number;
  readonly record: RawRecord;
}

export interface StoredEvents {
  readonly events: readonly StoredEvent[];
  /** More were there than `limit`. */
  readonly truncated: boolean;
  /** Chunks that could not be read. */
  readonly damaged: number;
}

/** Whom a run talked with, summed. */
export interface Peer {
  readonly direction: 'in' | 'out';
  readonly protocol: string;
  /** The port that is served: the local one of `in`, the remote one of `out`. */
  readonly port: number;
  readonly remote: string;
  readonly name: string | null;
  readonly flows: number;
  readonly sent: number;
  readonly received: number;
  readonly firstNs: bigint;
  readonly lastNs: bigint;
}

export interface UsedFile {
  readonly path: string;
  /** Null: nobody's, or not mapped yet. */
  readonly purl: string | null;
  readonly mapped: boolean;
}

/** One version of a package as matching needs it, with its number in the record. */
export interface StoredPackage {
  readonly id: number;
  readonly found: Package;
  readonly distribution: Distribution | null;
}

export interface RunsOfPackages {
  readonly images: number;
  readonly runs: number;
  readonly alive: number;
  /** Runs that executed or loaded a file of them, as far as files are mapped to packages. */
  readonly used: number;
  readonly firstSeenNs: bigint | null;
  readonly lastSeenNs: bigint | null;
  /** Newest first. */
  readonly newest: readonly ExposedRun[];
}

export interface ExposedRun {
  readonly stored: StoredRun;
  /** Which of the asked package versions its image holds, and of these the ones that it used. */
  readonly versions: readonly number[];
  readonly used: readonly number[];
  /** False while the image's files are not mapped to packages, or nothing was recorded of it. */
  readonly knowsUse: boolean;
}

export interface ImageToIndex {
  readonly imageId: string;
  readonly digest: string | null;
  readonly reference: string | null;
  readonly distribution: Distribution | null;
  readonly packages: readonly { readonly found: Package; readonly knownAs: readonly string[] }[];
}

export interface UnindexedImage {
  readonly imageId: string;
  readonly reference: string | null;
  /** Files that ran and are not mapped to packages yet. */
  readonly unmapped: number;
  readonly indexed: boolean;
}

/** Questions and the index of images; any number of processes may hold one. */
export interface RecordReader {
  /** Newest first. */
  runs(query: RunQuery): readonly StoredRun[];
  /** By the start of an id, or by name: newest first, at most `limit`. */
  find(word: string, limit: number): readonly StoredRun[];
  events(run: number, query: EventQuery): StoredEvents;
  /** In their order. */
  detections(run: number, limit: number): readonly Omit<StoredDetection, 'id' | 'run'>[];
  /** When somebody recorded last, by the last sign of life. Null: nobody ever did. */
  recordedUntilNs(): bigint | null;
  /** All runs that the record knows, by the tallies of their images. */
  counts(): RunCounts;
  /** Running containers by the id of their image; '' stands for those without one. */
  aliveByImage(): ReadonlyMap<string, number>;
  /** How many detections there were since then, of all runs and of the host. */
  detectionsSince(sinceNs: bigint): number;
  /** Detections of all runs and of the host, newest first. */
  detectionsOfAll(query: DetectionQuery): readonly StoredDetection[];
  /** Whom the runs that lived since a time talked with. */
  peersOfAll(query: PeerQuery): readonly RunPeer[];
  /** Of this run and of the whole node while it lived. */
  losses(stored: StoredRun, limit: number): readonly LossRecord[];
  peers(run: number, limit: number): readonly Peer[];
  /** Files of the image that a run executed or loaded, and whose they are. */
  filesUsed(run: number): readonly UsedFile[];
  /** Versions of packages that anybody may ask for under one of these names. */
  packagesKnownAs(names: readonly string[]): readonly StoredPackage[];
  runsOf(versions: readonly number[], page: { skip: number; limit: number }): RunsOfPackages;
  /** How many runs used each of these packages of an image, by purl. */
  usesInImage(imageId: string): ReadonlyMap<string, number>;
  /** Runs of an image, alive and dead. */
  runCount(imageId: string): number;
  /** Runs of an image, and how many of them live. */
  countsOf(imageId: string): RunCounts;
  /** Images that ran and are not in the index, or whose files are not mapped. */
  unindexed(limit: number): readonly UnindexedImage[];
  /** Images that ran and are not in the index. */
  unindexedCount(): number;
  indexImage(image: ImageToIndex): void;
  /** Maps files that ran to packages; `ownerOf` gives a purl, or null for nobody's. */
  mapFiles(imageId: string, ownerOf: (path: string) => string | null): number;
  close(): void;
}

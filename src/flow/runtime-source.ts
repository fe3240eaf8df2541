// Where `up` hears of containers from. Whoever hears also records: what is told to the listener is on its
// way into the record.
import type { RunUpdate } from '../host/naming/index.ts';
import type { ContainerRun } from '../model/container.ts';
import type { RuntimeRecord } from '../model/timeline.ts';
import type { RulesFile } from '../runtime/rules/index.ts';
import type { ToldFacts } from './respond-sight.ts';

/** What is switched on here, and what is not. */
export interface Coverage {
  /** `sensor`, `naming`, `engine docker`, `engine podman`, `containerd`, `advisories`, ... */
  readonly what: string;
  readonly state: 'on' | 'off' | 'limited';
  readonly why: string;
  /** Null where nothing is to be done. */
  readonly howToSwitchOn: string | null;
}

/** A detection with what is known of its cause. */
export interface HeardDetection extends ToldFacts {
  readonly timeNs: bigint;
  /** Null: on the host. */
  readonly containerId: string | null;
}

export interface RuntimeListener {
  onRun(update: RunUpdate): void;
  /** @param run null: on the host, or nobody knows the container */
  onDetection(heard: HeardDetection, run: ContainerRun | null): void;
  /** All that ran before is known: what the record says to run does. */
  onSettled(): void;
}

export interface RuntimeSource {
  /** Begins to hear. */
  start(listener: RuntimeListener): Promise<void>;
  /** Other rules from now on; they must be sound. */
  load(files: readonly RulesFile[]): void;
  /** A run that is known better now (its image was graded) is recorded anew. */
  grade(imageId: string, letter: string): void;
  coverage(): readonly Coverage[];
  /** Takes what was done to a container into its record. */
  append(record: RuntimeRecord): void;
  /**
   * Commits what was heard and ends.
   *
   * @param last waited for when nothing more is heard and the record still takes something
   */
  stop(last?: () => Promise<void>): Promise<void>;
}

// What a printer of `watch` is told. Texts may be hostile: they come from inside of containers.
import type { ContainerRun } from '../../model/container.ts';
import type { DetectionFacts, LossRecord, RawRecord, StartedBy } from '../../model/timeline.ts';

export interface ToldContainer {
  /** `named`, `started`, `ended`; or what its engine told: `oom`, `pause` ... */
  readonly action: string;
  readonly run: ContainerRun;
  readonly atNs: bigint;
  readonly startedBy: StartedBy | null;
}

export interface ToldDetection {
  readonly facts: DetectionFacts;
  /** `docker run -> sh -> curl` */
  readonly chain: string;
  /** So many of this cause by now; 1: the first. */
  readonly count: number;
  /** 10, 100, 1000 ... */
  readonly isRound: boolean;
  /** The id of its cause. */
  readonly cause: string;
  /** A rules file that would silence the cause; null: none can be proposed. */
  readonly exception: string | null;
  /** Whole id; null on the host. */
  readonly containerId: string | null;
  readonly run: ContainerRun | null;
  readonly timeNs: bigint;
}

export interface WatchPrinter {
  container(told: ToldContainer): void;
  detection(told: ToldDetection): void;
  /** @param fields what rules call it, for events that rules know */
  event(record: RawRecord, fields: Readonly<Record<string, unknown>> | null): void;
  lost(loss: LossRecord): void;
  /** Something is held back until time has passed: `tick` is wanted. */
  readonly isWaiting: boolean;
  /** Time has passed: what was held back is written. */
  tick(): void;
  /** The last call. */
  end(): void;
}

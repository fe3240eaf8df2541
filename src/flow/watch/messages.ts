// What the watching thread and its owner say to each other (structured clones).
import type { RawLoss } from '../../host/sensor/index.ts';
import type { ContainerEngine, ContainerIdentity } from '../../model/container.ts';
import type { RawRecord } from '../../model/timeline.ts';
import type { Detection, RulesFile } from '../../runtime/rules/index.ts';

/** What the thread is started with. */
export interface ThreadOptions {
  readonly files: readonly RulesFile[];
  readonly hostname: string;
  /** Of the host, by number. */
  readonly users: ReadonlyMap<number, string>;
  readonly groups: ReadonlyMap<number, string>;
}

/** A detection, and whether its cause was told before. */
export interface Sighted {
  readonly detection: Detection;
  readonly timeNs: bigint;
  /** Whole id; null on the host. */
  readonly containerId: string | null;
  /** `docker run -> sh -> curl` */
  readonly chain: string;
  /** 1: told for the first time. */
  readonly count: number;
  /** 10, 100, 1000 ...: worth being told again. */
  readonly isRound: boolean;
  /** The id of its cause: the same for all that is told as one. */
  readonly cause: string;
  /** A rules file that would silence the cause, with the first of it; null later, or where none can be. */
  readonly exception: string | null;
}

export type FromThread =
  | {
      readonly kind: 'told';
      readonly records: readonly RawRecord[];
      readonly sighted: readonly Sighted[];
    }
  /** The first instruction of a container. */
  | {
      readonly kind: 'started';
      readonly id: string;
      readonly atNs: bigint;
      readonly by: Asker | null;
    }
  /** Who asked for a container that began before its name was known. */
  | { readonly kind: 'asked'; readonly id: string; readonly by: Asker }
  /** Its first process has ended. */
  | {
      readonly kind: 'ended';
      readonly id: string;
      readonly atNs: bigint;
      readonly exitCode: number | null;
    }
  /** A container that nobody named; `near` are processes in whose root its engine's files may lie. */
  | {
      readonly kind: 'unnamed';
      readonly id: string;
      readonly near: readonly number[];
      /** The container around it. */
      readonly within: string | null;
      /** As its cgroup tells. */
      readonly engine: ContainerEngine;
    }
  /** A runtime was started inside of a container, whose first process is `pid`. */
  | { readonly kind: 'runtime'; readonly pid: number; readonly path: string }
  /** All processes of before are known. */
  | { readonly kind: 'settled'; readonly containerIds: readonly string[] }
  | { readonly kind: 'losses'; readonly losses: readonly RawLoss[] }
  | { readonly kind: 'rules'; readonly count: number }
  | { readonly kind: 'figures'; readonly figures: ThreadFigures };

/** The client that asked for a container. */
export interface Asker {
  readonly user: string | null;
  readonly command: string;
  readonly pid: number;
}

export interface ThreadFigures {
  /** Events that rules were asked about. */
  readonly events: number;
  /** Records of the kernel. */
  readonly records: number;
  /** Of these, opens to the letter like one that led to nothing. */
  readonly quiet: number;
  readonly detections: number;
  /** User and system time of the thread. */
  readonly cpuMs: number;
}

export type ToThread =
  | {
      readonly kind: 'named';
      readonly identity: ContainerIdentity;
      readonly cgroupsPath: string | null;
    }
  | { readonly kind: 'rules'; readonly files: readonly RulesFile[] }
  | { readonly kind: 'figures' };

// What the process that refuses programs and its parent say to one another.
import type { DriftKind } from './drift.ts';

/** A container whose programs are judged. */
export interface Watched {
  /** The engine's whole id. */
  readonly id: string;
  /** Its first process. */
  readonly pid: number;
  readonly lower: readonly string[];
  /** Mount points that are refused as a whole; empty: only the image's own tree is judged. */
  readonly volumes: readonly { readonly path: string; readonly isMemory: boolean }[];
}

export type GuardOrder =
  | { readonly kind: 'begin'; readonly deadlineMs: number }
  | { readonly kind: 'watch'; readonly container: Watched }
  | { readonly kind: 'lift'; readonly id: string };

export interface Denied {
  readonly containerId: string;
  readonly pid: number;
  /** As the container sees it. */
  readonly path: string;
  readonly drift: DriftKind;
  readonly atNs: bigint;
}

export interface GuardFigures {
  readonly judged: number;
  readonly denied: number;
  /** Let go by the deadline. */
  readonly late: number;
  readonly heldMsSum: number;
  readonly heldMsMaximum: number;
}

export type GuardMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  /** Problem null: it is watched, or lifted. */
  | { readonly kind: 'answer'; readonly id: string; readonly problem: string | null }
  | { readonly kind: 'denied'; readonly denied: Denied }
  | { readonly kind: 'beat'; readonly figures: GuardFigures }
  | { readonly kind: 'stuck' };

// What was done to a container because of a detection, and how it can be taken back.

export const responseActions = ['pause', 'stop', 'kill', 'cut-network', 'deny-drift'] as const;
export type ResponseAction = (typeof responseActions)[number];

/** What an action left behind that takes it back; plain data, kept in the log. */
export type Undo =
  /** `by`: the engine, or the freezer of its control group. */
  | { readonly kind: 'unpause'; readonly by: 'engine' | 'cgroup' }
  /** The table of rules in the network namespace with this inode number. */
  | { readonly kind: 'restore-network'; readonly namespace: string }
  | { readonly kind: 'lift-deny' };

/**
 * `begun`: written before the action; a record that stays so was interrupted. `refused`: the policy or
 * a safeguard said no. `failed`: it could not be done.
 */
export type ResponseState = 'begun' | 'done' | 'dry-run' | 'refused' | 'failed' | 'undone';

export interface ResponseTarget {
  /** The engine's whole id. */
  readonly id: string;
  readonly name: string | null;
  readonly image: string | null;
  readonly labels: ReadonlyMap<string, string>;
}

export interface ResponseRecord {
  readonly id: string;
  /** ISO 8601, when it was decided. */
  readonly at: string;
  readonly action: ResponseAction;
  readonly state: ResponseState;
  readonly container: {
    readonly id: string;
    readonly name: string | null;
    readonly image: string | null;
  };
  /** The detection; its text holds no secrets. */
  readonly why: {
    readonly rule: string;
    readonly priority: string;
    readonly cause: string;
    readonly output: string;
    readonly tags: readonly string[];
    readonly time: string;
  };
  /** Who asked for it by hand; absent: a rule of the policy. */
  readonly by?: string;
  readonly policy: { readonly file: string; readonly rule: string; readonly line: number | null };
  /** What came of it, in one sentence. */
  readonly result: string;
  /** Null: it cannot be taken back, or nothing was done. */
  readonly undo: Undo | null;
  /** Somebody asked to take it back; who holds it (a running `watch`) does so. */
  readonly undoRequestedAt: string | null;
  readonly undoneAt: string | null;
}

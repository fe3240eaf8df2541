// What changed since the last audit of the same target: score, controls that fail now, and no more.
import type { AuditResult } from './judge.ts';

/** What is kept of one run. */
export interface AuditRun {
  /** ISO 8601. */
  readonly at: string;
  readonly score: number;
  /** Ids that failed. */
  readonly failed: readonly string[];
  /** Hash-free key of what was asked, so that only like runs are compared: `docker:/run/docker.sock`. */
  readonly target: string;
}

export interface Trend {
  readonly since: string;
  readonly previousScore: number;
  readonly change: number;
  readonly fixed: readonly string[];
  readonly broken: readonly string[];
  /** Scores of former runs, oldest first, this one last. */
  readonly scores: readonly { readonly at: string; readonly score: number }[];
}

/** Runs that a trend shows. */
const runsShown = 30;

/** The run as it is kept. */
export function runOf(
  results: readonly AuditResult[],
  run: Pick<AuditRun, 'at' | 'score' | 'target'>,
): AuditRun {
  const failed = results.filter(({ status }) => status === 'fail').map(({ id }) => id);
  return { ...run, failed };
}

/** Compares with the newest earlier run of the target; null: there is none. */
export function trendOf(current: AuditRun, earlier: readonly AuditRun[]): Trend | null {
  const same = earlier
    .filter(({ target, at }) => target === current.target && at < current.at)
    .toSorted((a, b) => (a.at < b.at ? -1 : 1));
  const previous = same.at(-1);
  if (previous === undefined) return null;
  const before = new Set(previous.failed);
  const now = new Set(current.failed);
  return {
    since: previous.at,
    previousScore: previous.score,
    change: current.score - previous.score,
    fixed: previous.failed.filter((id) => !now.has(id)),
    broken: current.failed.filter((id) => !before.has(id)),
    scores: [...same, current].slice(-runsShown).map(({ at, score }) => ({ at, score })),
  };
}

// A stored run in the form of the JSON contract, and times as they are told everywhere.
import type { ContainerView } from '../model/timeline-view.ts';
import type { StoredRun } from '../store/record/index.ts';

/** A run in the form of the JSON contract. */
export function containerView(stored: StoredRun): ContainerView {
  const { run } = stored;
  const { identity } = run;
  return {
    id: identity.id,
    name: identity.name,
    image: identity.image,
    node: run.node,
    workload: run.workload,
    createdAt: timeOrNull(identity.createdAtNs),
    startedAt: timeOrNull(run.startedAtNs),
    endedAt: timeOrNull(run.endedAtNs),
    exitCode: run.exitCode,
    namedBeforeStart: run.naming === 'before-start',
    grade: run.grade,
    running: stored.alive,
    firstSeen: timeText(stored.firstSeenNs),
    lastSeen: timeText(stored.lastSeenNs),
  };
}

/** RFC 3339 in UTC with microseconds. */
export function timeText(timeNs: bigint): string {
  const milliseconds = Number(timeNs / 1_000_000n);
  // What a Date can tell ends in the year 275760: a time beyond it is none.
  const bounded = Math.max(0, Math.min(8.64e15, milliseconds));
  const micro = String((timeNs / 1000n) % 1000n)
    .padStart(3, '0')
    .slice(-3);
  return new Date(bounded).toISOString().replace('Z', `${micro}Z`);
}

function timeOrNull(timeNs: bigint | null): string | null {
  return timeNs === null ? null : timeText(timeNs);
}

// A session is one life of the recorder. One that did not say goodbye is a gap with its bounds, and
// what it had committed without sealing is taken up again.
import { SeaworthyError } from '../../base/error.ts';
import type { LossRecord } from '../../model/timeline.ts';
import { batchParts } from './journal.ts';
import { decodeLine } from './line.ts';
import type { LiveRuns } from './live-runs.ts';
import { microseconds, nanoseconds } from './run-row.ts';
import type { Statements } from './statements.ts';

export interface Recovered {
  readonly nextOrder: number;
  /** What nobody recorded before this session. */
  readonly gap: LossRecord;
}

/** Takes up what the last session left. Throws `SeaworthyError` `busy` while the file is locked. */
export function recover(
  statements: Statements,
  runs: LiveRuns,
  at: { readonly nowNs: bigint; readonly monotonicNs: bigint },
): Recovered {
  try {
    takeUpBatches(statements, runs, at.monotonicNs);
    return { nextOrder: nextOrderOf(statements), gap: gapOf(statements, at.nowNs) };
  } catch (cause) {
    if (((cause as { errcode?: number }).errcode ?? 0) !== 5) throw cause;
    throw new SeaworthyError('busy', 'another process records here', {
      cause,
      advice: 'stop it, or record into another folder with --data',
    });
  }
}

function nextOrderOf(statements: Statements): number {
  const row = statements.of("SELECT value FROM meta WHERE key = 'order'").get() as
    | { value: number }
    | undefined;
  return row?.value ?? 1;
}

/** The last life of a recorder: its end, or its last sign of life where it did not say goodbye. */
export interface LastSign {
  readonly atNs: bigint;
  readonly isKill: boolean;
}

/** Null: nobody ever recorded. */
export function lastSignOf(statements: Statements): LastSign | null {
  const last = statements
    .of('SELECT heartbeat_us, ended_us FROM session ORDER BY id DESC LIMIT 1')
    .get() as { heartbeat_us: number; ended_us: number | null } | undefined;
  if (last === undefined) return null;
  return { atNs: nanoseconds(last.ended_us ?? last.heartbeat_us), isKill: last.ended_us === null };
}

/** From the last sign of life to now; from the beginning of time where nobody ever recorded. */
function gapOf(statements: Statements, nowNs: bigint): LossRecord {
  const last = lastSignOf(statements);
  const loss = {
    kind: 'loss',
    what: 'all',
    count: null,
    containerId: null,
    timeNs: nowNs,
  } as const;
  if (last === null) {
    const why = 'it began before anything was recorded here';
    // One microsecond early: what begins with the record is whole.
    return { ...loss, fromNs: 0n, toNs: nowNs - 1000n, why };
  }
  const { atNs: fromNs, isKill } = last;
  return {
    ...loss,
    fromNs: fromNs < nowNs ? fromNs : nowNs,
    toNs: nowNs,
    why: isKill
      ? 'the recorder ended without a word: nothing was recorded from its last sign of life on'
      : 'the recorder was stopped',
  };
}

function takeUpBatches(statements: Statements, runs: LiveRuns, nowNs: bigint): void {
  const batches = statements
    .of('SELECT directory, value FROM batch ORDER BY id')
    .iterate() as unknown as Iterable<{ directory: string; value: Uint8Array }>;
  for (const batch of batches) {
    for (const { run, lines } of batchParts(batch)) {
      const found = runs.ofRow(run);
      if (found === null) continue;
      const { live, sealedOrder } = found;
      let bytes = 0;
      for (const line of lines) {
        const decoded = decodeLine(line, live.containerId, live.baseNs);
        if (decoded === null || decoded.order <= sealedOrder) continue;
        live.hold(line, { order: decoded.order, timeNs: decoded.record.timeNs, nowNs });
        live.note(decoded.record);
        bytes += line.length + 1;
      }
      if (bytes > 0) runs.opened(live, bytes);
    }
  }
}

/** The number of the session that begins. */
export function beginSession(statements: Statements, nowNs: bigint): number {
  const now = microseconds(nowNs);
  const added = statements
    .of('INSERT INTO session (started_us, heartbeat_us, ended_us) VALUES (?, ?, NULL)')
    .run(now, now);
  return Number(added.lastInsertRowid);
}

export function endSession(statements: Statements, session: number, nowNs: bigint): void {
  const now = microseconds(nowNs);
  statements
    .of('UPDATE session SET ended_us = ?, heartbeat_us = ? WHERE id = ?')
    .run(now, now, session);
}

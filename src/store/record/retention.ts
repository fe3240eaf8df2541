// Forgetting by policy: raw records first, oldest first; runs, detections and losses only by their own,
// longer age, or when nothing raw is left and the file is still too large.
import type { RetentionPolicy } from './record-store.ts';
import type { Statements } from './statements.ts';
import { countUse, discountRun } from './tally.ts';

/** Later than any time. */
const everything = Number.MAX_SAFE_INTEGER;
/** Chunks or runs that one step takes: some milliseconds. */
const perStep = 200;

export const usualRetention: RetentionPolicy = {
  rawAgeMs: 14 * 86_400_000,
  bytes: 4 * 1024 ** 3,
  runAgeMs: 400 * 86_400_000,
  freeBytes: 256 * 1024 ** 2,
};

export interface Forgetting {
  readonly policy: RetentionPolicy;
  /** Microseconds since 1970; null while the clock is not to be trusted: then only size counts. */
  readonly nowUs: number | null;
  /** The disk has less room than it should: pages are made free for what comes, not given back. */
  readonly tight: boolean;
}

/** One step; true when there may be more to forget. */
export function forgetSome(statements: Statements, { policy, nowUs, tight }: Forgetting): boolean {
  if (tight && freePagesBytes(statements) < policy.freeBytes) {
    return statements.transaction(() => forgetChunks(statements, everything)) === perStep;
  }
  return statements.transaction(() => {
    const tooLarge = bytesOf(statements) > policy.bytes;
    const rawBefore = nowUs === null ? 0 : nowUs - policy.rawAgeMs * 1000;
    let forgotten = forgetChunks(statements, tooLarge ? everything : rawBefore);
    if (forgotten === 0) {
      const runsBefore = nowUs === null ? 0 : nowUs - policy.runAgeMs * 1000;
      forgotten = forgetRuns(statements, tooLarge ? everything : runsBefore);
    }
    if (forgotten > 0 && !tight)
      statements.database.exec(`PRAGMA incremental_vacuum(${perStep * 4})`);
    return forgotten === perStep;
  });
}

/** Bytes of the file that are in use. */
function bytesOf(statements: Statements): number {
  const row = statements
    .of(
      `SELECT (p.page_count - f.freelist_count) * s.page_size AS bytes
       FROM pragma_page_count p, pragma_freelist_count f, pragma_page_size s`,
    )
    .get() as { bytes: number };
  return row.bytes;
}

/** Frees room at once, whatever the age: the disk is full. Within no transaction. */
export function forgetForRoom(statements: Statements, freeBytes: number): void {
  for (let step = 0; step < 1000 && freePagesBytes(statements) < freeBytes; step += 1) {
    if (statements.transaction(() => forgetChunks(statements, everything)) === 0) return;
  }
}

/** Bytes of the file that can be written again without growing it. */
function freePagesBytes(statements: Statements): number {
  const row = statements
    .of(
      `SELECT f.freelist_count * s.page_size AS bytes
       FROM pragma_freelist_count f, pragma_page_size s`,
    )
    .get() as { bytes: number };
  return row.bytes;
}

/** Chunks lie in the order in which they were written, which is that of their age. */
function forgetChunks(statements: Statements, beforeUs: number): number {
  const oldest = statements
    .of('SELECT id, run, records, last_us FROM chunk ORDER BY id LIMIT ?')
    .all(perStep) as unknown as readonly {
    id: number;
    run: number;
    records: number;
    last_us: number;
  }[];
  let forgotten = 0;
  for (const { id, run, records, last_us: lastUs } of oldest) {
    if (lastUs >= beforeUs) break;
    statements.of('DELETE FROM chunk WHERE id = ?').run(id);
    statements
      .of(
        `UPDATE run SET forgotten = forgotten + ?, forgotten_us = max(ifnull(forgotten_us, 0), ?)
         WHERE id = ?`,
      )
      .run(records, lastUs, run);
    forgotten += 1;
  }
  return forgotten;
}

function forgetRuns(statements: Statements, beforeUs: number): number {
  const oldest = statements
    .of(
      `SELECT id, image, use_set FROM run WHERE alive = 0 AND first_us < ? AND last_us < ?
       ORDER BY first_us LIMIT ?`,
    )
    .all(beforeUs, beforeUs, perStep) as unknown as readonly {
    id: number;
    image: number | null;
    use_set: number | null;
  }[];
  for (const { id, image, use_set: useSet } of oldest) {
    for (const table of ['chunk', 'detection', 'loss', 'peer'] as const) {
      statements.of(`DELETE FROM ${table} WHERE run = ?`).run(id);
    }
    statements.of('DELETE FROM run WHERE id = ?').run(id);
    if (image !== null) discountRun(statements, image);
    if (useSet !== null) countUse(statements, useSet, -1);
  }
  if (oldest.length < perStep) forgetNodeWide(statements, beforeUs);
  return oldest.length;
}

/** Detections and losses of the host itself. */
function forgetNodeWide(statements: Statements, beforeUs: number): void {
  if (beforeUs === everything) return;
  statements.of('DELETE FROM loss WHERE run IS NULL AND to_us < ?').run(beforeUs);
  statements.of('DELETE FROM detection WHERE run IS NULL AND time_us < ?').run(beforeUs);
}

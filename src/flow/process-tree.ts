// Processes as a tree: forks and execs by pid, where a pid may be used again.
import type { ExitRecord, ProcessRecord, RawRecord } from '../model/timeline.ts';
import type { ProcessView, ProgramView } from '../model/timeline-view.ts';
import { timeText } from './container-view.ts';

/** Processes of one answer; beyond it the rest is counted by the number of events. */
const mostProcesses = 50_000;
/** Generations that are nested: deeper ones hang on the last, so that no printer recurses for ever. */
const mostGenerations = 200;

interface Draft {
  readonly pid: number;
  readonly parentPid: number | null;
  readonly startedAtNs: bigint | null;
  readonly user: ProcessRecord['user'];
  readonly startedAt: string;
  readonly generation: number;
  endedAt: string | null;
  exitCode: number | null;
  signal: number | null;
  readonly programs: ProgramView[];
  readonly children: Draft[];
}

/** Roots are processes whose parent is not part of the container's record. */
export function processTree(records: readonly RawRecord[]): readonly ProcessView[] {
  const roots: Draft[] = [];
  const living = new Map<number, Draft>();
  let count = 0;
  for (const record of records) {
    if (record.kind === 'exit') end(living, record);
    else if (record.kind === 'process' && count < mostProcesses) {
      const known = living.get(record.pid);
      if (known !== undefined && isSame(known, record)) {
        if (record.how === 'exec') known.programs.push(programOf(record));
        continue;
      }
      count += 1;
      begin(record, living, roots);
    }
  }
  return roots.map(finished);
}

function finished({
  startedAtNs: _start,
  generation: _depth,
  children,
  ...rest
}: Draft): ProcessView {
  return { ...rest, children: children.map(finished) };
}

/** A process that goes on: the same start, or none told and no end seen in between. */
function isSame(known: Draft, record: ProcessRecord): boolean {
  if (known.endedAt !== null || record.how === 'fork') return false;
  if (known.startedAtNs === null || record.startedAtNs === null) return true;
  return known.startedAtNs === record.startedAtNs;
}

function begin(record: ProcessRecord, living: Map<number, Draft>, roots: Draft[]): void {
  const parent = record.parentPid === null ? undefined : living.get(record.parentPid);
  const draft: Draft = {
    pid: record.pid,
    parentPid: record.parentPid,
    startedAtNs: record.startedAtNs,
    user: record.user,
    startedAt: timeText(record.timeNs),
    generation: Math.min(mostGenerations, (parent?.generation ?? 0) + 1),
    endedAt: null,
    exitCode: null,
    signal: null,
    programs: record.how === 'exec' ? [programOf(record)] : [],
    children: [],
  };
  living.set(record.pid, draft);
  if (parent === undefined || parent === draft) roots.push(draft);
  else if (parent.generation < mostGenerations) parent.children.push(draft);
  else roots.push(draft);
}

function end(living: ReadonlyMap<number, Draft>, record: ExitRecord): void {
  const known = living.get(record.pid);
  if (known === undefined || known.endedAt !== null) return;
  known.endedAt = timeText(record.timeNs);
  known.exitCode = record.exitCode;
  known.signal = record.signal;
}

function programOf(record: ProcessRecord): ProgramView {
  return {
    at: timeText(record.timeNs),
    path: record.path,
    arguments: record.arguments,
    fromOwnLayer: record.isUpperLayer,
    fromMemory: record.isFromMemory,
  };
}

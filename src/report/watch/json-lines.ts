// One JSON object a line: `{"kind": "container" | "detection" | "event" | "lost", ...}`. A detection holds
// the fields of Falco's alerts, so what reads those reads these.
import type { ContainerRun } from '../../model/container.ts';
import type { WatchPrinter } from './printer.ts';

/** @param write takes whole lines */
export function jsonLines(write: (text: string) => void): WatchPrinter {
  const tell = (value: unknown): void => write(`${JSON.stringify(value, plain)}\n`);
  return {
    container: ({ action, run, atNs, startedBy }) =>
      tell({ kind: 'container', action, time: timeOf(atNs), ...containerOf(run), startedBy }),
    detection: ({ facts, chain, count, cause, exception, containerId, run }) =>
      tell({
        kind: 'detection',
        ...facts,
        chain,
        count,
        cause,
        exception,
        container:
          containerId === null ? null : { id: containerId, name: run?.identity.name ?? null },
      }),
    event: ({ kind, timeNs, ...record }, fields) =>
      tell({ kind: 'event', type: kind, time: timeOf(timeNs), ...record, fields }),
    lost: ({ what, count, fromNs, toNs, why }) =>
      tell({ kind: 'lost', what, count, from: timeOf(fromNs), to: timeOf(toNs), why }),
    isWaiting: false,
    tick: () => undefined,
    end: () => undefined,
  };
}

function containerOf({ identity, node, workload, naming, ...run }: ContainerRun) {
  return {
    id: identity.id,
    name: identity.name,
    image: identity.image,
    node,
    workload,
    engine: identity.engine,
    namedBeforeStart: naming === 'before-start',
    naming,
    createdAt: timeOrNull(identity.createdAtNs),
    startedAt: timeOrNull(run.startedAtNs),
    endedAt: timeOrNull(run.endedAtNs),
    exitCode: run.exitCode,
    grade: run.grade,
  };
}

/** Numbers that JSON cannot hold exactly are texts. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

/** RFC 3339 in UTC with microseconds. */
function timeOf(timeNs: bigint): string {
  const ms = Math.max(0, Math.min(8.64e15, Number(timeNs / 1_000_000n)));
  const micro = String((timeNs / 1000n) % 1000n)
    .padStart(3, '0')
    .slice(-3);
  return new Date(ms).toISOString().replace('Z', `${micro}Z`);
}

function timeOrNull(timeNs: bigint | null): string | null {
  return timeNs === null ? null : timeOf(timeNs);
}

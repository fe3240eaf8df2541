// What a container did, as moments on lanes: for its axis, its search and the list at the cursor. Pure.
import type { ProcessView, TimelineView } from '../data/answers.ts';
import {
  bytesText,
  counted,
  harmless,
  modeText,
  sentenceOfOutput,
  timeMs,
  type Weight,
  weightOfPriority,
} from '../data/words.ts';
import { type Axis, placeOf } from '../parts/axis.ts';

export const laneNames = ['process', 'file', 'network', 'detection'] as const;
export type LaneName = (typeof laneNames)[number];

export interface Moment {
  readonly lane: LaneName;
  readonly ms: number;
  readonly text: string;
  readonly weight: Weight | null;
}

export interface ProcessRow {
  readonly process: ProcessView;
  /** From 1. */
  readonly level: number;
  /** In the order of their beginning; more than one: the same program ran again and again. */
  readonly spans: readonly ProcessSpan[];
  readonly text: string;
  readonly isStrange: boolean;
}

export interface ProcessSpan {
  readonly pid: number;
  readonly fromMs: number;
  /** Null: nobody saw it end. */
  readonly toMs: number | null;
}

/** So often must brothers without children be the same to share a row: loops would fill the page. */
const repeatsLeast = 3;

/** Rows of a tree that a page holds, and how deep it follows. */
const rowsMost = 20_000;
const deepest = 200;

/** The tree as rows, parents first; depth and count are bounded. */
export function processRows(roots: readonly ProcessView[]): readonly ProcessRow[] {
  const rows: ProcessRow[] = [];
  const add = (processes: readonly ProcessView[], level: number): void => {
    const alike = Map.groupBy(
      processes.filter(({ children }) => children.length === 0),
      keyOf,
    );
    for (const process of processes) {
      if (rows.length >= rowsMost) return;
      const same = process.children.length === 0 ? (alike.get(keyOf(process)) ?? []) : [];
      const isRepeat = same.length >= repeatsLeast;
      if (isRepeat && same[0] !== process) continue;
      rows.push(rowOf(process, level, isRepeat ? same : [process]));
      if (level < deepest) add(process.children, level + 1);
    }
  };
  add(roots, 1);
  return rows;
}

/** The same program by the same user with the same end. */
function keyOf({ programs, user, exitCode, signal }: ProcessView): string {
  const told = programs.map((one) => [one.path, one.arguments, one.fromOwnLayer, one.fromMemory]);
  return JSON.stringify([told, user, exitCode, signal]);
}

function rowOf(process: ProcessView, level: number, same: readonly ProcessView[]): ProcessRow {
  const programs = process.programs.map(({ path, arguments: words }) =>
    harmless(words.length > 0 ? words.join(' ') : (path ?? 'not known')),
  );
  return {
    process,
    level,
    spans: same.map(({ pid, startedAt, endedAt }) => ({
      pid,
      fromMs: timeMs(startedAt) ?? 0,
      toMs: timeMs(endedAt),
    })),
    text: programs.length === 0 ? '(fork)' : programs.join(' → '),
    isStrange: process.programs.some((one) => one.fromOwnLayer === true || one.fromMemory === true),
  };
}

/** All moments in the order of time. */
export function momentsOf(timeline: TimelineView, rows: readonly ProcessRow[]): readonly Moment[] {
  const moments: Moment[] = rows.flatMap(({ spans, text, isStrange }) =>
    spans.map(({ fromMs }) => ({
      lane: 'process' as const,
      ms: fromMs,
      text: isStrange ? `${text} (not from the image)` : text,
      weight: isStrange ? ('high' as const) : null,
    })),
  );
  const add = (lane: LaneName, at: string, text: string, weight: Weight | null = null): void => {
    const ms = timeMs(at);
    if (ms !== null) moments.push({ lane, ms, text: harmless(text), weight });
  };
  for (const { path, action, to, count, firstAt } of timeline.files) {
    const target = to === null ? '' : ` → ${modeText(to)}`;
    add('file', firstAt, `${action} ${path}${target}${count > 1 ? ` ×${count}` : ''}`);
  }
  for (const flow of timeline.flows) {
    const who = flow.name === null ? flow.remote : `${flow.name} (${flow.remote})`;
    const much = `${bytesText(flow.bytesSent)} sent, ${bytesText(flow.bytesReceived)} received`;
    const way = flow.direction === 'in' ? 'from' : 'to';
    const text = `${way} ${who}, ${flow.protocol} ${flow.port}: ${counted(flow.flows, 'flow')}, ${much}`;
    add('network', flow.firstAt, text);
  }
  for (const { time, rule, output, priority } of timeline.detections) {
    add('detection', time, `${rule}: ${sentenceOfOutput(output)}`, weightOfPriority(priority));
  }
  return moments.sort((a, b) => a.ms - b.ms);
}

/** Life of the container, wide enough for all that was recorded of it. */
export function wholeAxis(moments: readonly Moment[], life: Axis): Axis {
  const first = moments[0]?.ms ?? life.fromMs;
  const last = moments.at(-1)?.ms ?? life.toMs;
  const fromMs = Math.min(first, life.fromMs);
  return { fromMs, toMs: Math.max(last, life.toMs, fromMs + 1) };
}

export interface Tick {
  readonly place: number;
  readonly weight: Weight | null;
  readonly count: number;
}

/** Places of a lane, those that would cover one another joined. */
export function ticksOf(moments: readonly Moment[], lane: LaneName, axis: Axis): readonly Tick[] {
  const byPlace = new Map<number, Tick>();
  for (const one of moments) {
    if (one.lane !== lane || one.ms < axis.fromMs || one.ms > axis.toMs) continue;
    const place = Math.round(placeOf(one.ms, axis) * 3) / 3;
    const known = byPlace.get(place);
    const weight = one.weight ?? known?.weight ?? null;
    byPlace.set(place, { place, weight, count: (known?.count ?? 0) + 1 });
  }
  return [...byPlace.values()];
}

/** The moments that are nearest to the cursor, in the order of time. */
export function nearest(moments: readonly Moment[], ms: number, most: number): readonly Moment[] {
  const at = moments.findIndex((one) => one.ms >= ms);
  const middle = at === -1 ? moments.length : at;
  const from = Math.max(0, Math.min(middle - Math.floor(most / 2), moments.length - most));
  return moments.slice(from, from + most);
}

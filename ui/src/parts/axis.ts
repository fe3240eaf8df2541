// The one time axis of the house: places of moments in percent, round marks, zoom by keys and wheel.
import { momentText } from '../data/moments.ts';

export interface Axis {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Percent of the axis, held within it. */
export function placeOf(ms: number, { fromMs, toMs }: Axis): number {
  return Math.min(100, Math.max(0, ((ms - fromMs) / Math.max(1, toMs - fromMs)) * 100));
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const steps = [
  1,
  10,
  100,
  second,
  5 * second,
  15 * second,
  minute,
  5 * minute,
  15 * minute,
  hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  7 * day,
  14 * day,
  28 * day,
  91 * day,
  364 * day,
];

export interface Mark {
  readonly place: number;
  readonly text: string;
}

/** Round moments of the axis, at most about `most` of them. */
export function marksOf(axis: Axis, most: number): readonly Mark[] {
  const span = axis.toMs - axis.fromMs;
  const step = steps.find((one) => span / one <= most) ?? span;
  // Days begin at midnight of the reader's zone.
  const shift = step < hour ? 0 : new Date(axis.fromMs).getTimezoneOffset() * minute;
  const marks: Mark[] = [];
  const first = Math.ceil((axis.fromMs - shift) / step) * step + shift;
  for (let at = first; at <= axis.toMs && marks.length <= most; at += step) {
    marks.push({ place: placeOf(at, axis), text: momentText(at, Math.min(span, step * most)) });
  }
  return marks;
}

/** The axis after `+`, `-`, `0` or an arrow with shift; null: the key means something else. */
export function zoomedByKey(
  event: KeyboardEvent,
  { axis, whole, atMs }: { readonly axis: Axis; readonly whole: Axis; readonly atMs: number },
): Axis | null {
  const middle = (axis.fromMs + axis.toMs) / 2;
  const span = axis.toMs - axis.fromMs;
  if (event.key === '0') return whole;
  if (event.key === '+' || event.key === '=') return around(atMs, span / 2, whole);
  if (event.key === '-') return around(atMs, span * 2, whole);
  if (event.shiftKey && event.key === 'ArrowLeft') return around(middle - span / 4, span, whole);
  if (event.shiftKey && event.key === 'ArrowRight') return around(middle + span / 4, span, whole);
  return null;
}

/** An axis of that span within the whole one. */
export function around(middleMs: number, spanMs: number, whole: Axis): Axis {
  const span = Math.max(1, Math.min(spanMs, whole.toMs - whole.fromMs));
  const fromMs = Math.min(Math.max(middleMs - span / 2, whole.fromMs), whole.toMs - span);
  return { fromMs, toMs: fromMs + span };
}

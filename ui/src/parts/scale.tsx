// The marks of a time axis, and the buttons that zoom it.
import type { JSX } from 'preact';
import { type Axis, around, marksOf } from './axis.ts';

/** Two marks with their words, in percent of a usual axis, and of one on a telephone. */
const wordsWide = { usual: 24, narrow: 64 };

export function Scale({ axis }: { readonly axis: Axis }): JSX.Element {
  const isNarrow = innerWidth < 700;
  const most = isNarrow ? 3 : 8;
  const last = isNarrow ? 70 : 90;
  const wide = isNarrow ? wordsWide.narrow : wordsWide.usual;
  const all = marksOf(axis, most);
  // The last one is written to its left: not over the one before.
  const marks = all.filter(
    ({ place }, index) => place <= last || place - (all[index - 1]?.place ?? 0) > wide,
  );
  return (
    <div class="scale" aria-hidden="true">
      {marks.map(({ place, text }) => (
        <span key={place} style={{ left: `${place}%` }} class={place > last ? 'is-last' : ''}>
          {text}
        </span>
      ))}
    </div>
  );
}

export function ZoomButtons({
  axis,
  whole,
  atMs,
  onAxis,
}: {
  readonly axis: Axis;
  readonly whole: Axis;
  /** What stays in the middle. */
  readonly atMs: number;
  readonly onAxis: (axis: Axis) => void;
}): JSX.Element {
  const middle = (axis.fromMs + axis.toMs) / 2;
  const span = axis.toMs - axis.fromMs;
  return (
    <fieldset class="choice">
      <legend class="unseen">Zoom of the time axis</legend>
      <button
        type="button"
        aria-label="Zoom in"
        onClick={() => onAxis(around(atMs, span / 2, whole))}
      >
        +
      </button>
      <button
        type="button"
        aria-label="Zoom out"
        onClick={() => onAxis(around(atMs, span * 2, whole))}
      >
        −
      </button>
      <button
        type="button"
        aria-label="Earlier"
        onClick={() => onAxis(around(middle - span / 4, span, whole))}
      >
        ←
      </button>
      <button
        type="button"
        aria-label="Later"
        onClick={() => onAxis(around(middle + span / 4, span, whole))}
      >
        →
      </button>
      <button type="button" onClick={() => onAxis(whole)}>
        All
      </button>
    </fieldset>
  );
}

// Everything that runs as one bar, by grade, the worst first: one look tells how much of it is bad.
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { ContainerView } from '../data/answers.ts';
import { counted, grouped, harmless } from '../data/words.ts';
import { toneOf } from '../parts/marks.tsx';
import { gradeOrder, runningByGrade } from './harbour-lanes.ts';

export function GradeStrip({
  containers,
  chosen,
  onChosen,
}: {
  readonly containers: readonly ContainerView[];
  /** A letter, `?`, or empty: all of them. */
  readonly chosen: string;
  readonly onChosen: (grade: string) => void;
}): JSX.Element | null {
  const shares = useMemo(() => runningByGrade(containers), [containers]);
  const total = shares.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return null;
  return (
    <fieldset class="strip">
      <legend class="unseen">Running containers by grade</legend>
      {shares.map(({ grade, count }) => (
        <button
          key={grade}
          type="button"
          class={`tone-${toneOf(grade === gradeOrder.unknown ? null : grade)}`}
          aria-pressed={grade === chosen}
          title={`${counted(count, 'container')} of ${grouped(total)} with grade ${harmless(grade)}`}
          style={{ flexGrow: count }}
          onClick={() => onChosen(grade === chosen ? '' : grade)}
        >
          <b>{harmless(grade).slice(0, 2)}</b> {grouped(count)}
        </button>
      ))}
    </fieldset>
  );
}

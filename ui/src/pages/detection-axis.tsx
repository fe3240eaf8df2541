// When it was detected: a lane for each place, a mark for each cause, from the first time to the last.
import type { JSX } from 'preact';
import type { DetectionRow } from '../data/answers.ts';
import { harmless, shortId, timeMs, weightOfPriority } from '../data/words.ts';
import { type Axis, placeOf } from '../parts/axis.ts';
import { Scale } from '../parts/scale.tsx';
import type { DetectionPlace } from './detection-places.ts';

/** Lanes of the picture; the list below has all places. */
const lanesMost = 8;
/** Marks of a lane: more would cover one another. */
const marksMost = 200;

/** What is drawn last is seen: of marks that meet, the worst. */
function worstLast(rows: readonly DetectionRow[]): readonly DetectionRow[] {
  return rows.slice(0, marksMost).toReversed();
}

/** Said in words by the list below it. */
export function DetectionAxis({
  places,
  nowMs,
}: {
  readonly places: readonly DetectionPlace[];
  readonly nowMs: number;
}): JSX.Element | null {
  const lanes = places.slice(0, lanesMost);
  const firsts = lanes.flatMap(({ rows }) =>
    rows.map(({ group }) => timeMs(group.firstAt) ?? nowMs),
  );
  const earliest = firsts.reduce((least, one) => Math.min(least, one), nowMs - 60_000);
  const span = nowMs - earliest;
  const axis: Axis = { fromMs: earliest - span * 0.02, toMs: nowMs + span * 0.01 };
  return (
    <div class="when" aria-hidden="true">
      <div class="lane of-scale">
        <span />
        <Scale axis={axis} />
      </div>
      {lanes.map(({ key, container, rows }) => (
        <div class="lane" key={key}>
          <span class="lane-name">
            {container === null
              ? 'the host'
              : harmless(container.name ?? shortId(container.id))}{' '}
          </span>
          <div class="track of-detection">
            {worstLast(rows).map(({ id, group }) => {
              const [from, to] = [timeMs(group.firstAt), timeMs(group.lastAt)];
              const [left, right] = [placeOf(from ?? nowMs, axis), placeOf(to ?? nowMs, axis)];
              const weight = weightOfPriority(group.priority);
              return (
                <span key={id}>
                  <i
                    class={`since is-${weight}`}
                    style={{ left: `${left}%`, width: `${right - left}%` }}
                  />
                  <i class={`tick is-${weight}`} style={{ left: `${right}%` }} />
                </span>
              );
            })}
          </div>
        </div>
      ))}
    </div>
  );
}

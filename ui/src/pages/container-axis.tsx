// The axis of a container: four lanes, a cursor that is an ordinary slider, zoom by keys and buttons.
import type { JSX } from 'preact';
import { harmless } from '../data/words.ts';
import { type Axis, placeOf, zoomedByKey } from '../parts/axis.ts';
import { Scale, ZoomButtons } from '../parts/scale.tsx';
import { laneNames, type Moment, ticksOf } from './container-events.ts';

const exact = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hourCycle: 'h23',
});

/** Steps of the cursor over the axis. */
const steps = 1000;

interface AxisView {
  readonly moments: readonly Moment[];
  readonly axis: Axis;
  readonly whole: Axis;
  readonly cursorMs: number;
  readonly onAxis: (axis: Axis | null) => void;
  readonly onCursor: (ms: number) => void;
}

export function ContainerAxis(view: AxisView): JSX.Element {
  const { moments, axis, whole, cursorMs, onAxis, onCursor } = view;
  const span = axis.toMs - axis.fromMs;
  const zoom = (event: KeyboardEvent): void => {
    const next = zoomedByKey(axis, whole, event);
    if (next === null) return;
    event.preventDefault();
    onAxis(next === whole ? null : next);
  };
  const pick = (event: MouseEvent): void => {
    if (!(event.currentTarget instanceof HTMLElement)) return;
    const box = event.currentTarget.getBoundingClientRect();
    onCursor(axis.fromMs + ((event.clientX - box.left) / Math.max(1, box.width)) * span);
  };
  const cursorPlace = placeOf(cursorMs, axis);
  return (
    <div class="axis" onKeyDown={zoom}>
      <div class="lane of-scale">
        <ZoomButtons {...{ axis, whole }} onAxis={(next) => onAxis(next === whole ? null : next)} />
        <Scale axis={axis} />
      </div>
      {laneNames.map((lane) => {
        const ticks = ticksOf(moments, lane, axis);
        const count = moments.filter((one) => one.lane === lane).length;
        return (
          <div class="lane" key={lane}>
            <span class="lane-name">
              {lane} <small>{count.toLocaleString()}</small>
            </span>
            <div class={`track of-${lane}`} onClick={pick} aria-hidden="true">
              {ticks.map(({ place, weight, count: many }) => (
                <i
                  key={place}
                  class={`tick${weight === null ? '' : ` is-${weight}`}`}
                  style={{ left: `${place}%`, opacity: many > 1 ? 1 : 0.75 }}
                />
              ))}
              <i class="cursor" style={{ left: `${cursorPlace}%` }} />
            </div>
          </div>
        );
      })}
      <div class="lane">
        <label class="lane-name" for="cursor">
          cursor
        </label>
        <input
          id="cursor"
          class="slider"
          type="range"
          min={0}
          max={steps}
          value={Math.round(cursorPlace * (steps / 100))}
          aria-valuetext={harmless(exact.format(cursorMs))}
          onInput={(event) =>
            onCursor(axis.fromMs + (Number(event.currentTarget.value) / steps) * span)
          }
        />
      </div>
      <p class="faint cursor-time" title={`${new Date(cursorMs).toISOString()} (UTC)`}>
        At {exact.format(cursorMs)}
      </p>
    </div>
  );
}

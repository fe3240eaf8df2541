// The axis of a container: four lanes, a cursor that is an ordinary slider, zoom by keys and buttons.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { clockText, dayText } from '../data/moments.ts';
import { grouped, harmless } from '../data/words.ts';
import { type Axis, placeOf, zoomedByKey } from '../parts/axis.ts';
import { Scale, ZoomButtons } from '../parts/scale.tsx';
import { laneNames, type Moment, ticksOf } from './container-events.ts';

/** Of a container every millisecond counts. */
function exact(ms: number): string {
  return `${dayText(ms)}, ${clockText(ms, 'millisecond')}`;
}

/** Steps of the cursor over the axis. */
const steps = 1000;

interface AxisView {
  readonly moments: readonly Moment[];
  readonly axis: Axis;
  readonly whole: Axis;
  readonly cursorMs: number;
  readonly onAxis: (axis: Axis | null) => void;
  readonly onCursor: (ms: number) => void;
  /** Processes and files are told here. */
  readonly hasRaw: boolean;
}

export function ContainerAxis(view: AxisView): JSX.Element {
  const { moments, axis, whole, cursorMs, onAxis } = view;
  const zoom = (event: KeyboardEvent): void => {
    const next = zoomedByKey(event, { axis, whole, atMs: cursorMs });
    if (next === null) return;
    event.preventDefault();
    onAxis(next === whole ? null : next);
  };
  // Processes and files may be kept elsewhere: lanes that can only be empty say nothing.
  const isRaw = (lane: string): boolean => lane === 'process' || lane === 'file';
  const lanes = laneNames.filter((lane) => view.hasRaw || !isRaw(lane));
  const { drag, pointer } = useDrag(view);
  const cursorPlace = placeOf(cursorMs, axis);
  return (
    <div class="axis" onKeyDown={zoom}>
      <div class="lane of-scale">
        <ZoomButtons
          {...{ axis, whole }}
          atMs={cursorMs}
          onAxis={(next) => onAxis(next === whole ? null : next)}
        />
        <Scale axis={axis} />
      </div>
      {lanes.map((lane) => {
        const ticks = ticksOf(moments, lane, axis);
        const count = moments.filter((one) => one.lane === lane).length;
        return (
          <div class="lane" key={lane}>
            <span class="lane-name">
              {lane} <small>{grouped(count)}</small>
            </span>
            <div class={`track of-${lane}`} {...pointer} aria-hidden="true">
              {ticks.map(({ place, weight, count: many }) => (
                <i
                  key={place}
                  class={`tick${weight === null ? '' : ` is-${weight}`}`}
                  style={{ left: `${place}%`, opacity: many > 1 ? 1 : 0.75 }}
                />
              ))}
              {drag !== null && <Chosen drag={drag} axis={axis} />}
              <i class="cursor" style={{ left: `${cursorPlace}%` }} />
            </div>
          </div>
        );
      })}
      <CursorSlider view={view} />
      <p class="legend">Drag over the lanes to zoom; + and − zoom at the cursor, 0 shows all.</p>
      <p class="faint cursor-time" title={`${new Date(cursorMs).toISOString()} (UTC)`}>
        At {exact(cursorMs)}
      </p>
    </div>
  );
}

/** The part of the axis that the pointer is choosing. */
function Chosen({ drag, axis }: { readonly drag: Axis; readonly axis: Axis }): JSX.Element {
  const [a, b] = [placeOf(drag.fromMs, axis), placeOf(drag.toMs, axis)];
  return <i class="chosen" style={{ left: `${Math.min(a, b)}%`, width: `${Math.abs(a - b)}%` }} />;
}

/** A click moves the cursor, a drag zooms to what it covers. */
function useDrag({ axis, onAxis, onCursor }: AxisView): {
  readonly drag: Axis | null;
  readonly pointer: Readonly<Record<`onPointer${string}`, (event: PointerEvent) => void>>;
} {
  const span = axis.toMs - axis.fromMs;
  const [drag, setDrag] = useState<Axis | null>(null);
  const msAt = (event: PointerEvent): number => {
    if (!(event.currentTarget instanceof HTMLElement)) return axis.fromMs;
    const box = event.currentTarget.getBoundingClientRect();
    const part = (event.clientX - box.left) / Math.max(1, box.width);
    return axis.fromMs + Math.min(1, Math.max(0, part)) * span;
  };
  const pointer = {
    onPointerDown: (event: PointerEvent): void => {
      if (event.button !== 0 || !(event.currentTarget instanceof HTMLElement)) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      const ms = msAt(event);
      setDrag({ fromMs: ms, toMs: ms });
    },
    onPointerMove: (event: PointerEvent): void => {
      if (drag !== null) setDrag({ ...drag, toMs: msAt(event) });
    },
    onPointerUp: (event: PointerEvent): void => {
      if (drag === null) return;
      const ms = msAt(event);
      setDrag(null);
      // A hand is never quite still: less than a fiftieth of the axis is a click.
      if (Math.abs(ms - drag.fromMs) < span / 50) return onCursor(ms);
      onAxis({ fromMs: Math.min(ms, drag.fromMs), toMs: Math.max(ms, drag.fromMs) });
    },
    onPointerCancel: () => setDrag(null),
  };
  return { drag, pointer };
}

function CursorSlider({ view }: { readonly view: AxisView }): JSX.Element {
  const { axis, cursorMs, onCursor } = view;
  const span = axis.toMs - axis.fromMs;
  return (
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
        value={Math.round(placeOf(cursorMs, axis) * (steps / 100))}
        aria-valuetext={harmless(exact(cursorMs))}
        onInput={(event) =>
          onCursor(axis.fromMs + (Number(event.currentTarget.value) / steps) * span)
        }
      />
    </div>
  );
}

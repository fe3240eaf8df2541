// The processes of a container as a tree that follows the cursor: what ran at that moment is dark, what
// had ended or not begun is pale. The bars stand on the axis of the page.
import type { JSX } from 'preact';
import { grouped, spanText } from '../data/words.ts';
import { type Axis, placeOf } from '../parts/axis.ts';
import { Parts } from '../parts/controls.tsx';
import { moveFocus } from '../parts/keys.ts';
import { Time } from '../parts/marks.tsx';
import type { ProcessRow, ProcessSpan } from './container-events.ts';

/** Steps to the right; deeper processes stand below one another. */
const deepestIndent = 16;

interface TreeView {
  readonly rows: readonly ProcessRow[];
  readonly axis: Axis;
  readonly cursorMs: number;
  readonly onCursor: (ms: number) => void;
}

export function ProcessTree(view: TreeView): JSX.Element | null {
  const { rows, cursorMs } = view;
  if (rows.length === 0) return null;
  const all = rows.flatMap(({ spans }) => spans);
  const alive = all.filter((one) => isWithin(one, cursorMs)).length;
  return (
    <section aria-labelledby="tree-title">
      <h2 id="tree-title">Processes</h2>
      <p class="faint" role="status">
        {grouped(alive)} of {grouped(all.length)} ran at the cursor.
      </p>
      <Parts items={rows} size={60} noun="row">
        {(shown) => (
          <div
            role="tree"
            class="tree"
            aria-labelledby="tree-title"
            onKeyDown={(event) => moveFocus(event, '[role="treeitem"]')}
          >
            {shown.map((row, index) => (
              <Row
                key={`${row.process.pid} ${row.process.startedAt} ${index}`}
                {...{ row, view, index }}
              />
            ))}
          </div>
        )}
      </Parts>
    </section>
  );
}

function isWithin({ fromMs, toMs }: ProcessSpan, ms: number): boolean {
  return fromMs <= ms && (toMs === null || toMs >= ms);
}

/** Bars of a row: more would lie on one another. */
const barsMost = 300;

function Row({
  row,
  view,
  index,
}: {
  readonly row: ProcessRow;
  readonly view: TreeView;
  readonly index: number;
}): JSX.Element {
  const { axis, cursorMs, onCursor } = view;
  const { process, level, spans, text, isStrange } = row;
  const go = (): void => onCursor(spans[0]?.fromMs ?? axis.fromMs);
  const isAlive = spans.some((one) => isWithin(one, cursorMs));
  return (
    <div
      class={`process${isAlive ? '' : ' is-past'}`}
      role="treeitem"
      aria-level={level}
      aria-selected={isAlive}
      tabIndex={index === 0 ? 0 : -1}
      onClick={go}
      onKeyDown={(event) => event.key === 'Enter' && go()}
    >
      <Time at={process.startedAt} isExact />
      <span class="bar" aria-hidden="true">
        {spans.slice(0, barsMost).map(({ pid, fromMs, toMs }) => {
          const from = placeOf(fromMs, axis);
          const width = Math.max(0.5, placeOf(toMs ?? axis.toMs, axis) - from);
          return (
            <i
              key={`${pid} ${fromMs}`}
              style={{ left: `${from}%`, width: `${Math.min(width, 100 - from)}%` }}
            />
          );
        })}
      </span>
      <span style={{ paddingLeft: `${Math.min(level - 1, deepestIndent) * 1.1}rem` }}>
        <code>{text}</code>
        {spans.length > 1 && <b> ×{grouped(spans.length)}</b>}
        {isStrange && <b class="weight is-high"> ▲ not from the image</b>}{' '}
        <small>{endOf(row)}</small>
      </span>
    </div>
  );
}

function endOf({ process, spans }: ProcessRow): string {
  const { pid, user, exitCode, signal } = process;
  const who = user.name ?? user.id;
  const lives = spans.flatMap(({ fromMs, toMs }) => (toMs === null ? [] : [toMs - fromMs]));
  const [least, most] = [Math.min(...lives), Math.max(...lives)].map(spanText);
  const after = least === most ? least : `${least} to ${most}`;
  const end =
    lives.length === 0
      ? 'its end was not seen'
      : signal !== null && signal > 0
        ? `signal ${signal} after ${after}`
        : `exit ${exitCode ?? 'not known'} after ${after}`;
  const first = spans.length > 1 ? `the first pid ${pid}` : `pid ${pid}`;
  return [first, ...(who === null ? [] : [`user ${who}`]), end].join(' · ');
}

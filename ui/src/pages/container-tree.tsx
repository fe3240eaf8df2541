// The processes of a container as a tree that follows the cursor: what ran at that moment is dark, what
// had ended or not begun is pale. The bars stand on the axis of the page.
import type { JSX } from 'preact';
import { spanText } from '../data/words.ts';
import { type Axis, placeOf } from '../parts/axis.ts';
import { Parts } from '../parts/controls.tsx';
import { moveFocus } from '../parts/keys.ts';
import { Time } from '../parts/marks.tsx';
import type { ProcessRow } from './container-events.ts';

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
  const alive = rows.filter((row) => isAliveAt(row, cursorMs)).length;
  return (
    <section aria-labelledby="tree-title">
      <h2 id="tree-title">Processes</h2>
      <p class="faint" role="status">
        {alive} of {rows.length} ran at the cursor.
      </p>
      <Parts items={rows} size={200} noun="process">
        {(shown) => (
          <div
            role="tree"
            class="tree"
            aria-labelledby="tree-title"
            onKeyDown={(event) => moveFocus(event, '[role="treeitem"]')}
          >
            {shown.map((row, index) => (
              <Row key={`${row.process.pid} ${row.fromMs} ${index}`} {...{ row, view, index }} />
            ))}
          </div>
        )}
      </Parts>
    </section>
  );
}

function isAliveAt({ fromMs, toMs }: ProcessRow, ms: number): boolean {
  return fromMs <= ms && (toMs === null || toMs >= ms);
}

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
  const { process, level, fromMs, toMs, text, isStrange } = row;
  const from = placeOf(fromMs, axis);
  const width = Math.max(0.5, placeOf(toMs ?? axis.toMs, axis) - from);
  const go = (): void => onCursor(fromMs);
  return (
    <div
      class={`process${isAliveAt(row, cursorMs) ? '' : ' is-past'}`}
      role="treeitem"
      aria-level={level}
      aria-selected={isAliveAt(row, cursorMs)}
      tabIndex={index === 0 ? 0 : -1}
      onClick={go}
      onKeyDown={(event) => event.key === 'Enter' && go()}
    >
      <Time at={process.startedAt} isExact />
      <span class="bar" aria-hidden="true">
        <i style={{ left: `${from}%`, width: `${Math.min(width, 100 - from)}%` }} />
      </span>
      <span style={{ paddingLeft: `${Math.min(level - 1, deepestIndent) * 1.1}rem` }}>
        <code>{text}</code>
        {isStrange && <b class="weight is-high"> ▲ not from the image</b>}{' '}
        <small>{endOf(row)}</small>
      </span>
    </div>
  );
}

function endOf({ process, fromMs, toMs }: ProcessRow): string {
  const { pid, user, exitCode, signal } = process;
  const who = user.name ?? user.id;
  const end =
    toMs === null
      ? 'its end was not seen'
      : signal !== null && signal > 0
        ? `signal ${signal} after ${spanText(toMs - fromMs)}`
        : `exit ${exitCode ?? 'not known'} after ${spanText(toMs - fromMs)}`;
  return [`pid ${pid}`, ...(who === null ? [] : [`user ${who}`]), end].join(' · ');
}

// `containers` on a terminal: one line a run, newest first; dead ones look quiet, not broken.
import { counted } from '../../base/count-text.ts';
import type { ContainerView } from '../../model/timeline-view.ts';
import { createPaint, harmless, type Paint, shorten, widthOf } from '../paint/index.ts';
import {
  imageOf,
  isUnstarted,
  lifeMs,
  minuteText,
  nameOf,
  type RecordView,
  spanText,
} from './words.ts';

const nameColumns = 21;
const stateColumns = 20;
const startColumns = 14;

/** @param more there are older runs than these */
export function containersTable(
  containers: readonly ContainerView[],
  view: RecordView & { readonly more: boolean },
): string {
  const paint = createPaint(view.columns, view.colour);
  const alive = containers.filter(({ running }) => running).length;
  if (containers.length === 0) return '\n No container is known that this asks for.\n';
  const lines = ['', ` ${paint.strong(headline(containers.length, alive, view.more))}`, ''];
  lines.push(` ${row(['', 'name', 'started (UTC)', 'life', 'image'], paint, false)}`);
  for (const container of containers) lines.push(` ${row(cells(container, view), paint, true)}`);
  const late = containers.filter(({ namedBeforeStart }) => !namedBeforeStart).length;
  lines.push('');
  if (late > 0) lines.push(` ${counted(late, 'container')} ran before being named (marked ~).`);
  lines.push(' What one did: seaworthy timeline NAME');
  return `${lines.join('\n')}\n`;
}

function headline(count: number, alive: number, more: boolean): string {
  const known = more ? `The newest ${counted(count, 'container')}` : counted(count, 'container');
  return `${known}: ${alive} running, ${count - alive} ended.`;
}

type Cells = readonly [string, string, string, string, string];

function cells(container: ContainerView, { now }: RecordView): Cells {
  const { running, namedBeforeStart } = container;
  const mark = running ? '●' : '○';
  return [
    `${mark}${namedBeforeStart ? ' ' : '~'}`,
    harmless(nameOf(container)),
    minuteText(container.startedAt ?? container.firstSeen).slice(5),
    lifeOf(container, now),
    harmless(imageOf(container)),
  ];
}

function lifeOf(container: ContainerView, now: Date): string {
  const { exitCode, running } = container;
  if (isUnstarted(container)) return running ? 'not started yet' : 'never started';
  const life = spanText(lifeMs(container, now));
  return running || exitCode === null ? life : `${life}, exit ${exitCode}`;
}

function row([mark, name, start, life, image]: Cells, paint: Paint, isRun: boolean): string {
  const room = paint.columns - 1 - 3 - nameColumns - startColumns - stateColumns + 1;
  const text = [
    padded(mark, 2),
    padded(name, nameColumns - 1),
    padded(start, startColumns),
    padded(life, stateColumns - 4),
    shorten(image, room),
  ].join(' ');
  return isRun && mark.startsWith('●') ? text : paint.faint(text);
}

function padded(text: string, columns: number): string {
  const cut = shorten(text, columns);
  return cut + ' '.repeat(Math.max(0, columns - widthOf(cut)));
}

// Containers as tiles on lanes: who belongs together, and where a tile stands. Pure, so that ten thousand
// tiles are placed before anything is drawn.
import type { ContainerView } from '../data/answers.ts';
import { lifeOf } from '../data/words.ts';
import type { Axis } from '../parts/axis.ts';

export interface Tile {
  readonly container: ContainerView;
  readonly leftPx: number;
  readonly widthPx: number;
  readonly row: number;
}

export interface Lane {
  readonly key: string;
  readonly application: string;
  readonly environment: string;
  readonly containers: readonly ContainerView[];
}

export interface Team {
  readonly name: string;
  readonly lanes: readonly Lane[];
  readonly alive: number;
  readonly dead: number;
  readonly worst: string | null;
}

export interface GradeShare {
  readonly grade: string;
  readonly count: number;
}

/** What stands for a grade that is not known. */
export const gradeOrder = {
  unknown: '?',
  worstFirst: ['F', 'E', 'D', '?', 'C', 'B', 'A'],
} as const;

/** How many run with each grade, the worst first; what is not known stands between good and bad. */
export function runningByGrade(containers: readonly ContainerView[]): readonly GradeShare[] {
  const running = containers.filter((one) => one.running);
  const place = (grade: string): number => {
    const known = gradeOrder.worstFirst.findIndex((one) => one === grade);
    return known === -1 ? gradeOrder.worstFirst.length : known;
  };
  return [...Map.groupBy(running, ({ grade }) => grade ?? gradeOrder.unknown)]
    .map(([grade, own]) => ({ grade, count: own.length }))
    .sort((a, b) => place(a.grade) - place(b.grade));
}

export interface Placed {
  readonly tiles: readonly Tile[];
  readonly rows: number;
  /** Containers of the axis for which the lane has no room. */
  readonly hidden: number;
}

export const tilePx = { width: 24, height: 24, gap: 3 };
/** Rows of one lane; more would push the other lanes off the page. */
const rowsMost = 5;

/** Team -> application -> environment; teams of which nothing runs come later, nobody's last. */
export function teamsOf(containers: readonly ContainerView[]): readonly Team[] {
  const byTeam = Map.groupBy(containers, ({ workload }) => workload.team ?? workload.user ?? '');
  return [...byTeam]
    .map(([name, own]) => teamOf(name, own))
    .sort((a, b) => placeOfTeam(a) - placeOfTeam(b) || (a.name < b.name ? -1 : 1));
}

function placeOfTeam({ name, alive }: Team): number {
  if (name === '') return 2;
  return alive > 0 ? 0 : 1;
}

function teamOf(name: string, containers: readonly ContainerView[]): Team {
  const byLane = Map.groupBy(containers, ({ workload }) =>
    JSON.stringify([workload.application, workload.environment]),
  );
  const lanes = [...byLane].map(([key, own]): Lane => {
    const workload = own[0]?.workload;
    return {
      key: `${name} ${key}`,
      application: workload?.application ?? 'no application',
      environment: workload?.environment ?? '',
      containers: own,
    };
  });
  const alive = containers.filter(({ running }) => running).length;
  const grades = containers.flatMap(({ grade, running }) => (running && grade ? [grade] : []));
  return {
    name,
    lanes: lanes.sort((a, b) => (a.key < b.key ? -1 : 1)),
    alive,
    dead: containers.length - alive,
    worst: grades.sort().at(-1) ?? null,
  };
}

/**
 * Places what the axis shows: position is the start, width the life, but no tile is narrower than its
 * letter. Alive ones are placed first, then the newest; who finds no row is counted.
 */
export function placedTiles(
  containers: readonly ContainerView[],
  {
    axis,
    widthPx,
    nowMs,
  }: { readonly axis: Axis; readonly widthPx: number; readonly nowMs: number },
): Placed {
  const perMs = widthPx / Math.max(1, axis.toMs - axis.fromMs);
  const shown = containers
    .map((container) => ({ container, life: lifeOf(container, nowMs) }))
    // The clock of a node may be ahead of ours: what starts in the future is shown at the end.
    .filter(({ life }) => life.toMs >= axis.fromMs)
    .sort(
      (a, b) =>
        Number(b.container.running) - Number(a.container.running) || b.life.fromMs - a.life.fromMs,
    );
  const rows: { leftPx: number; rightPx: number }[][] = [];
  const tiles: Tile[] = [];
  const full = (widthPx / (tilePx.width + tilePx.gap)) * rowsMost;
  for (const { container, life } of shown) {
    if (tiles.length >= full) break;
    const start = (life.fromMs - axis.fromMs) * perMs;
    const leftPx = Math.max(0, Math.min(start, widthPx - tilePx.width));
    const end = Math.min(widthPx, (life.toMs - axis.fromMs) * perMs);
    const width = Math.max(tilePx.width, end - leftPx);
    const taken = { leftPx, rightPx: leftPx + width + tilePx.gap };
    const row = rows.findIndex((one) => !one.some((other) => meets(other, taken)));
    if (row === -1 && rows.length >= rowsMost) continue;
    if (row === -1) rows.push([taken]);
    else rows[row]?.push(taken);
    tiles.push({ container, leftPx, widthPx: width, row: row === -1 ? rows.length - 1 : row });
  }
  // The order of the keyboard is that of the eye: by row from the left.
  const ordered = tiles.sort((a, b) => a.row - b.row || a.leftPx - b.leftPx);
  return { tiles: ordered, rows: Math.max(1, rows.length), hidden: shown.length - tiles.length };
}

interface Span {
  readonly leftPx: number;
  readonly rightPx: number;
}

function meets(a: Span, b: Span): boolean {
  return a.leftPx < b.rightPx && b.leftPx < a.rightPx;
}

const spans: readonly (readonly [string, number])[] = [
  ['15m', 900_000],
  ['1h', 3_600_000],
  ['6h', 21_600_000],
  ['24h', 86_400_000],
  ['7d', 604_800_000],
  ['30d', 2_592_000_000],
];

/** The axis of a choice; without one the shortest that shows all, a day at most. */
export function axisOfChoice(
  choice: string,
  containers: readonly ContainerView[],
  nowMs: number,
): Axis & { readonly choice: string } {
  const earliest = containers.reduce(
    (least, one) => Math.min(least, lifeOf(one, nowMs).fromMs),
    nowMs,
  );
  const age = nowMs - earliest;
  // Newest starts need room for their letter at the right end.
  const axis = (spanMs: number): Axis => ({ fromMs: nowMs - spanMs, toMs: nowMs + spanMs * 0.02 });
  // Without a choice: all of it, so that lives fill the page; of long records the last day.
  const chosen = choice === '' ? (age <= 86_400_000 ? 'all' : '24h') : choice;
  const span = spans.find(([name]) => name === chosen)?.[1];
  return { ...axis(span ?? Math.max(60_000, age * 1.02)), choice: chosen };
}

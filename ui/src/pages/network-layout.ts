// Where rooms stand: in columns, who asks on the left of who answers, so that lines run one way. Pure.
import type { Corridor, Room } from './network-rooms.ts';

/** Rooms that the picture holds; more are a matter of the matrix. */
export const roomsDrawn = 24;
/** Names in a room; the rest is counted. */
export const namesShown = 5;
/** Deeper chains share the last column. */
const columnsMost = 6;

const roomWidth = 200;
const columnGap = 150;
const rowGap = 34;
const margin = 12;
const headHeight = 52;
const lineHeight = 19;
/** Lines that end at one box, with a label each. */
const lineApart = 18;
/** Of a line that passes a column. */
const passageHeight = 6;

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Line {
  readonly corridor: Corridor;
  readonly path: string;
  /** The tip of the arrow, and where it points. */
  readonly tip: string;
  /** Beside the tip, where lines lie apart. */
  readonly label: { readonly x: number; readonly y: number; readonly anchor: 'start' | 'end' };
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<string, Box>;
  /** Between different rooms; what a room does within is told in its box. */
  readonly lines: readonly Line[];
}

/** A room, or the place where a line passes through a column between its ends. */
interface Cell {
  readonly key: string;
  readonly height: number;
}

/** A line from cell to cell; the cells between its ends are passages. */
interface Way {
  readonly corridor: Corridor;
  readonly keys: readonly string[];
}

/** Boxes in columns, and lines from the right side of one to the left side of another. */
export function layoutOf(rooms: readonly Room[], corridors: readonly Corridor[]): Layout {
  const drawn = rooms.slice(0, roomsDrawn);
  const known = new Set(drawn.map(({ key }) => key));
  const own = corridors.filter(({ from, to }) => from !== to && known.has(from) && known.has(to));
  const inside = new Set(corridors.filter(({ from, to }) => from === to).map(({ from }) => from));
  const column = columnsOf(drawn, own);
  const cells: Cell[][] = [];
  const put = (at: number, cell: Cell): void => {
    (cells[at] ??= []).push(cell);
  };
  for (const room of drawn) {
    const coming = own.filter(({ to }) => to === room.key).length;
    const height = Math.max(heightOf(room, inside.has(room.key)), (coming + 1) * lineApart);
    put(column.get(room.key) ?? 0, { key: room.key, height });
  }
  const ways = own.map((corridor): Way => {
    const [first, last] = [column.get(corridor.from) ?? 0, column.get(corridor.to) ?? 0];
    const between = Array.from({ length: Math.max(0, last - first - 1) }, (_, index) => {
      const key = `${corridor.from}\n${corridor.to}\n${index}`;
      put(first + 1 + index, { key, height: passageHeight });
      return key;
    });
    return { corridor, keys: [corridor.from, ...between, corridor.to] };
  });
  const { boxes, width, height } = placed(ordered(cells, ways));
  const isBack = ways.some(({ keys }) => {
    const [from, to] = [boxes.get(keys[0] ?? ''), boxes.get(keys.at(-1) ?? '')];
    return from !== undefined && to !== undefined && to.x <= from.x;
  });
  return {
    width: width + (isBack ? 70 : 0),
    height,
    boxes: new Map([...boxes].filter(([key]) => known.has(key))),
    lines: linesOf(ways, boxes),
  };
}

function placed(columns: readonly (readonly Cell[])[]): {
  readonly boxes: ReadonlyMap<string, Box>;
  readonly width: number;
  readonly height: number;
} {
  const heightOfColumn = (column: readonly Cell[]): number =>
    column.reduce((sum, { height }) => sum + height + rowGap, -rowGap);
  const tallest = Math.max(0, ...columns.map(heightOfColumn));
  const boxes = new Map<string, Box>();
  for (const [index, column] of columns.entries()) {
    let y = margin + (tallest - heightOfColumn(column)) / 2;
    for (const { key, height } of column) {
      boxes.set(key, { x: margin + index * (roomWidth + columnGap), y, width: roomWidth, height });
      y += height + rowGap;
    }
  }
  const width = 2 * margin + columns.length * (roomWidth + columnGap) - columnGap;
  return { boxes, width, height: 2 * margin + tallest };
}

function heightOf({ nodes }: Room, hasInside: boolean): number {
  const names = Math.min(nodes.length, namesShown) + (nodes.length > namesShown ? 1 : 0);
  return headHeight + (names + (hasInside ? 1 : 0)) * lineHeight + 8;
}

/**
 * Who asks stands before who answers. Where they ask in a ring it is cut at whoever asks most, compared
 * with how often it is asked.
 */
function columnsOf(
  rooms: readonly Room[],
  corridors: readonly Corridor[],
): ReadonlyMap<string, number> {
  const left = new Set(rooms.map(({ key }) => key));
  const column = new Map<string, number>();
  while (left.size > 0) {
    const asked = (key: string): number =>
      corridors.filter(({ from, to }) => to === key && left.has(from)).length;
    const asks = (key: string): number =>
      corridors.filter(({ from, to }) => from === key && left.has(to)).length;
    const [next] = [...left].sort(
      (a, b) =>
        Math.min(1, asked(a)) - Math.min(1, asked(b)) || asks(b) - asked(b) - (asks(a) - asked(a)),
    );
    if (next === undefined) break;
    const before = corridors
      .filter(({ from, to }) => to === next && column.has(from))
      .map(({ from }) => (column.get(from) ?? 0) + 1);
    column.set(next, Math.min(columnsMost - 1, Math.max(0, ...before)));
    left.delete(next);
  }
  return column;
}

/** Each column in the order of those that ask it, so that few lines cross. */
function ordered(columns: readonly (readonly Cell[])[], ways: readonly Way[]): Cell[][] {
  const place = new Map<string, number>();
  const askers = new Map<string, string[]>();
  for (const { keys } of ways) {
    for (const [index, key] of keys.entries()) {
      const before = keys[index - 1];
      if (before !== undefined) askers.set(key, [...(askers.get(key) ?? []), before]);
    }
  }
  return columns
    .filter((column) => column !== undefined)
    .map((column) => {
      const mean = ({ key }: Cell): number => {
        const places = (askers.get(key) ?? []).flatMap((one) => place.get(one) ?? []);
        const sum = places.reduce((total, one) => total + one, 0);
        return places.length === 0 ? Number.POSITIVE_INFINITY : sum / places.length;
      };
      const own = column.toSorted((a, b) => {
        const [one, other] = [mean(a), mean(b)];
        return one === other ? 0 : one - other;
      });
      for (const [index, { key }] of own.entries()) place.set(key, index / own.length);
      return own;
    });
}

function linesOf(ways: readonly Way[], boxes: ReadonlyMap<string, Box>): readonly Line[] {
  const leaving = Map.groupBy(ways, ({ keys }) => keys[0]);
  const coming = Map.groupBy(ways, ({ keys }) => keys.at(-1));
  return ways.flatMap((way) => {
    const { corridor, keys } = way;
    const [from, to] = [boxes.get(corridor.from), boxes.get(corridor.to)];
    if (from === undefined || to === undefined) return [];
    const startY = from.y + from.height * share(leaving.get(corridor.from), way, boxes, 1);
    const endY = to.y + to.height * share(coming.get(corridor.to), way, boxes, -2);
    let x = from.x + from.width;
    let y = startY;
    if (to.x <= from.x) return [lineBack({ corridor, x, y }, { x: to.x + to.width, y: endY })];
    const parts = [`M ${x} ${y}`];
    const curve = (toX: number, toY: number): void => {
      const middle = (x + toX) / 2;
      parts.push(`C ${middle} ${y}, ${middle} ${toY}, ${toX} ${toY}`);
      [x, y] = [toX, toY];
    };
    for (const key of keys.slice(1, -1)) {
      const passage = boxes.get(key);
      if (passage === undefined) continue;
      curve(passage.x, passage.y + passage.height / 2);
      x = passage.x + passage.width;
      parts.push(`L ${x} ${y}`);
    }
    const label = { x: to.x - 14, y: endY - 5, anchor: 'end' as const };
    curve(to.x - 8, endY);
    const tip = `M ${to.x - 10} ${endY - 6} L ${to.x} ${endY} L ${to.x - 10} ${endY + 6} z`;
    return [{ corridor, path: parts.join(' '), tip, label }];
  });
}

/** Back or within a column: around the right side. */
function lineBack(
  { corridor, x, y }: { readonly corridor: Corridor; readonly x: number; readonly y: number },
  end: { readonly x: number; readonly y: number },
): Line {
  const bend = Math.max(x, end.x) + 60;
  return {
    corridor,
    path: `M ${x} ${y} C ${bend} ${y}, ${bend} ${end.y}, ${end.x + 8} ${end.y}`,
    tip: `M ${end.x + 10} ${end.y - 6} L ${end.x} ${end.y} L ${end.x + 10} ${end.y + 6} z`,
    label: { x: end.x + 14, y: end.y - 5, anchor: 'start' },
  };
}

/** Lines at one side of a box are spread over it, in the order of their next cells. */
function share(
  all: readonly Way[] | undefined,
  own: Way,
  boxes: ReadonlyMap<string, Box>,
  next: 1 | -2,
): number {
  const placeOf = ({ keys }: Way): number => boxes.get(keys.at(next) ?? '')?.y ?? 0;
  const sorted = (all ?? []).toSorted((a, b) => placeOf(a) - placeOf(b));
  return (sorted.indexOf(own) + 1) / (sorted.length + 1);
}

/** 1.5 to 8: ten times the bytes make a line thicker by a step. */
export function thicknessOf(bytes: number): number {
  return Math.min(8, 1.5 + Math.log10(1 + bytes) * 0.7);
}

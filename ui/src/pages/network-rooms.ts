// Segments as rooms and the flows between them, summed; where the rooms stand. Pure.
import type { Network, NetworkFlow, NetworkNode } from '../data/answers.ts';

export interface Room {
  readonly key: string;
  readonly title: string;
  readonly subtitle: string;
  readonly nodes: readonly NetworkNode[];
}

/** All flows from one room to another. */
export interface Corridor {
  readonly from: string;
  readonly to: string;
  readonly bytes: number;
  readonly count: number;
  readonly flows: readonly NetworkFlow[];
}

/** Rooms that the picture holds; more are a matter of the matrix. */
export const roomsDrawn = 24;

export function roomsOf({ nodes }: Network): readonly Room[] {
  const byKey = Map.groupBy(nodes, roomKey);
  return [...byKey]
    .map(([key, own]) => {
      const first = own[0] as NetworkNode;
      const title =
        first.kind === 'external'
          ? 'Outside'
          : first.kind === 'host'
            ? 'This machine'
            : (first.workload?.application ?? 'no application');
      const owner = [first.workload?.team ?? first.workload?.user, first.workload?.environment];
      return { key, title, subtitle: owner.filter(Boolean).join(' › '), nodes: own };
    })
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

function roomKey({ kind, workload }: NetworkNode): string {
  if (kind !== 'container') return ` ${kind}`;
  const { team, user, application, environment } = workload ?? {};
  return JSON.stringify([team ?? user ?? null, application ?? null, environment ?? null]);
}

export function corridorsOf({ nodes, flows }: Network): readonly Corridor[] {
  const roomOf = new Map(nodes.map((node) => [node.id, roomKey(node)]));
  const byPair = Map.groupBy(flows, ({ from, to }) =>
    JSON.stringify([roomOf.get(from) ?? ' external', roomOf.get(to) ?? ' external']),
  );
  return [...byPair]
    .map(([pair, own]) => {
      const [from = '', to = ''] = JSON.parse(pair) as string[];
      const bytes = own.reduce((sum, one) => sum + bytesOf(one), 0);
      const count = own.reduce((sum, one) => sum + one.count, 0);
      return { from, to, bytes, count, flows: own };
    })
    .sort((a, b) => b.bytes - a.bytes);
}

export function bytesOf({ bytesSent, bytesReceived }: NetworkFlow): number {
  return (bytesSent ?? 0) + (bytesReceived ?? 0);
}

export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Width and height of the picture, in its own units. */
export const picture = { width: 1000, height: 560 };

/** Rooms on an ellipse, so that no line runs through a third room. */
export function spotsOf(rooms: readonly Room[]): ReadonlyMap<string, Spot> {
  const { width, height } = picture;
  return new Map(
    rooms.map(({ key }, index) => {
      const angle = (index / rooms.length) * 2 * Math.PI - Math.PI / 2;
      const x = width / 2 + Math.cos(angle) * (width / 2 - 110);
      const y = height / 2 + Math.sin(angle) * (height / 2 - 45);
      return [key, rooms.length === 1 ? { x: width / 2, y: height / 2 } : { x, y }];
    }),
  );
}

/** A line bent towards the middle; a loop where a room talks to itself. */
export function pathOf(from: Spot, to: Spot): string {
  if (from.x === to.x && from.y === to.y) {
    const inward = from.y > picture.height / 2 ? -1 : 1;
    const y = from.y + inward * 80;
    return `M ${from.x - 30} ${from.y} C ${from.x - 50} ${y}, ${from.x + 50} ${y}, ${from.x + 30} ${from.y}`;
  }
  const bend = 0.35;
  const x = ((from.x + to.x) / 2) * (1 - bend) + (picture.width / 2) * bend;
  const y = ((from.y + to.y) / 2) * (1 - bend) + (picture.height / 2) * bend;
  return `M ${from.x} ${from.y} Q ${x} ${y} ${to.x} ${to.y}`;
}

/** 1 to 12: ten times the bytes make a line thicker by a step. */
export function thicknessOf(bytes: number): number {
  return Math.min(12, 1 + Math.log10(1 + bytes) * 1.1);
}

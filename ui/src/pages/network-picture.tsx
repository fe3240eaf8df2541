// The two pictures of the network: rooms with lines, and a matrix. The table of flows below them says
// the same in words.
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { NetworkNode } from '../data/answers.ts';
import { bytesText, counted, grouped, harmless, shortId } from '../data/words.ts';
import { Scrolled } from '../parts/controls.tsx';
import { addressOf } from '../routing.ts';
import {
  type Box,
  type Line,
  layoutOf,
  namesShown,
  roomsDrawn,
  thicknessOf,
} from './network-layout.ts';
import { type Corridor, portsText, type Room } from './network-rooms.ts';

/** Rows and columns of the matrix. */
const matrixMost = 80;

interface NetworkView {
  readonly rooms: readonly Room[];
  readonly corridors: readonly Corridor[];
  readonly chosen: Corridor | null;
  readonly onChosen: (corridor: Corridor) => void;
}

export function NetworkPicture(view: NetworkView): JSX.Element {
  const { corridors, chosen, onChosen } = view;
  const layout = useMemo(() => layoutOf(view.rooms, corridors), [view.rooms, corridors]);
  const titles = new Map(view.rooms.map((room) => [room.key, titleOf(room)]));
  const inside = new Map(
    corridors.flatMap((one) => (one.from === one.to ? [[one.from, one]] : [])),
  );
  return (
    <>
      {view.rooms.length > roomsDrawn && (
        <p class="faint">Only {roomsDrawn} segments are drawn; the matrix has more.</p>
      )}
      <Scrolled label="Picture of the segments">
        <svg
          class="rooms"
          viewBox={`0 0 ${layout.width} ${layout.height}`}
          width={layout.width}
          style={{ minWidth: `${layout.width * 0.75}px` }}
          role="group"
          aria-label="Segments and the flows between them"
        >
          {layout.lines.map((line) => (
            <CorridorLine
              key={`${line.corridor.from} ${line.corridor.to}`}
              line={line}
              label={`${titles.get(line.corridor.from)} to ${titles.get(line.corridor.to)}: ${told(line.corridor)}`}
              isChosen={isSame(line.corridor, chosen)}
              onChosen={onChosen}
            />
          ))}
          {view.rooms.slice(0, roomsDrawn).map((room) => {
            const box = layout.boxes.get(room.key);
            if (box === undefined) return null;
            return (
              <RoomBox key={room.key} {...{ room, box, onChosen }} inside={inside.get(room.key)} />
            );
          })}
        </svg>
      </Scrolled>
    </>
  );
}

function CorridorLine({
  line,
  label,
  isChosen,
  onChosen,
}: {
  readonly line: Line;
  readonly label: string;
  readonly isChosen: boolean;
  readonly onChosen: (corridor: Corridor) => void;
}): JSX.Element {
  const { corridor, path, tip } = line;
  return (
    <g
      class={`corridor${isChosen ? ' is-chosen' : ''}`}
      tabindex={0}
      role="button"
      aria-pressed={isChosen}
      aria-label={label}
      onClick={() => onChosen(corridor)}
      onKeyDown={(event) => isPress(event) && onChosen(corridor)}
    >
      <title>{label}</title>
      <path class="touch" d={path} />
      <path class="line" d={path} stroke-width={thicknessOf(corridor.bytes)} />
      <path class="tip" d={tip} />
      <text x={line.label.x} y={line.label.y} text-anchor={line.label.anchor}>
        {harmless(portsText(corridor))}
      </text>
    </g>
  );
}

function isPress(event: KeyboardEvent): boolean {
  if (event.key !== 'Enter' && event.key !== ' ') return false;
  event.preventDefault();
  return true;
}

function isSame(a: Corridor, b: Corridor | null): boolean {
  return a.from === b?.from && a.to === b.to;
}

function told(corridor: Corridor): string {
  const { count, bytes } = corridor;
  return `${harmless(portsText(corridor))}, ${counted(count, 'flow')}, ${bytesText(bytes)}`;
}

function titleOf({ title, subtitle }: Room): string {
  return harmless(subtitle === '' ? title : `${title} (${subtitle})`);
}

function RoomBox({
  room,
  box,
  inside,
  onChosen,
}: {
  readonly room: Room;
  readonly box: Box;
  /** What the room does within. */
  readonly inside: Corridor | undefined;
  readonly onChosen: (corridor: Corridor) => void;
}): JSX.Element {
  const { nodes } = room;
  const shown = nodes.slice(0, namesShown);
  const more = nodes.length - shown.length;
  const lines = shown.length + (more > 0 ? 1 : 0);
  return (
    <g class="room" transform={`translate(${box.x} ${box.y})`}>
      <rect width={box.width} height={box.height} rx="6" />
      <text x="12" y="22" class="room-title">
        {cut(room.title)}
      </text>
      <text x="12" y="40">
        {cut(room.subtitle || counted(nodes.length, 'endpoint'))}
      </text>
      {shown.map((node, index) => (
        <NodeName key={node.id} node={node} y={62 + index * 19} />
      ))}
      {more > 0 && (
        <text x="12" y={62 + shown.length * 19}>
          and {grouped(more)} more
        </text>
      )}
      {inside !== undefined && (
        <text
          x="12"
          y={62 + lines * 19}
          class="inside"
          tabindex={0}
          role="button"
          onClick={() => onChosen(inside)}
          onKeyDown={(event) => isPress(event) && onChosen(inside)}
        >
          {cut(`within: ${portsText(inside)}`)}
          <title>{`Within ${titleOf(room)}: ${told(inside)}`}</title>
        </text>
      )}
      <title>{`${titleOf(room)}: ${counted(nodes.length, 'endpoint')}`}</title>
    </g>
  );
}

/** The table below has the same link for the keyboard. */
function NodeName({ node, y }: { readonly node: NetworkNode; readonly y: number }): JSX.Element {
  const name = (
    <text x="12" y={y} class="node-name">
      {cut(node.name ?? shortId(node.id))}
    </text>
  );
  if (node.kind !== 'container') return name;
  return (
    <a href={addressOf('containers', node.id)} tabindex={-1}>
      {name}
    </a>
  );
}

function cut(text: string): string {
  const shown = harmless(text);
  return shown.length > 25 ? `${shown.slice(0, 24)}…` : shown;
}

function countText({ count }: Corridor): string {
  return count > 999 ? '999+' : String(count);
}

export function NetworkMatrix(view: NetworkView): JSX.Element {
  const { corridors, chosen, onChosen } = view;
  const rooms = view.rooms.slice(0, matrixMost);
  const byPair = new Map(corridors.map((one) => [`${one.from}\n${one.to}`, one]));
  return (
    <Scrolled label="Matrix of segments">
      <table class="matrix">
        <caption>
          Rows talk to columns
          {view.rooms.length > matrixMost && `; the first ${matrixMost} segments`}
        </caption>
        <thead>
          <tr>
            <td />
            {rooms.map((room, index) => (
              <th key={room.key} scope="col" title={titleOf(room)}>
                {index + 1}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rooms.map((room, index) => (
            <tr key={room.key}>
              <th scope="row">
                {index + 1} {titleOf(room)}
              </th>
              {rooms.map((other) => {
                const corridor = byPair.get(`${room.key}\n${other.key}`);
                const label = `${titleOf(room)} to ${titleOf(other)}`;
                return (
                  <td key={other.key}>
                    {corridor !== undefined && (
                      <button
                        type="button"
                        aria-pressed={isSame(corridor, chosen)}
                        aria-label={`${label}: ${told(corridor)}, ${countText(corridor)}`}
                        title={`${label}: ${told(corridor)}`}
                        onClick={() => onChosen(corridor)}
                      >
                        {countText(corridor)}
                      </button>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}

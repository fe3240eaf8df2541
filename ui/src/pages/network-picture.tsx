// The two pictures of the network: rooms with lines, and a matrix. The table of flows below them says
// the same in words.
import type { JSX } from 'preact';
import { bytesText, harmless, plural } from '../data/words.ts';
import { Scrolled } from '../parts/controls.tsx';
import {
  type Corridor,
  pathOf,
  picture,
  type Room,
  roomsDrawn,
  spotsOf,
  thicknessOf,
} from './network-rooms.ts';

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
  const rooms = view.rooms.slice(0, roomsDrawn);
  const spots = spotsOf(rooms);
  const titles = new Map(rooms.map((room) => [room.key, titleOf(room)]));
  return (
    <>
      {view.rooms.length > roomsDrawn && (
        <p class="faint">Only {roomsDrawn} segments are drawn; the matrix has more.</p>
      )}
      <div class="rooms">
        <svg
          viewBox={`0 0 ${picture.width} ${picture.height}`}
          role="group"
          aria-label="Segments and the flows between them"
        >
          {corridors.map((corridor) => {
            const from = spots.get(corridor.from);
            const to = spots.get(corridor.to);
            if (from === undefined || to === undefined) return null;
            const label = `${titles.get(corridor.from)} to ${titles.get(corridor.to)}: ${told(corridor)}`;
            return (
              <path
                key={`${corridor.from} ${corridor.to}`}
                class={`corridor${isSame(corridor, chosen) ? ' is-chosen' : ''}`}
                d={pathOf(from, to)}
                stroke-width={thicknessOf(corridor.bytes)}
                tabIndex={0}
                role="button"
                aria-label={label}
                onClick={() => onChosen(corridor)}
                onKeyDown={(event) => event.key === 'Enter' && onChosen(corridor)}
              >
                <title>{label}</title>
              </path>
            );
          })}
          {rooms.map((room) => (
            <RoomBox key={room.key} room={room} spot={spots.get(room.key) ?? { x: 0, y: 0 }} />
          ))}
        </svg>
      </div>
    </>
  );
}

function isSame(a: Corridor, b: Corridor | null): boolean {
  return a.from === b?.from && a.to === b.to;
}

function told({ count, bytes }: Corridor): string {
  return `${plural(count, 'flow')}, ${bytesText(bytes)}`;
}

function titleOf({ title, subtitle }: Room): string {
  return harmless(subtitle === '' ? title : `${title} (${subtitle})`);
}

function RoomBox({
  room,
  spot,
}: {
  readonly room: Room;
  readonly spot: { readonly x: number; readonly y: number };
}): JSX.Element {
  return (
    <g class="room" transform={`translate(${spot.x - 95} ${spot.y - 32})`}>
      <rect width="190" height="64" rx="6" />
      <text x="12" y="25" class="room-title">
        {cut(room.title)}
      </text>
      <text x="12" y="46">
        {cut(room.subtitle || plural(room.nodes.length, 'endpoint'))}
      </text>
      <title>{`${titleOf(room)}: ${room.nodes
        .slice(0, 20)
        .map(({ name, id }) => harmless(name ?? id))
        .join(', ')}`}</title>
    </g>
  );
}

function cut(text: string): string {
  const shown = harmless(text);
  return shown.length > 23 ? `${shown.slice(0, 22)}…` : shown;
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
                        aria-label={`${label}: ${told(corridor)}`}
                        title={`${label}: ${told(corridor)}`}
                        onClick={() => onChosen(corridor)}
                      >
                        {corridor.count > 999 ? '999+' : corridor.count}
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

// The map of the harbour: each container a tile on the lane of its application, alive ones filled, dead
// ones outlined, the letter its grade.

import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ContainerView } from '../data/answers.ts';
import { counted, harmless, lifeOf, shortId, spanText } from '../data/words.ts';
import type { Axis } from '../parts/axis.ts';
import { Parts, Scrolled } from '../parts/controls.tsx';
import { moveFocus } from '../parts/keys.ts';
import { GradeMark, toneOf } from '../parts/marks.tsx';
import { useNear } from '../parts/near.ts';
import { Scale } from '../parts/scale.tsx';
import { addressOf } from '../routing.ts';
import { type Lane, placedTiles, type Team, type Tile, tilePx } from './harbour-lanes.ts';

/** Tiles of this width have room for a name. */
const namedPx = 72;
/** Lanes that are drawn before somebody asks for more. */
const lanesDrawn = 60;

export interface MapView {
  readonly axis: Axis;
  readonly nowMs: number;
  /** The one thing to know of a container, by its id. */
  readonly notes: ReadonlyMap<string, string>;
}

interface Pointed {
  readonly container: ContainerView;
  readonly leftPx: number;
  readonly topPx: number;
}

export function HarbourMap({
  teams,
  view,
}: {
  readonly teams: readonly Team[];
  readonly view: MapView;
}): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const [widthPx, setWidthPx] = useState(0);
  const [pointed, setPointed] = useState<Pointed | null>(null);
  useLayoutEffect(() => {
    const scale = place.current?.querySelector('.scale');
    if (scale === null || scale === undefined) return;
    // Known before the first picture: that is drawn once.
    setWidthPx(scale.getBoundingClientRect().width);
    const observer = new ResizeObserver(([entry]) => setWidthPx(entry?.contentRect.width ?? 0));
    observer.observe(scale);
    return () => observer.disconnect();
  }, []);
  const point = (event: Event): void => setPointed(pointedBy(event, teams));
  const hide = (): void => setPointed(null);
  return (
    <div
      class="map"
      ref={place}
      onKeyDown={moveAmongTiles}
      onPointerOver={point}
      onPointerLeave={hide}
      onFocusIn={point}
      onFocusOut={hide}
    >
      <div class="lane of-scale">
        <span />
        <Scale axis={view.axis} />
      </div>
      {widthPx > 0 && (
        <Parts items={teams} size={lanesDrawn} noun="team">
          {(shown) =>
            shown.map((team) => <TeamLanes key={team.name} {...{ team, view, widthPx }} />)
          }
        </Parts>
      )}
      {pointed !== null && <Card pointed={pointed} view={view} />}
    </div>
  );
}

function TeamLanes({
  team,
  view,
  widthPx,
}: {
  readonly team: Team;
  readonly view: MapView;
  readonly widthPx: number;
}): JSX.Element {
  const name = team.name === '' ? 'No team' : harmless(team.name);
  return (
    <details class="team" open>
      <summary>
        <b>{name}</b>{' '}
        <span class="faint">
          {countText(team)}
          {team.worst !== null && (
            <>
              {' · worst alive '}
              <GradeMark letter={team.worst} />
            </>
          )}
        </span>
      </summary>
      <Parts items={team.lanes} size={lanesDrawn} noun="lane">
        {(lanes) => lanes.map((lane) => <LaneRow key={lane.key} {...{ lane, view, widthPx }} />)}
      </Parts>
    </details>
  );
}

function countText({ alive, dead }: Team): string {
  return dead === 0 ? `${alive} alive` : `${alive} alive, ${dead} ended`;
}

function LaneRow({
  lane,
  view,
  widthPx,
}: {
  readonly lane: Lane;
  readonly view: MapView;
  readonly widthPx: number;
}): JSX.Element {
  const { axis, nowMs } = view;
  const placed = useMemo(
    () => placedTiles(lane.containers, { axis, widthPx, nowMs }),
    [lane.containers, axis.fromMs, axis.toMs, widthPx],
  );
  const place = useRef<HTMLDivElement>(null);
  const isNear = useNear(place);
  const height = placed.rows * (tilePx.height + tilePx.gap);
  const name = harmless(lane.application);
  const environment = harmless(lane.environment);
  return (
    <div class="lane" role="group" aria-label={`${name} ${environment}`}>
      <span class="lane-name" title={`${name} ${environment}`}>
        {name} <small>{environment}</small>
        {placed.hidden > 0 && <small class="hidden-count">+{placed.hidden} not drawn</small>}
      </span>
      <div class="track" ref={place} style={{ height: `${height}px` }}>
        {(isNear ? placed.tiles : []).map((tile, index) => (
          <TileLink key={tile.container.id} {...{ tile, view }} isFirst={index === 0} />
        ))}
      </div>
    </div>
  );
}

function TileLink({
  tile,
  view,
  isFirst,
}: {
  readonly tile: Tile;
  readonly view: MapView;
  readonly isFirst: boolean;
}): JSX.Element {
  const { container, leftPx, widthPx, row } = tile;
  const { id, grade, running } = container;
  return (
    <a
      class={`tile tone-${toneOf(grade)}${running ? '' : ' is-dead'}`}
      href={addressOf('containers', id)}
      data-id={id}
      tabIndex={isFirst ? 0 : -1}
      aria-label={describe(container, view)}
      style={{
        left: `${leftPx}px`,
        width: `${widthPx}px`,
        top: `${row * (tilePx.height + tilePx.gap)}px`,
      }}
    >
      {letterOf(container)}
      {widthPx >= namedPx && <small> {harmless(container.name ?? shortId(id)).slice(0, 60)}</small>}
    </a>
  );
}

function letterOf({ grade }: ContainerView): string {
  return grade === null ? '?' : harmless(grade).slice(0, 1);
}

/** Name, image, life and the one thing to know, in one sentence for who listens. */
function describe(container: ContainerView, view: MapView): string {
  const { name, id, image, grade } = container;
  const note = noteOf(container, view);
  // Begins with what the tile shows, so that who speaks to the page can say what they see.
  return [
    `${letterOf(container)} ${harmless(name ?? shortId(id))}`,
    harmless(image.reference ?? 'image not known'),
    lifeText(container, view.nowMs),
    grade === null ? 'grade not known' : `grade ${grade}`,
    ...(note === null ? [] : [note]),
  ].join(', ');
}

export function lifeText(container: ContainerView, nowMs: number): string {
  const { fromMs, toMs } = lifeOf(container, nowMs);
  const span = spanText(toMs - fromMs);
  if (container.running) return `running for ${span}`;
  const code = container.exitCode === null ? '' : `, exit code ${container.exitCode}`;
  return `ran for ${span}${code}`;
}

function noteOf({ id, exitCode, namedBeforeStart }: ContainerView, view: MapView): string | null {
  const told = view.notes.get(id);
  if (told !== undefined) return told;
  if (exitCode !== null && exitCode !== 0) return `it failed with exit code ${exitCode}`;
  return namedBeforeStart ? null : 'it began before it could be named';
}

function pointedBy(event: Event, teams: readonly Team[]): Pointed | null {
  const tile = event.target instanceof Element ? event.target.closest<HTMLElement>('.tile') : null;
  const id = tile?.dataset['id'];
  if (tile === null || id === undefined) return null;
  for (const { lanes } of teams) {
    for (const { containers } of lanes) {
      const container = containers.find((one) => one.id === id);
      const box = tile.getBoundingClientRect();
      if (container !== undefined) {
        const leftPx = Math.max(8, Math.min(box.left, innerWidth - 336));
        return { container, leftPx, topPx: box.bottom + 6 };
      }
    }
  }
  return null;
}

/** Not read out: the tile's own label says the same. */
function Card({
  pointed,
  view,
}: {
  readonly pointed: Pointed;
  readonly view: MapView;
}): JSX.Element {
  const { container, leftPx, topPx } = pointed;
  return (
    <div class="card" aria-hidden="true" style={{ left: `${leftPx}px`, top: `${topPx}px` }}>
      <b>{harmless(container.name ?? shortId(container.id))}</b>{' '}
      <GradeMark letter={container.grade} />
      <div>{harmless(container.image.reference ?? 'image not known')}</div>
      <div class="faint">{lifeText(container, view.nowMs)}</div>
      <div>{noteOf(container, view) ?? 'Nothing else to know.'}</div>
    </div>
  );
}

/** Left and right along a lane, up and down to the nearest tile of the next one. */
function moveAmongTiles(event: KeyboardEvent): void {
  const isVertical = event.key === 'ArrowUp' || event.key === 'ArrowDown';
  const from = event.target instanceof HTMLElement ? event.target : null;
  if (from?.classList.contains('tile') !== true) return;
  if (!isVertical) {
    moveFocus(event, '.tile');
    return;
  }
  const map = from.closest('.map');
  const lanes = [...(map?.querySelectorAll('details[open] .lane:has(.tile)') ?? [])];
  const step = event.key === 'ArrowUp' ? -1 : 1;
  const own = from.closest('.lane');
  const lane = own === null ? undefined : lanes[lanes.indexOf(own) + step];
  const tiles = [...(lane?.querySelectorAll<HTMLElement>('.tile') ?? [])];
  const distance = (tile: HTMLElement): number => Math.abs(tile.offsetLeft - from.offsetLeft);
  const next = tiles.sort((a, b) => distance(a) - distance(b))[0];
  event.preventDefault();
  next?.focus();
}

/** The same as a table: for who listens, for print, and for copying. */
export function HarbourTable({
  containers,
  nowMs,
}: {
  readonly containers: readonly ContainerView[];
  readonly nowMs: number;
}): JSX.Element {
  return (
    <Scrolled label="Containers">
      <Parts items={containers} noun="container">
        {(shown) => (
          <table class="rows">
            <caption class="unseen">
              {counted(containers.length, 'container')}, newest first
            </caption>
            <thead>
              <tr>
                <th scope="col">Grade</th>
                <th scope="col">Container</th>
                <th scope="col">Image</th>
                <th scope="col">Life</th>
                <th scope="col" class="is-wide">
                  Belongs to
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((one) => (
                <tr key={one.id}>
                  <td>
                    <GradeMark letter={one.grade} />
                  </td>
                  <td>
                    <a href={addressOf('containers', one.id)}>
                      {harmless(one.name ?? shortId(one.id))}
                    </a>
                  </td>
                  <td>{harmless(one.image.reference ?? 'not known')}</td>
                  <td>{lifeText(one, nowMs)}</td>
                  <td class="is-wide">{ownerText(one)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Parts>
    </Scrolled>
  );
}

export function ownerText({ workload }: ContainerView): string {
  const { team, application, environment, user } = workload;
  const words = [team ?? user, application, environment].filter((one) => one !== null);
  return words.length === 0 ? 'nobody' : words.map(harmless).join(' › ');
}

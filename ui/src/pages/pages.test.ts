// The pure parts of the pages: tiles on lanes, moments on an axis, findings by action, rooms and lines.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { containerOf, timelineOf, usualContainers } from '../../../test/browser/mock-answers.ts';
import { networkOf } from '../../../test/browser/mock-house.ts';
import { sampleReport } from '../../../test/sample-report.ts';
import type { Network } from '../data/answers.ts';
import { momentsOf, nearest, processRows, ticksOf, wholeAxis } from './container-events.ts';
import { axisOfChoice, placedTiles, teamsOf, tilePx } from './harbour-lanes.ts';
import { groupsOf, layerShares } from './image-groups.ts';
import { corridorsOf, roomsOf, spotsOf } from './network-rooms.ts';

const now = new Date('2026-11-22T03:00:00.000Z');
const nowMs = now.getTime();

describe('lanes of the harbour', () => {
  test('teams are sorted, nobody comes last, all are counted', () => {
    const teams = teamsOf(usualContainers(now));
    expect(teams.map(({ name }) => name)).toEqual(['checkout', 'search', '']);
    expect(teams.map(({ alive, dead, worst }) => [alive, dead, worst])).toEqual([
      [4, 2, 'D'],
      [2, 14, 'F'],
      [1, 0, null],
    ]);
  });

  test('no tile covers another, none leaves the lane, and nobody is lost silently', () => {
    const lives = fc.array(
      fc.record({ agoMs: fc.integer({ min: 0, max: 90_000_000 }), lifeMs: fc.nat(9_000_000) }),
      { maxLength: 120 },
    );
    const widths = fc.integer({ min: 40, max: 3000 });
    fc.assert(
      fc.property(lives, widths, (made, widthPx) => {
        const containers = made.map((one, index) => containerOf(now, { ...one, name: `${index}` }));
        const axis = { fromMs: nowMs - 86_400_000, toMs: nowMs };
        const { tiles, hidden, rows } = placedTiles(containers, { axis, widthPx, nowMs });
        const seen = containers.filter(({ endedAt }) => Date.parse(endedAt ?? '') >= axis.fromMs);
        expect(tiles.length + hidden).toBe(seen.length);
        expect(rows).toBeLessThanOrEqual(5);
        for (const [index, one] of tiles.entries()) {
          expect(one.leftPx).toBeGreaterThanOrEqual(0);
          expect(one.leftPx + one.widthPx).toBeLessThanOrEqual(widthPx + 0.01);
          expect(one.widthPx).toBeGreaterThanOrEqual(tilePx.width);
          const next = tiles[index + 1];
          if (next?.row !== one.row) continue;
          expect(next.leftPx).toBeGreaterThanOrEqual(one.leftPx + one.widthPx);
        }
      }),
      { seed: 7, numRuns: 150 },
    );
  });

  test('the axis fits what there is, a day at most', () => {
    const young = [containerOf(now, { name: 'a', agoMs: 60_000 })];
    const old = [containerOf(now, { name: 'a', agoMs: 90 * 86_400_000 })];
    expect(axisOfChoice('', young, nowMs).choice).toBe('15m');
    expect(axisOfChoice('', old, nowMs).choice).toBe('24h');
    expect(axisOfChoice('all', old, nowMs).fromMs).toBeLessThan(nowMs - 90 * 86_400_000);
    expect(axisOfChoice('', [], nowMs).choice).toBe('15m');
  });
});

test('moments of a container stand in order on lanes; equal places become one mark', () => {
  const timeline = timelineOf(
    now,
    containerOf(now, { name: 'a', agoMs: 21_600_000 }),
    (word) => word,
  );
  const rows = processRows(timeline.processes);
  expect(rows.map(({ level, isStrange }) => [level, isStrange])).toEqual([
    [1, false],
    [2, false],
    [3, true],
  ]);
  const moments = momentsOf(timeline, rows);
  expect(moments.map(({ ms }) => ms)).toEqual(
    moments.map(({ ms }) => ms).toSorted((a, b) => a - b),
  );
  const axis = wholeAxis(moments, { fromMs: nowMs - 21_600_000, toMs: nowMs });
  expect(ticksOf(moments, 'process', axis)).toHaveLength(3);
  const crowd = Array.from({ length: 50_000 }, (_, index) => ({
    lane: 'file' as const,
    ms: axis.fromMs + index * 10,
    text: '',
    weight: null,
  }));
  expect(ticksOf(crowd, 'file', axis).length).toBeLessThanOrEqual(301);
  expect(nearest(moments, axis.toMs, 3)).toEqual(moments.slice(-3));
});

test('a deep tree of processes is followed to a bound', () => {
  const timeline = timelineOf(now, containerOf(now, { name: 'a', agoMs: 1 }), (word) => word);
  let [root] = timeline.processes;
  for (let depth = 0; depth < 3000 && root !== undefined; depth += 1) {
    const outer: typeof root = Object.assign({}, root, { children: [root] });
    root = outer;
  }
  expect(processRows(root === undefined ? [] : [root]).length).toBe(200);
});

test('each finding stands in one group, and the groups hold all of them', () => {
  const report = sampleReport();
  const all = groupsOf(report).flatMap(({ findings }) => findings);
  expect(all.length).toBe(report.findings.length);
  expect(new Set(all).size).toBe(all.length);
  const shares = layerShares(report);
  expect(shares.map(({ isBase }) => isBase)).toEqual([true, false]);
  expect(shares.reduce((sum, one) => sum + one.packages, 0)).toBe(7);
});

test('rooms hold all endpoints, corridors all flows, spots lie apart', () => {
  const network = networkOf(now, usualContainers(now)) as Network;
  const rooms = roomsOf(network);
  expect(rooms.flatMap(({ nodes }) => nodes).length).toBe(network.nodes.length);
  expect(corridorsOf(network).flatMap(({ flows }) => flows).length).toBe(network.flows.length);
  const spots = [...spotsOf(rooms).values()].map(({ x, y }) => `${Math.round(x)} ${Math.round(y)}`);
  expect(new Set(spots).size).toBe(rooms.length);
});

// The pure parts of the pages: tiles on lanes, moments on an axis, findings by action, rooms and lines.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  containerOf,
  detectionsOf,
  timelineOf,
  usualContainers,
} from '../../../test/browser/mock-answers.ts';
import { exposedOf, networkOf } from '../../../test/browser/mock-house.ts';
import { sampleReport } from '../../../test/sample-report.ts';
import type { DetectionRow, ExposureRow, Network, ProcessView } from '../data/answers.ts';
import { momentText } from '../data/moments.ts';
import { modeText, packageText, sentenceOfOutput, shellWord } from '../data/words.ts';
import { momentsOf, nearest, processRows, ticksOf, wholeAxis } from './container-events.ts';
import { isHeavy, placesOf, rulesOf } from './detection-places.ts';
import { livesOf } from './exposure-lives.ts';
import { axisOfChoice, placedTiles, runningByGrade, teamsOf, tilePx } from './harbour-lanes.ts';
import { groupsOf, layerShares, mergedById } from './image-groups.ts';
import { layoutOf } from './network-layout.ts';
import { corridorsOf, internet, portsText, roomsOf } from './network-rooms.ts';

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

  test('teams of which nothing runs come after those that run', () => {
    const dead = containerOf(now, { name: 'a', team: 'archive', agoMs: 9000, lifeMs: 1000 });
    const teams = teamsOf([dead, ...usualContainers(now)]);
    expect(teams.map(({ name }) => name)).toEqual(['checkout', 'search', 'archive', '']);
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
    expect(axisOfChoice('', young, nowMs)).toMatchObject({ choice: 'all' });
    expect(axisOfChoice('', young, nowMs).fromMs).toBeGreaterThan(nowMs - 120_000);
    expect(axisOfChoice('', old, nowMs).choice).toBe('24h');
    expect(axisOfChoice('all', old, nowMs).fromMs).toBeLessThan(nowMs - 90 * 86_400_000);
    expect(axisOfChoice('', [], nowMs).choice).toBe('all');
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

test('a program of a loop is one row with all of its lives', () => {
  const timeline = timelineOf(now, containerOf(now, { name: 'a', agoMs: 1 }), (word) => word);
  const [root] = timeline.processes;
  if (root === undefined) throw new Error('the sample has no process');
  const beat = (pid: number, word: string): ProcessView => ({
    ...root,
    pid,
    startedAt: new Date(nowMs + pid * 1000).toISOString(),
    endedAt: new Date(nowMs + pid * 1000 + 10 * pid).toISOString(),
    exitCode: 0,
    programs: root.programs.map((one) => ({ ...one, arguments: [word] })),
    children: [],
  });
  const children = [1, 3, 5, 7].flatMap((pid) => [beat(pid, 'sleep'), beat(pid + 1, 'curl')]);
  const failed = { ...beat(9, 'curl'), exitCode: 7 };
  const found = processRows([{ ...root, children: [...children, failed] }]);
  expect(found.map(({ text, spans }) => [text, spans.length])).toEqual([
    [found[0]?.text, 1],
    ['sleep', 4],
    ['curl', 4],
    ['curl', 1],
  ]);
  expect(momentsOf({ ...timeline, files: [], flows: [], detections: [] }, found)).toHaveLength(10);
});

test('what runs is counted by grade, the worst first', () => {
  const grades = ['A', null, 'F', 'C', 'F', 'Z'];
  const running = grades.map((grade, index) =>
    containerOf(new Date(nowMs), { name: `c${index}`, agoMs: 1000, grade }),
  );
  const ended = containerOf(new Date(nowMs), { name: 'x', agoMs: 9, lifeMs: 1, grade: 'D' });
  expect(runningByGrade([...running, ended])).toEqual([
    { grade: 'F', count: 2 },
    { grade: '?', count: 1 },
    { grade: 'C', count: 1 },
    { grade: 'A', count: 1 },
    { grade: 'Z', count: 1 },
  ]);
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

test('lives by image: each container once, those that run first', () => {
  const containers = usualContainers(now);
  const { items } = exposedOf(now, containers, 'CVE-1') as { items: readonly ExposureRow[] };
  const groups = livesOf([...items, ...items]);
  const ids = groups.flatMap(({ lives }) => lives.map(({ row }) => row.container.id));
  expect(new Set(ids).size).toBe(containers.length);
  expect(ids.length).toBe(containers.length);
  for (const { lives } of groups) {
    const running = lives.map(({ row }) => row.running);
    expect(running).toEqual(running.toSorted((a, b) => Number(b) - Number(a)));
  }
  expect(groups[0]?.lives[0]?.packages).toEqual(['pkg:npm/lodash@4.17.4']);
});

test('findings of one flaw stand together, others alone', () => {
  const { findings } = sampleReport();
  const merged = mergedById(findings);
  expect(merged.flat().length).toBe(findings.length);
  for (const same of merged) expect(new Set(same.map(({ id }) => id)).size).toBe(1);
});

test('detections by place, the worst first', () => {
  const at = containerOf(now, { name: 'a', agoMs: 1 });
  const rows = detectionsOf(now, at, (word) => word) as readonly DetectionRow[];
  const [first, second] = rows;
  if (first === undefined || second === undefined) throw new Error('there are not two');
  const host = { ...second, id: 'h', group: { ...second.group, container: null } };
  const places = placesOf([host, second, first]);
  expect(places.map(({ container, rows: own }) => [container?.id ?? null, own.length])).toEqual([
    [at.id, 2],
    [null, 1],
  ]);
  expect(places[0]?.rows[0]).toBe(first);
  expect(rulesOf([first, second, first]).map(({ length }) => length)).toEqual([2, 1]);
  expect(isHeavy('Warning', 'high')).toBe(false);
});

describe('rooms of the network', () => {
  test('they hold all endpoints, corridors all flows', () => {
    const network = networkOf(now, usualContainers(now)) as Network;
    const rooms = roomsOf(network);
    expect(rooms.flatMap(({ nodes }) => nodes).length).toBe(network.nodes.length);
    expect(rooms.some(({ key }) => key === internet)).toBe(true);
    const corridors = corridorsOf(network);
    expect(corridors.flatMap(({ flows }) => flows).length).toBe(network.flows.length);
    expect(corridors.map(portsText)).toContain('tcp 80');
  });

  test('private addresses are not the internet', () => {
    const nodes = ['10.1.2.3', '172.31.0.1', '172.32.0.1', 'fd00::1', '2001:db8::1'].map((one) => ({
      id: `address:${one}`,
      name: one,
      kind: 'external' as const,
      workload: null,
    }));
    const rooms = roomsOf({ nodes, flows: [] });
    expect(rooms.map(({ title, nodes: own }) => [title, own.length])).toEqual([
      ['Internet', 2],
      ['Private addresses', 3],
    ]);
  });

  test('no box covers another, every line is drawn once, in any graph', () => {
    const pairs = fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 40 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), pairs, (count, made) => {
        const rooms = Array.from({ length: count }, (_, index) => ({
          key: `${index}`,
          title: `${index}`,
          subtitle: '',
          nodes: [],
        }));
        const keys = [...new Set(made.map(([a, b]) => `${a % count} ${b % count}`))];
        const corridors = keys.map((one) => {
          const [from = '', to = ''] = one.split(' ');
          return { from, to, bytes: 1, count: 1, flows: [] };
        });
        const { boxes, lines, width, height } = layoutOf(rooms, corridors);
        expect(boxes.size).toBe(count);
        expect(lines.length).toBe(corridors.filter(({ from, to }) => from !== to).length);
        const all = [...boxes.values()];
        for (const [index, a] of all.entries()) {
          expect(a.x + a.width <= width && a.y + a.height <= height).toBe(true);
          for (const b of all.slice(index + 1)) {
            const apart =
              a.x + a.width <= b.x ||
              b.x + b.width <= a.x ||
              a.y + a.height <= b.y ||
              b.y + b.height <= a.y;
            expect(apart).toBe(true);
          }
        }
      }),
      { seed: 11, numRuns: 150 },
    );
  });
});

test.each([
  [
    '04:33:20.489605135: Warning A file is fetched: arguments=-m | program=/usr/bin/curl pod=<NA>',
    'A file is fetched: arguments=-m',
  ],
  ['A shell was spawned (user=root | sh)', 'A shell was spawned (user=root | sh)'],
  ['', ''],
  [' | only fields', '| only fields'],
])('the sentence of %j', (output, sentence) => {
  expect(sentenceOfOutput(output).trim()).toBe(sentence);
});

test('marks of an axis are as exact as it needs', () => {
  expect(momentText(nowMs + 7, 500)).toMatch(/00:00\.007$/);
  expect(momentText(nowMs, 60_000)).toMatch(/:00:00$/);
  expect(momentText(nowMs, 3_600_000)).toMatch(/22.*:00$/);
});

test('words of modes and packages', () => {
  expect(modeText('S_IRUSR|S_IXUSR|S_ISUID')).toBe('r-x------ setuid');
  expect(modeText('/etc/passwd')).toBe('/etc/passwd');
  expect(packageText('pkg:deb/debian/libc6@2.36-9%2Bdeb12u3?arch=amd64')).toBe(
    'libc6 2.36-9+deb12u3 (deb)',
  );
  expect(packageText('pkg:npm/%40scope/a@1.0')).toBe('@scope/a 1.0 (npm)');
  expect(packageText('pkg:npm/%')).toBe('pkg:npm/%');
});

test.each([
  ['shop/api:1.4', 'shop/api:1.4'],
  ['$(reboot)', "'$(reboot)'"],
  ["a'; rm -rf /; '", "'a'\\''; rm -rf /; '\\'''"],
  ['-rf', "'-rf'"],
  ['a\nb', "'a\nb'"],
])('%s is one word of a shell', (text, word) => {
  expect(shellWord(text)).toBe(word);
});

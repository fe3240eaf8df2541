// The record for people: 80 columns, hostile names, a page that nothing from a container can change.
import { describe, expect, test } from 'vitest';
import type { ContainerView, ExposureAnswer, TimelineView } from '../../model/timeline-view.ts';
import { widthOf } from '../paint/index.ts';
import { containersTable, exposureTable, timelinePage, timelineTable } from './index.ts';
import { offsetText, spanText } from './words.ts';

const hostile = `</title><script>alert(1)</script>"'&\u001b[31m\u202e\n${'x'.repeat(300)}`;
const at = '2026-01-02T03:04:05.000000Z';
const now = new Date('2026-01-02T04:04:05Z');

function container(name: string | null, running: boolean): ContainerView {
  return {
    id: 'a'.repeat(64),
    name,
    image: { reference: name, id: null, digest: null },
    node: hostile,
    workload: { user: hostile, team: hostile, application: null, environment: null },
    createdAt: null,
    startedAt: at,
    endedAt: running ? null : '2026-01-02T03:05:06.000000Z',
    exitCode: running ? null : 137,
    namedBeforeStart: running,
    grade: null,
    running,
    firstSeen: at,
    lastSeen: at,
  };
}

const timeline: TimelineView = {
  container: container(hostile, false),
  startedBy: { user: hostile, command: hostile, pid: 1 },
  command: [hostile],
  ports: [hostile],
  processes: [
    {
      pid: 1,
      parentPid: null,
      user: { id: 0, name: hostile },
      startedAt: at,
      endedAt: null,
      exitCode: null,
      signal: null,
      programs: [
        { at, path: hostile, arguments: ['x', hostile], fromOwnLayer: true, fromMemory: false },
        { at, path: '/bin/b', arguments: [], fromOwnLayer: null, fromMemory: true },
      ],
      children: [],
    },
  ],
  files: [
    { path: hostile, action: 'renamed', to: hostile, count: 2, firstAt: at, lastAt: at, pid: 1 },
  ],
  flows: [
    {
      direction: 'in',
      protocol: hostile,
      port: 80,
      remote: hostile,
      name: hostile,
      flows: 1,
      bytesSent: 1,
      bytesReceived: 2_000_000,
      firstAt: at,
      lastAt: at,
    },
  ],
  detections: [
    {
      hostname: hostile,
      output: hostile,
      priority: hostile,
      rule: hostile,
      source: 'syscall',
      tags: [],
      time: at,
      output_fields: { [hostile]: hostile, 'seaworthy.exception': hostile },
      count: 2,
      lastAt: at,
    },
  ],
  responses: [
    {
      at,
      id: hostile,
      action: hostile,
      state: hostile,
      result: hostile,
      because: hostile,
      undo: hostile,
      count: 3,
    },
  ],
  losses: [{ what: hostile, count: 3, from: at, to: at, why: hostile, ownOnly: true }],
  packages: [{ purl: hostile, files: [hostile] }],
  events: 3,
  truncated: true,
  rawOn: null,
  namesakes: 1,
};

const answer: ExposureAnswer = {
  asked: hostile,
  title: hostile,
  published: at,
  rows: [true, false].map((running) => ({
    container: container(hostile, running),
    package: { purl: hostile },
    advisory: hostile,
    firstSeen: at,
    lastSeen: at,
    running,
    inUse: running ? true : null,
    reachableFrom: [hostile],
  })),
  packages: [{ purl: hostile, fixedIn: [hostile] }],
  total: { images: 1, containers: 9, running: 1, used: 1, firstSeen: at, lastSeen: at },
  skipped: 0,
  imagesUnknown: 2,
  unknowns: [hostile],
};

const view = { columns: 80, colour: false, now };

describe('what is known and what is not', () => {
  const unstarted = { ...container('web', false), startedAt: null, namedBeforeStart: true };
  const limits = { memoryBytes: 64_000_000, cpus: 0.5, processes: null };

  test.each([
    ['never started', containersTable([unstarted], { ...view, more: false })],
    [
      'not started yet',
      containersTable([{ ...unstarted, running: true, endedAt: null }], { ...view, more: false }),
    ],
    [
      'web was never started: nothing was detected.',
      timelineTable({ ...timeline, container: unstarted, detections: [] }, view),
    ],
    ['limits 64.0 MB of memory, 0.5 processors', timelineTable({ ...timeline, limits }, view)],
    [
      'limits none',
      timelineTable(
        { ...timeline, limits: { memoryBytes: null, cpus: null, processes: null } },
        view,
      ),
    ],
    [
      'nothing was detected in what was asked for.',
      timelineTable(
        { ...timeline, container: container('w', false), detections: [], isNarrowed: true },
        view,
      ),
    ],
    [
      'No process was recorded in what was asked for.',
      timelineTable({ ...timeline, processes: [], isNarrowed: true }, view),
    ],
  ])('%s', (sentence, text) => {
    expect(text.replaceAll(/\s+/g, ' ')).toContain(sentence);
  });
});

describe('on a terminal', () => {
  test.each([
    [
      'containers',
      containersTable([container(hostile, true), container(null, false)], { ...view, more: true }),
    ],
    ['a timeline', timelineTable(timeline, view)],
    ['exposure', exposureTable(answer, view)],
  ])('%s: no line is wider than 80 columns, none obeys a name', (_name, text) => {
    expect(text.endsWith('\n')).toBe(true);
    for (const line of text.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(80);
    // oxlint-disable-next-line no-control-regex -- controls are what is looked for
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });

  test('a container with several affected packages counts once', () => {
    const [row] = answer.rows;
    const rows = row === undefined ? [] : [row, row, row];
    const text = exposureTable({ ...answer, asked: 'CVE-1', rows }, view);
    expect(text.replaceAll(/\s+/g, ' ')).toContain('1 of the 1 listed faced the network.');
  });

  test('nothing is told in a sentence too', () => {
    expect(containersTable([], { ...view, more: false })).toContain('No container');
    const none = { ...answer, asked: 'CVE-1', rows: [], total: { ...answer.total, containers: 0 } };
    expect(exposureTable(none, view)).toContain('No container that was recorded ran CVE-1.');
  });
});

describe('the page', () => {
  const page = timelinePage(timeline, now);

  test('stands alone: no script, nothing from elsewhere, and a policy that forbids both', () => {
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(page).not.toMatch(/<script|<link|<img|<iframe|<object|\son\w+=|javascript:/i);
    expect(page).not.toMatch(/\b(?:src|href)=/);
    expect(page).not.toMatch(/url\(|@import/);
  });

  test('nothing of a container becomes markup', () => {
    expect(page).toContain('&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;');
    expect(page).not.toContain('\u202e');
    const tags = [...page.matchAll(/<\/?([a-z0-9]+)/gi)].map(([, tag]) => tag);
    const known =
      'html head meta title style body main header h1 h2 dl dt dd section ul li time div span i ' +
      'details summary b p pre table tr th td code em small footer';
    expect([...new Set(tags)].filter((tag) => !known.split(' ').includes(tag ?? ''))).toEqual([]);
    for (const tag of ['div', 'section', 'table', 'tr', 'td', 'details', 'span', 'ul', 'li']) {
      const opened = page.match(new RegExp(`<${tag}[ >]`, 'g'))?.length ?? 0;
      expect([tag, page.split(`</${tag}>`).length - 1]).toEqual([tag, opened]);
    }
  });

  test('says what is not in the record, and what is not from the image', () => {
    for (const words of ['Not in this record', 'not from the image', 'from memory', 'more were']) {
      expect(page).toContain(words);
    }
  });
});

test.each([
  [5, '5 ms', '+5 ms'],
  [1300, '1.3 s', '+1.3 s'],
  [65_100, '1 min', '+1:05.1'],
  [7_384_000, '2 h 3 min', '+2:03:04'],
  [273_900_000, '3 d', '+3 d 04:05'],
])('%d ms is %s, after the start %s', (ms, span, offset) => {
  expect(spanText(ms)).toBe(span);
  expect(offsetText(ms)).toBe(offset);
});

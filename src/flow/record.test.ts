// From records to answers: timelines as trees, exposure by advisory and package, flat events.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memorySource } from '../../test/advisory-source.ts';
import {
  detected,
  exited,
  flow,
  idOf,
  imageIdOf,
  lifecycle,
  loaded,
  sampleRun,
  second,
  started,
  startNs,
  wrote,
} from '../../test/sample-record.ts';
import type { Package } from '../model/package.ts';
import type { Inventory } from '../model/report.ts';
import { flatEvent, unknownNames } from '../runtime/rules/index.ts';
import { openRecord, type RecordReader, usualRetention } from '../store/record/index.ts';
import { detectionRecord } from './detection-record.ts';
import { matchEcosystems } from './ecosystems.ts';
import { exposedTo } from './exposure.ts';
import { flatTimeline } from './flat-timeline.ts';
import { indexInventory, indexKnown, inventoryRan } from './ran-images.ts';
import { startRecording } from './record.ts';
import type { Services } from './services.ts';
import { timelineOf } from './timeline.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-flow-record-'));
let reader: RecordReader;
const odd = 'odd <b>"name\u202e\n';

function found(type: string, name: string, version: string): Package {
  const language = type === 'npm';
  return {
    purl: `pkg:${type}/${language ? '' : 'debian/'}${name}@${version}`,
    type,
    namespace: language ? null : 'debian',
    name,
    version,
    source: language ? null : { name: name === 'libssl3' ? 'openssl' : name, version },
    licences: [],
    locations: [],
    ownedBy: null,
    evidence: 'installed',
  };
}

const debian = {
  id: 'debian',
  versionId: '12',
  name: 'Debian GNU/Linux 12 (bookworm)',
  endOfLife: '2028-06-30',
  osvEcosystem: 'Debian:12',
  packageType: 'deb',
  purlNamespace: 'debian',
} as unknown as NonNullable<Inventory['distribution']>;

function inventory(packages: readonly Package[]): Inventory {
  const target = { kind: 'docker', name: 'x', digest: null, platform: null, os: null, layers: [] };
  return { target, packages, unknowns: [], distribution: debian } as Inventory;
}

const known = memorySource([
  {
    id: 'DEBIAN-CVE-2023-0001',
    upstream: ['CVE-2023-0001'],
    summary: 'openssl reads too far',
    published: '2026-01-01T00:00:00Z',
    affected: [
      {
        package: { ecosystem: 'Debian:12', name: 'openssl' },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '3.0.9-1' }] }],
      },
    ],
  },
]);

/** As the database does: by its aliases too. */
const advisories = {
  ...known,
  byId: (id: string) => known.byId(id.replace(/^CVE-2023/, 'DEBIAN-CVE-2023')),
};

beforeAll(async () => {
  let monotonic = 0n;
  const clock = { wallNs: () => startNs + monotonic, monotonicNs: () => (monotonic += 1_000_000n) };
  const recording = startRecording({ folder, clock, retention: usualRetention, warn: () => {} });
  const at = (ms: number): bigint => startNs + BigInt(ms) * 1_000_000n;
  const records = [
    lifecycle(sampleRun('web', { image: 'old:1', ports: ['0.0.0.0:80->8080/tcp'] })),
    started('web', {
      pid: 10,
      parent: 1,
      path: '/bin/sh',
      words: ['sh', '-c', 'x'],
      timeNs: at(0),
    }),
    started('web', { pid: 11, parent: 10, path: '/usr/bin/openssl', timeNs: at(5) }),
    loaded('web', '/usr/lib/libssl.so.3', at(6)),
    wrote('web', '/tmp/a', at(7)),
    wrote('web', '/tmp/a', at(8)),
    exited('web', { pid: 11, timeNs: at(9) }),
    // The same pid again: another process.
    started('web', { pid: 11, parent: 10, path: '/usr/bin/id', timeNs: at(10) }),
    { ...started('web', { pid: 10, path: '/usr/bin/node', timeNs: at(20) }), startedAtNs: at(0) },
    flow('web', 'in', '10.1.1.1', { port: 8080, timeNs: at(30) }),
    flow('web', 'in', '10.1.1.1', { port: 8080, phase: 'closed', timeNs: at(31) }),
    detected('web', 'Terminal shell in container', at(40)),
    lifecycle(
      sampleRun('web', {
        image: 'old:1',
        ports: ['0.0.0.0:80->8080/tcp'],
        endedAtNs: at(900),
        exitCode: 0,
      }),
    ),
    lifecycle(sampleRun('fixed', { image: 'new:1' })),
    lifecycle(sampleRun(odd, { image: 'old:1', id: idOf('odd'), startedAtNs: startNs - second })),
    lifecycle(sampleRun('mystery', { image: 'nobody:1' })),
  ];
  for (const record of records) recording.append(record);
  await recording.stop();
  reader = openRecord(folder);
  const shared = [found('npm', 'lodash', '4.17.4')];
  indexInventory(
    reader,
    imageIdOf('old:1'),
    inventory([...shared, found('deb', 'libssl3', '3.0.1-1')]),
  );
  indexInventory(reader, imageIdOf('new:1'), inventory([found('deb', 'libssl3', '3.0.9-1')]));
  reader.mapFiles(imageIdOf('old:1'), (path) =>
    path.includes('libssl') ? 'pkg:deb/debian/libssl3@3.0.1-1' : null,
  );
});
afterAll(() => {
  reader.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a timeline', () => {
  test('is a tree in time, with what was read, written, talked and detected', () => {
    const query = { limit: 1000 };
    const timeline = timelineOf(reader, { container: 'web', query });
    expect(timeline.container).toMatchObject({ name: 'web', exitCode: 0, namedBeforeStart: true });
    const [shell] = timeline.processes;
    expect(timeline.processes).toHaveLength(1);
    expect(shell?.programs.map(({ path }) => path)).toEqual(['/bin/sh', '/usr/bin/node']);
    expect(shell?.children.map((one) => [one.pid, one.programs[0]?.path, one.exitCode])).toEqual([
      [11, '/usr/bin/openssl', 0],
      [11, '/usr/bin/id', null],
    ]);
    expect(timeline.files).toMatchObject([{ path: '/tmp/a', action: 'written', count: 2 }]);
    expect(timeline.flows).toMatchObject([{ direction: 'in', port: 8080, flows: 1 }]);
    expect(timeline.detections).toMatchObject([{ rule: 'Terminal shell in container' }]);
    expect(timeline.packages).toEqual([
      { purl: 'pkg:deb/debian/libssl3@3.0.1-1', files: ['/usr/lib/libssl.so.3'] },
    ]);
    expect(() => JSON.stringify(timeline)).not.toThrow();
  });

  test('by the start of an id; unclear and unknown words are told', () => {
    const query = { limit: 10 };
    const ask = (container: string) => timelineOf(reader, { container, query }).container.name;
    expect(ask(idOf('web').slice(0, 10))).toBe('web');
    expect(ask(odd)).toBe(odd);
    expect(() => ask('nothing')).toThrow(/knows no container nothing/);
  });

  test('only a part of it: words and times', () => {
    const query = { limit: 10, grep: 'openssl' };
    const timeline = timelineOf(reader, { container: 'web', query });
    expect(timeline.processes.map(({ programs }) => programs[0]?.path)).toEqual([
      '/usr/bin/openssl',
    ]);
    expect(timeline.detections).toEqual([]);
    expect(timeline.files).toEqual([]);
  });

  test('ten thousand generations do not overflow anything', async () => {
    const { processTree } = await import('./process-tree.ts');
    const chain = Array.from({ length: 10_000 }, (_, pid) =>
      started('x', { pid: pid + 1, parent: pid, timeNs: startNs + BigInt(pid) }),
    );
    expect(JSON.stringify(processTree(chain)).length).toBeGreaterThan(10_000);
  });
});

describe('exposure', () => {
  const services = () => ({ record: reader, advisories, ecosystems: matchEcosystems });
  const page = { skip: 0, limit: 10 };

  test('of an advisory: who ran it, used it, faced the network; who ran the fixed one did not', () => {
    const answer = exposedTo(services(), { asked: 'CVE-2023-0001', ...page });
    expect(answer.total).toMatchObject({ containers: 2, running: 1, used: 1, images: 1 });
    expect(answer.imagesUnknown).toBe(1);
    expect(answer.packages).toEqual([
      { purl: 'pkg:deb/debian/libssl3@3.0.1-1', fixedIn: ['3.0.9-1'] },
    ]);
    expect(answer.rows.map((row) => [row.container.name, row.inUse, row.running])).toEqual([
      ['web', true, false],
      [odd, null, true],
    ]);
    expect(answer.rows[0]).toMatchObject({
      advisory: 'CVE-2023-0001',
      reachableFrom: ['0.0.0.0:80->8080/tcp', '10.1.1.1 to tcp 8080'],
    });
  });

  test.each([
    ['pkg:npm/lodash', 2],
    ['pkg:npm/lodash@4.17.4', 2],
    ['pkg:npm/lodash@<4.17.21', 2],
    ['pkg:npm/lodash@>=4.17.5,<5', 0],
    ['pkg:deb/libssl3', 3],
    ['pkg:deb/debian/libssl3@<3.0.9-1', 2],
    ['pkg:deb/debian/libssl3@3.0.9-1?arch=amd64', 1],
    ['pkg:deb/ubuntu/libssl3', 0],
    ['pkg:npm/none', 0],
  ])('of a package: %s', (asked, containers) => {
    const answer = exposedTo(services(), { asked, ...page });
    expect(answer.total.containers).toBe(containers);
    expect(answer.rows).toHaveLength(containers);
  });

  test.each([
    ['CVE-1999-0001', /does not know CVE-1999-0001/],
    ['pkg:', /no package URL/],
    ['pkg:npm/lodash@<', /no range of versions/],
  ])('%s is told to be wrong', (asked, message) => {
    expect(() => exposedTo(services(), { asked, ...page })).toThrow(message);
  });

  test('pages add up to the whole', () => {
    const all = exposedTo(services(), { asked: 'pkg:deb/libssl3', ...page }).rows;
    const parts = [0, 1, 2].flatMap(
      (skip) => exposedTo(services(), { asked: 'pkg:deb/libssl3', skip, limit: 1 }).rows,
    );
    expect(parts).toEqual(all);
  });
});

test('flat events are events that rules understand, each field a known one', () => {
  const lines = flatTimeline(reader, { container: 'web', query: { limit: 100 } }).trimEnd();
  const events = lines.split('\n').map((line) => flatEvent(JSON.parse(line)));
  expect(events.map((event) => event?.type)).toEqual([
    'execve',
    'execve',
    'open',
    'open',
    'open',
    'execve',
    'execve',
    'accept',
  ]);
  for (const event of events) expect(event === null ? null : unknownNames(event)).toEqual([]);
  expect(events[1]?.fields.get('proc.pname')).toBe('sh');
  expect(lines).toContain(`"evt.time":${startNs + 5_000_000n}`);
});

test('an image that ran is indexed from what the store knows, without its layers', async () => {
  const known = inventory([found('npm', 'left-pad', '1.3.0')]);
  const services = {
    store: { inventory: () => ({ inventory: known, firstSeen: '2026' }) },
    revision: 'r',
    reading: async () => ({ analyst: { cached: () => null } }),
  } as unknown as Services;
  const ran = await inventoryRan(services, reader, imageIdOf('nobody:1'));
  expect(ran.packages).toBe(1);
  expect(await indexKnown(services, reader)).toBe(0);
  const record = reader;
  const asked = { asked: 'pkg:npm/left-pad', skip: 0, limit: 1 };
  const answer = exposedTo({ record, advisories, ecosystems: matchEcosystems }, asked);
  expect(answer.rows.map(({ container }) => container.name)).toEqual(['mystery']);
  expect(answer.imagesUnknown).toBe(0);
});

test('a detection becomes plain data', () => {
  const about = { timeNs: startNs, containerId: null };
  const fields = new Map<string, string | number | bigint | null | Uint8Array>([
    ['evt.time', startNs],
    ['proc.tty', 34_816],
    ['small', 7n],
    ['evt.buffer', Uint8Array.of(1, 255)],
    ['proc.pname', null],
  ]);
  const record = detectionRecord(
    {
      hostname: 'n',
      output: 'o',
      priority: 'Warning',
      rule: 'r',
      source: 'syscall',
      tags: ['a'],
      time: 't',
      outputFields: fields,
    },
    about,
  );
  expect(JSON.parse(JSON.stringify(record.detection)).output_fields).toEqual({
    'evt.time': String(startNs),
    'proc.tty': 34_816,
    small: 7,
    'evt.buffer': '01ff',
    'proc.pname': null,
  });
});

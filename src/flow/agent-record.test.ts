// What an agent tells of a record: each thing once, again when it changed, nothing twice after a restart;
// and what it does about detections.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  detected,
  exited,
  flow,
  idOf,
  imageIdOf,
  lifecycle,
  sampleRun,
  second,
  started,
  startNs,
} from '../../test/sample-record.ts';
import { sampleReport } from '../../test/sample-report.ts';
import type { FleetRecord } from '../model/fleet.ts';
import type { RuntimeRecord } from '../model/timeline.ts';
import {
  openRecord,
  openRecorder,
  type RecordReader,
  usualRetention,
} from '../store/record/index.ts';
import type { AgentSource } from './agent.ts';
import { followForAnswers, withOwnRecords } from './agent-answer.ts';
import { recordSource } from './agent-record.ts';

let folder = '';
let reader: RecordReader | null = null;
const nowNs = startNs + 60n * second;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-agent-record-'));
});
afterEach(() => {
  reader?.close();
  reader = null;
  rmSync(folder, { recursive: true, force: true });
});

function write(...records: readonly RuntimeRecord[]): void {
  const clock = { wallNs: () => nowNs, monotonicNs: () => 1n };
  const retention = { ...usualRetention, rawAgeMs: 1e15, runAgeMs: 1e15 };
  const writer = openRecorder({ folder, clock, retention, warn: () => undefined });
  for (const one of records) writer.append(one);
  writer.close();
}

function open(): RecordReader {
  reader ??= openRecord(folder);
  return reader;
}

function source(): AgentSource {
  const { distribution, packages, target } = { distribution: null, ...sampleReport() };
  const inventory = { distribution, packages, target, unknowns: [] } as never;
  return recordSource({
    open,
    nowNs: () => nowNs,
    inventory: (id) => (id === imageIdOf('shop/api:1.2') ? inventory : null),
  });
}

/** Everything that a source has, as an agent takes it. */
function all(
  from: AgentSource,
  before: unknown = null,
): { kinds: string[]; position: unknown; records: FleetRecord[] } {
  const records: FleetRecord[] = [];
  let position = before;
  for (let round = 0; round < 50; round += 1) {
    const next = from.next(position);
    if (next === null) break;
    records.push(...next.records);
    ({ position } = next);
  }
  return { records, position, kinds: records.map(({ kind }) => kind).toSorted() };
}

const life = [
  lifecycle(sampleRun('web')),
  started('web', { pid: 10, timeNs: startNs }),
  flow('web', 'out', '10.1.2.3', { hostName: 'db.shop', timeNs: startNs + 9n }),
  detected('web', 'Terminal shell in container', startNs + second),
];

test('no record yet: nothing, and no complaint', () => {
  const empty = recordSource({ open: () => null, nowNs: () => nowNs, inventory: () => null });
  expect(empty.next(null)).toBeNull();
});

test('runs, flows, detections and inventories are told once', () => {
  write(...life);
  const from = source();
  const { kinds, records, position } = all(from);
  expect(kinds).toEqual(['detection', 'flow', 'inventory', 'run']);
  expect(records).toMatchObject([
    {
      kind: 'detection',
      container: idOf('web'),
      detection: { rule: 'Terminal shell in container' },
    },
    { kind: 'run', name: 'web', alive: true, workload: { team: 'checkout' } },
    { kind: 'flow', remote: '10.1.2.3', name: 'db.shop', flows: 1 },
    { kind: 'inventory', imageId: imageIdOf('shop/api:1.2') },
  ]);
  expect(from.next(position)).toBeNull();
});

test('an end is told anew; after a restart no detection is told twice', () => {
  write(...life);
  const { position } = all(source());
  reader?.close();
  reader = null;
  write(
    detected('web', 'Drift', startNs + 3n * second),
    exited('web', { pid: 10 }),
    lifecycle(sampleRun('web', { endedAtNs: startNs + 4n * second, exitCode: 137 })),
  );
  const { records } = all(source(), position);
  const rules = records.flatMap((one) => (one.kind === 'detection' ? [one.detection.rule] : []));
  expect(rules).toEqual(['Drift']);
  expect(records.find(({ kind }) => kind === 'run')).toMatchObject({ alive: false, exitCode: 137 });
});

test('many detections come in the order in which they happened, in pieces', () => {
  const many = Array.from({ length: 1203 }, (_, index) =>
    detected('web', `rule ${index}`, startNs + BigInt(index) * 1_000_000n),
  );
  write(lifecycle(sampleRun('web')), ...many);
  const first = source().next(null);
  expect(first?.records.filter(({ kind }) => kind === 'detection')).toHaveLength(500);
  const { records } = all(source());
  const rules = records.flatMap((one) => (one.kind === 'detection' ? [one.detection.rule] : []));
  expect(rules).toEqual(many.map(({ detection }) => detection.rule));
});

test('answers: never the past, each once over restarts, repeats counted, never what was done', () => {
  write(...life);
  const taken: string[] = [];
  let kept: number | null = null;
  const follow = (position: number | null) =>
    followForAnswers({
      open,
      position,
      keep: (now) => (kept = now),
      take: ({ facts, count }, { container, workload }) =>
        void taken.push(`${facts.rule} ${count} ${container?.name} ${workload?.team}`),
    });
  const first = follow(null);
  expect(first.look()).toBe(0);
  expect(taken).toEqual([]);
  reader?.close();
  reader = null;
  const answer = detected('web', 'Response: pause', startNs + 8n * second);
  const fields = { ...answer.detection.output_fields, 'seaworthy.response': 'pause' };
  write(
    detected('web', 'Miner', startNs + 5n * second),
    detected('web', 'Shell', startNs + 6n * second),
    { ...answer, detection: { ...answer.detection, output_fields: fields } },
  );
  expect(follow(kept).look()).toBe(3);
  expect(taken).toEqual(['Miner 1 web checkout', 'Shell 1 web checkout']);
  expect(follow(kept).look()).toBe(0);
});

test('what the agent did itself is told with the rest, once', () => {
  const own = withOwnRecords({ next: () => null });
  expect(own.source.next('p')).toBeNull();
  own.add(detected('web', 'Response: pause', startNs));
  own.add(lifecycle(sampleRun('web')));
  expect(own.source.next('p')).toMatchObject({
    position: 'p',
    records: [{ kind: 'detection', container: idOf('web') }],
  });
  expect(own.source.next('p')).toBeNull();
});

const cause = 'c0ffee123456';
const caused = (name: string, at: bigint): RuntimeRecord => ({
  ...detected(name, 'Miner', at),
  cause,
});

test('a detection that is repeated is told once, and then how often it came', () => {
  let elapsed = 0n;
  const from = recordSource({
    open,
    nowNs: () => nowNs + elapsed,
    inventory: () => null,
  });
  write(
    ...life,
    ...Array.from({ length: 30 }, (_, index) => caused('web', startNs + BigInt(index) * second)),
  );
  const first = all(from);
  // The first ten have rows of their own; the others are counted in the last of them.
  expect(first.records.filter(({ kind }) => kind === 'detection')).toHaveLength(11);
  expect(first.records.filter(({ kind }) => kind === 'repeat')).toMatchObject([
    {
      container: idOf('web'),
      rule: 'Miner',
      count: 21,
      lastUs: Number((startNs + 29n * second) / 1000n),
    },
  ]);
  expect(from.next(first.position)).toBeNull();
  elapsed += 20n * second;
  expect(from.next(first.position)).toBeNull();
  // After a restart it goes on from what was told.
  const again = recordSource({ open, nowNs: () => nowNs + elapsed, inventory: () => null });
  expect(all(again, first.position).records.filter(({ kind }) => kind === 'repeat')).toEqual([]);
});

test('what the spool did not take is told again, all of it', () => {
  write(...life);
  const from = source();
  const once = from.next(null);
  expect(once?.records.length).toBe(4);
  // The disk was full: the position is still that of before.
  expect(from.next(null)?.records).toEqual(once?.records);
  expect(from.next(once?.position)).toBeNull();
});

// The spool: order, bounds, what goes first, and what a crash, a full disk or a damaged file leaves.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { fleetDetection, fleetFlow } from '../../../test/sample-fleet.ts';
import type { FleetRecord } from '../../model/fleet.ts';
import { openSpool, type Spool } from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'seaworthy-spool-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
function newFolder(): string {
  count += 1;
  return join(root, String(count));
}

const mib = 1024 * 1024;
const all = { records: 1e6, bytes: 1e9 };

function open(folder: string, mostBytes = 64 * mib, segmentBytes = 4096): Spool {
  return openSpool({ folder, mostBytes, segmentBytes });
}

function sequences(spool: Spool, after = 0): number[] {
  return spool.read(after, all).map(({ sequence }) => sequence);
}

test('records come back in order, in pieces, before and after a restart', () => {
  const folder = newFolder();
  const spool = open(folder);
  const records: FleetRecord[] = [];
  for (let round = 0; round < 30; round += 1) {
    const some = [
      fleetFlow('web', `10.0.0.${round}`),
      fleetDetection('web', `rule ${round}`),
      fleetFlow('api', `10.0.1.${round}`),
    ];
    records.push(...some);
    expect(spool.append(some, { round })).toBe(true);
  }
  for (const one of [spool, open(folder)]) {
    const found = one.read(0, all);
    expect(found.map(({ text }) => JSON.parse(text) as unknown)).toEqual(records);
    expect(found.map(({ sequence }) => sequence)).toEqual(records.map((_, index) => index + 1));
    expect(one.position).toEqual({ round: 29 });
    expect(one.read(40, { records: 7, bytes: 1e9 })).toHaveLength(7);
    expect(one.stream).toBe(spool.stream);
  }
  spool.acknowledge(88);
  expect(sequences(spool, spool.acknowledged)).toEqual([89, 90]);
  expect(readdirSync(folder).filter((name) => name.endsWith('.spool')).length).toBeLessThan(5);
  spool.acknowledge(90);
  const last = open(folder);
  expect(last).toMatchObject({ last: 90, acknowledged: 90, position: { round: 29 } });
  expect(last.append([fleetDetection('web', 'next')], null)).toBe(true);
  expect(sequences(last, 90)).toEqual([91]);
});

test('without room the oldest raw records go, counted; kept ones never; then reading stops', () => {
  const folder = newFolder();
  const spool = open(folder, 200_000);
  let kept = 0;
  for (let round = 0; round < 2000; round += 1) {
    const records = [fleetFlow('web', `10.0.${round}`), fleetFlow('web', `10.1.${round}`)];
    const isKept = round % 50 === 0;
    const isTaken = spool.append(
      isKept ? [...records, fleetDetection('web', `rule ${round}`)] : records,
      round,
    );
    expect(isTaken).toBe(true);
    if (isKept) kept += 1;
  }
  expect(spool.status().bytes).toBeLessThanOrEqual(200_000);
  const found = spool.read(0, all);
  const kinds = found.map(({ text }) => (JSON.parse(text) as FleetRecord).kind);
  expect(kinds.filter((kind) => kind === 'detection')).toHaveLength(kept);
  expect(found.length + spool.status().dropped).toBe(4000 + kept);
  expect(spool.status().dropped).toBeGreaterThan(1000);
  expect(open(folder, 200_000).status().dropped).toBe(spool.status().dropped);
  let taken = 0;
  while (spool.append([fleetDetection('web', 'more of them')], `kept ${taken}`)) taken += 1;
  expect(taken).toBeGreaterThan(50);
  expect(spool.status().fault).toContain('never dropped');
  expect(spool.position).toBe(`kept ${taken - 1}`);
  spool.acknowledge(spool.last);
  expect(spool.append([fleetDetection('web', 'again')], 'later')).toBe(true);
});

test('whatever a crash leaves of the files, a whole number of appends comes back', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), (part, isRaw) => {
      const folder = newFolder();
      const spool = open(folder, 64 * mib, 1500);
      for (let round = 1; round <= 12; round += 1) {
        spool.append([fleetFlow('web', `10.0.0.${round}`), fleetDetection('web', 'r')], round);
      }
      const family = isRaw ? 'raw-' : 'kept-';
      const names = readdirSync(folder).filter((name) => name.startsWith(family));
      const newest = join(folder, names.toSorted().at(-1) ?? '');
      truncateSync(newest, Math.floor(statSync(newest).size * part));
      const after = open(folder, 64 * mib, 1500);
      const rounds = after.position as number;
      expect(after.last).toBe(rounds * 2);
      if (!isRaw)
        expect(sequences(after)).toEqual(
          Array.from({ length: rounds * 2 }, (_, index) => index + 1),
        );
      // Whatever was lost: new numbers are new, and what is there is what was written.
      expect(after.append([fleetDetection('web', 'new')], 99)).toBe(true);
      expect(sequences(after).at(-1)).toBe(after.last);
    }),
    { numRuns: 60, seed: 5 },
  );
});

test('a damaged or foreign file costs what was in it, no more, and never a number twice', () => {
  const folder = newFolder();
  const spool = open(folder, 64 * mib, 1500);
  for (let round = 1; round <= 12; round += 1) {
    spool.append([fleetDetection('web', `r${round}`)], round);
  }
  spool.acknowledge(1);
  const first = readdirSync(folder).find((name) => name.startsWith('kept-')) ?? '';
  const bytes = readFileSync(join(folder, first));
  bytes[60] = (bytes[60] ?? 0) ^ 0xff;
  writeFileSync(join(folder, first), bytes);
  writeFileSync(join(folder, 'kept-foreign'), 'x');
  appendFileSync(join(folder, 'acknowledged'), ' ');
  const after = open(folder, 64 * mib, 1500);
  expect(after.last).toBe(12);
  expect(sequences(after).at(-1)).toBe(12);
  expect(sequences(after).length).toBeLessThan(12);
  writeFileSync(join(folder, 'acknowledged'), '500');
  const setBack = open(folder, 64 * mib, 1500);
  expect(setBack.stream).not.toBe(spool.stream);
  expect(setBack.acknowledged).toBe(12);
});

const canMount = process.getuid?.() === 0 && spawnSync('mount', ['--version']).status === 0;
const isCi = process.env['SEAWORTHY_CI'] === '1';

test.skipIf(!canMount && !isCi)(
  `a full disk: raw records make room, the rest waits, nothing is half written${canMount ? '' : ' (needs root)'}`,
  () => {
    const disk = newFolder();
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]);
    try {
      const folder = join(disk, 'spool');
      const spool = open(folder);
      let isTaken = true;
      for (let round = 0; isTaken && round < 3000; round += 1) {
        isTaken = spool.append([fleetFlow('web', `10.0.${round}`)], round);
      }
      for (let round = 0; round < 20; round += 1) {
        spool.append([fleetDetection('web', `rule ${round}`)], `kept ${round}`);
      }
      expect(spool.status().dropped).toBeGreaterThan(0);
      while (spool.append([fleetDetection('web', 'until it is full')], 'full'));
      expect(spool.status().fault).toContain('ENOSPC');
      const { last } = spool;
      const after = open(folder);
      expect(after.last).toBe(last);
      const found = after.read(0, all).map(({ text }) => JSON.parse(text) as FleetRecord);
      expect(found.filter(({ kind }) => kind === 'detection').length).toBeGreaterThan(20);
      after.acknowledge(last);
      expect(after.append([fleetDetection('web', 'room again')], 'room')).toBe(true);
    } finally {
      execFileSync('umount', [disk]);
    }
  },
);

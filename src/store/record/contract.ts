// What every store of the record must do, as tests: each backend runs them all.
import { describe, expect, test } from 'vitest';
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
} from '../../../test/sample-record.ts';
import type { Package } from '../../model/package.ts';
import type { RecordReader, RecordWriter, StoredRun } from './record-store.ts';

/** A clock that stands still until it is moved. */
export class HandClock {
  wall = startNs;
  monotonic = 5_000_000_000n;

  wallNs(): bigint {
    return this.wall;
  }

  monotonicNs(): bigint {
    return this.monotonic;
  }

  /** Both clocks go on. */
  pass(ms: number): void {
    this.wall += BigInt(ms) * 1_000_000n;
    this.monotonic += BigInt(ms) * 1_000_000n;
  }
}

export interface RecordUnderTest {
  readonly clock: HandClock;
  readonly openWriter: () => RecordWriter;
  readonly openReader: () => RecordReader;
}

/** A package of an image, as an inventory has it. */
function packageOf(type: string, name: string, version: string): Package {
  return {
    purl: `pkg:${type}/${name}@${version}`,
    type,
    namespace: null,
    name,
    version,
    source: null,
    licences: [],
    locations: [],
    ownedBy: null,
    evidence: 'installed',
  };
}

/** A run as a recorder tells it that came later: it saw no start. */
function foundLate(name: string, startedAtNs: bigint) {
  const run = { ...sampleRun(name, { startedAtNs }), naming: 'after-start' as const };
  return { ...lifecycle(run), startedBy: null };
}

function only(found: readonly StoredRun[]): StoredRun {
  expect(found).toHaveLength(1);
  return found[0] as StoredRun;
}

/** @param make an empty record of its own for each test */
export function recordContract(backend: string, make: () => RecordUnderTest): void {
  describe(`the record in ${backend}`, () => {
    test('a run is known from its first word to long after its end', () => {
      const { clock, openWriter, openReader } = make();
      const writer = openWriter();
      writer.append(lifecycle(sampleRun('web')));
      clock.pass(60);
      writer.tick();
      const reader = openReader();
      const alive = only(reader.runs({ limit: 10 }));
      expect(alive).toMatchObject({ alive: true, startedBy: { user: 'ann' } });
      expect(alive.run).toEqual(sampleRun('web'));
      const over = sampleRun('web', { endedAtNs: startNs + second, exitCode: 137 });
      writer.append(lifecycle(over));
      writer.close();
      const dead = only(reader.find('web', 10));
      expect(dead.run).toEqual(over);
      expect(dead.alive).toBe(false);
      reader.close();
    });

    test('the next recorder keeps who started a run and how it was named, and not of the run before', () => {
      const { openWriter, openReader } = make();
      const first = openWriter();
      for (const name of ['web', 'again']) first.append(lifecycle(sampleRun(name)));
      first.close();
      const second = openWriter();
      const { startedAtNs } = sampleRun('web');
      second.append(foundLate('web', (startedAtNs ?? 0n) + 7_000_000n));
      second.append(foundLate('again', (startedAtNs ?? 0n) + 60n * 1_000_000_000n));
      second.close();
      const reader = openReader();
      const web = only(reader.find('web', 10));
      expect(web).toMatchObject({ startedBy: { user: 'ann' }, run: { naming: 'before-start' } });
      expect(web.run.startedAtNs).toBe(startedAtNs);
      const again = only(reader.find('again', 10));
      expect(again).toMatchObject({ startedBy: null, run: { naming: 'after-start' } });
      reader.close();
    });

    test('records come back as they were, before and after they are in chunks', () => {
      const { clock, openWriter, openReader } = make();
      const writer = openWriter();
      const records = [
        started('web', { pid: 10, timeNs: startNs }),
        loaded('web', '/usr/lib/libssl.so.3', startNs + 7n),
        wrote('web', '/tmp/odd \n"name', startNs + 8n),
        flow('web', 'out', '10.1.2.3', { hostName: 'db.shop', timeNs: startNs + 9n }),
        flow('web', 'in', '10.9.9.9', { port: 8080, phase: 'closed', timeNs: startNs + 10n }),
        exited('web', { pid: 10 }),
      ];
      for (const record of records) writer.append(record);
      clock.pass(60);
      writer.tick();
      const reader = openReader();
      const run = only(reader.find(idOf('web').slice(0, 12), 10)).id;
      const early = reader.events(run, { limit: 100 });
      expect(early.events.map(({ record }) => record)).toEqual(records);
      clock.pass(20_000);
      writer.tick();
      const late = reader.events(run, { limit: 100 });
      expect(late).toEqual(early);
      writer.close();
      expect(reader.events(run, { limit: 100 })).toEqual(early);
      reader.close();
    });

    test('events by time, by words, by number', () => {
      const { openWriter, openReader } = make();
      const writer = openWriter();
      for (let count = 0; count < 100; count += 1) {
        writer.append(wrote('web', `/data/${count}`, startNs + BigInt(count) * second));
      }
      writer.append(started('web', { pid: 3, words: ['/bin/sh', '-c', 'Wget http://x'] }));
      writer.close();
      const reader = openReader();
      const run = only(reader.find('host', 1).concat(reader.find(idOf('web'), 1))).id;
      const ask = (query: object): number =>
        reader.events(run, { limit: 1000, ...query }).events.length;
      expect(ask({})).toBe(101);
      expect(ask({ sinceNs: startNs + 90n * second })).toBe(10);
      expect(ask({ untilNs: startNs + 9n * second })).toBe(11);
      expect(ask({ grep: '/data/9' })).toBe(11);
      expect(ask({ grep: 'sh -c wget' })).toBe(1);
      expect(ask({ grep: 'nothing' })).toBe(0);
      expect(reader.events(run, { limit: 7 })).toMatchObject({ truncated: true });
      reader.close();
    });

    test('runs by image, name, id, life, time and peer; newest first', () => {
      const { clock, openWriter, openReader } = make();
      const writer = openWriter();
      for (let count = 0; count < 5; count += 1) {
        const startedAtNs = startNs + BigInt(count) * 60n * second;
        const endedAtNs = count === 4 ? null : startedAtNs + second;
        writer.append(lifecycle(sampleRun(`job-${count}`, { startedAtNs, endedAtNs })));
      }
      writer.append(lifecycle(sampleRun('other', { image: 'debian:12', endedAtNs: startNs })));
      writer.append(flow('job-1', 'out', '192.0.2.7'));
      writer.append(wrote('host-is-no-container', '/x'));
      clock.pass(60_000);
      writer.close();
      const reader = openReader();
      const names = (query: object): (string | null)[] =>
        reader.runs({ limit: 100, ...query }).map(({ run }) => run.identity.name);
      expect(names({}).slice(0, 2)).toEqual(['job-4', 'job-3']);
      expect(names({ image: 'shop/api', limit: 2 })).toEqual(['job-4', 'job-3']);
      expect(names({ image: imageIdOf('debian:12').slice(0, 20) })).toEqual(['other']);
      expect(names({ name: 'JOB-3' })).toEqual(['job-3']);
      expect(names({ name: idOf('job-2').slice(0, 8) })).toEqual(['job-2']);
      expect(names({ aliveOnly: true, name: 'job' })).toEqual(['job-4']);
      expect(names({ sinceNs: startNs + 179n * second, name: 'job' })).toEqual(['job-4', 'job-3']);
      // What began before and lived since then stands behind what began since then.
      const late = startNs + 180n * second;
      expect(names({ sinceNs: late + second, name: 'job' })).toEqual(['job-4', 'job-3']);
      expect(names({ sinceNs: late + second })).toEqual(['job-4', 'job-3', null]);
      expect(names({ sinceNs: late + second, limit: 1 })).toEqual(['job-4']);
      expect(names({ sinceNs: late + second, image: 'shop/api' })).toEqual(['job-4', 'job-3']);
      expect(names({ sinceNs: late + second, image: 'debian' })).toEqual([]);
      expect(names({ remote: '192.0.2.7' })).toEqual(['job-1']);
      reader.close();
    });

    test('detections, peers and losses of a run', () => {
      const { clock, openWriter, openReader } = make();
      const writer = openWriter();
      writer.append(lifecycle(sampleRun('web')));
      const detection = detected('web', 'Terminal shell in container');
      writer.append(detection);
      writer.append(flow('web', 'in', '10.9.9.9', { port: 8080 }));
      writer.append(flow('web', 'in', '10.9.9.9', { port: 8080, phase: 'closed' }));
      const loss = {
        kind: 'loss' as const,
        what: 'openat',
        count: 12,
        timeNs: startNs + second,
        containerId: idOf('web'),
        fromNs: startNs,
        toNs: startNs + second,
        why: 'the ring was full',
      };
      writer.append(loss);
      clock.pass(200);
      writer.close();
      const reader = openReader();
      const stored = only(reader.find('web', 1));
      expect(reader.detections(stored.id, 10)).toEqual([
        { timeNs: startNs, lastNs: startNs, count: 1, detection: detection.detection },
      ]);
      expect(reader.losses(stored, 10)).toContainEqual(loss);
      expect(reader.peers(stored.id, 10)).toMatchObject([
        { direction: 'in', port: 8080, remote: '10.9.9.9', flows: 1, sent: 1200, received: 34_000 },
      ]);
      reader.close();
    });

    test('thousands of one cause are a few rows that tell first, last and how many', () => {
      const { clock, openWriter, openReader } = make();
      const writer = openWriter();
      for (const name of ['web', 'job']) writer.append(lifecycle(sampleRun(name)));
      const times = 2500;
      for (let count = 0; count < times; count += 1) {
        const timeNs = startNs + BigInt(count) * 1_000_000n;
        for (const name of ['web', 'job']) {
          writer.append({ ...detected(name, 'Noise', timeNs), cause: 'c1' });
        }
        if (count === 700) writer.append({ ...detected('web', 'Other', timeNs), cause: 'c2' });
        if (count % 400 === 0) {
          clock.pass(200);
          writer.tick();
        }
      }
      // Silent for longer than a cause is remembered: it begins anew.
      const later = startNs + 3600n * second;
      writer.append({ ...detected('web', 'Noise', later), cause: 'c1' });
      clock.pass(200);
      expect(writer.status().accepted).toBe(2 * times + 4);
      writer.close();
      const reader = openReader();
      const stored = only(reader.find('web', 1));
      const kept = reader.detections(stored.id, 100);
      const noise = kept.filter(({ detection }) => detection.rule === 'Noise');
      // Ten, the 100th, the 1000th, and the one of later.
      expect(noise.map(({ count }) => count)).toEqual([
        ...Array<number>(9).fill(1),
        90,
        900,
        1501,
        1,
      ]);
      expect(noise[0]?.timeNs).toBe(startNs);
      expect(noise.at(-2)?.lastNs).toBe(startNs + BigInt(times - 1) * 1_000_000n);
      expect(kept.filter(({ detection }) => detection.rule === 'Other')).toHaveLength(1);
      const all = reader.detectionsOfAll({ limit: 1000 });
      expect(all.reduce((sum, { count }) => sum + count, 0)).toBe(2 * times + 2);
      reader.close();
    });

    test('who ran a package, alive or dead, and who used it', () => {
      const { clock, openWriter, openReader } = make();
      const writer = openWriter();
      for (const name of ['a', 'b', 'c']) {
        const endedAtNs = name === 'c' ? null : startNs + second;
        writer.append(lifecycle(sampleRun(name, { endedAtNs })));
      }
      writer.append(lifecycle(sampleRun('clean', { image: 'clean:1' })));
      writer.append(started('a', { pid: 1, path: '/usr/bin/openssl' }));
      writer.append(started('b', { pid: 1, path: '/usr/bin/true' }));
      clock.pass(100);
      writer.close();
      const reader = openReader();
      const imageId = imageIdOf('shop/api:1.2');
      expect(reader.unindexed(10).map((one) => one.unmapped)).toEqual([0, 2]);
      const packages = [packageOf('deb', 'openssl', '3.0.1'), packageOf('deb', 'coreutils', '9')];
      const image = { digest: null, reference: null, distribution: null };
      const indexed = packages.map((found) => ({ found, knownAs: [found.name] }));
      reader.indexImage({ ...image, imageId, packages: indexed });
      reader.indexImage({ ...image, imageId, packages: indexed });
      reader.indexImage({ ...image, imageId: imageIdOf('clean:1'), packages: indexed.slice(1) });
      const [openssl] = reader.packagesKnownAs(['OpenSSL']);
      const versions = [openssl?.id ?? 0];
      const before = reader.runsOf(versions, { skip: 0, limit: 10 });
      expect(before).toMatchObject({ images: 1, runs: 3, alive: 1, used: 0 });
      expect(before.newest.map(({ knowsUse }) => knowsUse)).toEqual([false, false, false]);
      const owner = (path: string): string | null =>
        path === '/usr/bin/openssl' ? (packages[0]?.purl ?? null) : null;
      expect(reader.mapFiles(imageId, owner)).toBe(2);
      const after = reader.runsOf(versions, { skip: 0, limit: 10 });
      expect(after).toMatchObject({ images: 1, runs: 3, alive: 1, used: 1 });
      const use = after.newest.map((one) => [
        one.stored.run.identity.name,
        one.knowsUse,
        one.used.length,
      ]);
      expect(use.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))).toEqual([
        ['a', true, 1],
        ['b', true, 0],
        ['c', false, 0],
      ]);
      expect(reader.usesInImage(imageId)).toEqual(new Map([['pkg:deb/openssl@3.0.1', 1]]));
      expect(reader.runCount(imageId)).toBe(3);
      const page = reader.runsOf(versions, { skip: 2, limit: 10 });
      expect(page.newest).toHaveLength(1);
      reader.close();
    });

    test('a run that came back is the same run; one that vanished has ended', () => {
      const { clock, openWriter, openReader } = make();
      const writer = openWriter();
      writer.append(lifecycle(sampleRun('web', { endedAtNs: startNs + second })));
      writer.append(lifecycle(sampleRun('gone')));
      clock.pass(200);
      writer.tick();
      writer.append(lifecycle(sampleRun('web')));
      clock.pass(200);
      writer.tick();
      const reader = openReader();
      expect(reader.runs({ limit: 9, aliveOnly: true })).toHaveLength(2);
      expect(writer.endUnseen(new Set([idOf('web')]))).toBe(1);
      expect(only(reader.find('gone', 9))).toMatchObject({ alive: false, run: { exitCode: null } });
      expect(reader.runs({ limit: 9, aliveOnly: true })).toHaveLength(1);
      writer.close();
      reader.close();
    });

    test('a recorder that did not say goodbye leaves a gap with its bounds, and no record twice', () => {
      const { clock, openWriter, openReader } = make();
      const first = openWriter();
      first.append(lifecycle(sampleRun('web')));
      for (let count = 0; count < 50; count += 1) first.append(wrote('web', `/data/${count}`));
      clock.pass(200);
      first.tick();
      const lastWordNs = clock.wall;
      const early = openReader();
      expect(early.recordedUntilNs()).toBe(lastWordNs);
      early.close();
      clock.pass(5000);
      const next = openWriter();
      next.append(wrote('web', '/data/after'));
      clock.pass(20_000);
      next.tick();
      const reader = openReader();
      const stored = only(reader.find('web', 1));
      expect(reader.losses(stored, 10)).toMatchObject([
        { what: 'all', count: null, fromNs: lastWordNs, toNs: lastWordNs + 5n * second },
      ]);
      const { events } = reader.events(stored.id, { limit: 1000 });
      expect(events).toHaveLength(51);
      expect(new Set(events.map(({ order }) => order)).size).toBe(51);
      next.close();
      expect(reader.events(stored.id, { limit: 1000 }).events).toHaveLength(51);
      reader.close();
    });
  });
}

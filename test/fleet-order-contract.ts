// What every store of the fleet must do with its lists: whatever is asked, pages are in order, and whole.
import { expect, test } from 'vitest';
import type { FleetRun } from '../src/model/fleet.ts';
import type { FleetRunQuery } from '../src/store/fleet/fleet-store.ts';
import { type FleetStoreUnderTest, withAgents } from './people-contract.ts';
import { present } from './present.ts';
import { fleetBatch, fleetDetection, fleetInventory, fleetRun, sampleUs } from './sample-fleet.ts';
import { idOf, imageIdOf } from './sample-record.ts';

const agents = ['a', 'b', 'c'];
const teams = ['shop', 'data', 'old', null];

interface Made {
  readonly agent: string;
  readonly run: FleetRun;
}

/** Runs of some images by some agents for some teams, the same each time; few still live. */
function someRuns(count: number): readonly Made[] {
  let chance = 11;
  const pick = (below: number): number => {
    chance = (chance * 48_271) % 2_147_483_647;
    return chance % below;
  };
  return Array.from({ length: count }, (_, index) => {
    // The first runs are of images that never run again.
    const reference = index < count / 4 ? `old/app-${pick(4)}:1` : `new/app-${pick(9)}:1`;
    const digits = pick(5) === 0 ? null : reference;
    const firstUs = sampleUs + pick(count) * 1000;
    const alive = pick(8) === 0;
    const run = fleetRun(`job-${index}`, {
      image: { reference, id: digits === null ? null : imageIdOf(digits), digest: null },
      workload: { user: null, team: teams[pick(4)] ?? null, application: null, environment: null },
      firstUs,
      lastUs: firstUs + pick(100) * 1000,
      alive,
    });
    return { agent: agents[pick(3)] ?? 'a', run };
  });
}

const queries: readonly Omit<FleetRunQuery, 'limit'>[] = [
  {},
  { image: 'app' },
  { image: 'old/' },
  { image: 'new/app-3' },
  { image: imageIdOf('new/app-3:1') },
  { image: 'old/app-1', teams: ['shop', 'old'] },
  { image: 'app', team: 'data' },
  { image: 'new', node: 'node-b' },
  { image: 'app-2', aliveOnly: true },
  { aliveOnly: true, team: 'shop' },
  { node: 'node-a' },
  { node: 'node-a', teams: ['data'] },
  { agent: 'c', image: 'old' },
  { agent: 'c', node: 'node-a' },
  { team: 'old' },
  { team: 'old', teams: ['shop'] },
  { teams: ['shop', 'data'] },
  { teams: [''] },
  { name: 'JOB-1' },
  { name: 'job-1', image: 'new', teams: ['shop'] },
  { sinceUs: sampleUs + 60_000 },
  { sinceUs: sampleUs + 100_000, image: 'old' },
  { sinceUs: sampleUs + 100_000, team: 'data', name: 'job' },
  { sinceUs: sampleUs + 90_000, node: 'node-c', aliveOnly: true },
];

/** The same by looking at every run. */
function fits({ agent, run }: Made, query: Omit<FleetRunQuery, 'limit'>): boolean {
  const { image, team, teams: seen, node, name, sinceUs = 0 } = query;
  const own = run.workload.team;
  return (
    (image === undefined || run.image.reference?.includes(image) || run.image.id === image) &&
    (team === undefined || own === team) &&
    (seen === undefined || (own !== null && seen.includes(own))) &&
    (node === undefined || node === `node-${agent}`) &&
    (query.agent === undefined || query.agent === agent) &&
    (name === undefined || (run.name ?? '').includes(name.toLowerCase())) &&
    (query.aliveOnly !== true || run.alive) &&
    (run.alive || run.lastUs >= sinceUs)
  );
}

/** @param make an empty store for each test */
export function orderContract(make: () => Promise<FleetStoreUnderTest>): void {
  test('runs by image, name, node, team, life; pages by key; nothing in a word is SQL', async () => {
    const { store } = await make();
    await withAgents(store, 'a', 'b');
    const runs = Array.from({ length: 5 }, (_, index) =>
      fleetRun(`job-${index}`, { firstUs: sampleUs + index, alive: index === 4 }),
    );
    await store.ingest([
      fleetBatch('a', 0, runs),
      fleetBatch('b', 0, [fleetRun("x'; DROP TABLE run; --", { alive: false })]),
    ]);
    const names = async (query: object): Promise<(string | null)[]> =>
      (await store.runs({ limit: 100, ...query })).map(({ run }) => run.name);
    expect(await names({ name: 'job', limit: 2 })).toEqual(['job-4', 'job-3']);
    const [, last] = await store.runs({ name: 'job', limit: 2 });
    const before = { firstUs: present(last).run.firstUs, id: present(last).id };
    expect(await names({ name: 'job', limit: 2, before })).toEqual(['job-2', 'job-1']);
    expect(await names({ aliveOnly: true })).toEqual(['job-4']);
    expect(await names({ node: 'node-b' })).toEqual(["x'; DROP TABLE run; --"]);
    expect(await names({ name: "'; DROP" })).toHaveLength(1);
    expect(await names({ name: '%' })).toEqual([]);
    expect(await names({ team: 'checkout', image: 'shop/api' })).toHaveLength(6);
    expect(await names({ image: imageIdOf('shop/api:1.2') })).toHaveLength(6);
    expect(await names({ team: "' OR 1=1" })).toEqual([]);
    expect(await names({ name: idOf('job-2').slice(0, 9) })).toEqual(['job-2']);
    expect(await names({ aliveOnly: true, image: 'shop/api', node: 'node-b' })).toEqual([]);
    expect(await names({ image: 'shop/none' })).toEqual([]);
    expect((await store.counts()).estimated).toEqual([]);
  });

  test('every list, page after page, has each of its runs once and in order', async () => {
    const { store } = await make();
    await withAgents(store, ...agents);
    const made = someRuns(160);
    for (const agent of agents) {
      const own = made.filter((one) => one.agent === agent).map(({ run }) => run);
      await store.ingest([fleetBatch(agent, 0, own.slice(0, 20))]);
      await store.ingest([fleetBatch(agent, 20, own.slice(20))]);
    }
    for (const query of queries) {
      const names: string[] = [];
      const times: number[] = [];
      let before: FleetRunQuery['before'];
      for (;;) {
        const page = await store.runs({ ...query, limit: 7, ...(before ? { before } : {}) });
        names.push(...page.map(({ run }) => run.name ?? ''));
        times.push(...page.map(({ run }) => run.firstUs));
        if (page.length < 7) break;
        const last = present(page.at(-1));
        before = { firstUs: last.run.firstUs, id: last.id };
      }
      const wanted = made.filter((one) => fits(one, query)).map(({ run }) => run.name ?? '');
      expect(names.toSorted(), JSON.stringify(query)).toEqual(wanted.toSorted());
      expect(times).toEqual(times.toSorted((a, b) => b - a));
    }
  });

  test('sums of images follow their runs: told again, ended, of another team, forgotten', async () => {
    const { store } = await make();
    await withAgents(store, 'a', 'b');
    const references = ['x:1', 'y:1', 'z:1'];
    const run = (name: string, image: number, options: Partial<FleetRun> = {}): FleetRun => {
      const reference = references[image] ?? '';
      return fleetRun(name, {
        image: { reference, id: imageIdOf(reference), digest: null },
        firstUs: sampleUs + image,
        lastUs: sampleUs + image,
        ...options,
      });
    };
    await store.ingest([
      fleetBatch('a', 0, [
        ...references.map((one) => fleetInventory(one, ['zlib@1'])),
        run('one', 0),
        run('two', 1),
        run('three', 2),
      ]),
      fleetBatch('b', 0, [run('one', 0)]),
    ]);
    const question = { kind: 'package', type: 'deb', name: 'zlib', version: '1' } as const;
    const sums = async (seen?: readonly string[]): Promise<unknown> => {
      const page = { skip: 0, limit: 2, ...(seen === undefined ? {} : { teams: seen }) };
      const { images, runs, alive, newest } = await store.exposed(question, page);
      return [images, runs, alive, newest.map(({ stored }) => stored.run.name)];
    };
    expect(await sums()).toEqual([3, 4, 4, ['three', 'two']]);
    const moved = { user: null, team: 'data', application: null, environment: null };
    await store.ingest([
      fleetBatch('a', 6, [
        run('three', 2, { alive: false }),
        run('two', 1, { workload: moved }),
        run('two', 1, { workload: moved }),
      ]),
    ]);
    expect(await sums()).toEqual([3, 4, 3, ['three', 'two']]);
    expect(await sums(['data'])).toEqual([1, 1, 1, ['two']]);
    expect(await sums(['checkout'])).toEqual([2, 3, 2, ['three', 'one']]);
    await store.retain({ eventDays: -1, runDays: -1 });
    expect(await sums()).toEqual([3, 3, 3, ['two', 'one']]);
    expect(await store.counts()).toMatchObject({ runs: 3, alive: 3 });
  });

  test("a detection is its team's: known before its run, or after, or given to another", async () => {
    const { store } = await make();
    await withAgents(store, 'a', 'b');
    const of = async (team: string): Promise<readonly string[]> => {
      const alone = await store.detections({ teams: [team], limit: 9 });
      // Of few, of many and of very many teams, of which one has any.
      for (const others of [2, 30, 1200]) {
        const teams = [team, '', ...Array.from({ length: others }, (_, at) => `other-${at}`)];
        expect(await store.detections({ teams, limit: 9 })).toEqual(alone);
        const priorities = ['notice', 'warning', 'critical'];
        expect(await store.detections({ teams, priorities, limit: 9 })).toEqual(alone);
      }
      return alone.map(({ told }) => told.detection.rule);
    };
    const data = { user: null, team: 'data', application: null, environment: null };
    await store.ingest([fleetBatch('a', 0, [fleetDetection('web', 'early')])]);
    // The same container id on another node is another container.
    await store.ingest([fleetBatch('b', 0, [fleetRun('web', { workload: data })])]);
    expect(await of('checkout')).toEqual([]);
    expect(await of('data')).toEqual([]);
    await store.ingest([fleetBatch('a', 1, [fleetRun('web'), fleetDetection('web', 'beside')])]);
    await store.ingest([fleetBatch('a', 3, [fleetDetection('web', 'later')])]);
    expect(await of('checkout')).toEqual(['later', 'beside', 'early']);
    await store.ingest([fleetBatch('a', 4, [fleetRun('web', { workload: data })])]);
    expect(await of('checkout')).toEqual([]);
    expect(await of('data')).toEqual(['later', 'beside', 'early']);
    const host = { ...fleetDetection('web', 'of the host'), container: null };
    await store.ingest([fleetBatch('a', 5, [host])]);
    expect(await of('data')).toHaveLength(3);
    const all = await store.detections({ container: idOf('web'), limit: 9 });
    expect(all).toHaveLength(3);
  });
}

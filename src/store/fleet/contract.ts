// What every store of the fleet must do, as tests: each backend runs them all.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alertsContract } from '../../../test/fleet-alerts-contract.ts';
import { countContract } from '../../../test/fleet-count-contract.ts';
import { houseContract } from '../../../test/fleet-house-contract.ts';
import { orderContract } from '../../../test/fleet-order-contract.ts';
import {
  type FleetStoreUnderTest,
  peopleContract,
  withAgents,
} from '../../../test/people-contract.ts';
import { present } from '../../../test/present.ts';
import {
  fleetBatch,
  fleetDetection,
  fleetFlow,
  fleetInventory,
  fleetRun,
  sampleUs,
} from '../../../test/sample-fleet.ts';
import { idOf, imageIdOf } from '../../../test/sample-record.ts';
import { type FleetStore, openFleetStore } from './index.ts';

/** @param makeAddress of an empty database for each test */
export function fleetContract(backend: string, makeAddress: () => Promise<string>): void {
  const opened: FleetStore[] = [];
  const called = new Set<string>();
  const make = async (): Promise<FleetStoreUnderTest> => {
    const address = await makeAddress();
    const open = async (): Promise<FleetStore> => {
      const store = await openFleetStore(address, { connections: 4 });
      opened.push(store);
      return told(store, called);
    };
    return { store: await open(), again: open };
  };

  describe(`the fleet's store in ${backend}`, () => {
    beforeAll(() => undefined);
    afterAll(async () => {
      for (const store of opened) await store.close();
    });

    test('what was taken comes back, and taking it again changes nothing', async () => {
      const { store, again } = await make();
      await withAgents(store, 'a');
      const ended = fleetRun('web', { alive: false, endedUs: sampleUs + 5, exitCode: 137 });
      const batch = fleetBatch('a', 0, [
        fleetRun('web'),
        fleetDetection('web', 'Terminal shell'),
        fleetFlow('web', '10.1.2.3', 1),
        fleetFlow('web', '10.1.2.3', 7),
        { kind: 'use', container: idOf('web'), purls: ['pkg:deb/debian/openssl@3'] },
        { ...lossOf('web'), count: 12 },
        ended,
      ]);
      expect(await store.ingest([batch])).toEqual([{ kind: 'taken', acknowledged: 7, fresh: 7 }]);
      const other = await again();
      for (const one of [store, other]) {
        const outcome = await one.ingest([batch]);
        expect(outcome).toEqual([{ kind: 'taken', acknowledged: 7, fresh: 0 }]);
      }
      const [run] = await other.runs({ limit: 9 });
      expect(run).toMatchObject({ agent: 'a', node: 'node-a', run: ended });
      expect(await other.runs({ called: 'web', node: 'node-a', limit: 9 })).toEqual([run]);
      expect(await other.runs({ called: 'web', node: 'node-b', limit: 9 })).toEqual([]);
      expect(await other.runs({ called: 'we', limit: 9 })).toEqual([]);
      const detections = await other.detections({ limit: 9 });
      expect(detections.map(({ told }) => told)).toEqual([fleetDetection('web', 'Terminal shell')]);
      const flows = await other.flows({ agent: 'a', container: idOf('web') }, 9);
      expect(flows.map(({ told }) => told)).toEqual([fleetFlow('web', '10.1.2.3', 7)]);
      const talk = { sinceUs: sampleUs, limit: 9 };
      expect(await other.talk(talk)).toEqual({ flows, isWhole: true });
      expect((await other.talk({ ...talk, limit: 1 })).isWhole).toBe(false);
      const later = { ...talk, sinceUs: sampleUs + 9 };
      expect(await other.talk(later)).toEqual({ flows: [], isWhole: true });
      expect(await other.counts()).toMatchObject({ runs: 1, alive: 0, detections: 1, losses: 1 });
      const [agent] = await other.agents({ after: null, limit: 9 });
      expect(agent).toMatchObject({ id: 'a', records: 7, missing: 0, setAside: 0 });
      const counts = { all: 1, missing: 0 };
      expect(await other.agentCounts(1)).toEqual({ ...counts, silent: 0 });
      const never = Number.MAX_SAFE_INTEGER;
      expect(await other.agentCounts(never)).toEqual({ ...counts, silent: 1 });
    });

    test('overlapping, early and gapped batches', async () => {
      const { store } = await make();
      await withAgents(store, 'a');
      const records = [1, 2, 3, 4, 5].map((one) => fleetDetection('web', `rule ${one}`));
      await store.ingest([fleetBatch('a', 0, records.slice(0, 3))]);
      const overlap = fleetBatch('a', 1, records.slice(1, 5));
      expect(await store.ingest([overlap])).toEqual([{ kind: 'taken', acknowledged: 5, fresh: 2 }]);
      const early = fleetBatch('a', 9, [fleetDetection('web', 'too early')]);
      expect(await store.ingest([early])).toEqual([{ kind: 'gap', acknowledged: 5 }]);
      const dropped = { ...fleetBatch('a', 5, []), records: [] };
      const head = { ...dropped.head, through: 8 };
      expect(await store.ingest([{ ...dropped, head }])).toEqual([
        { kind: 'taken', acknowledged: 8, fresh: 0 },
      ]);
      expect(await store.acknowledged('a', 's1')).toBe(8);
      expect((await store.agents({ after: null, limit: 1 }))[0]).toMatchObject({
        records: 5,
        missing: 3,
      });
      const other = fleetBatch('a', 0, [fleetDetection('web', 'new disk')], 's2');
      expect(await store.ingest([other])).toMatchObject([{ kind: 'taken', fresh: 1 }]);
      expect(await store.counts()).toMatchObject({ detections: 6 });
    });

    test('two replicas take the same batches at once: each record is there once', async () => {
      const { store, again } = await make();
      const other = await again();
      const ids = Array.from({ length: 8 }, (_, index) => `agent-${index}`);
      await withAgents(store, ...ids);
      const rounds = Array.from({ length: 6 }, (_, round) =>
        ids.map((id) =>
          fleetBatch(
            id,
            round * 5,
            Array.from({ length: 5 }, (_, one) => fleetDetection(id, `${round * 5 + one}`)),
          ),
        ),
      );
      for (const batches of rounds) {
        await Promise.all([
          store.ingest(batches),
          other.ingest(batches.toReversed()),
          store.ingest(batches.slice(2)),
        ]);
      }
      expect(await store.counts()).toMatchObject({ detections: 8 * 30 });
      const found = await store.detections({ limit: 1000 });
      expect(new Set(found.map(({ agent, sequence }) => `${agent} ${sequence}`)).size).toBe(240);
    });

    test('what is no record is set aside with its reason and blocks nothing', async () => {
      const { store } = await make();
      await withAgents(store, 'a');
      const batch = fleetBatch('a', 0, [
        fleetDetection('web', 'one'),
        fleetDetection('web', 'two'),
      ]);
      const refused = [{ sequence: 3, why: 'its kind is not known', text: '{"kind":"\0"}' }];
      const poisoned = { ...batch, head: { ...batch.head, through: 3 }, refused };
      await store.ingest([poisoned]);
      await store.ingest([poisoned]);
      expect(await store.setAside(9)).toMatchObject([
        { agent: 'a', sequence: 3, why: 'its kind is not known' },
      ]);
      expect(await store.counts()).toMatchObject({ detections: 2, setAside: 1 });
      const [agent] = await store.agents({ after: null, limit: 1 });
      expect(agent).toMatchObject({ records: 2, missing: 0, setAside: 1 });
    });

    test('an image that becomes known, another one, retention: what ran is counted once', async () => {
      const { store } = await make();
      await withAgents(store, 'a');
      const unknown = { reference: 'x:1', id: null, digest: null };
      const known = { ...unknown, id: imageIdOf('x:1') };
      const question = { kind: 'package', type: 'deb', name: 'zlib', version: null } as const;
      const sums = async (): Promise<unknown> => {
        const { runs, alive, newest } = await store.exposed(question, { skip: 0, limit: 9 });
        return [runs, alive, newest.length];
      };
      await store.ingest([fleetBatch('a', 0, [fleetRun('one', { image: unknown })])]);
      await store.ingest([fleetBatch('a', 1, [fleetInventory('x:1', ['zlib@1'])])]);
      expect(await sums()).toEqual([0, 0, 0]);
      expect(await store.runs({ image: 'x:1', limit: 9 })).toHaveLength(1);
      await store.ingest([fleetBatch('a', 2, [fleetRun('one', { image: known })])]);
      expect(await sums()).toEqual([1, 1, 1]);
      const many = Array.from({ length: 30 }, (_, index) =>
        fleetRun(`job-${index}`, { image: known, alive: false, firstUs: sampleUs + index + 1 }),
      );
      await store.ingest([fleetBatch('a', 3, many)]);
      await store.ingest([fleetBatch('a', 3, many)]);
      expect(await sums()).toEqual([31, 1, 9]);
      const page = await store.exposed(question, { skip: 29, limit: 9 });
      expect(page.newest.map(({ stored }) => stored.run.name)).toEqual(['job-0', 'one']);
      await store.retain({ eventDays: -1, runDays: -1 });
      expect(await sums()).toEqual([1, 1, 1]);
      expect(await store.counts()).toMatchObject({ runs: 1, alive: 1 });
    });

    test('who ran a package or what an advisory is about, dead or alive, and who used it', async () => {
      const { store } = await make();
      await withAgents(store, 'a', 'b');
      const purl = 'pkg:deb/debian/openssl@3.0.1';
      await store.ingest([
        fleetBatch('a', 0, [
          fleetInventory('shop/api:1.2', ['openssl@3.0.1', 'zlib@1']),
          fleetRun('one', { alive: false }),
          { kind: 'use', container: idOf('one'), purls: [purl] },
        ]),
        fleetBatch('b', 0, [
          fleetRun('two', { firstUs: sampleUs + 9 }),
          fleetInventory('shop/api:1.2', ['openssl@3.0.1', 'zlib@1']),
          fleetRun('other', { image: { reference: 'x:1', id: imageIdOf('x:1'), digest: null } }),
        ]),
      ]);
      const page = { skip: 0, limit: 10 };
      const question = { kind: 'package', type: 'deb', name: 'OpenSSL', version: null } as const;
      const found = await store.exposed(question, page);
      expect(found).toMatchObject({ images: 1, runs: 2, alive: 1, firstUs: sampleUs });
      expect(found.newest.map(({ stored, used }) => [stored.run.name, used])).toEqual([
        ['two', []],
        ['one', [purl]],
      ]);
      expect(await store.exposed({ ...question, version: '4' }, page)).toMatchObject({ runs: 0 });
      const imageId = imageIdOf('shop/api:1.2');
      expect((await store.inventory(imageId))?.packages).toHaveLength(2);
      const findings = [{ advisory: 'CVE-2026-1', purl, severity: 'high' }];
      await store.putFindings(imageId, findings);
      await store.putFindings(imageId, findings);
      expect(await store.findings(imageId)).toEqual(findings);
      const advisory = { kind: 'advisory', id: 'CVE-2026-1' } as const;
      expect(await store.exposed(advisory, page)).toMatchObject({ runs: 2, images: 1 });
      await store.putFindings(imageId, []);
      expect(await store.exposed(advisory, page)).toMatchObject({ runs: 0, newest: [] });
    });

    peopleContract(make);
    orderContract(make);
    countContract(make);
    houseContract(make);
    alertsContract(make);

    test('work is leased once, kept by heartbeats, taken over when its holder is silent', async () => {
      const { store, again } = await make();
      const other = await again();
      const subjects = Array.from({ length: 40 }, (_, index) => `image-${index}`);
      expect(await store.addWork('scan', subjects)).toBe(40);
      expect(await store.addWork('scan', subjects)).toBe(0);
      const lots = await Promise.all(
        [store, other, store, other].map((one, index) =>
          one.lease(`w${index}`, { leaseMs: 60_000, limit: 10 }),
        ),
      );
      const leased = lots.flat().map(({ subject }) => subject);
      expect(leased).toHaveLength(40);
      expect(new Set(leased).size).toBe(40);
      const mine = present(lots[0]?.[0]);
      expect(await other.finish(mine.id, 'w1')).toBe(false);
      expect(await store.finish(mine.id, 'w0')).toBe(true);
      expect(await store.finish(mine.id, 'w0')).toBe(false);
      const [second] = lots[0]?.slice(1) ?? [];
      const { id } = present(second);
      await store.heartbeat(id, 'w0', 1);
      await pause(20);
      const [taken] = await other.lease('w9', { leaseMs: 60_000, limit: 5 });
      expect(taken).toMatchObject({ id, tries: 2 });
      expect(await store.heartbeat(id, 'w0', 60_000)).toBe(false);
      expect(await store.finish(id, 'w0')).toBe(false);
      await other.fail(id, 'w9', { why: 'registry down', againMs: 0 });
      for (const tries of [3, 4, 5]) {
        const [next] = await other.lease('w9', { leaseMs: 60_000, limit: 5 });
        expect(next).toMatchObject({ id, tries });
        await other.fail(id, 'w9', { why: 'registry down', againMs: 0 });
      }
      expect(await other.lease('w9', { leaseMs: 60_000, limit: 5 })).toEqual([]);
    });

    test('a new advisory database makes work of every image once', async () => {
      const { store } = await make();
      await withAgents(store, 'a');
      const images = ['x:1', 'y:1'].map((one) => fleetInventory(one, ['zlib@1']));
      await store.ingest([fleetBatch('a', 0, images)]);
      const first = await store.lease('w', { leaseMs: 1000, limit: 9 });
      expect(first.map(({ subject }) => subject).toSorted()).toEqual(
        [imageIdOf('x:1'), imageIdOf('y:1')].toSorted(),
      );
      for (const { id } of first) await store.finish(id, 'w');
      const second = { revision: '2026-01-02', builtUs: 2 };
      expect(await store.addMatchOfAll(second)).toBe(2);
      expect(await store.addMatchOfAll(second)).toBe(0);
      // A replica that comes later with older advisories neither begins a round nor works in this one.
      expect(await store.addMatchOfAll({ revision: '2026-01-01', builtUs: 1 })).toBe(0);
      expect(await store.lease('old', { leaseMs: 1000, limit: 9, builtUs: 1 })).toEqual([]);
      expect(await store.lease('w', { leaseMs: 1000, limit: 9, kinds: ['scan'] })).toEqual([]);
      expect(await store.lease('w', { leaseMs: 1000, limit: 9, builtUs: 2 })).toHaveLength(2);
    });

    test('images that nobody scanned become work once, and an inventory ends that', async () => {
      const { store } = await make();
      await withAgents(store, 'a', 'b');
      const digest = `sha256:${'d'.repeat(64)}`;
      const image = { reference: 'shop/api:1.2', id: imageIdOf('shop/api:1.2'), digest };
      const nameless = { reference: null, id: imageIdOf('nameless'), digest: null };
      await store.ingest([
        fleetBatch('a', 0, [
          fleetRun('web', { image }),
          fleetRun('lost', { image: nameless }),
          fleetRun('known', { image: { ...image, reference: 'x:1', id: imageIdOf('x:1') } }),
          fleetInventory('x:1', ['zlib@1']),
        ]),
        fleetBatch('b', 0, [fleetRun('web2', { image })]),
      ]);
      const lately = { sinceMs: 20 * 365 * 86_400_000, patienceMs: 0 };
      expect(await store.addMissingScans({ ...lately, sinceMs: 1 })).toBe(0);
      expect(await store.addMissingScans(lately)).toBe(1);
      expect(await store.addMissingScans(lately)).toBe(0);
      const [work] = await store.lease('w', { leaseMs: 1000, limit: 9, kinds: ['scan'] });
      expect(work).toMatchObject({ kind: 'scan', subject: image.id });
      expect(await store.image(image.id)).toEqual(image);
      expect(await store.image('sha256:none')).toBeNull();
      await store.putInventory(fleetInventory('shop/api:1.2', ['openssl@3']));
      await store.finish(present(work).id, 'w');
      const matches = await store.lease('w', { leaseMs: 1000, limit: 9, kinds: ['match'] });
      expect(matches.map(({ subject }) => subject)).toContain(image.id);
      expect(await store.addMissingScans(lately)).toBe(0);
    });

    test('retention: events by day, runs that ended, never what lives', async () => {
      const { store } = await make();
      await withAgents(store, 'a');
      const records = [
        fleetRun('dead', { alive: false }),
        fleetRun('alive'),
        fleetDetection('alive', 'r'),
        fleetFlow('alive', '10.0.0.1'),
      ];
      await store.ingest([fleetBatch('a', 0, records)]);
      await store.retain({ eventDays: 1, runDays: 1 });
      expect(await store.counts()).toMatchObject({ runs: 2, detections: 1, flows: 1 });
      expect(await store.retain({ eventDays: -1, runDays: -1 })).toBeGreaterThan(0);
      expect(await store.counts()).toMatchObject({ runs: 1, alive: 1, detections: 0, flows: 0 });
      await store.ingest([fleetBatch('a', 4, [fleetDetection('alive', 'later')])]);
      expect(await store.counts()).toMatchObject({ detections: 1 });
    });

    test('everything that a store does is asked by these tests', () => {
      const all = Object.keys(present(opened[0])).filter((name) => name !== 'place');
      expect(all.filter((name) => !called.has(name))).toEqual([...elsewhere, 'close']);
    });
  });
}

/** What test/fleet-front.test.ts asks over HTTP, of both backends too. */
const elsewhere = [
  'followLive',
  'liveEnd',
  'liveSince',
  'order',
  'takeOrders',
  'ordered',
  'answerOrders',
  'responses',
  'handsOf',
  'byHandAnywhere',
  'responseCounts',
];

/** The store, with a note of what of it was asked. */
function told(store: FleetStore, called: Set<string>): FleetStore {
  return new Proxy(store, {
    get: (of, name, self) => {
      called.add(String(name));
      return Reflect.get(of, name, self) as unknown;
    },
  });
}

function lossOf(name: string): { readonly kind: 'loss' } & {
  container: string;
  what: string;
  count: number | null;
  fromUs: number;
  toUs: number;
  why: string;
} {
  return {
    kind: 'loss',
    container: idOf(name),
    what: 'openat',
    count: null,
    fromUs: sampleUs,
    toUs: sampleUs + 1,
    why: 'the ring was full',
  };
}

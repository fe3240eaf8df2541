// What every store of the fleet must do with what nodes tell of gates, audits and repeated detections.
import { expect, test } from 'vitest';
import type { FleetAudit, FleetDecision, FleetRecord } from '../src/model/fleet.ts';
import { type FleetStoreUnderTest, withAgents } from './people-contract.ts';
import { fleetBatch, fleetDetection, sampleUs } from './sample-fleet.ts';
import { idOf } from './sample-record.ts';

const second = 1_000_000;
const hostile = "x'; DROP TABLE decision; --<img src=x onerror=1>";

/** A denied pod. */
export function fleetDecision(id: string, more: Partial<FleetDecision> = {}): FleetDecision {
  return {
    kind: 'decision',
    id,
    timeUs: sampleUs,
    decision: {
      time: '2026-01-02T03:04:05.000Z',
      by: 'docker',
      operation: 'container-create',
      kind: null,
      namespace: null,
      name: hostile,
      user: 'ann',
      decision: 'deny',
      controls: ['privileged'],
      waived: [],
      images: ['shop/api:1.2'],
      problem: null,
      message: 'it is privileged',
      isDryRun: false,
      isEnforced: true,
    },
    ...more,
  };
}

export function fleetAudit(atUs: number, score: number, failed: readonly string[]): FleetAudit {
  return {
    kind: 'audit',
    audit: 'docker',
    target: 'docker:/run/docker.sock:',
    atUs,
    score,
    failed,
  };
}

const decided = (count: number): FleetRecord => ({
  kind: 'decided',
  day: '2026-01-02',
  counts: [
    { decision: 'allow', count },
    { decision: 'deny', count: 1 },
  ],
});

const key = (...words: readonly (string | number)[]): string => words.join('\n');

/** @param make an empty store for each test */
export function houseContract(make: () => Promise<FleetStoreUnderTest>): void {
  test('decisions of gates: each once, newest first, page by page; sums by day', async () => {
    const { store, again } = await make();
    const other = await again();
    await withAgents(store, 'a', 'b');
    const first = fleetBatch('a', 0, [fleetDecision('one'), decided(5), decided(9)]);
    await store.ingest([first]);
    await other.ingest([first]);
    // Another spool tells the same again: the lines are the same.
    await store.ingest([fleetBatch('a', 0, [fleetDecision('one'), decided(7)], 's2')]);
    const later = fleetDecision('two', { timeUs: sampleUs + second });
    await store.ingest([fleetBatch('b', 0, [later, fleetDecision('one'), decided(3)])]);
    const all = await store.decisions({ limit: 10 });
    expect(all.map(({ node, id }) => [node, id])).toEqual([
      ['node-b', 'two'],
      ['node-b', 'one'],
      ['node-a', 'one'],
    ]);
    expect(all[0]?.decision).toMatchObject({ name: hostile, controls: ['privileged'] });
    const before = { timeUs: sampleUs, agent: 'b', id: 'one' };
    expect(await store.decisions({ limit: 10, before })).toMatchObject([{ agent: 'a' }]);
    expect(await store.decisions({ limit: 10, agent: 'b' })).toHaveLength(2);
    expect(await store.decidedSince('2026-01-01')).toEqual([
      { day: '2026-01-02', decision: 'allow', count: 12, nodes: 2 },
      { day: '2026-01-02', decision: 'deny', count: 2, nodes: 2 },
    ]);
    expect(await store.decidedSince('2026-01-03')).toEqual([]);
    expect(await store.nodesWithGate()).toBe(2);
    await store.revoke('b');
    expect(await store.nodesWithGate()).toBe(1);
    await store.retain({ eventDays: 1, runDays: 1 });
    expect(await store.decisions({ limit: 10 })).toHaveLength(3);
    await store.retain({ eventDays: -1, runDays: -1 });
    expect(await store.decisions({ limit: 10 })).toEqual([]);
    expect(await store.decidedSince('2026-01-01')).toEqual([]);
  });

  test('audits: the newest of each node, the worst first, and the last whole answer', async () => {
    const { store } = await make();
    await withAgents(store, 'a', 'b');
    const answer = (atUs: number, score: number): FleetRecord => ({
      kind: 'audit-answer',
      audit: 'docker',
      target: '/run/docker.sock',
      atUs,
      answer: { score, controls: [{ id: '5.4', title: hostile }] },
    });
    const batch = fleetBatch('a', 0, [
      fleetAudit(sampleUs, 60, ['5.4', '2.1']),
      fleetAudit(sampleUs + second, 71, ['5.4']),
      answer(sampleUs + second, 71),
      answer(sampleUs, 60),
    ]);
    await store.ingest([batch, fleetBatch('b', 0, [fleetAudit(sampleUs, 40, ['5.4', hostile])])]);
    await store.ingest([
      fleetBatch(
        'a',
        0,
        batch.records.map(({ record }) => record),
        's2',
      ),
    ]);
    const newest = await store.newestAudits(10);
    expect(newest.map(({ node, score, failed }) => [node, score, failed])).toEqual([
      ['node-b', 40, ['5.4', hostile]],
      ['node-a', 71, ['5.4']],
    ]);
    expect(await store.newestAudits(1)).toHaveLength(1);
    const runs = await store.auditsSince({ sinceUs: sampleUs, limit: 10 });
    expect(runs.map(({ score }) => score).toSorted((a, b) => a - b)).toEqual([40, 60, 71]);
    expect(runs.at(-1)?.score).toBe(71);
    expect(await store.auditsSince({ sinceUs: sampleUs + 1, limit: 10 })).toHaveLength(1);
    expect(await store.auditAnswer('a', 'docker')).toEqual({
      score: 71,
      controls: [{ id: '5.4', title: hostile }],
    });
    expect(await store.auditAnswer('b', 'docker')).toBeNull();
    expect(await store.auditAnswer(hostile, hostile)).toBeNull();
    // Trends are of years: events go, audits stay.
    await store.retain({ eventDays: -1, runDays: -1 });
    expect(await store.newestAudits(10)).toHaveLength(2);
  });

  test('repeats: the largest count of a detection counts, whatever comes when', async () => {
    const { store } = await make();
    await withAgents(store, 'a', 'b');
    const repeat = (count: number, container: string | null = idOf('web')): FleetRecord => ({
      kind: 'repeat',
      container,
      rule: hostile,
      timeUs: sampleUs,
      count,
      lastUs: sampleUs + count,
    });
    await store.ingest([
      fleetBatch('a', 0, [fleetDetection('web', hostile), repeat(9), repeat(4)]),
      fleetBatch('b', 0, [repeat(3), repeat(5, null)]),
    ]);
    await store.ingest([fleetBatch('a', 3, [repeat(2)])]);
    const found = await store.repeats([
      ['a', idOf('web'), sampleUs, hostile],
      ['b', idOf('web'), sampleUs, hostile],
      ['b', '', sampleUs, hostile],
      ['b', '', sampleUs + 1, hostile],
    ]);
    expect(found).toEqual(
      new Map([
        [key('a', idOf('web'), sampleUs, hostile), { count: 9, lastUs: sampleUs + 9 }],
        [key('b', idOf('web'), sampleUs, hostile), { count: 3, lastUs: sampleUs + 3 }],
        [key('b', '', sampleUs, hostile), { count: 5, lastUs: sampleUs + 5 }],
      ]),
    );
    expect(await store.repeats([])).toEqual(new Map());
    await store.retain({ eventDays: -1, runDays: -1 });
    expect(await store.repeats([['a', idOf('web'), sampleUs, hostile]])).toEqual(new Map());
  });
}

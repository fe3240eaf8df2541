// What every store of the fleet must do for those who speak and ask: agents, tokens, teams, logins.
import { expect, test } from 'vitest';
import type { FleetStore } from '../src/store/fleet/index.ts';
import { fleetBatch, fleetDetection, fleetFlow, fleetInventory, fleetRun } from './sample-fleet.ts';
import { idOf } from './sample-record.ts';

export interface FleetStoreUnderTest {
  readonly store: FleetStore;
  /** Another process on the same database, as far as the store can tell. */
  readonly again: () => Promise<FleetStore>;
}

/** Enters agents of these names. */
export async function withAgents(store: FleetStore, ...ids: readonly string[]): Promise<void> {
  for (const id of ids) await store.admit({ id, node: `node-${id}` });
}

/** @param make an empty store for each test */
export function peopleContract(make: () => Promise<FleetStoreUnderTest>): void {
  test('tokens: enrolment, rotation, revocation, roles', async () => {
    const { store } = await make();
    await store.addEnrolment({ hash: 'e', label: 'nodes', uses: 1, lifeMs: 60_000 });
    await store.addEnrolment({ hash: 'old', label: 'nodes', uses: 9, lifeMs: -1 });
    const agent = { id: 'a', node: 'n', secretHash: 's1', enrolmentHash: 'e' };
    expect(await store.enrol({ ...agent, enrolmentHash: 'old' })).toBe(false);
    expect(await store.enrol({ ...agent, enrolmentHash: 'wrong' })).toBe(false);
    expect(await store.enrol(agent)).toBe(true);
    expect(await store.enrol(agent)).toBe(true);
    expect(await store.enrol({ ...agent, secretHash: 'other' })).toBe(false);
    expect(await store.enrol({ ...agent, id: 'b', secretHash: 's9' })).toBe(false);
    expect(await store.identify('s1')).toEqual({
      role: 'agent',
      id: 'a',
      node: 'n',
      teams: null,
    });
    expect(await store.identify('e')).toBeNull();
    await store.rotate('a', 's2');
    expect(await store.identify('s1')).toMatchObject({ id: 'a' });
    expect(await store.identify('s2')).toMatchObject({ id: 'a' });
    expect(await store.identify('s1')).toBeNull();
    expect(await store.revoke('a')).toBe(true);
    expect(await store.identify('s2')).toBeNull();
    expect(await store.enrol(agent)).toBe(false);
    expect(await store.revoke('nobody')).toBe(false);
    const teams = ['checkout', 'x"],["y'];
    await store.addToken({ hash: 'v', role: 'viewer', label: 'ann', teams: null });
    await store.addToken({ hash: 'w', role: 'viewer', label: 'bea', teams });
    const ann = { role: 'viewer', id: 'ann', node: null, teams: null };
    expect(await store.identify('v')).toEqual(ann);
    expect(await store.identify('w')).toEqual({ ...ann, id: 'bea', teams });
  });

  test('a team sees what it runs, and counts nothing else', async () => {
    const { store } = await make();
    await withAgents(store, 'a');
    const theirs = fleetRun('web');
    const other = { ...fleetRun('db'), workload: { ...theirs.workload, team: 'data' } };
    const unnamed = { ...fleetRun('job'), workload: { ...theirs.workload, team: null } };
    const names = ['web', 'db', 'job'];
    await store.ingest([
      fleetBatch('a', 0, [
        theirs,
        other,
        unnamed,
        ...names.map((name) => fleetDetection(name, `in ${name}`)),
        ...names.map((name) => fleetFlow(name, '10.1.2.3', 1)),
        fleetInventory(theirs.image.reference ?? '', ['zlib@1']),
      ]),
    ]);
    const teams = ['checkout', "' OR 1=1 --"];
    const page = { limit: 9, teams };
    expect((await store.runs(page)).map(({ run }) => run.name)).toEqual([theirs.name]);
    expect((await store.runs({ ...page, team: 'data' })).length).toBe(0);
    const rules = (await store.detections(page)).map(({ told }) => told.detection.rule);
    expect(rules).toEqual(['in web']);
    const { flows: theirFlows } = await store.talk({ ...page, sinceUs: 0 });
    const flows = theirFlows.map(({ told }) => told.container);
    expect(flows).toEqual([idOf('web')]);
    expect((await store.runs({ limit: 9, teams: [] })).length).toBe(0);
    expect((await store.detections({ limit: 9 })).length).toBe(3);
    const question = { kind: 'package', type: 'deb', name: 'zlib', version: null } as const;
    const all = await store.exposed(question, { skip: 0, limit: 9 });
    expect(all.runs).toBe(3);
    const own = await store.exposed(question, { skip: 0, ...page });
    expect(own).toMatchObject({ images: 1, runs: 1, alive: 1 });
    expect(own.newest.map(({ stored }) => stored.run.name)).toEqual([theirs.name]);
    const none = await store.exposed(question, { skip: 0, limit: 9, teams: ['nobody'] });
    expect(none).toMatchObject({ images: 0, runs: 0, newest: [] });
  });

  test('logins are taken once, by the browser that began; sessions end', async () => {
    const { store, again } = await make();
    const other = await again();
    const login = { state: 's', browser: 'b', nonce: 'n', verifier: 'v', goal: '/x' };
    await store.beginLogin({ ...login, lifeMs: 60_000 });
    await store.beginLogin({ ...login, state: 'old', lifeMs: -1 });
    expect(await other.takeLogin({ state: 's', browser: 'thief' })).toBeNull();
    expect(await other.takeLogin({ state: 'old', browser: 'b' })).toBeNull();
    const taken = await Promise.all(
      [store, other, store].map((one) => one.takeLogin({ state: 's', browser: 'b' })),
    );
    expect(taken.filter((one) => one !== null)).toEqual([login]);
    const person = { subject: '1', name: 'ann', role: 'viewer', teams: ['checkout'] } as const;
    await store.addSession({ ...person, hash: 'h1', lifeMs: 60_000 });
    await store.addSession({ ...person, hash: 'h2', lifeMs: 60_000 });
    await store.addSession({ ...person, hash: 'over', lifeMs: -1 });
    expect(await other.session('h1')).toMatchObject(person);
    expect(await other.session('over')).toBeNull();
    await other.endSession('h1');
    expect(await store.session('h1')).toBeNull();
    expect(await store.endSessionsOf('ann')).toBe(2);
    expect(await other.session('h2')).toBeNull();
    await store.beginLogin({ ...login, state: 'older', lifeMs: -1 });
    await store.addSession({ ...person, hash: 'h3', lifeMs: -1 });
    await store.retain({ eventDays: 1, runDays: 1 });
    expect(await store.endSessionsOf('ann')).toBe(0);
  });

  test('changes come newest first', async () => {
    const { store } = await make();
    const change = {
      caller: 'ann',
      role: 'admin',
      address: '::1',
      method: 'POST',
      status: 200,
      what: null,
    };
    await store.addChange({ ...change, path: '/one' });
    await store.addChange({ ...change, caller: null, role: null, path: '/two', status: 401 });
    expect(await store.changes(9)).toMatchObject([{ path: '/two' }, { path: '/one' }]);
    expect(await store.changes(1)).toHaveLength(1);
  });
}

// What every store of the fleet must do for who tells others of detections: one replica at a time, and
// nothing twice or never when it dies.
import { expect, test } from 'vitest';
import type { FleetNotice } from '../src/store/fleet/index.ts';
import { type FleetStoreUnderTest, withAgents } from './people-contract.ts';
import { fleetBatch, fleetDetection, fleetRun } from './sample-fleet.ts';

const patience = { timeout: 60_000, interval: 100 };

/** @param make an empty store for each test */
export function alertsContract(make: () => Promise<FleetStoreUnderTest>): void {
  test('one replica tells others; what it did not finish goes to the next', async () => {
    const { store, again } = await make();
    const other = await again();
    await withAgents(store, 'a');
    await store.ingest([fleetBatch('a', 0, [fleetDetection('web', 'before anybody tells')])]);
    expect(await store.alertsHeldBy()).toBeNull();
    const held = await Promise.all([
      store.holdAlerts('w1', 60_000),
      other.holdAlerts('w2', 60_000),
    ]);
    expect(held.filter(Boolean)).toHaveLength(1);
    const [mine, theirs] = held[0] ? ['w1', 'w2'] : ['w2', 'w1'];
    expect(await store.alertsHeldBy()).toBe(mine);
    expect(await other.holdAlerts(theirs, 60_000)).toBe(false);
    const told = ['one', 'two', 'three'].map((rule) => fleetDetection('web', rule));
    await store.ingest([fleetBatch('a', 1, [...told, fleetRun('web')])]);
    // Sent again: told once all the same.
    await other.ingest([fleetBatch('a', 1, [...told, fleetRun('web')])]);
    const lots = await Promise.all([
      store.takeNotices(mine, { leaseMs: 60_000, limit: 2 }),
      other.takeNotices(mine, { leaseMs: 3000, limit: 2 }),
    ]);
    const rules = lots.flat().map(({ detection }) => detection.rule);
    expect(rules.toSorted()).toEqual(['one', 'three', 'two']);
    expect(lots.flat()[0]?.run).toMatchObject({ name: 'web', workload: { team: 'checkout' } });
    await store.endNotices(mine, lots[0]?.map(({ id }) => id) ?? []);
    await store.leaveAlerts(mine);
    await expect.poll(() => other.holdAlerts(theirs, 60_000), patience).toBe(true);
    let left: readonly FleetNotice[] = [];
    const take = async (): Promise<number> => {
      left = await other.takeNotices(theirs, { leaseMs: 60_000, limit: 9 });
      return left.length;
    };
    // Its lease must end first.
    await expect.poll(take, patience).toBeGreaterThan(0);
    expect(left.map(({ id }) => id)).toEqual(lots[1]?.map(({ id }) => id));
  });
}

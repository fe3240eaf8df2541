// Two replicas over one store: each detection is told once, by one of them; when it falls silent the other
// goes on; repeats are only counted.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { fleetBatch, fleetDetection, fleetRun } from '../../test/sample-fleet.ts';
import { realPace } from '../base/retry.ts';
import type { Alert } from '../model/alert.ts';
import { openFleetStore } from '../store/fleet/index.ts';
import type { Alerting } from './alerts.ts';
import { startFleetAlerts } from './fleet-alerts.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-fleet-alerts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const patience = { timeout: 30_000, interval: 20 };

function sink(): { told: Alert[]; repeated: Alert[]; alerting: Alerting } {
  const told: Alert[] = [];
  const repeated: Alert[] = [];
  const alerting: Alerting = {
    tell: (alert) => void told.push(alert),
    repeat: (alert) => void repeated.push(alert),
    tick: () => undefined,
    keep: () => undefined,
    figures: () => new Map(),
    isSettled: () => true,
    close: () => Promise.resolve(),
  };
  return { told, repeated, alerting };
}

test('each detection once, by one of two; the other goes on when it leaves', async () => {
  const address = `sqlite:${join(folder, 'fleet.db')}`;
  const store = await openFleetStore(address);
  await store.admit({ id: 'a', node: 'node-1' });
  const replicas = ['one', 'two'].map((worker) => {
    const stop = new AbortController();
    const out = sink();
    const about = { store, worker, alerting: out.alerting, pace: realPace, idleMs: 20 };
    const alerts = startFleetAlerts({
      ...about,
      leaseMs: 60_000,
      signal: stop.signal,
      warn: (line) => {
        throw new Error(line);
      },
    });
    return { ...out, ...alerts, stop: () => stop.abort() };
  });
  const told = (): Alert[] => replicas.flatMap((one) => one.told);
  await vi.waitUntil(() => replicas.some((one) => one.figures().holds), patience);
  const first = [1, 2, 3].flatMap(() => [fleetDetection('web', 'Miner')]);
  await store.ingest([
    fleetBatch('a', 0, [...first, fleetDetection('web', 'Shell'), fleetRun('web')]),
  ]);
  await vi.waitUntil(() => told().length >= 2, patience);
  expect(told().map(({ rule, hostname }) => [rule, hostname])).toEqual([
    ['Miner', 'node-1'],
    ['Shell', 'node-1'],
  ]);
  expect(told()[0]).toMatchObject({
    container: { name: 'web', image: 'shop/api:1.2' },
    workload: { team: 'checkout' },
  });
  expect(replicas.flatMap((one) => one.repeated).map(({ count }) => count)).toEqual([2, 3]);
  const holder = replicas.find((one) => one.figures().holds);
  holder?.stop();
  await holder?.ended;
  await store.ingest([fleetBatch('a', 5, [fleetDetection('web', 'Later')])]);
  await vi.waitUntil(() => told().some(({ rule }) => rule === 'Later'), patience);
  const other = replicas.find((one) => one !== holder);
  expect(other?.told.map(({ rule }) => rule)).toEqual(['Later']);
  other?.stop();
  await other?.ended;
  expect(await store.takeNotices('w', { leaseMs: 1000, limit: 9 })).toEqual([]);
  await store.close();
}, 60_000);

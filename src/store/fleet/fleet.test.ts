// Both backends of the fleet's store by one contract; what only one of them can show; migrations.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  missingPostgres,
  type PostgresCluster,
  startPostgres,
} from '../../../test/postgres-cluster.ts';
import { present } from '../../../test/present.ts';
import { fleetBatch, fleetDetection, fleetInventory } from '../../../test/sample-fleet.ts';
import { fleetContract } from './contract.ts';
import { openFleetStore } from './index.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-fleet-'));
let files = 0;
function sqliteAddress(): Promise<string> {
  files += 1;
  return Promise.resolve(`sqlite:${join(folder, `${files}.db`)}`);
}
afterAll(() => rmSync(folder, { recursive: true, force: true }));

fleetContract('SQLite', sqliteAddress);

const missing = missingPostgres();
let cluster: PostgresCluster | null = null;

describe.skipIf(missing !== null)(`on PostgreSQL${missing === null ? '' : ` (${missing})`}`, () => {
  beforeAll(async () => {
    cluster = await startPostgres();
  });
  afterAll(() => cluster?.stop());
  const address = (): Promise<string> => Promise.resolve(present(cluster).database());

  fleetContract('PostgreSQL', address);

  test('a record that the database refuses goes aside; the others are taken', async () => {
    const store = await openFleetStore(await address());
    await store.admit({ id: 'a', node: 'n' });
    await store.admit({ id: 'b', node: 'n' });
    const poison = fleetDetection('web', 'nul \0 byte');
    const batches = [
      fleetBatch('a', 0, [fleetDetection('web', 'one'), poison, fleetDetection('web', 'three')]),
      fleetBatch('b', 0, [fleetDetection('web', 'of b')]),
    ];
    const outcome = await store.ingest(batches);
    expect(outcome.map(({ acknowledged }) => acknowledged)).toEqual([3, 1]);
    const rules = (await store.detections({ limit: 9 })).map(({ told }) => told.detection.rule);
    expect(rules.toSorted()).toEqual(['of b', 'one', 'three']);
    expect(await store.setAside(9)).toMatchObject([{ agent: 'a', sequence: 2 }]);
    await store.close();
  });

  test('replicas that start at once migrate once; an older program does not touch newer tables', async () => {
    const where = await address();
    const stores = await Promise.all([1, 2, 3, 4].map(() => openFleetStore(where)));
    expect(await stores[3]?.counts()).toMatchObject({ agents: 0 });
    for (const store of stores) await store.close();
    await expect(openPostgres(where, { version: 1 })).rejects.toMatchObject({ code: 'database' });
  });

  test('events lie in partitions by day; statements have an end', async () => {
    const where = await address();
    const store = await openFleetStore(where);
    await store.admit({ id: 'a', node: 'n' });
    await store.ingest([fleetBatch('a', 0, [fleetDetection('web', 'one')])]);
    const database = await openPostgres(where, { statementMs: 200 });
    const rows = await database.query(
      "SELECT count(*) AS parts FROM pg_inherits WHERE inhparent = 'detection'::regclass",
    );
    expect(rows).toEqual([{ parts: 2 }]);
    await expect(database.query('SELECT pg_sleep(5)')).rejects.toMatchObject({ code: '57014' });
    await database.close();
    await store.close();
  });

  test('the tables of version 1 keep what they hold', async () => {
    const where = await address();
    const old = await openPostgres(where, { version: 1 });
    expect(await keepsOld(() => Promise.resolve(old), where)).toBe(5);
  });

  test('a server that cannot be reached is told without its password', async () => {
    const failure = openFleetStore('postgres://seaworthy:geheim@127.0.0.1:9/none');
    await expect(failure).rejects.toMatchObject({ code: 'network' });
    await expect(failure).rejects.not.toThrow('geheim');
  });
});

async function keepsOld(
  openOld: () => Promise<ReturnType<typeof openSqlite>>,
  where: string,
): Promise<number> {
  const old = await openOld();
  await old.query("INSERT INTO agent (id, node, enrolled_us) VALUES ('a', 'n', 1)");
  await old.query("INSERT INTO stream (agent, name, acknowledged) VALUES ('a', 's1', 5)");
  await old.close();
  const store = await openFleetStore(where);
  const acknowledged = await store.acknowledged('a', 's1');
  await store.ingest([fleetBatch('a', 5, [fleetInventory('x:1', ['zlib@1'])])]);
  expect(await store.lease('w', { leaseMs: 1000, limit: 1 })).toHaveLength(1);
  await store.close();
  return acknowledged;
}

test('the tables of version 1 keep what they hold, in SQLite; a newer file is left alone', async () => {
  const where = await sqliteAddress();
  const file = where.slice('sqlite:'.length);
  expect(await keepsOld(() => Promise.resolve(openSqlite(file, 1)), where)).toBe(5);
  expect(() => openSqlite(file, 1)).toThrow('has version 2');
});

test('another address is refused', async () => {
  await expect(openFleetStore('mysql://x')).rejects.toMatchObject({ code: 'usage' });
});

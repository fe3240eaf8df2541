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
import {
  fleetBatch,
  fleetDetection,
  fleetFlow,
  fleetInventory,
} from '../../../test/sample-fleet.ts';
import type { FleetRecord } from '../../model/fleet.ts';
import { fleetContract } from './contract.ts';
import { openFleetStore } from './index.ts';
import { openPostgres } from './postgres.ts';
import { schemaVersion } from './schema.ts';
import type { SqlDatabase } from './sql.ts';
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

  test('values of all kinds come back as they were, whatever is in them', async () => {
    const database = await openPostgres(await address());
    await database.query('CREATE TABLE kept (number bigint, word text, bytes bytea)');
    const rows = [
      [0, '', new Uint8Array()],
      [-1, `"quoted" \\ {a,b} NULL`, Uint8Array.of(0, 255, 92)],
      [Number.MAX_SAFE_INTEGER, 'żółw \u{1f422}\n\t', null],
      [Number.MIN_SAFE_INTEGER, null, Uint8Array.of(1)],
      [-(2 ** 32), 'NULL', new Uint8Array(70_000).fill(7)],
      [null, 'x'.repeat(70_000), null],
    ] as const;
    await database.insert({
      table: 'kept',
      columns: [
        ['number', 'bigint'],
        ['word', 'text'],
        ['bytes', 'bytea'],
      ],
      rows,
      tail: '',
    });
    const found = await database.query('SELECT number, word, bytes FROM kept');
    expect(
      found.map(({ number, word, bytes }) => [
        number,
        word,
        bytes instanceof Uint8Array ? new Uint8Array(bytes) : bytes,
      ]),
    ).toEqual(rows);
    await database.close();
  });

  test('sums that are replaced do not grow: their rows stay on their pages', async () => {
    const where = await address();
    const store = await openFleetStore(where);
    await store.admit({ id: 'a', node: 'n' });
    const sums = (times: number): readonly FleetRecord[] =>
      Array.from({ length: 50 }, (_, at) => fleetFlow('web', `10.0.0.${at}`, times));
    for (let round = 0; round < 6; round += 1) {
      await store.ingest([fleetBatch('a', round * 50, sums(round + 1))]);
    }
    await store.close();
    const database = await openPostgres(where);
    const [row] = await database.query(
      `SELECT count(*) AS rows, pg_relation_size(min(tableoid)) AS bytes FROM flow`,
    );
    expect(row?.['rows']).toBe(50);
    // Six rows of each would be four pages of 8 KiB and more; indexes would grow the same.
    expect(Number(row?.['bytes'])).toBeLessThanOrEqual(5 * 8192);
    await database.close();
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

  test.each(released)('the tables of version %i keep what they hold', async (version) => {
    const where = await address();
    const old = await openPostgres(where, { version });
    expect(await keepsOld(() => Promise.resolve(old), { where, version })).toBe(5);
  });

  test('a server that cannot be reached is told without its password', async () => {
    const failure = openFleetStore('postgres://seaworthy:geheim@127.0.0.1:9/none');
    await expect(failure).rejects.toMatchObject({ code: 'network' });
    await expect(failure).rejects.not.toThrow('geheim');
  });
});

/** Every version before this one. */
const released = Array.from({ length: schemaVersion - 1 }, (_, index) => index + 1);

async function keepsOld(
  openOld: () => Promise<SqlDatabase>,
  { where, version }: { readonly where: string; readonly version: number },
): Promise<number> {
  await fillOld(await openOld(), version);
  const store = await openFleetStore(where);
  const acknowledged = await store.acknowledged('a', 's1');
  await store.ingest([fleetBatch('a', 5, [fleetInventory('x:1', ['zlib@1'])])]);
  expect(await store.lease('w', { leaseMs: 1000, limit: 1 })).toHaveLength(1);
  // What was there before the sums were is counted as well.
  const question = { kind: 'package', type: 'deb', name: 'zlib', version: null } as const;
  const found = await store.exposed(question, { skip: 0, limit: 9 });
  expect(found).toMatchObject({ images: 2, runs: 1, alive: 1, firstUs: 3, lastUs: 4 });
  expect(found.newest.map(({ stored }) => stored.run.image.id)).toEqual(['sha256:1']);
  expect(found.newest.map(({ purls }) => purls)).toEqual([['pkg:deb/zlib@1']]);
  expect((await store.runs({ image: 'app', limit: 9 })).map(({ id }) => id)).toHaveLength(1);
  const theirs = await store.detections({ teams: ['shop'], limit: 9 });
  expect(theirs.map(({ told }) => told.container)).toEqual(['c1']);
  expect(await store.detections({ teams: ['other'], limit: 9 })).toEqual([]);
  if (version > 1) {
    const advisory = { kind: 'advisory', id: 'CVE-1' } as const;
    const flawed = await store.exposed(advisory, { skip: 0, limit: 9 });
    expect(flawed).toMatchObject({ images: 1, runs: 1, newest: [{ purls: ['pkg:deb/zlib@1'] }] });
    const finding = { advisory: 'CVE-1', purl: 'pkg:deb/zlib@1', severity: 'high' };
    expect(await store.findings('sha256:1')).toEqual([finding]);
  }
  // Images of before are in the catalogue, though not judged yet.
  expect((await store.catalogued(['sha256:1'])).get('sha256:1')).toMatchObject({ grade: null });
  await store.close();
  return acknowledged;
}

/** Something of everything that a version had. */
async function fillOld(old: SqlDatabase, version: number): Promise<void> {
  const day = Math.floor((await old.nowUs()) / 86_400_000_000);
  await old.ensureDay(day);
  const rows = [
    "INSERT INTO agent (id, node, enrolled_us) VALUES ('a', 'n', 1)",
    "INSERT INTO stream (agent, name, acknowledged) VALUES ('a', 's1', 5)",
    `INSERT INTO run (agent, container, name, image, reference, team, first_us, last_us, alive,
       received_us, value) VALUES ('a', 'c1', 'web', 'sha256:1', 'app:1', 'shop', 3, 4, 1, 5,
       '{"image":{"id":"sha256:1"}}')`,
    `INSERT INTO detection (day, agent, stream, sequence, container, time_us, rule, priority, value)
     VALUES (${day}, 'a', 's1', 1, 'c1', 3, 'r', 'notice', '{}')`,
  ];
  rows.push(...(version < 7 ? ofTexts(version) : ofNumbers));
  if (version > 5) rows.push("INSERT INTO catalogue (id, reference) VALUES ('sha256:1', 'app:1')");
  for (const row of rows) await old.query(row);
  await old.close();
}

/** Packages, findings and sums as they were before images had numbers. */
function ofTexts(version: number): readonly string[] {
  return [
    `INSERT INTO image_package (image, type, name, version, purl)
     VALUES ('sha256:1', 'deb', 'zlib', '1', 'pkg:deb/zlib@1')`,
    ...(version > 1
      ? ["INSERT INTO finding VALUES ('sha256:1', 'CVE-1', 'pkg:deb/zlib@1', 'high')"]
      : []),
    ...(version > 3
      ? ["INSERT INTO ran VALUES ('a', 'sha256:1', 'app:1', 'shop', 1, 3, 4, 3)"]
      : []),
  ];
}

/** The same since then: the first image and the first package have number 1. */
const noBits = `set_bit(CAST('${'\\000'.repeat(512)}' AS bytea), 1, 1)`;
const ofNumbers = [
  "INSERT INTO image_number (image) VALUES ('sha256:1')",
  "INSERT INTO package (purl, type, version) VALUES ('pkg:deb/zlib@1', 'deb', '1')",
  "INSERT INTO known_as VALUES ('zlib', 1)",
  `INSERT INTO held VALUES (1, 0, ${noBits}, 1)`,
  "INSERT INTO finding VALUES (1, 'CVE-1', 1, 'high')",
  `INSERT INTO flawed VALUES ('CVE-1', 0, ${noBits}, 1)`,
  "INSERT INTO ran VALUES (1, 'app:1', 'shop', 1, 1, 3, 4, 3)",
  "UPDATE detection SET team = 'shop'",
];

test.each(released)(
  'the tables of version %i keep what they hold, in SQLite; a newer file is left alone',
  async (version) => {
    const where = await sqliteAddress();
    const file = where.slice('sqlite:'.length);
    const open = (): Promise<SqlDatabase> => Promise.resolve(openSqlite(file, version));
    expect(await keepsOld(open, { where, version })).toBe(5);
    expect(() => openSqlite(file, version)).toThrow(`has version ${schemaVersion}`);
  },
);

test('another address is refused', async () => {
  await expect(openFleetStore('mysql://x')).rejects.toMatchObject({ code: 'usage' });
});

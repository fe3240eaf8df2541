// What is in an image: the inventory itself, and which packages hold it, by number.
import { deflateRawSync } from 'node:zlib';
import type { FleetInventory } from '../../model/fleet.ts';
import { addImage } from './bitmaps.ts';
import type { Row } from './ingest-rows.ts';
import { numbersOfImages, numbersOfPackages, packageName } from './numbers.ts';
import type { SqlDatabase, SqlSession } from './sql.ts';

/** What a server found itself, as if a node had told it. */
export async function putInventory(
  database: SqlDatabase,
  inventory: FleetInventory,
): Promise<void> {
  const nowUs = await database.nowUs();
  await database.transaction((session) => writeInventories(session, [inventory], nowUs));
}

/** The first inventory of an image counts: an image id is the hash of what is in it. */
export async function writeInventories(
  session: SqlSession,
  inventories: readonly FleetInventory[],
  nowUs: number,
): Promise<void> {
  const added: FleetInventory[] = [];
  for (const one of inventories.toSorted((a, b) => (a.imageId < b.imageId ? -1 : 1))) {
    if (await isNew(session, one, nowUs)) added.push(one);
  }
  if (added.length === 0) return;
  await writeHeld(session, added);
  await session.insert({
    table: 'work',
    columns: [
      ['kind', 'text'],
      ['subject', 'text'],
      ['due_us', 'bigint'],
    ],
    rows: added.map(({ imageId }) => ['match', imageId, nowUs]),
    tail: 'ON CONFLICT DO NOTHING',
  });
}

async function isNew(
  session: SqlSession,
  inventory: FleetInventory,
  nowUs: number,
): Promise<boolean> {
  const { imageId, reference, digest } = inventory;
  const value = deflateRawSync(JSON.stringify(inventory), { level: 6 });
  const rows = await session.query(
    `INSERT INTO image (id, reference, digest, received_us, value) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING RETURNING id`,
    [imageId, reference, digest, nowUs, value],
  );
  return rows.length > 0;
}

/** All at once and in one order: two servers never wait for one another. */
async function writeHeld(
  session: SqlSession,
  inventories: readonly FleetInventory[],
): Promise<void> {
  const images = await numbersOfImages(
    session,
    inventories.map(({ imageId }) => imageId),
  );
  const found = inventories.flatMap(({ packages }) => packages.map((one) => one.found));
  const packages = await numbersOfPackages(session, found);
  const names = new Map<string, Row>();
  for (const { found: one, knownAs } of inventories.flatMap((each) => each.packages)) {
    const number = packages.get(packageName(one)) ?? null;
    for (const name of knownAs) {
      const lower = name.toLowerCase();
      names.set(`${number} ${lower}`, [lower, number]);
    }
  }
  await session.insert({
    table: 'known_as',
    columns: [
      ['name', 'text'],
      ['package', 'bigint'],
    ],
    rows: inOrder(names),
    tail: 'ON CONFLICT DO NOTHING',
  });
  for (const { imageId, packages: own } of inventories) {
    const owners = own.map((one) => packages.get(packageName(one.found)) ?? 0);
    await addImage(session, { table: 'held', image: images.get(imageId) ?? 0, owners });
  }
}

function inOrder(rows: ReadonlyMap<string, Row>): readonly Row[] {
  return [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

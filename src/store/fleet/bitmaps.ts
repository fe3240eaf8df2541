// Bitmaps of images in the store: which images hold a package, which have a flaw. A bit is set by the
// database, in the row that it locks: no server undoes what another one does.
import { bitOf, placeOf } from './image-set.ts';
import type { SqlSession } from './sql.ts';

const ownerOf = { held: ['package', 'bigint'], flawed: ['advisory', 'text'] } as const;

interface Change {
  readonly table: keyof typeof ownerOf;
  /** Its number. */
  readonly image: number;
  readonly owners: readonly (string | number)[];
}

/** Puts an image into the sets of these packages or advisories. Within a transaction. */
export async function addImage(
  session: SqlSession,
  { table, image, owners }: Change,
): Promise<void> {
  const { segment, place } = placeOf(image);
  const bits = bitOf(place);
  const owner = ownerOf[table];
  await session.insert({
    table,
    columns: [owner, ['segment', 'bigint'], ['bits', 'bytea'], ['place', 'bigint']],
    rows: inOrder(owners).map((one) => [one, segment, bits, place]),
    tail: `ON CONFLICT (${owner[0]}, segment) DO UPDATE SET
      bits = set_bit(${table}.bits, CAST(excluded.place AS int), 1), place = excluded.place`,
  });
}

/** Takes it out of them. */
export async function removeImage(
  session: SqlSession,
  { table, image, owners }: Change,
): Promise<void> {
  if (owners.length === 0) return;
  const { segment, place } = placeOf(image);
  const [name] = ownerOf[table];
  await session.query(
    `UPDATE ${table} SET bits = set_bit(bits, ${place}, 0)
     WHERE segment = $1 AND ${session.words.inList(`CAST(${name} AS text)`, '$2')}`,
    [segment, JSON.stringify(inOrder(owners).map(String))],
  );
}

function inOrder(owners: readonly (string | number)[]): (string | number)[] {
  return [...new Set(owners)].toSorted((a, b) => (a < b ? -1 : 1));
}

// Images that ran and that no node scanned: what a server may pull and scan itself.
import type { FleetImage } from './fleet-store.ts';
import type { SqlDatabase } from './sql.ts';

/** A node that has the image is asked to tell what is in it first. */
const patienceUs = 600_000_000;
const addedAtOnce = 500;

/** Makes work of each image without an inventory that ran lately. @returns how many are new */
export async function addMissingScans(
  database: SqlDatabase,
  { patienceMs = patienceUs / 1000, sinceMs }: { patienceMs?: number; sinceMs: number },
): Promise<number> {
  const now = database.words.nowUs;
  const rows = await database.query(
    `INSERT INTO work (kind, subject, due_us)
       SELECT DISTINCT 'scan', n.image, CAST(${now} AS bigint)
       FROM ran_now t JOIN image_number n ON n.number = t.image
       WHERE n.image <> '' AND t.reference <> ''
         AND t.newest_us > ${now} - $1 AND t.first_us < ${now} - $2
         AND NOT EXISTS (SELECT 1 FROM image i WHERE i.id = n.image)
         AND NOT EXISTS (SELECT 1 FROM work w WHERE w.kind = 'scan' AND w.subject = n.image)
       LIMIT ${addedAtOnce}
     ON CONFLICT DO NOTHING RETURNING id`,
    [sinceMs * 1000, patienceMs * 1000],
  );
  return rows.length;
}

/** What nodes call an image; null: none of them has it any more. */
export async function askImage(database: SqlDatabase, id: string): Promise<FleetImage | null> {
  const [row] = await database.query(
    'SELECT value FROM run WHERE image = $1 AND reference IS NOT NULL ORDER BY first_us DESC LIMIT 1',
    [id],
  );
  if (row === undefined) return null;
  const { image } = JSON.parse(String(row['value'])) as { image: FleetImage };
  return { id, reference: image.reference, digest: image.digest };
}

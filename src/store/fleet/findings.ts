// What is known to be wrong with an image: its findings, and for each advisory the images that have it.
import { addImage, removeImage } from './bitmaps.ts';
import type { FleetFinding } from './fleet-store.ts';
import { numbersOfImages, numbersOfPurls } from './numbers.ts';
import type { SqlDatabase } from './sql.ts';

/** Replaces what is known of an image. */
export async function putFindings(
  database: SqlDatabase,
  imageId: string,
  findings: readonly FleetFinding[],
): Promise<void> {
  await database.transaction(async (session) => {
    const image = (await numbersOfImages(session, [imageId])).get(imageId) ?? 0;
    const packages = await numbersOfPurls(session, [...new Set(findings.map(({ purl }) => purl))]);
    const rows = new Map(
      findings.map(({ advisory, purl, severity }) => [
        `${advisory} ${purl}`,
        [image, advisory, packages.get(purl) ?? null, severity],
      ]),
    );
    const old = await session.query('SELECT DISTINCT advisory FROM finding WHERE image = $1', [
      image,
    ]);
    const before = new Set(old.map(({ advisory }) => String(advisory)));
    const after = new Set(findings.map(({ advisory }) => advisory));
    await session.query('DELETE FROM finding WHERE image = $1', [image]);
    await session.insert({
      table: 'finding',
      columns: [
        ['image', 'bigint'],
        ['advisory', 'text'],
        ['package', 'bigint'],
        ['severity', 'text'],
      ],
      rows: [...rows.values()],
      tail: 'ON CONFLICT DO NOTHING',
    });
    const part = { table: 'flawed', image } as const;
    await removeImage(session, { ...part, owners: [...before].filter((one) => !after.has(one)) });
    await addImage(session, { ...part, owners: [...after].filter((one) => !before.has(one)) });
  });
}

/** In the order of their advisories. */
export async function askFindings(
  database: SqlDatabase,
  imageId: string,
): Promise<readonly FleetFinding[]> {
  const rows = await database.query(
    `SELECT f.advisory, p.purl, f.severity FROM image_number n JOIN finding f ON f.image = n.number
     JOIN package p ON p.number = f.package WHERE n.image = $1 ORDER BY f.advisory, p.purl`,
    [imageId],
  );
  return rows.map((row) => ({
    advisory: String(row['advisory']),
    purl: String(row['purl']),
    severity: String(row['severity']),
  }));
}

// Numbers of images and packages: what is joined by the ten thousand is joined by number. A number is
// given once and for ever, whoever comes first.
import type { SqlRow, SqlSession } from './sql.ts';

/** Numbers by the id of the image, given where they are missing. Within a transaction. */
export async function numbersOfImages(
  session: SqlSession,
  images: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const wanted = [...new Set(images)].toSorted(byText);
  const select = async (): Promise<Map<string, number>> => {
    const rows = await session.query(
      `SELECT n.image, n.number FROM ${session.words.elements('$1')}
       JOIN image_number n ON n.image = w.value->>0`,
      [JSON.stringify(wanted.map((one) => [one]))],
    );
    return new Map(rows.map(({ image, number }) => [String(image), Number(number)]));
  };
  const known = await select();
  const missing = wanted.filter((image) => !known.has(image));
  if (missing.length === 0) return known;
  await session.insert({
    table: 'image_number',
    columns: [['image', 'text']],
    rows: missing.map((image) => [image]),
    tail: 'ON CONFLICT DO NOTHING',
  });
  return select();
}

/** Numbers by purl, whatever is told of the package beside it; given where they are missing. */
export async function numbersOfPurls(
  session: SqlSession,
  purls: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await session.query(
    `SELECT p.purl, min(p.number) AS number FROM ${session.words.elements('$1')}
     JOIN package p ON p.purl = w.value->>0 GROUP BY p.purl`,
    [JSON.stringify(purls.map((one) => [one]))],
  );
  const known = new Map(rows.map(({ purl, number }) => [String(purl), Number(number)]));
  const missing = purls.filter((purl) => !known.has(purl));
  if (missing.length === 0) return known;
  const added = await numbersOfPackages(
    session,
    missing.map((purl) => ({ purl, type: '', version: '' })),
  );
  for (const purl of missing) {
    const number = added.get(packageName({ purl, type: '', version: '' }));
    if (number !== undefined) known.set(purl, number);
  }
  return known;
}

/** One version of a package as it is asked for. */
export interface PackageKey {
  readonly purl: string;
  readonly type: string;
  readonly version: string;
}

/** Of a package, the key of the map that `numbersOfPackages` gives. */
export function packageName({ purl, type, version }: PackageKey): string {
  return `${purl}\n${type}\n${version}`;
}

/** The same of packages, by `packageName`. */
export async function numbersOfPackages(
  session: SqlSession,
  packages: readonly PackageKey[],
): Promise<ReadonlyMap<string, number>> {
  const wanted = new Map(packages.map((one) => [packageName(one), one]));
  const sorted = [...wanted].toSorted(([a], [b]) => byText(a, b));
  const select = async (): Promise<Map<string, number>> => {
    const rows = await session.query(
      `SELECT p.number, p.purl, p.type, p.version FROM ${session.words.elements('$1')}
       JOIN package p ON p.purl = w.value->>0 AND p.type = w.value->>1 AND p.version = w.value->>2`,
      [JSON.stringify(sorted.map(([, { purl, type, version }]) => [purl, type, version]))],
    );
    return new Map(rows.map((row) => [packageName(packageOf(row)), Number(row['number'])]));
  };
  const known = await select();
  const missing = sorted.filter(([name]) => !known.has(name));
  if (missing.length === 0) return known;
  await session.insert({
    table: 'package',
    columns: [
      ['purl', 'text'],
      ['type', 'text'],
      ['version', 'text'],
    ],
    rows: missing.map(([, { purl, type, version }]) => [purl, type, version]),
    tail: 'ON CONFLICT DO NOTHING',
  });
  return select();
}

function packageOf(row: SqlRow): PackageKey {
  return {
    purl: String(row['purl']),
    type: String(row['type']),
    version: String(row['version']),
  };
}

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

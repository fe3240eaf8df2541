// What pages ask of images by their ids: reports in short and whole, how much ran, a score a day.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { realPace } from '../../base/retry.ts';
import type { FixAction, Grade, Report, Summary } from '../../model/report.ts';
import { Conditions } from './conditions.ts';
import type { FleetCatalogued, FleetPages, FleetScore } from './fleet-pages.ts';
import { tellLive } from './live.ts';
import { numbersOfImages } from './numbers.ts';
import type { SqlDatabase, SqlRow } from './sql.ts';

/** Inflated bytes of one stored report: as large as an inventory. */
const reportBytes = 512 * 1024 ** 2;
/** Fixes that a list needs. */
const fixesKept = 10;
/** Days of scores. */
const scoresKept = 400;

/** Of `catalogue c`, as `cataloguedOf` reads them. */
export const columns =
  'c.id, c.reference, c.digest, c.os, c.packages, c.letter, c.score, c.summary, c.fixes, c.scanned_us';

export async function askCatalogued(
  database: SqlDatabase,
  ids: readonly string[],
): Promise<ReadonlyMap<string, FleetCatalogued>> {
  if (ids.length === 0) return new Map();
  const rows = await database.query(
    `SELECT ${columns} FROM catalogue c WHERE ${database.words.inList('c.id', '$1')}`,
    [JSON.stringify(ids)],
  );
  return new Map(rows.map((row) => [String(row['id']), cataloguedOf(row)]));
}

/** Letters of those that were judged. */
export async function askGrades(
  database: SqlDatabase,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await database.query(
    `SELECT c.id, c.letter FROM catalogue c
     WHERE c.letter IS NOT NULL AND ${database.words.inList('c.id', '$1')}`,
    [JSON.stringify(ids)],
  );
  return new Map(rows.map(({ id, letter }) => [String(id), String(letter)]));
}

/** Very many images are counted anew only so often. */
const countedMs = 10_000;
const veryMany = 10_000;
const counts = new WeakMap<SqlDatabase, { readonly images: number; readonly atMs: number }>();

export async function catalogueCount(database: SqlDatabase): Promise<number> {
  const nowMs = realPace.now();
  const known = counts.get(database);
  if (known !== undefined && known.images > veryMany && nowMs - known.atMs < countedMs) {
    return known.images;
  }
  const [row] = await database.query('SELECT count(*) AS images FROM catalogue');
  const images = Number(row?.['images'] ?? 0);
  counts.set(database, { images, atMs: nowMs });
  return images;
}

export async function askReport(database: SqlDatabase, id: string): Promise<Report | null> {
  const [row] = await database.query('SELECT value FROM catalogue WHERE id = $1', [id]);
  const value = row?.['value'];
  if (!(value instanceof Uint8Array)) return null;
  const text = inflateRawSync(value, { maxOutputLength: reportBytes }).toString('utf8');
  return JSON.parse(text) as Report;
}

export async function putReport(
  database: SqlDatabase,
  { id, reference, digest }: Parameters<FleetPages['putReport']>[0],
  report: Report,
): Promise<void> {
  const { grade, summary, target } = report;
  const { words } = database;
  const value = deflateRawSync(JSON.stringify(report), { level: 6 });
  const nowUs = Math.floor(await database.nowUs());
  await database.transaction(async (session) => {
    const number = (await numbersOfImages(session, [id])).get(id) ?? 0;
    await session.query(
      `INSERT INTO judged (image, judged_us) VALUES ($1, $2)
       ON CONFLICT (image) DO UPDATE SET judged_us = excluded.judged_us`,
      [number, nowUs],
    );
    await session.query(
      `INSERT INTO catalogue (id, reference, digest, os, packages, letter, score, summary, fixes,
         scanned_us, value)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
       ON CONFLICT (id) DO UPDATE SET os = excluded.os, packages = excluded.packages,
         letter = excluded.letter, score = excluded.score, summary = excluded.summary,
         fixes = excluded.fixes, scanned_us = excluded.scanned_us, value = excluded.value`,
      [
        id,
        reference ?? id,
        digest,
        target.os?.name ?? null,
        summary.packages,
        grade.letter,
        grade.score,
        JSON.stringify(summary),
        JSON.stringify(grade.fixFirst.slice(0, fixesKept)),
        nowUs,
        value,
      ],
    );
    const row = { kind: 'image', agent: null, container: null, value: JSON.stringify(id) } as const;
    await tellLive({ session, words }, [row]);
  });
}

export async function askRunsOfImages(
  database: SqlDatabase,
  ids: readonly string[],
  teams: readonly string[] | undefined,
): Promise<ReadonlyMap<string, { readonly runs: number; readonly alive: number }>> {
  if (ids.length === 0) return new Map();
  const where = new Conditions();
  where.plain(database.words.inList('i.image', where.parameter(JSON.stringify(ids))));
  where.teams(teams, database.words, 'n');
  const rows = await database.query(
    `SELECT i.image, sum(n.runs) AS runs, sum(n.alive) AS alive
     FROM image_number i JOIN ran_now n ON n.image = i.number ${where.text} GROUP BY i.image`,
    where.values,
  );
  const known = new Map(
    rows.map((row) => [
      String(row['image']),
      { runs: Number(row['runs']), alive: Number(row['alive']) },
    ]),
  );
  return new Map(ids.map((id) => [id, known.get(id) ?? { runs: 0, alive: 0 }] as const));
}

const dayUs = 86_400_000_000;

export async function askDetectionCount(
  database: SqlDatabase,
  options: {
    readonly sinceUs: number;
    readonly teams: readonly string[] | undefined;
    readonly most: number;
  },
): Promise<number> {
  const where = new Conditions();
  // Days are those of the receipt: what happened since then came since then.
  where.add('d.day >= ?', Math.floor(options.sinceUs / dayUs));
  where.add('d.time_us >= ?', options.sinceUs);
  where.teams(options.teams, database.words, 'd');
  const [row] = await database.query(
    `SELECT count(*) AS found FROM (
       SELECT 1 FROM detection d ${where.text} LIMIT ${where.parameter(options.most)}) s`,
    where.values,
  );
  return Number(row?.['found'] ?? 0);
}

export async function putScore(
  database: SqlDatabase,
  { day, score, letter, images }: FleetScore,
): Promise<void> {
  await database.query(
    `INSERT INTO score (day, score, letter, images) VALUES ($1, $2, $3, $4)
     ON CONFLICT (day) DO UPDATE SET score = excluded.score, letter = excluded.letter,
       images = excluded.images`,
    [day, score, letter, images],
  );
  await database.query(
    'DELETE FROM score WHERE day <= (SELECT day FROM score ORDER BY day DESC LIMIT 1 OFFSET $1)',
    [scoresKept],
  );
}

export async function askScores(
  database: SqlDatabase,
  days: number,
): Promise<readonly FleetScore[]> {
  const rows = await database.query('SELECT * FROM score ORDER BY day DESC LIMIT $1', [days]);
  return rows
    .map((row) => ({
      day: String(row['day']),
      score: Number(row['score']),
      letter: String(row['letter']),
      images: Number(row['images']),
    }))
    .toReversed();
}

/** A row of `columns`. */
export function cataloguedOf(row: SqlRow): FleetCatalogued {
  const textOrNull = (name: string): string | null =>
    row[name] === null || row[name] === undefined ? null : String(row[name]);
  const numberOrNull = (name: string): number | null =>
    row[name] === null || row[name] === undefined ? null : Number(row[name]);
  const [letter, score] = [textOrNull('letter'), numberOrNull('score')];
  const [summary, fixes] = [textOrNull('summary'), textOrNull('fixes')];
  return {
    id: String(row['id']),
    reference: String(row['reference']),
    digest: textOrNull('digest'),
    os: textOrNull('os'),
    packages: numberOrNull('packages'),
    grade:
      letter === null || score === null
        ? null
        : ({ letter, score } as Pick<Grade, 'letter' | 'score'>),
    summary: summary === null ? null : (JSON.parse(summary) as Summary),
    fixFirst: fixes === null ? [] : (JSON.parse(fixes) as readonly FixAction[]),
    scannedUs: numberOrNull('scanned_us'),
  };
}

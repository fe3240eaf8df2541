// Who ran a package, or what an advisory is about: counts from the tallies of images, the newest runs
// from the images that started last, so that no question reads all runs.
import { mostSources, newestOf, readRuns } from './ask-runs.ts';
import { Conditions } from './conditions.ts';
import type { ExposureQuestion, FleetExposure, StoredFleetRun } from './fleet-store.ts';
import type { SqlDatabase } from './sql.ts';

/** One of so many runs is common: the newest of them are found by passing the newest of all. */
const commonShare = 200;
/** So few images are asked one by one in any case. */
const fewImages = 10;

export interface ExposurePage {
  readonly skip: number;
  readonly limit: number;
  readonly teams?: readonly string[];
}

/** Counts of all, and one page of the newest. */
export async function askExposed(
  database: SqlDatabase,
  question: ExposureQuestion,
  page: ExposurePage,
): Promise<FleetExposure> {
  const sums = await sumsOf(database, question, page.teams);
  const stored = sums.runs === 0 ? [] : await newestRuns(database, question, { ...page, ...sums });
  const purls = await purlsByImage(database, question, stored);
  const used = await usedBy(database, stored, [...new Set([...purls.values()].flat())]);
  return {
    ...sums,
    newest: stored.map((one) => {
      const meant = purls.get(one.run.image.id ?? '') ?? [];
      const own = used.get(`${one.agent}\n${one.run.container}`) ?? [];
      return { stored: one, purls: meant, used: own.filter((purl) => meant.includes(purl)) };
    }),
  };
}

/** A statement with the images that hold what is asked for, and under which package URL. */
function held(where: Conditions, question: ExposureQuestion): string {
  if (question.kind === 'advisory') {
    return `SELECT image, purl FROM finding WHERE advisory = ${where.parameter(question.id)}`;
  }
  const { type, name, version } = question;
  const [named, typed] = [where.parameter(name.toLowerCase()), where.parameter(type)];
  const which = version === null ? '' : `AND version = ${where.parameter(version)}`;
  return `SELECT image, purl FROM image_package WHERE name = ${named} AND type = ${typed} ${which}`;
}

/** Of the images of a page, which of their packages are meant. */
async function purlsByImage(
  database: SqlDatabase,
  question: ExposureQuestion,
  stored: readonly StoredFleetRun[],
): Promise<ReadonlyMap<string, string[]>> {
  const where = new Conditions();
  const images = [...new Set(stored.map(({ run }) => run.image.id ?? ''))];
  const text = held(where, question);
  const shown = database.words.inList('image', where.parameter(JSON.stringify(images)));
  const rows = await database.query(
    `SELECT DISTINCT image, purl FROM (${text}) h WHERE ${shown}`,
    where.values,
  );
  const purls = new Map<string, string[]>();
  for (const { image, purl } of rows) {
    const known = purls.get(String(image));
    if (known === undefined) purls.set(String(image), [String(purl)]);
    else known.push(String(purl));
  }
  return purls;
}

async function sumsOf(
  database: SqlDatabase,
  question: ExposureQuestion,
  teams: readonly string[] | undefined,
): Promise<Omit<FleetExposure, 'newest'>> {
  const { words } = database;
  const where = new Conditions();
  where.plain(`n.image IN (SELECT image FROM (${held(where, question)}) h)`);
  where.teams(teams, words, 'n');
  const [sum] = await database.query(
    `SELECT count(DISTINCT n.image) AS images, coalesce(sum(n.runs), 0) AS runs,
       min(n.first_us) AS first_us, max(n.last_us) AS last_us FROM ran n ${where.text}`,
    where.values,
  );
  const living = new Conditions();
  living.plain('r.alive = 1');
  living.plain(`r.image IN (SELECT image FROM (${held(living, question)}) h)`);
  living.teams(teams, words);
  const [alive] = await database.query(
    `SELECT count(*) AS alive FROM run r ${living.text}`,
    living.values,
  );
  const time = (name: string): number | null => {
    const value = sum?.[name] ?? null;
    return value === null ? null : Number(value);
  };
  return {
    // Images that nobody of the teams ran are none of their business.
    images: teams === undefined ? await imagesHolding(database, question) : Number(sum?.['images']),
    runs: Number(sum?.['runs'] ?? 0),
    alive: Number(alive?.['alive'] ?? 0),
    firstUs: time('first_us'),
    lastUs: time('last_us'),
  };
}

async function imagesHolding(database: SqlDatabase, question: ExposureQuestion): Promise<number> {
  const where = new Conditions();
  const [row] = await database.query(
    `SELECT count(DISTINCT image) AS images FROM (${held(where, question)}) h`,
    where.values,
  );
  return Number(row?.['images'] ?? 0);
}

/**
 * What one of a few hundred runs is, is found soon among the newest. Of what is rarer, each of the
 * newest n runs belongs to one of the n images whose newest run is newest: only those are asked.
 */
async function newestRuns(
  database: SqlDatabase,
  question: ExposureQuestion,
  { skip, limit, teams, runs }: ExposurePage & { readonly runs: number },
): Promise<readonly StoredFleetRun[]> {
  const { words } = database;
  const wanted = skip + limit;
  const where = new Conditions();
  where.teams(teams, words);
  const images = await newestImages(database, question, { wanted, teams });
  const [all] = await database.query('SELECT sum(runs) AS runs FROM ran');
  const isCommon = images.length > fewImages && runs * commonShare > Number(all?.['runs'] ?? 0);
  const isPassed = isCommon || images.length > mostSources;
  if (isPassed) where.plain(`r.image IN (SELECT image FROM (${held(where, question)}) h)`);
  const sources = isPassed ? [] : images.map((image) => `r.image = ${where.parameter(image)}`);
  const found = newestOf(where, sources, wanted);
  const most = where.parameter(limit);
  return readRuns(
    database,
    where,
    `SELECT id FROM (${found}) f ORDER BY first_us DESC, id DESC LIMIT ${most} OFFSET ${where.parameter(skip)}`,
  );
}

/** As many as a page needs, and not more than one too many for a statement. */
async function newestImages(
  database: SqlDatabase,
  question: ExposureQuestion,
  { wanted, teams }: { wanted: number; teams: readonly string[] | undefined },
): Promise<readonly string[]> {
  const where = new Conditions();
  where.plain(`n.image IN (SELECT image FROM (${held(where, question)}) h)`);
  where.teams(teams, database.words, 'n');
  const rows = await database.query(
    `SELECT n.image FROM ran n ${where.text} GROUP BY n.image
     ORDER BY max(n.newest_us) DESC LIMIT ${where.parameter(Math.min(wanted, mostSources + 1))}`,
    where.values,
  );
  return rows.map(({ image }) => String(image));
}

/** Which of these packages each run used, by agent and container. */
async function usedBy(
  database: SqlDatabase,
  stored: readonly StoredFleetRun[],
  purls: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (stored.length === 0) return new Map();
  const pairs = stored.map(({ agent, run }) => [agent, run.container]);
  const rows = await database.query(
    `SELECT u.agent, u.container, u.purl FROM ${database.words.elements('$1')}
     JOIN in_use u ON u.agent = w.value->>0 AND u.container = w.value->>1
     WHERE ${database.words.inList('u.purl', '$2')}`,
    [JSON.stringify(pairs), JSON.stringify(purls)],
  );
  const used = new Map<string, string[]>();
  for (const { agent, container, purl } of rows) {
    const key = `${String(agent)}\n${String(container)}`;
    const known = used.get(key);
    if (known === undefined) used.set(key, [String(purl)]);
    else known.push(String(purl));
  }
  return used;
}

// Who ran a package, or what an advisory is about: counts from the tallies of images, the newest runs
// from the images that started last, so that no question reads all runs.
import { mostSources, newestOf, readRuns } from './ask-runs.ts';
import { Conditions } from './conditions.ts';
import type { ExposureQuestion, FleetExposure, StoredFleetRun } from './fleet-store.ts';
import type { SqlDatabase, SqlValue } from './sql.ts';

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
  const purls = await purlsByImage(database, question);
  const images = JSON.stringify([...purls.keys()]);
  const sums = await sumsOf(database, images, page.teams);
  const stored = sums.runs === 0 ? [] : await newestRuns(database, images, page);
  const used = await usedBy(database, stored, [...new Set([...purls.values()].flat())]);
  return {
    ...sums,
    // Images that nobody of the teams ran are none of their business.
    images: page.teams === undefined ? purls.size : sums.images,
    newest: stored.map((one) => {
      const meant = purls.get(one.run.image.id ?? '') ?? [];
      const own = used.get(`${one.agent}\n${one.run.container}`) ?? [];
      return { stored: one, purls: meant, used: own.filter((purl) => meant.includes(purl)) };
    }),
  };
}

/** Images that hold it, and under which package URLs. */
async function purlsByImage(
  database: SqlDatabase,
  question: ExposureQuestion,
): Promise<ReadonlyMap<string, string[]>> {
  const { text, values } = heldBy(question);
  const purls = new Map<string, string[]>();
  for (const { image, purl } of await database.query(text, values)) {
    const known = purls.get(String(image));
    if (known === undefined) purls.set(String(image), [String(purl)]);
    else known.push(String(purl));
  }
  return purls;
}

function heldBy(question: ExposureQuestion): { text: string; values: SqlValue[] } {
  if (question.kind === 'advisory') {
    return { text: 'SELECT image, purl FROM finding WHERE advisory = $1', values: [question.id] };
  }
  const { type, name, version } = question;
  const which = version === null ? '' : 'AND version = $3';
  return {
    text: `SELECT DISTINCT image, purl FROM image_package WHERE name = $1 AND type = $2 ${which}`,
    values: [name.toLowerCase(), type, ...(version === null ? [] : [version])],
  };
}

async function sumsOf(
  database: SqlDatabase,
  images: string,
  teams: readonly string[] | undefined,
): Promise<Omit<FleetExposure, 'newest'>> {
  const { words } = database;
  const where = new Conditions();
  where.plain(words.inList('n.image', where.parameter(images)));
  where.teams(teams, words, 'n');
  const [sum] = await database.query(
    `SELECT count(DISTINCT n.image) AS images, coalesce(sum(n.runs), 0) AS runs,
       min(n.first_us) AS first_us, max(n.last_us) AS last_us FROM ran n ${where.text}`,
    where.values,
  );
  const living = new Conditions();
  living.plain('r.alive = 1');
  living.plain(words.inList('r.image', living.parameter(images)));
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
    images: Number(sum?.['images'] ?? 0),
    runs: Number(sum?.['runs'] ?? 0),
    alive: Number(alive?.['alive'] ?? 0),
    firstUs: time('first_us'),
    lastUs: time('last_us'),
  };
}

/**
 * Each of the newest n runs belongs to one of the n images whose newest run is newest: only those are
 * asked. Of a page far behind, of many images, the runs are passed newest first.
 */
async function newestRuns(
  database: SqlDatabase,
  images: string,
  { skip, limit, teams }: ExposurePage,
): Promise<readonly StoredFleetRun[]> {
  const { words } = database;
  const newest = new Conditions();
  newest.plain(words.inList('n.image', newest.parameter(images)));
  newest.teams(teams, words, 'n');
  const wanted = skip + limit;
  const rows = await database.query(
    `SELECT n.image FROM ran n ${newest.text} GROUP BY n.image
     ORDER BY max(n.newest_us) DESC LIMIT ${newest.parameter(Math.min(wanted, mostSources + 1))}`,
    newest.values,
  );
  const where = new Conditions();
  where.teams(teams, words);
  const isFew = rows.length <= mostSources;
  if (!isFew) where.plain(words.inList('r.image', where.parameter(images)));
  const sources = isFew
    ? rows.map(({ image }) => `r.image = ${where.parameter(String(image))}`)
    : [];
  if (isFew && sources.length === 0) return [];
  const found = newestOf(where, sources, wanted);
  const most = where.parameter(limit);
  return readRuns(
    database,
    where,
    `SELECT id FROM (${found}) f ORDER BY first_us DESC, id DESC LIMIT ${most} OFFSET ${where.parameter(skip)}`,
  );
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

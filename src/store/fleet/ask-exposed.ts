// Who ran a package, or what an advisory is about: counts from the sums of images, the newest runs from
// the images that started last, so that no question reads all runs.
import { newestOf, readRuns } from './ask-runs.ts';
import { Conditions } from './conditions.ts';
import type { StoredFleetRun } from './fleet-pages.ts';
import type { ExposureQuestion, FleetExposure } from './fleet-store.ts';
import { joined, segmentSize, sizeOf } from './image-set.ts';
import { listsOfPairs, newestPairs, sumsMeant } from './sources.ts';
import type { SqlDatabase } from './sql.ts';

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
  const asked = await askedFor(database, question);
  const bits = await imagesOf(database, asked);
  const [sums, newest] = await Promise.all([
    sumsOf(database, bits, page.teams),
    newestRuns(database, bits, page),
  ]);
  const stored = sums.runs === 0 ? [] : newest;
  const purls = await purlsByImage(database, asked, stored);
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

/** What is asked for: an advisory, or numbers of packages. */
type Asked =
  | { readonly kind: 'advisory'; readonly id: string }
  | { readonly kind: 'packages'; readonly numbers: readonly number[] };

async function askedFor(database: SqlDatabase, question: ExposureQuestion): Promise<Asked> {
  if (question.kind === 'advisory') return question;
  const { type, name, version } = question;
  const where = new Conditions();
  where.add('k.name = ?', name.toLowerCase());
  where.add('p.type = ?', type);
  where.add('p.version = ?', version ?? undefined);
  const rows = await database.query(
    `SELECT p.number FROM known_as k JOIN package p ON p.number = k.package ${where.text}`,
    where.values,
  );
  return { kind: 'packages', numbers: rows.map(({ number }) => Number(number)) };
}

/** The images that hold it, as one bitmap. */
async function imagesOf(database: SqlDatabase, asked: Asked): Promise<Uint8Array> {
  const rows =
    asked.kind === 'advisory'
      ? await database.query('SELECT segment, bits FROM flawed WHERE advisory = $1', [asked.id])
      : await database.query(
          `SELECT h.segment, h.bits FROM ${database.words.elements('$1')}
           JOIN held h ON h.package = CAST(w.value AS bigint)`,
          [JSON.stringify(asked.numbers)],
        );
  return joined(rows);
}

/** Of the images of a page, which of their packages are meant. */
async function purlsByImage(
  database: SqlDatabase,
  asked: Asked,
  stored: readonly StoredFleetRun[],
): Promise<ReadonlyMap<string, string[]>> {
  if (stored.length === 0) return new Map();
  const { words } = database;
  const images = [...new Set(stored.map(({ run }) => run.image.id ?? ''))];
  const shown = JSON.stringify(images.map((one) => [one]));
  const meant =
    asked.kind === 'advisory'
      ? 'JOIN finding f ON f.image = n.number AND f.advisory = $2 JOIN package p ON p.number = f.package'
      : `CROSS JOIN (SELECT CAST(w.value AS bigint) AS number FROM ${words.elements('$2')}) m
         JOIN held h ON h.package = m.number AND h.segment = n.number / ${segmentSize}
           AND get_bit(h.bits, CAST(n.number % ${segmentSize} AS int)) = 1
         JOIN package p ON p.number = h.package`;
  const rows = await database.query(
    `SELECT n.image, p.purl FROM ${words.elements('$1')}
     JOIN image_number n ON n.image = w.value->>0 ${meant}`,
    [shown, asked.kind === 'advisory' ? asked.id : JSON.stringify(asked.numbers)],
  );
  const purls = new Map<string, string[]>();
  for (const { image, purl } of rows) {
    const known = purls.get(String(image));
    if (known === undefined) purls.set(String(image), [String(purl)]);
    else if (!known.includes(String(purl))) known.push(String(purl));
  }
  return purls;
}

async function sumsOf(
  database: SqlDatabase,
  bits: Uint8Array,
  teams: readonly string[] | undefined,
): Promise<Omit<FleetExposure, 'newest'>> {
  const where = new Conditions();
  sumsMeant(where, { kind: 'set', bits }, database.words);
  where.teams(teams, database.words, 'n');
  // Of a team that gave an image away nothing is left but the row.
  const rows =
    teams === undefined
      ? `ran_now n ${where.text}`
      : `(SELECT sum(n.runs) AS runs, sum(n.alive) AS alive, min(n.first_us) AS first_us,
           max(n.last_us) AS last_us FROM ran_now n ${where.text} GROUP BY n.image) n
         WHERE n.runs > 0`;
  const [sum] = await database.query(
    `SELECT count(*) AS images, coalesce(sum(n.runs), 0) AS runs,
       coalesce(sum(n.alive), 0) AS alive, min(n.first_us) AS first_us, max(n.last_us) AS last_us
     FROM ${rows}`,
    where.values,
  );
  const runs = Number(sum?.['runs'] ?? 0);
  const time = (name: string): number | null => (runs === 0 ? null : Number(sum?.[name]));
  return {
    // Images that nobody of the teams ran are none of their business.
    images: teams === undefined ? sizeOf(bits) : Number(sum?.['images'] ?? 0),
    runs,
    alive: Number(sum?.['alive'] ?? 0),
    firstUs: time('first_us'),
    lastUs: time('last_us'),
  };
}

/** Runs of a page, from the images whose newest runs are newest. */
async function newestRuns(
  database: SqlDatabase,
  bits: Uint8Array,
  { skip, limit, teams }: ExposurePage,
): Promise<readonly StoredFleetRun[]> {
  const wanted = skip + limit;
  const found = await newestPairs(database, {
    meant: { kind: 'set', bits },
    teams,
    limit: wanted,
    beforeUs: null,
    most: wanted,
  });
  if (found === null) return [];
  const where = new Conditions();
  const newest = newestOf(database, {
    where,
    lists: listsOfPairs(database.words, found.pairs, found.floorUs),
    limit: where.parameter(wanted),
  });
  const most = where.parameter(limit);
  return readRuns(
    database,
    where,
    `SELECT id FROM (${newest}) f ORDER BY first_us DESC, id DESC
     LIMIT ${most} OFFSET ${where.parameter(skip)}`,
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

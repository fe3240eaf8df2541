// What runs now and how it was judged: sums by image from the database, and the reports in short of what
// runs, which each process keeps as long as the database says that they are the newest.
import { cataloguedOf, columns } from './ask-catalogue.ts';
import { Conditions } from './conditions.ts';
import type { FleetCatalogued, FleetRunning } from './fleet-pages.ts';
import type { SqlDatabase } from './sql.ts';

interface Kept {
  readonly image: FleetCatalogued;
  /** When it was judged; null: it was not. */
  readonly judgedUs: number | null;
}

/** By the number of the image; and words of fixes, which thousands of images have in common. */
interface Memory {
  readonly images: Map<number, Kept>;
  readonly words: Map<string, string>;
}

const memories = new WeakMap<SqlDatabase, Memory>();
/** Times the images of one question: who asks for a team does not push out what all others see. */
const keptTimes = 2;
const mostWords = 100_000;

/** Runs of all images and of those that run most, with their reports. */
export async function askRunning(
  database: SqlDatabase,
  teams: readonly string[] | undefined,
  most: number,
): Promise<FleetRunning> {
  const [sums, running] = await Promise.all([
    sumsOf(database, teams),
    runningImages(database, teams, most),
  ]);
  const memory = memories.get(database) ?? { images: new Map(), words: new Map() };
  memories.set(database, memory);
  const { images: kept } = memory;
  const missing = running.filter(({ number, judgedUs }) => {
    const known = kept.get(number);
    return known === undefined || known.judgedUs !== judgedUs;
  });
  await readMissing(
    database,
    memory,
    missing.map(({ number }) => number),
  );
  const images = running.flatMap(({ number, containers }) => {
    const known = kept.get(number);
    return known === undefined ? [] : [{ image: known.image, containers }];
  });
  if (kept.size > keptTimes * most) {
    const now = new Set(running.map(({ number }) => number));
    for (const number of kept.keys()) if (!now.has(number)) kept.delete(number);
  }
  return { ...sums, images };
}

async function sumsOf(
  database: SqlDatabase,
  teams: readonly string[] | undefined,
): Promise<Omit<FleetRunning, 'images'>> {
  const where = new Conditions();
  where.teams(teams, database.words, 'n');
  const [row] = await database.query(
    `SELECT sum(n.runs) AS runs, sum(n.alive) AS alive FROM ran_total_now n ${where.text}`,
    where.values,
  );
  return { runs: Number(row?.['runs'] ?? 0), alive: Number(row?.['alive'] ?? 0) };
}

interface RunningImage {
  readonly number: number;
  readonly containers: number;
  readonly judgedUs: number | null;
}

/** Those that run most first; what has no image is none. */
async function runningImages(
  database: SqlDatabase,
  teams: readonly string[] | undefined,
  most: number,
): Promise<readonly RunningImage[]> {
  const where = new Conditions();
  where.plain('n.alive <> 0');
  where.plain(`n.image <> coalesce((SELECT number FROM image_number WHERE image = ''), 0)`);
  where.teams(teams, database.words, 'n');
  // Sums of what is eight bytes wide are decimal numbers to PostgreSQL, which take twice the time.
  const alive = 'sum(CAST(n.alive AS int))';
  const rows = await database.query(
    `SELECT a.image, a.alive, j.judged_us FROM (
       SELECT n.image, ${alive} AS alive FROM ran_now n ${where.text}
       GROUP BY n.image HAVING ${alive} > 0
       ORDER BY ${alive} DESC, n.image LIMIT ${where.parameter(most)}) a
     LEFT JOIN judged j ON j.image = a.image`,
    where.values,
  );
  return rows
    .map(({ image, alive: containers, judged_us: judged }) => ({
      number: Number(image),
      containers: Number(containers),
      judgedUs: judged === null || judged === undefined ? null : Number(judged),
    }))
    .toSorted((a, b) => b.containers - a.containers || a.number - b.number);
}

async function readMissing(
  database: SqlDatabase,
  { images, words }: Memory,
  numbers: readonly number[],
): Promise<void> {
  if (numbers.length === 0) return;
  const rows = await database.query(
    `SELECT n.number, ${columns} FROM ${database.words.elements('$1')}
     JOIN image_number n ON n.number = CAST(w.value AS bigint)
     JOIN catalogue c ON c.id = n.image`,
    [JSON.stringify(numbers)],
  );
  // Equal words are one: counting them by the ten thousand is a look at where they lie.
  const once = (word: string): string => {
    const known = words.get(word);
    if (known === undefined) words.set(word, word);
    return known ?? word;
  };
  if (words.size > mostWords) words.clear();
  for (const row of rows) {
    const image = cataloguedOf(row);
    const fixFirst = image.fixFirst.map(({ action, removes, exploited, where }) => ({
      action: once(action),
      removes,
      exploited,
      where: once(where),
      // What fixes remove by name is on the pages of their images.
      ids: [],
    }));
    images.set(Number(row['number']), { image: { ...image, fixFirst }, judgedUs: image.scannedUs });
  }
}

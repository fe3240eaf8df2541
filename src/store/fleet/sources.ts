// Where the runs of a question are found: the lists of an index that each begin with the newest run (of an
// image and team, of an agent, of a team), of which only those are read that a page can need.
import { Conditions, likeText } from './conditions.ts';
import type { SqlDatabase, SqlWords } from './sql.ts';

/** The image of a run as the indexes have it: the beginning of its hash. */
const imageKey = (words: SqlWords, image: string): string =>
  `substr(${image}, 8, 12)${words.bytewise}`;

/** Lists of one statement; where there are more the newest runs are passed first. */
export const mostLists = 2000;

/** Lists of one kind: the elements (`w`) and the condition of a run (`r`) of one of them. */
export interface Lists {
  readonly elements: readonly (readonly string[])[];
  readonly where: string;
  /** Runs before this time are in no page: enough are newer. */
  readonly floorUs: number | null;
}

/** That a run (`r`) is of an image and a team, as its index has it; no team is ''. */
export function pairIs(words: SqlWords, image: string, team: string): string {
  return `${imageKey(words, "coalesce(r.image, '')")} = ${imageKey(words, image)}
    AND coalesce(r.team, '')${words.bytewise} = ${team} AND coalesce(r.image, '') = ${image}`;
}

/** Runs by image and team. */
export function listsOfPairs(
  words: SqlWords,
  pairs: readonly Pair[],
  floorUs: number | null,
): Lists {
  return {
    elements: pairs.map(({ image, team }) => [image, team]),
    where: pairIs(words, '(w.value->>0)', '(w.value->>1)'),
    floorUs,
  };
}

/** Runs of agents. */
export function listsOfAgents(agents: readonly string[]): Lists {
  return {
    elements: agents.map((agent) => [agent]),
    where: 'r.agent = w.value->>0',
    floorUs: null,
  };
}

/** Runs of images on agents. */
export function listsOfBoth(
  words: SqlWords,
  agents: readonly string[],
  images: readonly string[],
): Lists {
  return {
    elements: agents.flatMap((agent) => images.map((image) => [agent, image])),
    where: `r.agent = w.value->>0 AND coalesce(r.image, '') = w.value->>1
      AND ${imageKey(words, "coalesce(r.image, '')")} = ${imageKey(words, '(w.value->>1)')}`,
    floorUs: null,
  };
}

/** Runs of teams. */
export function listsOfTeams(teams: readonly string[]): Lists {
  return {
    elements: teams.map((team) => [team]),
    where: 'r.team = w.value->>0',
    floorUs: null,
  };
}

/** An image that a team ran. */
export interface Pair {
  readonly image: string;
  readonly team: string;
  readonly newestUs: number;
}

/** Which images are meant: a word of a person, or a bitmap. */
export type Meant =
  | { readonly kind: 'word'; readonly word: string }
  | { readonly kind: 'set'; readonly bits: Uint8Array };

const wholeImage = /^sha256:[0-9a-f]{64}$/;

/** The condition of sums (`n`). */
export function sumsMeant(where: Conditions, meant: Meant, words: SqlWords): void {
  if (meant.kind === 'set') {
    where.plain(words.hasImage(where.parameter(meant.bits), 'n.image'));
  } else if (wholeImage.test(meant.word)) {
    where.add('n.image = (SELECT number FROM image_number WHERE image = ?)', meant.word);
  } else {
    where.add(`n.reference LIKE ? ESCAPE '\\'`, `%${likeText(meant.word)}%`);
  }
}

/** The same of a run (`r`): an image may have run under other names too. */
export function runsMeant(where: Conditions, word: string): void {
  if (wholeImage.test(word)) where.add('r.image = ?', word);
  else where.add(`r.reference LIKE ? ESCAPE '\\'`, `%${likeText(word)}%`);
}

export interface PairsWanted {
  readonly meant: Meant;
  readonly teams: readonly string[] | undefined;
  /** Runs of the page. */
  readonly limit: number;
  readonly beforeUs: number | null;
  readonly most: number;
}

export interface Pairs {
  readonly pairs: readonly Pair[];
  readonly floorUs: number | null;
}

/** Sums that are looked at first, those that ran last. */
const sumsFirst = 5000;
/** An image may have gone since, and its run with it: so many more are taken. */
const slack = 50;

/**
 * Of the images (and teams) that are meant, those that can be on a page of `limit` runs before a time:
 * each of the newest n runs belongs to one of the n whose newest run is newest. Where runs of one go on
 * behind that time, nobody knows how its next one stands: all of these are in any case. Null: that would
 * be more than `most`.
 */
export async function newestPairs(
  database: SqlDatabase,
  wanted: PairsWanted,
): Promise<Pairs | null> {
  const count = wanted.limit + slack;
  if (wanted.beforeUs === null) {
    const soon = await amongNewest(database, wanted, count);
    if (soon !== null) return soon;
  }
  const { beforeUs, most } = wanted;
  const where = conditionsOf(database, wanted);
  const before = where.parameter(beforeUs ?? Number.MAX_SAFE_INTEGER);
  const all = await pairsOf(
    database,
    where,
    `SELECT image, team, newest_us FROM (
       SELECT n.image, n.team, min(n.first_us) AS first_us, max(n.newest_us) AS newest_us
       FROM ran_now n ${where.text} GROUP BY n.image, n.team HAVING sum(n.runs) > 0) g
     WHERE first_us <= ${before}
     ORDER BY CASE WHEN newest_us > ${before} THEN 0 ELSE 1 END, newest_us DESC
     LIMIT ${where.parameter(beforeUs === null ? count : most + 1)}`,
  );
  const open = beforeUs === null ? [] : all.filter(({ newestUs }) => newestUs > beforeUs);
  const ranked = all.filter(({ newestUs }) => beforeUs === null || newestUs <= beforeUs);
  const isFull = ranked.length >= count;
  if (beforeUs !== null && !isFull && all.length > most) return null;
  const chosen = ranked.slice(0, count);
  return { pairs: [...open, ...chosen], floorUs: isFull ? floorOf(chosen) : null };
}

/** Most images that are asked for ran lately: then no further sums are looked at. Null: too few did. */
async function amongNewest(
  database: SqlDatabase,
  wanted: PairsWanted,
  count: number,
): Promise<Pairs | null> {
  const where = conditionsOf(database, wanted);
  const sums = 'image, reference, team, newest_us';
  const most = where.parameter(3 * count);
  const rows = await pairsOf(
    database,
    where,
    `SELECT image, team, newest_us FROM (
       SELECT * FROM (SELECT ${sums} FROM ran ORDER BY newest_us DESC LIMIT ${sumsFirst}) a
       UNION ALL SELECT ${sums} FROM ran_change) n
     ${where.and(`n.newest_us >= coalesce((SELECT newest_us FROM ran ORDER BY newest_us DESC
       LIMIT 1 OFFSET ${sumsFirst - 1}), 0)`)}
     ORDER BY newest_us DESC LIMIT ${most}`,
  );
  const pairs = new Map<string, Pair>();
  for (const one of rows) {
    const name = `${one.image}\n${one.team}`;
    if (pairs.size < count && !pairs.has(name)) pairs.set(name, one);
  }
  const found = [...pairs.values()];
  return found.length < count ? null : { pairs: found, floorUs: floorOf(found) };
}

function floorOf(pairs: readonly Pair[]): number | null {
  return pairs.at(-1)?.newestUs ?? null;
}

function conditionsOf({ words }: SqlDatabase, { meant, teams }: PairsWanted): Conditions {
  const where = new Conditions();
  sumsMeant(where, meant, words);
  where.teams(teams, words, 'n');
  return where;
}

/** With the ids of the images, the newest first. */
async function pairsOf(
  database: SqlDatabase,
  where: Conditions,
  text: string,
): Promise<readonly Pair[]> {
  const rows = await database.query(
    `SELECT i.image, p.team, p.newest_us FROM (${text}) p JOIN image_number i ON i.number = p.image`,
    where.values,
  );
  return rows
    .map(
      (row): Pair => ({
        image: String(row['image']),
        team: String(row['team']),
        newestUs: Number(row['newest_us']),
      }),
    )
    .toSorted((a, b) => b.newestUs - a.newestUs);
}

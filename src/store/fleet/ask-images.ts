// A page of the catalogue in the order of names. Of teams, images are found from what they ran where that
// is little, else along the order as far as a page soon fills, else among all that they ran. Rows of the
// catalogue are wide: those of a page are read when it is known.
import { cataloguedOf, columns } from './ask-catalogue.ts';
import { Conditions, likeText } from './conditions.ts';
import type { FleetCatalogued, FleetCataloguePage } from './fleet-pages.ts';
import type { SqlDatabase, SqlWords } from './sql.ts';

/** Sums of teams (one an image, mostly) whose images are looked up one by one. */
const fewSums = 2000;
/** Images that are passed along the order before all images of teams are read. */
const passedFirst = 2000;

interface Asked {
  readonly database: SqlDatabase;
  readonly page: FleetCataloguePage;
  readonly teams: readonly string[];
}

/** A statement that gives ids; its parameters are those of `where`. */
interface Found {
  readonly where: Conditions;
  readonly text: string;
}

/** Images that ran, or that these teams ran, in the order of their references. */
export async function askCatalogue(
  database: SqlDatabase,
  page: FleetCataloguePage,
): Promise<readonly FleetCatalogued[]> {
  const { teams } = page;
  if (teams === undefined) return readImages(database, alongOrder(database, page));
  const asked = { database, page, teams };
  const few = await fewImages(asked);
  if (few?.length === 0) return [];
  if (few !== null) return readImages(database, amongFew(asked, few));
  const passed = await readImages(database, passing(asked));
  if (passed.length >= page.limit || !(await goesOn(asked))) return passed;
  return readImages(database, amongAll(asked));
}

async function readImages(
  database: SqlDatabase,
  { where, text }: Found,
): Promise<readonly FleetCatalogued[]> {
  const rows = await database.query(
    `SELECT ${columns} FROM catalogue c WHERE c.id IN (${text}) ${inOrder(database.words)}`,
    where.values,
  );
  return rows.map(cataloguedOf);
}

/** Of the catalogue `c`, as its index has it. */
function inOrder({ bytewise }: SqlWords): string {
  return `ORDER BY c.reference${bytewise}, c.id${bytewise}`;
}

/** What is asked of an image (`c`), whoever ran it. */
function conditionsOf(
  { words: { bytewise } }: SqlDatabase,
  { after, search }: FleetCataloguePage,
): Conditions {
  const where = new Conditions();
  if (after !== undefined) {
    const place = `${where.parameter(after.reference)}, ${where.parameter(after.id)}`;
    where.plain(`(c.reference${bytewise}, c.id${bytewise}) > (${place})`);
  }
  addSearch(where, 'c.reference', search);
  return where;
}

function addSearch(where: Conditions, column: string, search: string | undefined): void {
  if (search === undefined) return;
  where.add(`lower(${column}) LIKE ? ESCAPE '\\'`, `%${likeText(search.toLowerCase())}%`);
}

function alongOrder(database: SqlDatabase, page: FleetCataloguePage): Found {
  const where = conditionsOf(database, page);
  const text = `SELECT c.id FROM catalogue c ${where.text} ${inOrder(database.words)}
    LIMIT ${where.parameter(page.limit)}`;
  return { where, text };
}

/** Numbers of the images that these teams ran; null: they ran many. */
async function fewImages({ database, teams }: Asked): Promise<readonly number[] | null> {
  const where = new Conditions();
  where.teams(teams, database.words, 'n');
  const rows = await database.query(
    `SELECT n.image, n.runs FROM ran_now n ${where.text} LIMIT ${where.parameter(fewSums + 1)}`,
    where.values,
  );
  if (rows.length > fewSums) return null;
  const runs = new Map<number, number>();
  for (const row of rows) {
    const image = Number(row['image']);
    runs.set(image, (runs.get(image) ?? 0) + Number(row['runs']));
  }
  // Of a team that gave an image away nothing is left but the row.
  return [...runs].filter(([, count]) => count > 0).map(([image]) => image);
}

function amongFew({ database, page }: Asked, numbers: readonly number[]): Found {
  const where = conditionsOf(database, page);
  const { words } = database;
  const listed = words.elements(where.parameter(JSON.stringify(numbers)));
  where.plain('i.number = CAST(w.value AS bigint)');
  where.plain('c.id = i.image');
  const text = `SELECT c.id FROM ${listed} CROSS JOIN image_number i CROSS JOIN catalogue c
    ${where.text} ${inOrder(words)} LIMIT ${where.parameter(page.limit)}`;
  return { where, text };
}

/**
 * Images of the sums `n` that are of these teams. What a team gave away counts as its own until changes are
 * folded, which is soon.
 */
function ownOf({ database, teams }: Asked, where: Conditions): Conditions {
  const own = new Conditions(where.values);
  own.teams(teams, database.words, 'n');
  own.plain('n.runs > 0');
  return own;
}

/** The order as far as `most`: to the planner a list of its own, for whose rows no other way is sought. */
function walk({ words }: SqlDatabase, where: Conditions, most: number): string {
  return `SELECT c.id, c.reference, c.reference${words.bytewise} AS name, c.id${words.bytewise} AS place
    FROM catalogue c ${where.text} ${inOrder(words)} LIMIT ${where.parameter(most)}`;
}

/** Image by image. Changes that wait to be folded have no index: they are read once. */
function passing(asked: Asked): Found {
  const { database, page } = asked;
  const where = conditionsOf(database, page);
  const own = ownOf(asked, where);
  const number = '(SELECT i.number FROM image_number i WHERE i.image = p.id)';
  // As a value, not as EXISTS: for that all sums might be read.
  const text = `SELECT p.id FROM (${walk(database, where, passedFirst)}) p
    WHERE (SELECT 1 FROM ran n ${own.and(`n.image = ${number}`)} LIMIT 1) = 1
      OR ${number} IN (SELECT n.image FROM ran_change n ${own.text})
    ORDER BY p.name, p.place LIMIT ${where.parameter(page.limit)}`;
  return { where, text };
}

/** Whether anything stands behind what was passed. */
async function goesOn({ database, page }: Asked): Promise<boolean> {
  const where = conditionsOf(database, page);
  const rows = await database.query(
    `SELECT c.id FROM catalogue c ${where.text} ${inOrder(database.words)}
     LIMIT 1 OFFSET ${where.parameter(passedFirst)}`,
    where.values,
  );
  return rows.length > 0;
}

/**
 * All of the order, held against the set of what these teams ran, which is made once. The word that is
 * searched comes last: how many have it is not known to planners, who would compare each with each.
 */
function amongAll(asked: Asked): Found {
  const { database, page } = asked;
  const { search, ...behind } = page;
  const where = conditionsOf(database, behind);
  const own = ownOf(asked, where);
  const meant = new Conditions(where.values);
  addSearch(meant, 'q.reference', search);
  const all = Number.MAX_SAFE_INTEGER;
  const text = `WITH own AS MATERIALIZED (
      SELECT i.image FROM ran_now n JOIN image_number i ON i.number = n.image ${own.text})
    SELECT q.id FROM (
      SELECT p.* FROM (${walk(database, where, all)}) p
      WHERE p.id IN (SELECT image FROM own) LIMIT ${where.parameter(all)}) q
    ${meant.text} ORDER BY q.name, q.place LIMIT ${where.parameter(page.limit)}`;
  return { where, text };
}

// Which runs there were. Of ten million only those are looked at that an index leads to: a question has
// lists (of images, agents, teams), each read newest first as far as the page needs.
import type { FleetRun } from '../../model/fleet.ts';
import { Conditions, likeText } from './conditions.ts';
import type { StoredFleetRun } from './fleet-pages.ts';
import type { FleetRunQuery } from './fleet-store.ts';
import {
  type Lists,
  listsOfAgents,
  listsOfBoth,
  listsOfPairs,
  listsOfTeams,
  mostLists,
  newestPairs,
  runsMeant,
  sumsMeant,
} from './sources.ts';
import type { SqlDatabase, SqlRow, SqlWords } from './sql.ts';

/** Runs, newest first, in whose names any part is looked for. */
const namesSearched = 10_000;
/** The same where there are several lists, whose runs lie all over the store; of each at least so many. */
const namesOfLists = 3000;
const namesOfEach = 2;
/** Runs of one beginning of a name or id, in any order, that are put in order. */
const namesakes = 5000;
/** Runs that are passed before all lists of very many are read. */
const passedFirst = 20_000;
/** Lists of the last resort: more images than ever ran before one time and after it. */
const mostListsEver = 200_000;
/** Behind the last letter that a name may go on with. */
const lastCharacter = '\u{10ffff}';
/** Digits of an id that its index holds. */
const shortId = 12;

/** Of runs `r`. */
export const newestFirst = 'ORDER BY r.first_us DESC, r.id DESC';

/** A page of runs, newest first. */
export async function askRuns(
  database: SqlDatabase,
  query: FleetRunQuery,
): Promise<readonly StoredFleetRun[]> {
  const read = async (found: Found | null): Promise<readonly StoredFleetRun[]> =>
    found === null ? [] : readRuns(database, found.where, `SELECT id FROM (${found.text}) f`);
  const begun = await read(await findRuns(database, query));
  const rest = query.limit - begun.length;
  if (query.sinceUs === undefined || query.aliveOnly === true || rest === 0) return begun;
  return [...begun, ...(await read(await findGoingOn(database, { ...query, limit: rest })))];
}

/** A statement that gives ids; its parameters are those of `where`. */
interface Found {
  readonly where: Conditions;
  readonly text: string;
}

/** Runs that lived at a time or later and began before it; those that began later are other questions. */
async function findGoingOn(database: SqlDatabase, query: FleetRunQuery): Promise<Found | null> {
  const asked = await askedOf(database, query);
  if (asked === null) return null;
  const { sinceUs = 0, name, limit } = query;
  const { sinceUs: _, ...all } = asked.query;
  const where = conditionsOf({ ...asked, query: all });
  where.add('r.first_us < ?', sinceUs);
  if (asked.agents !== null) where.plain(isFrom(asked.database.words, where, asked.agents));
  if (name !== undefined) where.plain(hasName(where, name));
  const most = where.parameter(limit);
  const of = (living: string): string =>
    `SELECT * FROM (SELECT r.id, r.first_us FROM run r ${where.and(living)} ${newestFirst} LIMIT ${most}) s`;
  const ended = `r.alive = 0 AND r.last_us >= ${where.parameter(sinceUs)}`;
  const text = `SELECT r.id, r.first_us FROM (${of('r.alive = 1')} UNION ALL ${of(ended)}) r
    ${newestFirst} LIMIT ${most}`;
  return { where, text };
}

/** Null: there is nothing of that kind. */
async function askedOf(database: SqlDatabase, query: FleetRunQuery): Promise<Asked | null> {
  const meant = narrowed(query);
  if (meant === null) return null;
  const { agent, node } = query;
  if (agent === undefined && node === undefined) return { database, query: meant, agents: null };
  const known = node === undefined ? null : await agentsOf(database, node);
  const agents =
    agent === undefined ? (known ?? []) : [agent].filter((one) => known?.includes(one) ?? true);
  return agents.length === 0 ? null : { database, query: meant, agents };
}

/** The ids of a page, newest first. Null: there is nothing of that kind. */
export async function findRuns(database: SqlDatabase, query: FleetRunQuery): Promise<Found | null> {
  const asked = await askedOf(database, query);
  if (asked === null) return null;
  const lists = await listsOf(asked);
  if (lists === 'none') return null;
  if (lists !== 'many') return foundIn(asked, lists);
  // So many images go on behind the place of the page that runs of them will be near.
  const passed = passing(asked);
  const rows = await database.query(passed.text, passed.where.values);
  if (rows.length >= query.limit) return passed;
  const rest = await listsOf(asked, mostListsEver);
  return typeof rest === 'string' ? null : foundIn(asked, rest);
}

interface Asked {
  readonly database: SqlDatabase;
  readonly query: FleetRunQuery;
  /** Null: all. */
  readonly agents: readonly string[] | null;
}

/** A team that is asked for, of those that one may see. Null: none of them. */
function narrowed(query: FleetRunQuery): FleetRunQuery | null {
  const { team, teams: seen, ...rest } = query;
  const teams = team === undefined ? seen : [team].filter((one) => seen?.includes(one) ?? true);
  if (teams === undefined) return rest;
  const named = teams.filter((one) => one !== '');
  return named.length === 0 ? null : { ...rest, teams: named };
}

/** Null: all runs, newest first. `many`: more than `most`. */
async function listsOf(
  { database, query, agents }: Asked,
  most = mostLists,
): Promise<Lists | null | 'none' | 'many'> {
  const { words } = database;
  const { image, teams, before, limit } = query;
  // Few of many runs live: all of them are one list.
  if (query.aliveOnly === true || isOne(query)) return null;
  if (image !== undefined) {
    const meant = { kind: 'word', word: image } as const;
    if (agents !== null) {
      const where = new Conditions();
      sumsMeant(where, meant, words);
      where.teams(teams, words, 'n');
      const images = await imagesOf(database, where, most);
      if (images.length === 0) return 'none';
      return images.length * agents.length > most
        ? listsOfAgents(agents)
        : listsOfBoth(words, agents, images);
    }
    const beforeUs = before?.firstUs ?? null;
    const found = await newestPairs(database, { meant, teams, limit, beforeUs, most });
    if (found === null) return 'many';
    return found.pairs.length === 0 ? 'none' : listsOfPairs(words, found.pairs, found.floorUs);
  }
  if (agents !== null) return listsOfAgents(agents);
  return teams === undefined ? null : listsOfTeams(teams);
}

/** Its index leads to the few runs that have it. */
function isOne({ container, called }: FleetRunQuery): boolean {
  return container !== undefined || called !== undefined;
}

/** Names of images, up to one too many. */
async function imagesOf(
  database: SqlDatabase,
  where: Conditions,
  most: number,
): Promise<readonly string[]> {
  const rows = await database.query(
    `SELECT i.image FROM (
       SELECT DISTINCT n.image FROM ran_now n ${where.text} LIMIT ${where.parameter(most + 1)}) p
     JOIN image_number i ON i.number = p.image`,
    where.values,
  );
  return rows.map(({ image }) => String(image));
}

/** Everything that is asked of one run. */
function conditionsOf({ database, query, agents }: Asked): Conditions {
  const where = new Conditions();
  const { image, container, before } = query;
  const { words } = database;
  if (query.aliveOnly === true) where.plain('r.alive = 1');
  else where.add('r.first_us >= ?', query.sinceUs);
  if (image !== undefined) runsMeant(where, image);
  // Lists of agents or teams say the same themselves.
  const isListed = query.aliveOnly !== true && !isOne(query);
  if (agents !== null && !isListed) where.plain(isFrom(words, where, agents));
  if (container !== undefined) {
    where.add(
      `substr(r.container, 1, ${shortId})${words.bytewise} = ?`,
      container.slice(0, shortId),
    );
    where.add('r.container = ?', container);
  }
  where.add(`r.name${words.bytewise} = ?`, query.called);
  where.teams(query.teams, words);
  if (before !== undefined) {
    const us = where.parameter(before.firstUs);
    where.plain(`(r.first_us, r.id) < (${us}, ${where.parameter(before.id)})`);
  }
  return where;
}

function foundIn(asked: Asked, lists: Lists | null): Found {
  const { database, query } = asked;
  const where = conditionsOf(asked);
  const { name, limit } = query;
  if (name === undefined) {
    return { where, text: newestOf(database, { where, lists, limit: where.parameter(limit) }) };
  }
  return { where, text: namedOf(database, { where, lists, name, limit }) };
}

/** The newest of all, as far as that is soon done. */
function passing(asked: Asked): Found {
  const { image = '', before, limit, name, sinceUs } = asked.query;
  if (name !== undefined) return foundIn(asked, null);
  const where = new Conditions();
  const { words } = asked.database;
  const behind = new Conditions(where.values);
  behind.add('r.first_us >= ?', sinceUs);
  if (before !== undefined) {
    const us = behind.parameter(before.firstUs);
    behind.plain(`(r.first_us, r.id) < (${us}, ${behind.parameter(before.id)})`);
  }
  runsMeant(where, image);
  where.teams(asked.query.teams, words);
  const text = `SELECT r.id, r.first_us FROM (
     SELECT r.* FROM run r ${behind.text} ${newestFirst} LIMIT ${where.parameter(passedFirst)}) r
   ${where.text} ${newestFirst} LIMIT ${where.parameter(limit)}`;
  return { where, text };
}

function isFrom(words: SqlWords, where: Conditions, agents: readonly string[]): string {
  return words.inFew('r.agent', where.parameter(JSON.stringify(agents)));
}

/** That a part of the name or id of a run (`r`) is this one, in any case. */
function hasName(where: Conditions, name: string): string {
  const part = where.parameter(`%${likeText(name.toLowerCase())}%`);
  return `(lower(r.name) LIKE ${part} ESCAPE '\\' OR lower(r.container) LIKE ${part} ESCAPE '\\')`;
}

async function agentsOf(database: SqlDatabase, node: string): Promise<readonly string[]> {
  const rows = await database.query('SELECT id FROM agent WHERE node = $1', [node]);
  return rows.map(({ id }) => String(id));
}

interface Newest {
  readonly where: Conditions;
  /** Null: all runs. */
  readonly lists: Lists | null;
  /** Parameters. */
  readonly limit: string;
  readonly limitEach?: string;
}

/** A statement that gives the newest runs of the lists. @param columns of the table `r` */
export function newestOf(
  { words }: SqlDatabase,
  { where, lists, limit, limitEach = limit }: Newest,
  columns = 'r.id, r.first_us',
): string {
  if (lists === null) {
    return `SELECT ${columns} FROM run r ${where.text} ${newestFirst} LIMIT ${limit}`;
  }
  const floor =
    lists.floorUs === null ? '' : ` AND r.first_us >= ${where.parameter(lists.floorUs)}`;
  const part = {
    parameter: where.parameter(JSON.stringify(lists.elements)),
    where: where.and(`${lists.where}${floor}`),
    order: newestFirst,
    limit: limitEach,
  };
  return `SELECT ${columns} FROM ${words.newestOfEach(part)} ${newestFirst} LIMIT ${limit}`;
}

interface Named {
  readonly where: Conditions;
  readonly lists: Lists | null;
  readonly name: string;
  readonly limit: number;
}

/** The newest with a part of the name or id, then older ones by how their name or id begins. */
function namedOf(database: SqlDatabase, { where, lists, name, limit }: Named): string {
  const columns = 'r.id, r.first_us, r.name, r.container';
  const newest = newestOf(database, searchedOf(where, lists), columns);
  const found = [`SELECT r.id, r.first_us FROM (${newest}) r WHERE ${hasName(where, name)}`];
  const begins = (column: string, word: string): void => {
    const from = where.parameter(word);
    const to = where.parameter(`${word}${lastCharacter}`);
    const { bytewise } = database.words;
    found.push(
      `SELECT r.id, r.first_us FROM run r ${where.and(
        `r.id IN (SELECT id FROM run WHERE ${column}${bytewise} >= ${from}
           AND ${column}${bytewise} < ${to} LIMIT ${namesakes})`,
      )}`,
    );
  };
  begins('name', name);
  if (/^[0-9a-f]{3,64}$/i.test(name)) {
    begins(`substr(container, 1, ${shortId})`, name.toLowerCase().slice(0, shortId));
  }
  const most = where.parameter(limit);
  // Each run once, whichever way led to it.
  const all = found.map((one) => `SELECT * FROM (${one}) s`).join(' UNION ');
  return `SELECT r.id, r.first_us FROM (${all}) r ${newestFirst} LIMIT ${most}`;
}

/** Runs whose names are looked at: of each list so many that they are not too many together. */
function searchedOf(where: Conditions, lists: Lists | null): Newest {
  const limit = where.parameter(namesSearched);
  if (lists === null) return { where, lists, limit };
  const each = Math.max(namesOfEach, Math.ceil(namesOfLists / lists.elements.length));
  // Among runs that do not reach the page others may have the name.
  return { where, lists: { ...lists, floorUs: null }, limit, limitEach: where.parameter(each) };
}

/** The runs whose ids a statement gives, newest first. */
export async function readRuns(
  database: SqlDatabase,
  where: Conditions,
  ids: string,
): Promise<readonly StoredFleetRun[]> {
  const rows = await database.query(
    `SELECT r.id, r.agent, a.node, r.first_us, r.value FROM run r JOIN agent a ON a.id = r.agent
     WHERE r.id IN (${ids}) ${newestFirst}`,
    where.values,
  );
  return rows.map(runOf);
}

/** A row of `r.id, r.agent, a.node, r.first_us, r.value`. */
export function runOf(row: SqlRow): StoredFleetRun {
  const value = JSON.parse(String(row['value'])) as Omit<FleetRun, 'kind'>;
  return {
    id: Number(row['id']),
    agent: String(row['agent']),
    node: String(row['node']),
    // Lists go by when it was seen first, whatever its node says later.
    run: { kind: 'run', ...value, firstUs: Number(row['first_us']) },
  };
}

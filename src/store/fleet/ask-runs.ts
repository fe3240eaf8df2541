// Which runs there were. Of ten million only those are looked at that an index leads to: a question has
// sources (images, agents, teams, what lives), each read newest first as far as the page needs.
import type { FleetRun } from '../../model/fleet.ts';
import { Conditions, likeText } from './conditions.ts';
import type { FleetRunQuery, StoredFleetRun } from './fleet-store.ts';
import type { SqlDatabase, SqlRow } from './sql.ts';

/** Sources of one statement: beyond it the runs are passed newest first, which then finds enough soon. */
export const mostSources = 200;
/** Runs, newest first, in whose names any part is looked for. */
const namesSearched = 10_000;
/** The same of each where there are several sources. */
const namesSearchedEach = 1000;
/** Runs of one beginning of a name or id, in any order, that are put in order. */
const namesakes = 5000;
/** Behind the last letter that a name may go on with. */
const lastCharacter = '\u{10ffff}';
/** Digits of an id that its index holds. */
const shortId = 12;

const newestFirst = 'ORDER BY r.first_us DESC, r.id DESC';

/** A page of runs, newest first. */
export async function askRuns(
  database: SqlDatabase,
  query: FleetRunQuery,
): Promise<readonly StoredFleetRun[]> {
  const where = new Conditions();
  const { before, name, limit } = query;
  if (query.aliveOnly === true) where.plain('r.alive = 1');
  if (query.sinceUs !== undefined) {
    where.plain(`(r.alive = 1 OR r.last_us >= ${where.parameter(query.sinceUs)})`);
  }
  where.add('r.team = ?', query.team);
  where.add('r.agent = ?', query.agent);
  if (query.container !== undefined) {
    const short = query.container.slice(0, shortId);
    where.add(`substr(r.container, 1, ${shortId})${database.words.bytewise} = ?`, short);
    where.add('r.container = ?', query.container);
  }
  where.teams(query.teams, database.words);
  if (before !== undefined) {
    const us = where.parameter(before.firstUs);
    where.plain(`(r.first_us, r.id) < (${us}, ${where.parameter(before.id)})`);
  }
  const sources = await sourcesOf(database, query, where);
  if (sources === null) return [];
  const found =
    name === undefined
      ? newestOf(where, sources, limit)
      : namedOf(database, { where, sources, name, limit });
  return readRuns(database, where, `SELECT id FROM (${found}) f`);
}

/**
 * Conditions of which each leads to one run of an index; empty: all runs, newest first. Null: there is
 * nothing of that kind. What is no source becomes a condition.
 */
async function sourcesOf(
  database: SqlDatabase,
  query: FleetRunQuery,
  where: Conditions,
): Promise<readonly string[] | null> {
  const { words } = database;
  const images = query.image === undefined ? null : await imagesNamed(database, query, where);
  const agents = query.node === undefined ? null : await agentsOf(database, query.node);
  if (images?.length === 0 || agents?.length === 0 || query.teams?.length === 0) return null;
  if (agents !== null)
    where.plain(words.inList('r.agent', where.parameter(JSON.stringify(agents))));
  // Few of many runs live: all of them are one source.
  const isOne = query.aliveOnly === true;
  if (isOne || query.agent !== undefined || query.container !== undefined) return [];
  const each = (column: string, values: readonly string[]): string[] =>
    values.map((value) => `${column} = ${where.parameter(value)}`);
  if (images !== null) {
    if (images.length > mostSources) return [];
    const known = each(
      'r.image',
      images.filter((image) => image !== ''),
    );
    return images.includes('') ? [...known, 'r.image IS NULL'] : known;
  }
  if (agents !== null && agents.length <= mostSources) return each('r.agent', agents);
  if (query.team !== undefined) return each('r.team', [query.team]);
  const { teams = [] } = query;
  return teams.length <= mostSources ? each('r.team', teams) : [];
}

/** Images that ran under a name with this part, up to one too many; '' stands for those without an id. */
async function imagesNamed(
  database: SqlDatabase,
  { image = '', teams }: FleetRunQuery,
  where: Conditions,
): Promise<readonly string[]> {
  const named = new Conditions();
  if (/^sha256:[0-9a-f]{64}$/.test(image)) {
    named.add('n.image = ?', image);
    where.add('r.image = ?', image);
  } else {
    named.add(`n.reference LIKE ? ESCAPE '\\'`, `%${likeText(image)}%`);
    where.add(`r.reference LIKE ? ESCAPE '\\'`, `%${likeText(image)}%`);
  }
  named.teams(teams, database.words, 'n');
  const most = named.parameter(mostSources + 1);
  const rows = await database.query(
    `SELECT DISTINCT n.image FROM ran n ${named.text} LIMIT ${most}`,
    named.values,
  );
  return rows.map((row) => String(row['image']));
}

async function agentsOf(database: SqlDatabase, node: string): Promise<readonly string[]> {
  const rows = await database.query('SELECT id FROM agent WHERE node = $1', [node]);
  return rows.map(({ id }) => String(id));
}

/** A statement that gives the newest runs of the sources. @param columns of the table `r` */
export function newestOf(
  where: Conditions,
  sources: readonly string[],
  limit: number,
  columns = 'r.id, r.first_us',
): string {
  const most = where.parameter(limit);
  const of = (source?: string): string =>
    `SELECT ${columns} FROM run r ${where.and(source)} ${newestFirst} LIMIT ${most}`;
  if (sources.length < 2) return of(sources[0]);
  const all = sources.map((source) => `SELECT * FROM (${of(source)}) s`).join(' UNION ALL ');
  return `SELECT ${columns} FROM (${all}) r ${newestFirst} LIMIT ${most}`;
}

interface Named {
  readonly where: Conditions;
  readonly sources: readonly string[];
  readonly name: string;
  readonly limit: number;
}

/** The newest with a part of the name or id, then older ones by how their name or id begins. */
function namedOf({ words }: SqlDatabase, { where, sources, name, limit }: Named): string {
  const searched = sources.length > 1 ? namesSearchedEach : namesSearched;
  const part = where.parameter(`%${likeText(name.toLowerCase())}%`);
  const isPart = (column: string): string => `lower(r.${column}) LIKE ${part} ESCAPE '\\'`;
  const columns = 'r.id, r.first_us, r.name, r.container';
  const newest = newestOf(where, sources, searched, columns);
  const found = [
    `SELECT r.id, r.first_us FROM (${newest}) r WHERE ${isPart('name')} OR ${isPart('container')}`,
  ];
  const begins = (column: string, word: string): void => {
    const from = where.parameter(word);
    const to = where.parameter(`${word}${lastCharacter}`);
    found.push(
      `SELECT r.id, r.first_us FROM run r ${where.and(
        `r.id IN (SELECT id FROM run WHERE ${column}${words.bytewise} >= ${from}
           AND ${column}${words.bytewise} < ${to} LIMIT ${namesakes})`,
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

/** The runs whose ids a statement gives, newest first. */
export async function readRuns(
  database: SqlDatabase,
  where: Conditions,
  ids: string,
): Promise<readonly StoredFleetRun[]> {
  const rows = await database.query(
    `SELECT r.id, r.agent, a.node, r.value FROM run r JOIN agent a ON a.id = r.agent
     WHERE r.id IN (${ids}) ${newestFirst}`,
    where.values,
  );
  return rows.map(runOf);
}

/** A row of `r.id, r.agent, a.node, r.value`. */
export function runOf(row: SqlRow): StoredFleetRun {
  const value = JSON.parse(String(row['value'])) as Omit<FleetRun, 'kind'>;
  return {
    id: Number(row['id']),
    agent: String(row['agent']),
    node: String(row['node']),
    run: { kind: 'run', ...value },
  };
}

// Questions to the fleet's store: runs, detections, flows, exposure, counts. All words of a question
// are parameters; pages go by key, never by offset.
import { inflateRawSync } from 'node:zlib';
import type { FleetInventory, FleetRun } from '../../model/fleet.ts';
import type { DetectionFacts } from '../../model/timeline.ts';
import type {
  ExposureQuestion,
  FleetCounts,
  FleetDetectionQuery,
  FleetExposure,
  FleetFinding,
  FleetRunQuery,
  RefusedLine,
  StoredFleetDetection,
  StoredFleetFlow,
  StoredFleetRun,
} from './fleet-store.ts';
import type { SqlDatabase, SqlRow, SqlValue, SqlWords } from './sql.ts';

/** Inflated bytes of one stored inventory. */
const inventoryBytes = 512 * 1024 ** 2;

/** Conditions with their parameters, in step. */
class Conditions {
  readonly values: SqlValue[] = [];
  readonly #parts: string[] = [];

  /** `?` in the text stands for the value, each time. */
  add(text: string, value: SqlValue | undefined): void {
    if (value === undefined) return;
    this.values.push(value);
    this.#parts.push(text.replaceAll('?', `$${this.values.length}`));
  }

  plain(text: string): void {
    this.#parts.push(text);
  }

  parameter(value: SqlValue): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  /** Only what these teams run. `run` is the name of the table of runs in the statement. */
  teams(teams: readonly string[] | undefined, words: SqlWords, run = 'r'): void {
    if (teams === undefined) return;
    this.plain(words.inList(`${run}.team`, this.parameter(JSON.stringify(teams))));
  }

  /** The same of a table whose rows name agent and container. */
  teamsOfRuns(teams: readonly string[] | undefined, words: SqlWords, table: string): void {
    if (teams === undefined) return;
    const isTheirs = words.inList('o.team', this.parameter(JSON.stringify(teams)));
    this.plain(
      `EXISTS (SELECT 1 FROM run o WHERE o.agent = ${table}.agent
         AND o.container = ${table}.container AND ${isTheirs})`,
    );
  }

  get text(): string {
    return this.#parts.length === 0 ? '' : `WHERE ${this.#parts.join(' AND ')}`;
  }
}

/** Text for LIKE in which nothing is special; `\` is the escape. */
function likeText(text: string): string {
  return text.replaceAll(/[\\%_]/g, (found) => `\\${found}`);
}

const runColumns = 'r.id, r.agent, a.node, r.value';

function runOf(row: SqlRow): StoredFleetRun {
  const value = JSON.parse(String(row['value'])) as Omit<FleetRun, 'kind'>;
  return {
    id: Number(row['id']),
    agent: String(row['agent']),
    node: String(row['node']),
    run: { kind: 'run', ...value },
  };
}

export async function askRuns(
  database: SqlDatabase,
  query: FleetRunQuery,
): Promise<readonly StoredFleetRun[]> {
  const where = new Conditions();
  const { image, name, before } = query;
  if (image !== undefined) {
    where.add(`(r.reference LIKE ? ESCAPE '\\' OR r.image = ?)`, `%${likeText(image)}%`);
    // An id is given as a whole: the text above is only for references.
    if (/^sha256:[0-9a-f]{64}$/.test(image)) {
      where.values.pop();
      where.values.push(image);
    }
  }
  if (name !== undefined) {
    where.add(
      `(r.name LIKE ? ESCAPE '\\' OR r.container LIKE ? ESCAPE '\\')`,
      `%${likeText(name)}%`,
    );
  }
  where.add('a.node = ?', query.node);
  where.add('r.team = ?', query.team);
  where.teams(query.teams, database.words);
  if (query.aliveOnly === true) where.plain('r.alive = 1');
  where.add('(r.alive = 1 OR r.last_us >= ?)', query.sinceUs);
  if (before !== undefined) {
    const us = where.parameter(before.firstUs);
    where.plain(`(r.first_us, r.id) < (${us}, ${where.parameter(before.id)})`);
  }
  const rows = await database.query(
    `SELECT ${runColumns} FROM run r JOIN agent a ON a.id = r.agent ${where.text}
     ORDER BY r.first_us DESC, r.id DESC LIMIT ${where.parameter(query.limit)}`,
    where.values,
  );
  return rows.map(runOf);
}

export async function askDetections(
  database: SqlDatabase,
  query: FleetDetectionQuery,
): Promise<readonly StoredFleetDetection[]> {
  const where = new Conditions();
  where.add('agent = ?', query.agent);
  where.add('container = ?', query.container);
  where.add('time_us >= ?', query.sinceUs);
  where.add('id < ?', query.beforeId);
  where.teamsOfRuns(query.teams, database.words, 'detection');
  if (query.priorities !== undefined) {
    const list = JSON.stringify(query.priorities.map((one) => one.toLowerCase()));
    where.plain(database.words.inList('priority', where.parameter(list)));
  }
  const rows = await database.query(
    `SELECT id, agent, sequence, container, time_us, value FROM detection ${where.text}
     ORDER BY id DESC LIMIT ${where.parameter(query.limit)}`,
    where.values,
  );
  return rows.map((row) => ({
    id: Number(row['id']),
    agent: String(row['agent']),
    sequence: Number(row['sequence']),
    told: {
      kind: 'detection',
      container: row['container'] === null ? null : String(row['container']),
      timeUs: Number(row['time_us']),
      detection: JSON.parse(String(row['value'])) as DetectionFacts,
    },
  }));
}

/** The newest sums of each peer, whatever the day. */
export async function askFlows(
  database: SqlDatabase,
  query: { agent?: string; container?: string; teams?: readonly string[]; limit: number },
): Promise<readonly StoredFleetFlow[]> {
  const where = new Conditions();
  where.add('agent = ?', query.agent);
  where.add('container = ?', query.container);
  where.teamsOfRuns(query.teams, database.words, 'flow');
  const rows = await database.query(
    `SELECT agent, container, direction, protocol, port, remote, max(name) AS name,
       max(flows) AS flows, max(sent) AS sent, max(received) AS received,
       min(first_us) AS first_us, max(last_us) AS last_us
     FROM flow ${where.text} GROUP BY agent, container, direction, protocol, port, remote
     ORDER BY last_us DESC LIMIT ${where.parameter(query.limit)}`,
    where.values,
  );
  return rows.map((row) => ({
    agent: String(row['agent']),
    told: {
      kind: 'flow',
      container: String(row['container']),
      direction: row['direction'] === 'in' ? 'in' : 'out',
      protocol: String(row['protocol']),
      port: Number(row['port']),
      remote: String(row['remote']),
      name: row['name'] === null ? null : String(row['name']),
      flows: Number(row['flows']),
      sent: Number(row['sent']),
      received: Number(row['received']),
      firstUs: Number(row['first_us']),
      lastUs: Number(row['last_us']),
    },
  }));
}

export async function askSetAside(
  database: SqlDatabase,
  limit: number,
): Promise<readonly (RefusedLine & { agent: string; stream: string })[]> {
  const rows = await database.query(
    'SELECT agent, stream, sequence, why, value FROM set_aside ORDER BY id DESC LIMIT $1',
    [limit],
  );
  return rows.map((row) => ({
    agent: String(row['agent']),
    stream: String(row['stream']),
    sequence: row['sequence'] === null ? null : Number(row['sequence']),
    why: String(row['why']),
    text: String(row['value']),
  }));
}

/** Image and purl of what is asked for. */
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

export async function askExposed(
  database: SqlDatabase,
  question: ExposureQuestion,
  { skip, limit, teams }: { skip: number; limit: number; teams?: readonly string[] },
): Promise<FleetExposure> {
  const { text, values } = heldBy(question);
  const held = await database.query(text, values);
  const purls = new Map<string, string[]>();
  for (const { image, purl } of held) {
    const known = purls.get(String(image));
    if (known === undefined) purls.set(String(image), [String(purl)]);
    else known.push(String(purl));
  }
  const where = new Conditions();
  const images = JSON.stringify([...purls.keys()]);
  where.plain(database.words.inList('r.image', where.parameter(images)));
  where.teams(teams, database.words);
  const [sum] = await database.query(
    `SELECT count(*) AS runs, count(DISTINCT r.image) AS images, coalesce(sum(alive), 0) AS alive,
       min(first_us) AS first_us, max(last_us) AS last_us FROM run r ${where.text}`,
    where.values,
  );
  const rows = await database.query(
    `SELECT ${runColumns} FROM run r JOIN agent a ON a.id = r.agent ${where.text}
     ORDER BY r.first_us DESC, r.id DESC
     LIMIT ${where.parameter(limit)} OFFSET ${where.parameter(skip)}`,
    where.values,
  );
  const newest = [];
  for (const row of rows) {
    const stored = runOf(row);
    const meant = purls.get(stored.run.image.id ?? '') ?? [];
    const used = await database.query(
      `SELECT purl FROM in_use WHERE agent = $1 AND container = $2
       AND ${database.words.inList('purl', '$3')}`,
      [stored.agent, stored.run.container, JSON.stringify(meant)],
    );
    newest.push({ stored, purls: meant, used: used.map(({ purl }) => String(purl)) });
  }
  const time = (name: string): number | null =>
    sum?.[name] === null || sum === undefined ? null : Number(sum[name]);
  return {
    // Images that nobody of the teams ran are none of their business.
    images: teams === undefined ? purls.size : Number(sum?.['images'] ?? 0),
    runs: Number(sum?.['runs'] ?? 0),
    alive: Number(sum?.['alive'] ?? 0),
    firstUs: time('first_us'),
    lastUs: time('last_us'),
    newest,
  };
}

export async function askCounts(database: SqlDatabase): Promise<FleetCounts> {
  const [row] = await database.query(
    `SELECT (SELECT count(*) FROM agent) AS agents, (SELECT count(*) FROM run) AS runs,
       (SELECT count(*) FROM run WHERE alive = 1) AS alive, (SELECT count(*) FROM image) AS images,
       (SELECT count(*) FROM detection) AS detections, (SELECT count(*) FROM flow) AS flows,
       (SELECT count(*) FROM loss) AS losses, (SELECT count(*) FROM set_aside) AS set_aside,
       (SELECT count(*) FROM work WHERE done_us IS NULL) AS work_open`,
  );
  const count = (name: string): number => Number(row?.[name] ?? 0);
  return {
    agents: count('agents'),
    runs: count('runs'),
    alive: count('alive'),
    images: count('images'),
    detections: count('detections'),
    flows: count('flows'),
    losses: count('losses'),
    setAside: count('set_aside'),
    workOpen: count('work_open'),
  };
}

export async function askInventory(
  database: SqlDatabase,
  imageId: string,
): Promise<FleetInventory | null> {
  const [row] = await database.query('SELECT value FROM image WHERE id = $1', [imageId]);
  const value = row?.['value'];
  if (!(value instanceof Uint8Array)) return null;
  const text = inflateRawSync(value, { maxOutputLength: inventoryBytes }).toString('utf8');
  return JSON.parse(text) as FleetInventory;
}

export async function putFindings(
  database: SqlDatabase,
  imageId: string,
  findings: readonly FleetFinding[],
): Promise<void> {
  const rows = new Map(
    findings.map(({ advisory, purl, severity }) => [
      `${advisory} ${purl}`,
      [imageId, advisory, purl, severity],
    ]),
  );
  await database.transaction(async (session) => {
    await session.query('DELETE FROM finding WHERE image = $1', [imageId]);
    await session.insert({
      table: 'finding',
      columns: [
        ['image', 'text'],
        ['advisory', 'text'],
        ['purl', 'text'],
        ['severity', 'text'],
      ],
      rows: [...rows.values()],
      tail: 'ON CONFLICT DO NOTHING',
    });
  });
}

export async function askFindings(
  database: SqlDatabase,
  imageId: string,
): Promise<readonly FleetFinding[]> {
  const rows = await database.query(
    'SELECT advisory, purl, severity FROM finding WHERE image = $1 ORDER BY advisory, purl',
    [imageId],
  );
  return rows.map((row) => ({
    advisory: String(row['advisory']),
    purl: String(row['purl']),
    severity: String(row['severity']),
  }));
}

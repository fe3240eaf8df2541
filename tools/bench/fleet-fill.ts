// A made-up fleet of very many runs in PostgreSQL, made by the database itself: some images run everywhere
// and for all teams, some only long ago, one of a team that hardly runs anything.
import { placeOf, segmentSize, setBit } from '../../src/store/fleet/image-set.ts';
import { openPostgres } from '../../src/store/fleet/postgres.ts';
import type { SqlDatabase } from '../../src/store/fleet/sql.ts';
import { fleetDetection, fleetRun } from '../../test/sample-fleet.ts';

const agents = 1000;
export const images = 50_000;
/** Images of these numbers run on all nodes, for all teams. */
export const sidecars = 20;
/** Of each agent: the first ones run most. */
const imagesEach = 200;
const packages = 4000;
const packagesPerImage = 150;
/** Every so many runs have a detection, or a peer; the newest of them have more peers. */
const detectionEvery = 20;
const flowEvery = 10;
const flowRuns = 100_000;
const aliveRuns = 20_000;
const days = 30;
/** Between the starts of two runs; the newest is of now. */
const stepUs = 3_000_000;
/** The first is about every image. */
const advisories = 200;
const writers = 4;
const rowsAtOnce = 5000;

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** In SQL, of a number in SQL. */
function imageId(number: string): string {
  return `'sha256:' || encode(sha256((${number})::text::bytea), 'hex')`;
}

/** In SQL: what an image is called. */
function reference(number: string): string {
  return `'registry.example/team-' || ${number} % 300 || CASE WHEN ${number} <= ${sidecars}
    THEN '/sidecar-' WHEN ${number} % 5 = 0 THEN '/legacy-' ELSE '/app-' END || ${number} || ':1'`;
}

/** A record with columns in the places of `@column@`, numbers in those of `#column#`, as an expression. */
function filled(record: object): string {
  return JSON.stringify(record)
    .replaceAll(/"#([^"]*)#"/g, '@$1@')
    .split('@')
    .map((part, index) => (index % 2 === 0 ? quoted(part) : part))
    .join(' || ');
}

/** Runs of numbers from one up to another. */
function insertRuns(runs: number, nowUs: number, [from, to]: readonly [number, number]): string {
  const { kind: _, ...run } = fleetRun('job', { ports: [], command: ['job'] });
  const value = filled({
    ...run,
    container: '@container@',
    name: 'job-@i@',
    image: { ...run.image, reference: '@reference@', id: '@image@' },
    workload: { ...run.workload, team: '@team@' },
  });
  const slot = `floor(power((i::bigint * 7919 % 1000003) / 1000003.0, 2) * ${imagesEach})::int`;
  const any = `CASE WHEN k < ${sidecars} THEN k + 1
    ELSE ${sidecars + 1} + (a * 180 + k - ${sidecars}) % ${images - sidecars} END`;
  // Every fifth image ran in the older half only.
  const number = `CASE WHEN any_n % 5 = 0 AND any_n > ${sidecars} AND i > ${runs / 2} THEN any_n - 1 ELSE any_n END`;
  return `INSERT INTO run (agent, container, name, image, reference, team, first_us, last_us, alive,
      received_us, value)
    SELECT 'agent-' || a, container, 'job-' || i, image, reference, team, first_us,
      first_us + 2000000, alive, first_us, ${value} FROM (
      SELECT i, a, md5(i::text) || repeat('0', 32) AS container, ${imageId('n')} AS image,
        ${reference('n')} AS reference,
        'team-' || CASE WHEN n = 76 THEN 'rare' WHEN n <= ${sidecars} THEN (a % 20)::text
          ELSE (n % 20)::text END AS team,
        ${nowUs - runs * stepUs} + i::bigint * ${stepUs} AS first_us,
        (i > ${runs - Math.min(aliveRuns, runs / 10)})::int AS alive
      FROM (SELECT i, a, ${number} AS n FROM (SELECT i, a, ${any} AS any_n FROM (
        SELECT i, 1 + i % ${agents} AS a, ${slot} AS k
        FROM generate_series(${from}, ${to}) i) o) p) q OFFSET 0) r`;
}

const indexes = [
  'run_image',
  'run_first',
  'run_name',
  'run_short',
  'run_agent',
  'run_agent_image',
  'run_team',
  'run_alive',
  'run_ended',
];

/** Reports in short, with ten fixes each: some help very many images, most only few. */
function insertReports(): string {
  const summary = filled({
    packages: packagesPerImage,
    vulnerabilities: { critical: '#n % 5#', high: 9, medium: 20, low: 31, none: 0, unknown: 2 },
    malware: 0,
    secrets: 0,
    misconfigurations: 2,
    licences: 0,
    exploited: '#n % 3#',
    fixable: 25,
    suppressed: 0,
    unknowns: 1,
  });
  const fix = filled({
    action: 'deb: package-@p@ 1.@n % 4@ -> 1.9',
    removes: '#1 + p % 7#',
    exploited: '#p % 11 / 10#',
    where: 'layer 2 of 7, usr/lib/package-@p@',
    ids: ['CVE-2026-@p@', 'CVE-2025-@p@', 'CVE-2024-@p@'],
  });
  const slot = `floor(power((n::bigint * 10 + k) * 7919 % 1000003 / 1000003.0, 2) * ${packages})::int`;
  return `INSERT INTO catalogue (id, reference, os, packages, letter, score, summary, fixes, scanned_us)
    SELECT ${imageId('n')}, ${reference('n')}, 'Debian GNU/Linux 12', ${packagesPerImage},
      substr('FFEEDDCCBA', 1 + n % 10, 1), n % 10 * 10, ${summary},
      (SELECT '[' || string_agg(${fix}, ',') || ']' FROM (
         SELECT ${slot} AS p FROM generate_series(0, 9) k OFFSET 0) f), 1
    FROM generate_series(1, ${images}) n`;
}

/** What images hold: `libc6` all of them, other packages ever fewer. */
const insertPackages = [
  `INSERT INTO image_number (image) SELECT ${imageId('n')} FROM generate_series(1, ${images}) n ORDER BY n`,
  `INSERT INTO image (id, received_us, value) SELECT image, 1, '' FROM image_number`,
  insertReports(),
  `INSERT INTO package (purl, type, version)
     SELECT 'pkg:deb/debian/' || name || '@1.' || v, 'deb', '1.' || v
     FROM (SELECT p, v, CASE WHEN p = 0 THEN 'libc6' ELSE 'package-' || p END AS name
       FROM generate_series(0, ${packages}) p, generate_series(0, 3) v) o ORDER BY p, v`,
  `INSERT INTO known_as SELECT regexp_replace(purl, '.*/(.*)@.*', '\\1'), number FROM package`,
  `INSERT INTO finding SELECT n, 'CVE-2026-' || a, 1 + n % 4, 'high'
     FROM generate_series(1, ${images}) n, generate_series(1, ${advisories}) a
     WHERE a = 1 OR (n + a) % 64 = 0`,
];

/** Which images hold which package, and which advisories are about them. */
function bitmaps(table: 'held' | 'flawed'): Map<string, Uint8Array> {
  const all = new Map<string, Uint8Array>();
  const add = (owner: string | number, image: number): void => {
    const { segment, place } = placeOf(image);
    const key = `${owner} ${segment}`;
    let bits = all.get(key);
    if (bits === undefined) {
      bits = new Uint8Array(segmentSize / 8);
      all.set(key, bits);
    }
    setBit(bits, place, true);
  };
  for (let image = 1; image <= images; image += 1) {
    if (table === 'flawed') {
      for (let one = 1; one <= advisories; one += 1) {
        if (one === 1 || (image + one) % 64 === 0) add(`CVE-2026-${one}`, image);
      }
      continue;
    }
    for (let index = 0; index < packagesPerImage; index += 1) {
      const chance = (((image * 151 + index) * 7919) % 1_000_003) / 1_000_003;
      const one = index === 0 ? 0 : 1 + Math.floor(chance ** 2 * (packages - 1));
      add(1 + 4 * one + ((image + one) % 4), image);
    }
  }
  return all;
}

async function insertBitmaps(database: SqlDatabase, table: 'held' | 'flawed'): Promise<void> {
  const owner =
    table === 'held' ? (['package', 'bigint'] as const) : (['advisory', 'text'] as const);
  const rows = [...bitmaps(table)].map(([key, bits]) => {
    const [name = '', segment = ''] = key.split(' ');
    return [table === 'held' ? Number(name) : name, Number(segment), bits, 0];
  });
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    await database.insert({
      table,
      columns: [owner, ['segment', 'bigint'], ['bits', 'bytea'], ['place', 'bigint']],
      rows: rows.slice(from, from + rowsAtOnce),
      tail: '',
    });
  }
}

/** What hangs on runs: detections, peers, packages in use; of thirty days. */
function insertEvents(runs: number, today: number): readonly string[] {
  const { detection } = fleetDetection('job', 'Terminal shell in container');
  const day = `${today - days + 1} + r.id * ${days} / ${runs + 1}`;
  return [
    `INSERT INTO detection (day, agent, stream, sequence, container, time_us, rule, priority, value, team)
     SELECT ${day}, r.agent, 's', r.id, r.container, r.first_us, 'Terminal shell in container',
       CASE WHEN r.id % 100000 = 0 THEN 'alert' WHEN r.id % 1000 = 0 THEN 'critical' ELSE 'notice' END,
       ${quoted(JSON.stringify(detection))}, r.team
     FROM run r WHERE r.id % ${detectionEvery} = 0 ORDER BY r.id`,
    `INSERT INTO flow SELECT ${day}, r.agent, r.container, 'out', 'tcp', 443 + p, '10.0.' || r.id % 200 || '.1',
       NULL, 3, 1200, 34000, r.first_us, r.last_us
     FROM run r, generate_series(1, 4) p
     WHERE r.id > ${runs - Math.min(flowRuns, runs / 2)} OR (r.id % ${flowEvery} = 0 AND p = 1)`,
    `INSERT INTO in_use SELECT agent, container, 'pkg:deb/debian/libc6@1.' || id % 4, received_us
     FROM run WHERE id > ${runs - Math.min(flowRuns, runs / 2)}`,
  ];
}

/** What records of agents would have added up on their way in. */
const sumsOfAll = [
  `INSERT INTO judged (image, judged_us)
   SELECT n.number, c.scanned_us FROM catalogue c JOIN image_number n ON n.image = c.id`,
  'INSERT INTO ran_total (team, runs, alive) SELECT team, sum(runs), sum(alive) FROM ran GROUP BY team',
];

/**
 * Fills an empty store of the present version. Indexes of runs are made at the end, as dumps do.
 * @param tell what was done
 */
export async function fillFleet(
  address: string,
  runs: number,
  tell: (line: string) => void,
): Promise<void> {
  const database = await openPostgres(address, {
    statementMs: 36_000_000,
    connections: writers + 2,
  });
  const run = async (text: string): Promise<void> => {
    const begun = performance.now();
    await database.query(text);
    tell(`${((performance.now() - begun) / 1000).toFixed(1)} s: ${text.slice(0, 60)}`);
  };
  const nowUs = Math.floor(await database.nowUs());
  const today = Math.floor(nowUs / 86_400_000_000);
  for (let day = today - days + 1; day <= today; day += 1) await database.ensureDay(day);
  const made = await definitions(database);
  for (const name of indexes) await run(`DROP INDEX ${name}`);
  await run('ALTER TABLE run DROP CONSTRAINT run_agent_container_key');
  await run('ALTER TABLE run SET UNLOGGED');
  await run(`INSERT INTO agent (id, node, enrolled_us)
    SELECT 'agent-' || a, 'node-' || a, 1 FROM generate_series(1, ${agents}) a`);
  const inOrder = async (texts: readonly string[]): Promise<void> => {
    for (const text of texts) await run(text);
  };
  const part = runs / writers;
  await Promise.all([
    inOrder(insertPackages),
    insertBitmaps(database, 'held').then(() => insertBitmaps(database, 'flawed')),
    ...Array.from({ length: writers }, (_, at) =>
      run(insertRuns(runs, nowUs, [at * part + 1, (at + 1) * part])),
    ),
  ]);
  const all = [
    ...made,
    'CREATE UNIQUE INDEX run_agent_container_key ON run (agent, container)',
    `INSERT INTO ran SELECT n.number, r.reference, r.team, count(*), sum(alive), min(first_us),
       max(last_us), max(first_us) FROM run r JOIN image_number n ON n.image = r.image
     GROUP BY n.number, r.reference, r.team`,
    ...insertEvents(runs, today),
  ];
  const next = async (): Promise<void> => {
    for (let text = all.shift(); text !== undefined; text = all.shift()) await run(text);
  };
  await Promise.all(Array.from({ length: writers }, next));
  await run(
    'ALTER TABLE run ADD CONSTRAINT run_agent_container_key UNIQUE USING INDEX run_agent_container_key',
  );
  for (const text of sumsOfAll) await run(text);
  await run('VACUUM ANALYZE');
  await database.close();
}

/** How the store makes its indexes. */
async function definitions(database: SqlDatabase): Promise<readonly string[]> {
  const rows = await database.query(
    `SELECT indexdef FROM pg_indexes WHERE ${database.words.inList('indexname', '$1')}`,
    [JSON.stringify(indexes)],
  );
  if (rows.length !== indexes.length) throw new Error('an index has another name now');
  return rows.map(({ indexdef }) => String(indexdef));
}

// How long pages of the API take over many runs: a made-up record behind a real server, asked over
// HTTP. By hand: `node tools/bench/server.ts [runs] [images] [folder with such a record]`.
import { linkSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { recordFile } from '../../src/store/record/index.ts';
import { furtherIndexes } from '../../src/store/record/schema.ts';
import { detected } from '../../test/sample-record.ts';
import { openServerLab, type ServerLab } from '../../test/server-lab.ts';
import type { Case } from './context.ts';
import { buildExposure, type ExposureSize } from './exposure.ts';
import { figure, type Row } from './figure.ts';

const asksEach = 60;
/** Every so many runs have detections; ten times as many have peers. */
const detectionEvery = 20;
const fullSize: ExposureSize = { runs: 10_000_000, images: 50_000 };
const smallSize: ExposureSize = { runs: 200_000, images: 2000 };

interface Page {
  readonly name: string;
  /** The path of question number `index`. */
  readonly path: (index: number) => string;
}

interface Timed {
  readonly name: string;
  readonly ms: readonly number[];
  readonly cpuMs: number;
  readonly bytes: number;
}

function containers(words: string): Page['path'] {
  return (index) => `/api/v1/containers?limit=100&${words.replace('#', String(index))}`;
}

function pagesOf({ runs, images }: ExposureSize): readonly Page[] {
  const image = (index: number): string => `app-${(index * 7919) % images}:1`;
  const job = (index: number): string => `job-${runs - ((index * 104_729) % runs)}`;
  return [
    { name: 'harbour', path: () => '/api/v1/harbour' },
    { name: 'containers, first page', path: containers('') },
    { name: 'containers alive', path: containers('alive=true') },
    { name: 'containers of an image', path: (at) => `/api/v1/containers?image=${image(at)}` },
    { name: 'containers of a rare image', path: (at) => `/api/v1/containers?image=${image(-at)}` },
    { name: 'containers of many images', path: containers('image=team-#') },
    { name: 'containers alive of an image', path: containers('alive=true&image=app-#') },
    { name: 'containers since an hour', path: containers('since=1h') },
    { name: 'containers since a month', path: containers('since=720h') },
    { name: 'containers by name', path: containers('name=job') },
    { name: 'containers by an old name', path: (at) => `/api/v1/containers?name=${job(at)}` },
    { name: 'a name that nothing has', path: containers('name=none-#') },
    { name: 'a name of no image', path: containers('name=none-#&image=app-7') },
    { name: 'one container', path: (at) => `/api/v1/containers/${job(at)}` },
    { name: 'timeline of a container', path: (at) => `/api/v1/containers/${job(at)}/timeline` },
    { name: 'images', path: () => '/api/v1/images?limit=100' },
    { name: 'detections', path: () => '/api/v1/detections' },
    { name: 'detections, worst only', path: () => '/api/v1/detections?priority=critical' },
    {
      name: 'detections, a priority that is rare',
      path: () => '/api/v1/detections?priority=alert',
    },
    { name: 'network', path: () => '/api/v1/network' },
    { name: 'network since a year', path: () => '/api/v1/network?since=8760h' },
    { name: 'exposed', path: (at) => `/api/v1/exposed?question=pkg:deb/package-${at * 13}` },
    { name: 'exposed, in every image', path: () => '/api/v1/exposed?question=pkg:deb/libc6' },
  ];
}

async function timed(lab: ServerLab, { name, path }: Page): Promise<Timed> {
  // A token for each page: the rates are part of what is measured and must not be met.
  const { token } = lab.tokens.create({ name, role: 'viewer', teams: null });
  const ms: number[] = [];
  let bytes = 0;
  const before = process.cpuUsage();
  for (let index = 0; index < asksEach; index += 1) {
    const begun = performance.now();
    const answer = await lab.ask(path(index), { token });
    ms.push(performance.now() - begun);
    if (answer.status !== 200) throw new Error(`${path(index)}: ${answer.status} ${answer.text}`);
    bytes = Math.max(bytes, answer.text.length);
  }
  const { user, system } = process.cpuUsage(before);
  return { name, ms, cpuMs: (user + system) / 1000 / asksEach, bytes };
}

/** Pages behind the first one of the list, by their cursors. */
async function deepPages(lab: ServerLab, words: string): Promise<Timed> {
  const name = `containers${words === '' ? '' : ` (${words})`}, ${asksEach} pages of 500`;
  const { token } = lab.tokens.create({ name, role: 'viewer', teams: null });
  let cursor = '';
  const ms: number[] = [];
  let bytes = 0;
  const before = process.cpuUsage();
  for (let page = 0; page < asksEach; page += 1) {
    const begun = performance.now();
    const { value, text } = await lab.ask(`/api/v1/containers?limit=500&${words}${cursor}`, {
      token,
    });
    ms.push(performance.now() - begun);
    bytes = Math.max(bytes, text.length);
    cursor = `&cursor=${String((value as { next: unknown }).next)}`;
  }
  const { user, system } = process.cpuUsage(before);
  return { name, ms, cpuMs: (user + system) / 1000 / asksEach, bytes };
}

/** What pages show beside runs: detections, folded and not, and whom the newest runs talked with. */
function fillFurther(folder: string, runs: number): void {
  const database = new DatabaseSync(recordFile(folder));
  const { detection } = detected('job', 'Terminal shell in container', 0n);
  const value = JSON.stringify(detection);
  database.exec('PRAGMA synchronous = OFF; BEGIN');
  const { has } = database.prepare('SELECT count(*) AS has FROM detection').get() as {
    has: number;
  };
  if (has === 0) {
    database
      .prepare(
        `INSERT INTO detection (run, time_us, rule, priority, value, count, last_us)
         SELECT id, first_us, 'Terminal shell in container',
           CASE WHEN id % 100000 = 0 THEN 'Alert' WHEN id % 1000 = 0 THEN 'Critical' ELSE 'Notice' END,
           ?, 1, first_us FROM run WHERE id % ${detectionEvery} = 0 ORDER BY id`,
      )
      .run(value);
    database.exec(
      `INSERT INTO peer SELECT r.id, p.value & 1, 'tcp', 443 + p.value, '10.' || (r.id % 200) || '.0.1',
         NULL, 3, 1200, 34000, r.first_us, r.last_us
       FROM run r, json_each('[0,1,2,3]') p WHERE r.id > ${runs - Math.floor(runs / 10)}`,
    );
  }
  database.exec(`COMMIT; ${furtherIndexes}`);
  database.close();
}

async function withPages<Result>(
  size: ExposureSize,
  folder: string | undefined,
  work: (lab: ServerLab) => Promise<Result>,
): Promise<Result> {
  const newest = new Date(1_760_000_000_000 + size.runs * 3000);
  const lab = await openServerLab({
    now: newest,
    fillRecord: (made) => {
      if (folder === undefined) buildExposure(made, size);
      else linkSync(recordFile(folder), recordFile(made));
      fillFurther(made, size.runs);
    },
  });
  try {
    return await work(lab);
  } finally {
    await lab.close();
  }
}

async function measurePages(
  size: ExposureSize,
  tell: (one: Timed) => void,
  folder?: string,
): Promise<void> {
  await withPages(size, folder, async (lab) => {
    for (const page of pagesOf(size)) tell(await timed(lab, page));
    for (const words of ['', 'alive=true', 'since=720h']) tell(await deepPages(lab, words));
  });
}

function at(ms: readonly number[], part: number): number {
  const sorted = ms.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

function lineOf({ name, ms, cpuMs, bytes }: Timed): string {
  const told = [at(ms, 0.5), at(ms, 0.95), at(ms, 1), cpuMs].map((one) => one.toFixed(1));
  return `| ${name} | ${told.join(' | ')} | ${(bytes / 1000).toFixed(0)} |`;
}

/** Pages over the record of one machine; over ten million runs with `--full`. */
export const pages: Case = {
  name: 'pages',
  async measure({ full, say }): Promise<readonly Row[]> {
    const size = full ? fullSize : smallSize;
    say(`building a record of ${size.runs} runs`);
    const all: Timed[] = [];
    await measurePages(size, (one) => all.push(one));
    return all.map(({ name, ms, cpuMs }) =>
      figure({
        name: `page over ${size.runs} runs: ${name}, p95`,
        value: at(ms, 0.95),
        unit: 'ms',
        target: 200,
        note: `median ${at(ms, 0.5).toFixed(1)} ms, CPU ${cpuMs.toFixed(1)} ms each of ${ms.length}`,
      }),
    );
  },
};

if (import.meta.main) {
  const [runs = 100_000, images = 1000] = process.argv.slice(2, 4).map(Number);
  console.log(
    '| page | p50 ms | p95 ms | worst ms | CPU ms | kB |\n| --- | --: | --: | --: | --: | --: |',
  );
  await measurePages({ runs, images }, (one) => console.log(lineOf(one)), process.argv[4]);
}

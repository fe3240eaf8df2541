// How long pages of the API take over many runs: a made-up record behind a real server, asked over HTTP.
// Run by hand: `node tools/bench/server.ts [runs] [images]`; ten million runs need minutes to be built.
import { openServerLab, type ServerLab } from '../../test/server-lab.ts';
import { buildExposure } from './exposure.ts';

const asksEach = 60;

interface Page {
  readonly name: string;
  /** The path of question number `index`. */
  readonly path: (index: number) => string;
}

function pagesOf(images: number): readonly Page[] {
  const image = (index: number): string => `app-${(index * 7919) % images}:1`;
  return [
    { name: 'harbour', path: () => '/api/v1/harbour' },
    { name: 'containers, first page', path: () => '/api/v1/containers?limit=100' },
    { name: 'containers alive', path: () => '/api/v1/containers?alive=true&limit=100' },
    { name: 'containers of an image', path: (at) => `/api/v1/containers?image=${image(at)}` },
    { name: 'containers since an hour', path: () => '/api/v1/containers?since=1h&limit=100' },
    { name: 'containers by name', path: () => '/api/v1/containers?name=job&limit=100' },
    { name: 'a name that nothing has', path: (at) => `/api/v1/containers?name=none-${at}` },
    { name: 'images', path: () => '/api/v1/images?limit=100' },
    { name: 'detections', path: () => '/api/v1/detections' },
    { name: 'network', path: () => '/api/v1/network' },
    { name: 'exposed', path: (at) => `/api/v1/exposed?question=pkg:deb/package-${at * 13}` },
    { name: 'exposed, in every image', path: () => '/api/v1/exposed?question=pkg:deb/libc6' },
  ];
}

async function time(lab: ServerLab, { name, path }: Page): Promise<string> {
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
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (part: number): string => (sorted[Math.floor(part * sorted.length)] ?? 0).toFixed(1);
  const cpu = ((user + system) / 1000 / asksEach).toFixed(1);
  return `| ${name} | ${at(0.5)} | ${at(0.95)} | ${(sorted.at(-1) ?? 0).toFixed(1)} | ${cpu} | ${(bytes / 1000).toFixed(0)} |`;
}

/** Pages behind the first one of the list, by their cursors. */
async function deepPages(lab: ServerLab): Promise<string> {
  const { token } = lab.tokens.create({ name: 'deep', role: 'viewer', teams: null });
  const ms: number[] = [];
  let cursor = '';
  for (let page = 0; page < asksEach; page += 1) {
    const begun = performance.now();
    const { value } = await lab.ask(`/api/v1/containers?limit=500${cursor}`, { token });
    ms.push(performance.now() - begun);
    cursor = `&cursor=${String((value as { next: unknown }).next)}`;
  }
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (part: number): string => (sorted[Math.floor(part * sorted.length)] ?? 0).toFixed(1);
  return `| containers, 60 pages of 500 | ${at(0.5)} | ${at(0.95)} | ${at(0.99)} | | |`;
}

const [runs = 100_000, images = 1000] = process.argv.slice(2, 4).map(Number);
const begun = performance.now();
const lab = await openServerLab({
  fillRecord: (folder) => buildExposure(folder, { runs, images }),
});
try {
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  console.log(`${runs} runs of ${images} images, built in ${seconds} s`);
  console.log(
    '| page | p50 ms | p95 ms | worst ms | CPU ms | kB |\n| --- | --: | --: | --: | --: | --: |',
  );
  for (const page of pagesOf(images)) console.log(await time(lab, page));
  console.log(await deepPages(lab));
} finally {
  await lab.close();
}

// How soon somebody sees something: from the start of `up` on a warm folder until the first useful screen
// stands in a Chromium that waited for its link, and how long the first load takes of an `up` that rests.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { CDPSession } from 'playwright-core';
import type { CatalogueEntry } from '../../src/store/catalog/index.ts';
import { openCatalogue } from '../../src/store/catalog/index.ts';
import { openRecorder, usualRetention } from '../../src/store/record/index.ts';
import { noBrowser, openBrowser, type TestBrowser } from '../../test/browser/browser.ts';
import {
  detected,
  exited,
  imageIdOf,
  lifecycle,
  sampleRun,
  started,
} from '../../test/sample-record.ts';
import { sampleReport } from '../../test/sample-report.ts';
import { type Case, type Context, launcherFile, seaworthy, withFolder } from './context.ts';
import { figure, median, type Row, spread } from './figure.ts';
import { runOnce } from './process.ts';
import { cpuOf } from './watch-process.ts';

/** Runs of the last day beside what the engines of this machine really have. */
const madeUpRuns = 1300;
const madeUpImages = 24;
const daysOfScores = 30;
const dayMs = 86_400_000;
const waitMs = 120_000;
/** After it is ready, `up` still looks at what it found, and a page loads what it needs last. */
const settleMs = 3000;
const pollMs = 50;

/**
 * Runs inside the page and tells once, when the first useful screen stands: the answer with its grade, and
 * every tile that is within the window. A mark is taken when the frame that shows it has been handed over:
 * the message comes after the frame that `requestAnimationFrame` stands before.
 */
const marking = `
const observer = new MutationObserver(() => {
  if (document.querySelector('h1.answer .grade') === null) return;
  if (document.querySelector('.tile') === null) return;
  observer.disconnect();
  const tiles = document.querySelectorAll('.tile').length;
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      const usefulMs = performance.now();
      const loaded = performance.getEntriesByType('resource');
      const bytes = (kind) => loaded.filter(({ name }) => name.split('?')[0].endsWith(kind))
        .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
      const paints = performance.getEntriesByName('first-contentful-paint');
      seen({
        openedAt: performance.timeOrigin, usefulMs, tiles, paintMs: paints[0]?.startTime ?? 0,
        asOf: document.querySelector('.is-remembered time')?.dateTime ?? null,
        styleBytes: bytes('.css'),
      });
    };
    port2.postMessage(0);
  });
});
observer.observe(document, { childList: true, subtree: true });
`;

/** All scripts of the page, also those that it loads when it has time. */
const scriptBytes = `performance.getEntriesByType('resource')
  .filter(({ name }) => name.split('?')[0].endsWith('.js'))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`;

interface Seen {
  /** When the page went there, milliseconds since 1970. */
  readonly openedAt: number;
  readonly usefulMs: number;
  readonly paintMs: number;
  readonly styleBytes: number;
  readonly tiles: number;
  /** The page says that what runs is told as it was then; null: as it is. */
  readonly asOf: string | null;
}

interface Visited extends Seen {
  /** CPU of the page's thread until the screen stood. */
  readonly pageCpuMs: number;
  readonly scriptBytes: number;
}

interface Round {
  /** From the start of the process until its link stands on the terminal, and until the screen stands. */
  readonly linkMs: number;
  readonly screenMs: number;
  /** CPU of `up` until then. */
  readonly upCpuMs: number;
  readonly first: Visited;
  /** Another browser profile, once `up` has come to rest. */
  readonly later: Visited;
}

/** A day of many short containers and of a few teams, images with reports, a month of scores. */
function fill(folder: string, now: number): void {
  const clock = { wallNs: () => BigInt(now) * 1_000_000n, monotonicNs: () => 1n };
  const recorder = openRecorder({
    folder,
    clock,
    retention: usualRetention,
    warn: () => undefined,
  });
  for (let index = 0; index < madeUpRuns; index += 1) {
    const startNs = BigInt(now - Math.floor(((index + 1) / madeUpRuns) * dayMs)) * 1_000_000n;
    const endNs = startNs + BigInt(1 + (index % 90)) * 1_000_000_000n;
    const name = `job-${index}`;
    const run = sampleRun(name, {
      image: `team-${index % 6}/job:${index % madeUpImages}`,
      startedAtNs: startNs,
      endedAtNs: endNs,
      exitCode: index % 11 === 0 ? 1 : 0,
    });
    const workload = {
      ...run.workload,
      team: `team-${index % 6}`,
      application: `job-${index % 12}`,
    };
    recorder.append(lifecycle({ ...run, workload }));
    recorder.append(started(name, { pid: 10, timeNs: startNs }));
    if (index % 100 === 0) recorder.append(detected(name, 'Terminal shell in container', startNs));
    recorder.append(exited(name, { pid: 10, timeNs: endNs }));
  }
  recorder.close();
  const catalogue = openCatalogue(folder);
  for (let index = 0; index < madeUpImages; index += 1) {
    const entry = entryOf(`team-${index % 6}/job:${index}`, new Date(now).toISOString());
    catalogue.put(entry, sampleReport());
  }
  for (let back = 1; back <= daysOfScores; back += 1) {
    const day = new Date(now - back * dayMs).toISOString().slice(0, 10);
    catalogue.putScore({ day, score: 40 + (back % 9), letter: 'D', images: madeUpImages });
  }
  catalogue.close();
}

function entryOf(reference: string, scannedAt: string): CatalogueEntry {
  const { grade, summary } = sampleReport();
  const id = imageIdOf(reference);
  return {
    id,
    kind: 'image',
    reference,
    digest: id,
    os: 'Debian 12',
    packages: summary.packages,
    layers: 2,
    size: 1000,
    grade: { letter: grade.letter, score: grade.score },
    fixFirst: grade.fixFirst,
    summary,
    scannedAt,
    state: 'scanned',
    basis: 'bench',
    why: null,
    present: false,
  };
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

/** A page that waits for an address, in a browser that runs, with an empty cache. */
async function waitingPage(browser: TestBrowser) {
  const page = await browser.newPage();
  const told = Promise.withResolvers<Seen>();
  await page.exposeFunction('seen', (seen: Seen) => told.resolve(seen));
  await page.addInitScript(marking);
  const metrics = await page.context().newCDPSession(page);
  // CPU time, not the time that passes: others may have the processor.
  await metrics.send('Performance.enable', { timeDomain: 'threadTicks' });
  return {
    async visit(address: string, onSeen: () => void): Promise<Visited> {
      const late = new AbortController();
      await page.goto(address, { waitUntil: 'commit' });
      const seen = await Promise.race([told.promise, lateAfter(late.signal)]);
      late.abort();
      onSeen();
      const pageCpuMs = 1000 * (await taskSeconds(metrics));
      await pause(settleMs);
      return { ...seen, pageCpuMs, scriptBytes: await page.evaluate<number>(scriptBytes) };
    },
    close: () => page.close(),
  };
}

async function lateAfter(signal: AbortSignal): Promise<never> {
  await pause(waitMs, undefined, { signal });
  throw new Error('the screen did not come');
}

async function round(browser: TestBrowser, data: string): Promise<Round> {
  // Chromium's own start is not ours: somebody has it open and waits for the link.
  const [waiting, other] = [await waitingPage(browser), await waitingPage(browser)];
  // Nor is what it still does after opening two pages, or after closing those of the round before.
  await pause(settleMs);
  const beganAt = now();
  const words = ['up', '--offline', '--data', data, '--port', '0'];
  const child = spawn(launcherFile(), words, { stdio: ['ignore', 'pipe', 'ignore'] });
  const gone = once(child, 'exit');
  try {
    const link = await linkOf(child);
    const linkMs = now() - beganAt;
    let upCpuMs = 0;
    const first = await waiting.visit(link, () => {
      upCpuMs = cpuOf(child.pid ?? 0);
    });
    await waiting.close();
    const screenMs = first.openedAt + first.usefulMs - beganAt;
    while (!(await fetch(new URL('/readyz', link))).ok) await pause(pollMs);
    await pause(settleMs);
    const later = await other.visit(link, () => undefined);
    await other.close();
    return { linkMs, screenMs, upCpuMs, first, later };
  } finally {
    child.kill('SIGINT');
    await gone;
  }
}

/** CPU of the page's main thread, as Chromium counts it. */
async function taskSeconds(session: CDPSession): Promise<number> {
  const answer = await session.send('Performance.getMetrics');
  return answer.metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
}

/** It is read on: who writes into a closed pipe ends. */
function linkOf({ stdout }: ChildProcess): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const link = /http:\/\/\S+(?=\s)/.exec(text)?.[0];
      if (link !== undefined) resolve(link);
    });
    stdout?.once('close', () => reject(new Error(`up ended without a link: ${text}`)));
  });
}

function rowsOf(rounds: readonly Round[]): readonly Row[] {
  const ms = (pick: (one: Round) => number): { value: number; note: string } => {
    const values = rounds.map(pick);
    return { value: median(values), note: spread(values) };
  };
  const cpu = (pick: (one: Round) => number): string =>
    `${Math.round(median(rounds.map(pick)))} ms`;
  const [one] = rounds;
  if (one === undefined) return [];
  const link = ms(({ linkMs }) => linkMs);
  const screen = ms(({ screenMs }) => screenMs);
  const load = ms(({ later }) => later.usefulMs);
  const paint = ms(({ later }) => later.paintMs);
  const scripts = rounds.map(({ later }) => later.scriptBytes);
  return [
    figure({ name: 'up on a warm store: link on the terminal', unit: 'ms', ...link }),
    figure({
      name: 'up on a warm store: first useful screen in Chromium',
      unit: 'ms',
      value: screen.value,
      target: 1000,
      note:
        `${screen.note}; CPU of up until then ${cpu(({ upCpuMs }) => upCpuMs)}, ` +
        `of the page ${cpu(({ first }) => first.pageCpuMs)}`,
    }),
    figure({
      name: 'dashboard, first load: answer and all tiles of the window painted',
      unit: 'ms',
      value: load.value,
      target: 1000,
      note: `${load.note}; ${one.later.tiles} tiles; CPU of the page ${cpu(({ later }) => later.pageCpuMs)}`,
    }),
    figure({ name: 'dashboard, first load: first contents', unit: 'ms', ...paint }),
    figure({
      name: 'dashboard, first load: script, gzip',
      unit: 'kB',
      value: Math.max(...scripts) / 1000,
      target: 120,
      note: `style ${(one.later.styleBytes / 1000).toFixed(1)} kB`,
    }),
  ];
}

/** Chromium with an empty cache each time; the folder is scanned and recorded before. */
export const dashboard: Case = {
  name: 'dashboard',
  async measure(context: Context): Promise<readonly Row[]> {
    if (noBrowser !== null) return [{ name: 'dashboard', skipped: noBrowser }];
    return withFolder(context, async (data) => {
      fill(data, Math.floor(now()));
      context.say('scanning what is here, so that the store is warm');
      await runOnce(seaworthy(['up', '--once', '--offline', '--data', data, '--port', '0']));
      const browser = await openBrowser();
      try {
        const rounds: Round[] = [];
        for (let index = 0; index < context.rounds; index += 1) {
          rounds.push(await round(browser, data));
        }
        return rowsOf(rounds);
      } finally {
        await browser.close();
      }
    });
  },
};

// What `up` does: opens the data folder and serves it; what takes longer begins when nobody waits for a page.
import { hostname } from 'node:os';
import { oneLine } from '../../base/error.ts';
import { realPace } from '../../base/retry.ts';
import { createLiveFeed } from '../../flow/live.ts';
import { responseItem } from '../../flow/response-desk.ts';
import { partFolder } from '../../host/program/index.ts';
import {
  isLoopback,
  openStaticFiles,
  openTokens,
  type RunningServer,
  serve,
} from '../../server/http/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { outliveReaders } from '../outlive.ts';
import { openDesk, type UpDesk } from './up-desk.ts';
import { removeLock, runningUp, writeLock } from './up-lock.ts';
import type { UpRunOptions } from './up-options.ts';
import { answeringGauges, recordOf } from './up-services.ts';
import type { Begun } from './up-start.ts';
import { createUpView } from './up-view.ts';
import type { Answering, AnsweringHooks } from './watch-response.ts';
import type { WatchRules } from './watch-rules.ts';

const furtherPorts = 50;
/** Who has the link at once sees what is known before the sensor and the engines take the processor. */
const restBounds = { nobodyMs: 300, afterMs: 700, mostMs: 2500 };

/** Serves until it is told to end; returns the exit code. */
export async function runUp(options: UpRunOptions): Promise<number> {
  const { data } = options;
  const view = createUpView(options, outliveReaders());
  const other = await runningUp(data);
  if (other !== null) {
    const { own } = openTokens(data, now);
    view.running(`${other.url}/?token=${own}`);
    return exitCodes.satisfied;
  }
  const rules = await checked(options);
  const begun: Begun = { heard: null, rules };
  const live = createLiveFeed(realPace.now());
  const record = recordOf(data);
  const answering = await answeringOf(options, {
    warn,
    record: (told) => begun.heard?.(told),
    onResponse: (response) => {
      const run = record.get()?.find(response.container.id, 1)[0]?.run;
      live.tell('response', responseItem(response), run?.workload.team ?? null);
    },
  });
  const desk = await openDesk(options, { live, record, answering, now, warn });
  try {
    const server = await listen(options, desk);
    const url = `http://${hostInUrl(options.host)}:${server.port}`;
    writeLock(data, url);
    view.link(`${url}/?token=${desk.tokens.own}`);
    const ending = endingOf(options);
    try {
      await Promise.race([server.untilRest(restBounds), ending.ended]);
      if (!ending.isOver()) await (await import('./up-start.ts')).startAll(options, desk, begun);
      view.follow(desk.harbourSources);
      if (options.once === true) void whenIdle(desk, () => ending.end());
      await ending.ended;
    } finally {
      view.end();
      await server.close();
      await desk.up?.stop();
    }
    return exitCodes.satisfied;
  } finally {
    desk.close();
    removeLock(data);
  }
}

/** Files that cannot be used are told before a link is. @returns null: the rules are our own */
async function checked(options: UpRunOptions): Promise<WatchRules | null> {
  const { rules, exceptions, trustPolicy, trustedRoot } = options;
  if (trustPolicy !== undefined || trustedRoot !== undefined) {
    await (await import('./up-trust.ts')).checkTrust(options);
  }
  if (rules.length + exceptions.length === 0) return null;
  return (await import('./watch-rules.ts')).openWatchRules(options, warn);
}

function now(): Date {
  return new Date();
}

/** Loaded only where somebody is told or something is done. */
async function answeringOf(
  options: UpRunOptions,
  hooks: AnsweringHooks,
): Promise<Answering | null> {
  const { data, alerts, response } = options;
  if (alerts === undefined && response === undefined) return null;
  const files = {
    ...(alerts === undefined ? {} : { alerts }),
    ...(response === undefined ? {} : { response }),
  };
  return (await import('./watch-response.ts')).openAnswering({ data, ...files }, hooks);
}

function listen(options: UpRunOptions, desk: UpDesk): Promise<RunningServer> {
  const { host, port, name } = options;
  if (!isLoopback(host)) {
    warn(`it listens on ${host} without TLS: put it behind a proxy that has it`);
  }
  return serve({
    host,
    names: [hostname().toLowerCase(), ...name.map((one) => one.toLowerCase())],
    port,
    furtherPorts,
    services: desk.services,
    tokens: desk.tokens,
    live: desk.live,
    files: openStaticFiles(partFolder('ui')),
    changes: desk.changes,
    isReady: () => desk.up !== null,
    gauges: () => gaugesOf(desk),
    clockMs: () => performance.now(),
    warn,
  });
}

function gaugesOf({ catalogue, record, status, answering }: UpDesk): ReadonlyMap<string, number> {
  const counts = record.get()?.counts() ?? { runs: 0, alive: 0 };
  const { waiting, running, done } = status();
  return new Map([
    ['containers_alive', counts.alive],
    ['containers_recorded', counts.runs],
    ['images', catalogue.count()],
    ['scans_waiting', waiting],
    ['scans_running', running],
    ['scans_done', done],
    ['resident_memory_bytes', process.memoryUsage.rss()],
    ...answeringGauges(answering),
  ]);
}

interface Ending {
  /** Resolves at a signal, or after the time of `--for`. */
  readonly ended: Promise<void>;
  isOver(): boolean;
  end(): void;
}

function endingOf(options: UpRunOptions): Ending {
  const stop = new AbortController();
  const end = (): void => {
    if (stop.signal.aborted) process.exit(exitCodes.failed);
    stop.abort();
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  // A terminal that goes away takes it along; a service reads its rules again.
  if (process.stdin.isTTY || process.stdout.isTTY) process.on('SIGHUP', end);
  const wait = async (): Promise<void> => {
    const longest = 2 ** 31 - 1;
    while (!stop.signal.aborted) {
      await realPace.sleep(options.for ?? longest, stop.signal).catch(() => undefined);
      if (options.for !== undefined) stop.abort();
    }
  };
  return { ended: wait(), isOver: () => stop.signal.aborted, end };
}

/** Idle for a second: by then the engine's list was read. */
async function whenIdle({ status }: UpDesk, end: () => void): Promise<void> {
  for (let quiet = 0; quiet < 5; ) {
    await realPace.sleep(200);
    const { waiting, running } = status();
    quiet = waiting + running === 0 ? quiet + 1 : 0;
  }
  end();
}

function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function warn(line: string): void {
  process.stderr.write(`seaworthy: ${oneLine(line)}\n`);
}

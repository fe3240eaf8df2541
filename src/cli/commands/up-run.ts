// What `up` does: opens the data folder, serves it, then looks for engines and keeps looking.
import { existsSync } from 'node:fs';
import { constants, hostname, setPriority } from 'node:os';
import { messageOf, oneLine } from '../../base/error.ts';
import { realPace } from '../../base/retry.ts';
import type { AuditAnswer } from '../../flow/audit.ts';
import { connectTo, findEngines } from '../../flow/engines.ts';
import type { Remembered } from '../../flow/harbour.ts';
import { createLiveFeed, type LiveFeed } from '../../flow/live.ts';
import { auditDocument } from '../../flow/report-documents.ts';
import { responseItem } from '../../flow/response-desk.ts';
import type { RuntimeSource } from '../../flow/runtime-source.ts';
import { startUp, type Up } from '../../flow/up.ts';
import { createWatchSource } from '../../flow/watch-source.ts';
import { spawnProgram } from '../../host/own-process/index.ts';
import { partFolder } from '../../host/program/index.ts';
import type { RuntimeRecord } from '../../model/timeline.ts';
import { noWaivers } from '../../policy/index.ts';
import {
  isLoopback,
  openChangeLog,
  openStaticFiles,
  openTokens,
  type RunningServer,
  serve,
} from '../../server/http/index.ts';
import { openCatalogue } from '../../store/catalog/index.ts';
import { databaseFile } from '../compose.ts';
import { exitCodes } from '../exit-codes.ts';
import { createAuditDesk } from './up-audit.ts';
import { removeLock, runningUp, writeLock } from './up-lock.ts';
import type { UpRunOptions } from './up-options.ts';
import { createScanner, keepingReports } from './up-scanner.ts';
import {
  advisoriesOf,
  answeringGauges,
  basisOf,
  houseCoverage,
  machineServices,
  recordOf,
} from './up-services.ts';
import { checkTrust, createUpTrust } from './up-trust.ts';
import { createUpView } from './up-view.ts';
import { waiversOf } from './up-waivers.ts';
import type { Answering, AnsweringHooks } from './watch-response.ts';
import { openWatchRules, type WatchRules } from './watch-rules.ts';
import { namesOf } from './watch-run.ts';

const furtherPorts = 50;
const containerdSocket = '/run/containerd/containerd.sock';
/** An advisory database that is younger is not updated at the start. */
const freshHours = 6;
/** The first audit lets the first scans begin. */
const auditAfterMs = 3000;

/** Serves until it is told to end; returns the exit code. */
export async function runUp(options: UpRunOptions): Promise<number> {
  const { data } = options;
  const view = createUpView(options);
  const other = await runningUp(data);
  if (other !== null) {
    const { own } = openTokens(data, now);
    view.running(`${other.url}/?token=${own}`);
    return exitCodes.satisfied;
  }
  // Rules that cannot be used are told before a link is.
  const rules = await openWatchRules(options, warn);
  await checkTrust(options);
  const heard: Heard = { take: null };
  const live = createLiveFeed(realPace.now());
  const record = recordOf(data);
  const answering = await answeringOf(options, {
    warn,
    record: (told) => heard.take?.(told),
    onResponse: (response) => {
      const run = record.get()?.find(response.container.id, 1)[0]?.run;
      live.tell('response', responseItem(response), run?.workload.team ?? null);
    },
  });
  const desk = openDesk(options, { live, record, answering });
  try {
    const server = await listen(options, desk);
    const url = `http://${hostInUrl(options.host)}:${server.port}`;
    writeLock(data, url);
    view.link(`${url}/?token=${desk.tokens.own}`);
    try {
      await start(options, desk, { heard, rules });
      view.follow(desk.harbourSources);
      await ended(options, desk);
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

type Desk = ReturnType<typeof openDesk>;

/** Takes what was answered into the record, once there is one. */
interface Heard {
  take: ((record: RuntimeRecord) => void) | null;
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

interface Opened {
  readonly live: LiveFeed;
  readonly record: ReturnType<typeof recordOf>;
  readonly answering: Answering | null;
}

/** Everything of the data folder, opened; the engines come later. */
function openDesk(options: UpRunOptions, { live, record, answering }: Opened) {
  const { data } = options;
  const db = databaseFile(options);
  const tokens = openTokens(data, now);
  const catalogue = openCatalogue(data);
  const advisories = advisoriesOf(db);
  const waivers = waiversOf(options, now);
  const told = (answer: AuditAnswer): void => {
    live.tell('audit', answer);
    answering?.alerts?.alerting.keep(auditDocument(answer, hostname()));
  };
  const audits = createAuditDesk({ data, waivers: () => waivers() ?? noWaivers, onAnswer: told });
  const basis = (): string => basisOf(db);
  const scanner = createScanner({ data, db, basis });
  const state: { up: Up | null; following: () => void } = { up: null, following: () => {} };
  const house = { data, advisories: advisories.get, audits, offline: options.offline === true };
  const outside = () => houseCoverage(house);
  const coverage = () => state.up?.coverage() ?? outside();
  const remembered = rememberedOf(record, () => state.up?.isSettled() === true);
  const status = () => state.up?.status() ?? { waiting: 0, running: 0, done: 0 };
  const changes = openChangeLog(data);
  const trust = createUpTrust({ options, catalogue, live, now, warn });
  const opened = { data, record, answering, catalogue, advisories, audits, waivers, tokens, trust };
  const services = machineServices({ ...opened, changes, coverage, remembered, status, now });
  return {
    live,
    tokens,
    catalogue,
    record,
    answering,
    changes,
    audits,
    basis,
    scanner,
    outside,
    status,
    get up() {
      return state.up;
    },
    set up(up: Up | null) {
      state.up = up;
    },
    set following(end: () => void) {
      state.following = end;
    },
    harbourSources: () => ({
      catalogue,
      record: record.get(),
      coverage: coverage(),
      remembered: remembered(),
      now: now(),
      teams: null,
      scans: status(),
    }),
    services,
    close() {
      state.following();
      scanner.close();
      record.close();
      advisories.close();
      catalogue.close();
    },
  };
}

/** What the record knew before this process began to write it. */
function rememberedOf(record: Opened['record'], isSettled: () => boolean): () => Remembered | null {
  const before: Remembered = { untilNs: record.get()?.recordedUntilNs() ?? null };
  return () => (isSettled() ? null : before);
}

function listen(options: UpRunOptions, desk: Desk): Promise<RunningServer> {
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

function gaugesOf({ catalogue, record, status, answering }: Desk): ReadonlyMap<string, number> {
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

async function start(
  options: UpRunOptions,
  desk: Desk,
  { heard, rules }: { readonly heard: Heard; readonly rules: WatchRules },
): Promise<void> {
  const { data, offline } = options;
  const { live, catalogue, scanner } = desk;
  const found = await findEngines();
  const gradeOf = (imageId: string): string | null =>
    catalogue.entry(imageId)?.grade?.letter ?? null;
  const source = createWatchSource({
    folder: data,
    node: hostname(),
    clock: {
      wallNs: () => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6)),
      monotonicNs: () => process.hrtime.bigint(),
    },
    gradeOf,
    warn,
    rules: rules.files,
    users: namesOf('/etc/passwd'),
    groups: namesOf('/etc/group'),
    engines: found.engines.map(
      ({ address }) =>
        () =>
          connectTo(address),
    ),
  });
  heard.take = (told) => source.append(told);
  desk.up = await startUp({
    found,
    hasContainerd: existsSync(containerdSocket),
    source,
    responder: desk.answering?.responder ?? null,
    catalogue,
    record: desk.record.get,
    live,
    scan: keepingReports((job) => scanner.scan(job), desk),
    basis: desk.basis,
    coverage: desk.outside,
    updateAdvisories: offline === true ? null : () => updateOnce(options),
    now,
    pace: realPace,
    warn,
  });
  desk.following = followRules(rules, source);
  for (const engine of found.engines) engine.close();
  void scanner.follow(desk.record.get);
  if (found.engines.length > 0) void auditSoon(desk, live);
}

/** Rules files are looked at so often. */
const rulesEveryMs = 1000;

/** Reads them again when a file changes; a broken one changes nothing but a line. @returns ends it */
function followRules(rules: WatchRules, source: RuntimeSource): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  const unfollow = rules.follow((files) => source.load(files));
  void (async () => {
    while (!signal.aborted) {
      await realPace.sleep(rulesEveryMs, signal).catch(() => undefined);
      if (!signal.aborted) rules.look();
    }
  })();
  return () => {
    ending.abort();
    unfollow();
  };
}

async function auditSoon({ audits }: Desk, live: LiveFeed): Promise<void> {
  await realPace.sleep(auditAfterMs);
  live.tell('progress', { step: 'audit', waiting: 0, running: 1, done: 0 });
  await audits.run().catch((error: unknown) => warn(`the audit failed: ${messageOf(error)}`));
}

/** `db update` in a process of its own: it sorts gigabytes. True: there are newer advisories. */
async function updateOnce(options: UpRunOptions): Promise<boolean> {
  const { openAdvisories } = await import('../../flow/advisories.ts');
  const db = databaseFile(options);
  const source = openAdvisories(db);
  const { builtIn, builtAt } = source.info();
  source.close();
  if (!builtIn && realPace.now() - Date.parse(builtAt) < freshHours * 3_600_000) return false;
  const before = basisOf(db);
  const words = ['db', 'update', '--data', options.data, '--db', db, '--quiet', '--no-progress'];
  const child = spawnProgram(words, { stdio: 'ignore' });
  child.unref();
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  const code = await new Promise<number | null>((resolve) => {
    child.once('exit', (exitCode) => resolve(exitCode));
    child.once('error', () => resolve(null));
    process.once('exit', () => child.kill('SIGKILL'));
  });
  return code === 0 && basisOf(db) !== before;
}

/** Until a signal, the time of `--for`, or with `--once` until nothing waits to be scanned. */
async function ended(options: UpRunOptions, desk: Desk): Promise<void> {
  const stop = new AbortController();
  const end = (): void => {
    if (stop.signal.aborted) process.exit(exitCodes.failed);
    stop.abort();
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  // A terminal that goes away takes it along; a service reads its rules again.
  if (process.stdin.isTTY || process.stdout.isTTY) process.on('SIGHUP', end);
  if (options.once === true) void whenIdle(desk, end);
  const longest = 2 ** 31 - 1;
  while (!stop.signal.aborted) {
    await realPace.sleep(options.for ?? longest, stop.signal).catch(() => undefined);
    if (options.for !== undefined) stop.abort();
  }
}

/** Idle for a second: by then the engine's list was read. */
async function whenIdle({ status }: Desk, end: () => void): Promise<void> {
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

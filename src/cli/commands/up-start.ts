// What `up` begins behind its pages: engines, sensor, scans, audits, renewed advisories.
import { existsSync } from 'node:fs';
import { constants, hostname, setPriority } from 'node:os';
import { messageOf } from '../../base/error.ts';
import { realPace } from '../../base/retry.ts';
import { connectTo, findEngines } from '../../flow/engines.ts';
import type { RuntimeSource } from '../../flow/runtime-source.ts';
import { startUp } from '../../flow/up.ts';
import { createWatchSource } from '../../flow/watch-source.ts';
import { spawnProgram } from '../../host/own-process/index.ts';
import type { RuntimeRecord } from '../../model/timeline.ts';
import { databaseFile } from '../compose.ts';
import type { UpDesk } from './up-desk.ts';
import type { UpRunOptions } from './up-options.ts';
import { createScanner, keepingReports } from './up-scanner.ts';
import { basisOf } from './up-services.ts';
import { openWatchRules, type WatchRules } from './watch-rules.ts';
import { namesOf } from './watch-run.ts';

const containerdSocket = '/run/containerd/containerd.sock';
/** An advisory database that is younger is not updated at the start. */
const freshHours = 6;
/** The first audit lets the first scans begin. */
const auditAfterMs = 3000;

/** What is there before the rest begins. */
export interface Begun {
  /** Rules that were named and are sound; null: our own. */
  readonly rules: WatchRules | null;
  /** Takes what was answered into the record, once there is one. */
  heard: ((record: RuntimeRecord) => void) | null;
}

/** Begins all of it. Throws as `startUp`. */
export async function startAll(options: UpRunOptions, desk: UpDesk, begun: Begun): Promise<void> {
  const { data, offline } = options;
  const { live, catalogue, now, warn } = desk;
  const rules = begun.rules ?? (await openWatchRules(options, warn));
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
  begun.heard = (told) => source.append(told);
  const scanner = createScanner({ data, db: databaseFile(options), basis: desk.basis });
  desk.onClose(() => scanner.close());
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
  desk.onClose(followRules(rules, source));
  for (const engine of found.engines) engine.close();
  // How old they are stands in the coverage from now on.
  await desk.advisories.get();
  void scanner.follow(desk.record.get);
  if (found.engines.length > 0) void auditSoon(desk);
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

async function auditSoon({ audits, live, warn }: UpDesk): Promise<void> {
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

// Starts and ends of containers that nobody else tells (containerd without its gRPC, Podman without its
// service, one that could not be started): their first process, their bundle, the file that conmon leaves.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Pace, realPace } from '../../base/retry.ts';
import { readSmallFile } from './bounded-read.ts';
import type { NamedContainer } from './messages.ts';
import { bootNsOf, findPresent, startOfProcess } from './presence.ts';
import { runStateOfProcess } from './resolve-attempt.ts';

export interface EndWatchOptions {
  readonly onStarted: (id: string, atNs: bigint) => void;
  /** The code is null where only its process's parent knows it. */
  readonly onEnded: (id: string, atNs: bigint, exitCode: number | null) => void;
  readonly signal: AbortSignal;
  readonly pace?: Pace;
}

export interface EndWatch {
  /** Looks after a container from now on. */
  add(container: NamedContainer): void;
}

/** Only while such containers live; the sensor, where it runs, is exact to the microsecond. */
const lookMs = 100;
/** Beyond this many the oldest are no longer watched. */
const watchedMost = 10_000;

/** Those whose first process nobody wrote down are looked for among all processes, and not so often. */
const presenceMs = 2000;

interface Watched {
  readonly container: NamedContainer;
  pid: string | null;
  started: boolean;
  /** Its first process was gone when it was looked before. */
  wasGone: boolean;
  /** Milliseconds since 1970; of the last look for its processes. */
  soughtMs: number;
}

/** Watches until the signal is aborted. */
export function createEndWatch(options: EndWatchOptions): EndWatch {
  const { signal, pace = realPace } = options;
  const watched = new Map<string, Watched>();
  let running = false;
  const run = async (): Promise<void> => {
    if (running) return;
    running = true;
    while (watched.size > 0 && !signal.aborted) {
      for (const [bundle, one] of watched) {
        if (look(one, options, pace)) watched.delete(bundle);
      }
      for (const bundle of await seek(watched, options, pace)) watched.delete(bundle);
      await pace.sleep(lookMs, signal).catch(() => undefined);
    }
    running = false;
  };
  return {
    add: (container) => {
      const soughtMs = pace.now();
      const one = { container, pid: null, started: false, wasGone: false, soughtMs };
      watched.set(container.bundle, one);
      if (watched.size > watchedMost) watched.delete(watched.keys().next().value ?? '');
      void run();
    },
  };
}

/** True when the container has ended. */
function look(one: Watched, options: EndWatchOptions, pace: Pace): boolean {
  const { container } = one;
  const { id } = container.identity;
  const nowNs = BigInt(pace.now()) * 1_000_000n;
  const code = exitCodeOf(container.exitFile, container.namedAtNs);
  if (code !== null) {
    options.onEnded(id, code.atNs, code.exitCode);
    return true;
  }
  one.pid ??= pidOf(container.pidFile);
  const state = one.pid === null ? 'waiting' : runStateOfProcess(one.pid);
  if (state === 'running' && one.pid !== null && !one.started) {
    one.started = true;
    const bootNs = bootNsOf(pace);
    options.onStarted(id, (bootNs === null ? null : startOfProcess(one.pid, bootNs)) ?? nowNs);
  }
  if (state !== 'gone' && hasBundle(container)) return false;
  // conmon writes the code down a moment after the process is gone.
  if (state === 'gone' && container.exitFile !== null && !one.wasGone) {
    one.wasGone = true;
    return false;
  }
  options.onEnded(id, nowNs, null);
  return true;
}

/** The path of one in another root leads through a process that ends long before it. */
function hasBundle({ within = null, bundle }: NamedContainer): boolean {
  return within !== null || existsSync(join(bundle, 'config.json'));
}

/** Looks for those without a first process; the bundles of those that have ended. */
async function seek(
  watched: ReadonlyMap<string, Watched>,
  options: EndWatchOptions,
  pace: Pace,
): Promise<readonly string[]> {
  const nowMs = pace.now();
  const sought = [...watched].filter(
    ([, { pid, soughtMs }]) => pid === null && nowMs - soughtMs >= presenceMs,
  );
  if (sought.length === 0) return [];
  const ids = new Set(sought.map(([, { container }]) => container.identity.id));
  const present = await findPresent(ids, pace);
  return sought.flatMap(([bundle, one]) => {
    const { id } = one.container.identity;
    one.soughtMs = pace.now();
    const startNs = present.get(id);
    if (startNs === undefined) {
      options.onEnded(id, BigInt(pace.now()) * 1_000_000n, null);
      return [bundle];
    }
    if (startNs !== null && !one.started) {
      one.started = true;
      options.onStarted(id, startNs);
    }
    return [];
  });
}

function pidOf(path: string | null): string | null {
  const text = path === null ? '' : (readSmallFile(path, 64)?.toString('utf8').trim() ?? '');
  return /^\d{1,10}$/.test(text) ? text : null;
}

function exitCodeOf(
  path: string | null,
  sinceNs: bigint,
): { readonly exitCode: number; readonly atNs: bigint } | null {
  if (path === null) return null;
  const facts = statSync(path, { bigint: true, throwIfNoEntry: false });
  // The file of a run before this one may still lie there.
  if (facts === undefined || facts.mtimeNs < sinceNs) return null;
  const text = readSmallFile(path, 64)?.toString('utf8').trim() ?? '';
  return /^\d{1,3}$/.test(text) ? { exitCode: Number(text), atNs: facts.mtimeNs } : null;
}

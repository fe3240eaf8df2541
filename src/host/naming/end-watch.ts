// The ends of containers whose engine tells nobody (containerd without its gRPC, Podman without its
// service): their first process, their bundle, the file that conmon leaves.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Pace, realPace } from '../../base/retry.ts';
import { readSmallFile } from './bounded-read.ts';
import type { NamedContainer } from './messages.ts';
import { runStateOfProcess } from './resolve-attempt.ts';

export interface EndWatchOptions {
  readonly onStarted: (id: string, atNs: bigint) => void;
  /** The code is null where only its process's parent knows it. */
  readonly onEnded: (id: string, atNs: bigint, exitCode: number | null) => void;
  readonly signal: AbortSignal;
  readonly pace?: Pace;
}

export interface EndWatch {
  /** Looks after a container from now on; Docker's own are left to its events. */
  add(container: NamedContainer): void;
}

/** Only while such containers live; the sensor, where it runs, is exact to the microsecond. */
const lookMs = 100;
/** Beyond this many the oldest are no longer watched. */
const watchedMost = 10_000;

interface Watched {
  readonly container: NamedContainer;
  pid: string | null;
  started: boolean;
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
      await pace.sleep(lookMs, signal).catch(() => undefined);
    }
    running = false;
  };
  return {
    add: (container) => {
      if (container.identity.engine === 'docker') return;
      watched.set(container.bundle, { container, pid: null, started: false });
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
  if (state === 'running' && !one.started) {
    one.started = true;
    options.onStarted(id, nowNs);
  }
  const gone = state === 'gone' || !existsSync(join(container.bundle, 'config.json'));
  if (!gone) return false;
  options.onEnded(id, nowNs, null);
  return true;
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

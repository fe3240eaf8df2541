// Names containers of containerd where the kernel gives no permission events: new bundles are seen by
// inotify and read at once. Nobody waits for us, so the container may run by then.
import { existsSync, type FSWatcher, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { type Pace, realPace } from '../../base/retry.ts';
import { readEvidence } from './evidence.ts';
import type { NamedContainer } from './messages.ts';
import { type EnginePlaces, usualPlaces } from './places.ts';
import { ofTaskFolder } from './resolve-attempt.ts';

export interface BundleWatchOptions {
  /** Each container once, `after-start`: nothing proves that it had not begun. */
  readonly onNamed: (container: NamedContainer) => void;
  readonly signal: AbortSignal;
  readonly places?: EnginePlaces;
  readonly pace?: Pace;
}

const taskFolder = 'io.containerd.runtime.v2.task';
/** A bundle's configuration is written some milliseconds after its folder. */
const tries = 20;
const tryMs = 5;

/** Watches the folders of all namespaces until the signal is aborted; gives how many there are now. */
export function watchBundles(options: BundleWatchOptions): number {
  const { signal, places = usualPlaces() } = options;
  const watchers = new Map<string, FSWatcher>();
  signal.addEventListener('abort', () => {
    for (const watcher of watchers.values()) watcher.close();
  });
  const follow = (folder: string, onName: (path: string) => void): void => {
    if (signal.aborted || watchers.has(folder)) return;
    try {
      const watcher = watch(folder, (_, name) => {
        if (name !== null) onName(join(folder, name));
      });
      // The folder went away; it is followed anew when it comes back.
      watcher.on('error', () => watchers.delete(folder));
      watcher.unref();
      watchers.set(folder, watcher);
    } catch {
      // No such folder, or no namespace but a file.
    }
  };
  const seen = new Set<string>();
  const name = (bundle: string): void => {
    if (seen.has(bundle)) return;
    seen.add(bundle);
    void nameBundle(bundle, places, options).then((named) => {
      // It was the end of the container that was seen: its next run is another one.
      if (!named) seen.delete(bundle);
    });
  };
  const namespace = (folder: string): void => {
    if (!existsSync(folder)) {
      watchers.get(folder)?.close();
      watchers.delete(folder);
      return;
    }
    follow(folder, (path) => {
      if (!existsSync(path)) seen.delete(path);
      else name(path);
    });
    // Its first container may have been faster than we.
    for (const one of namesIn(folder)) name(join(folder, one));
  };
  for (const state of new Set(places.containerd.map((place) => place.state))) {
    const root = join(state, taskFolder);
    follow(root, namespace);
    for (const one of namesIn(root)) namespace(join(root, one));
  }
  return watchers.size;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

async function nameBundle(
  bundle: string,
  places: EnginePlaces,
  options: BundleWatchOptions,
): Promise<boolean> {
  const { onNamed, signal, pace = realPace } = options;
  const candidate = ofTaskFolder(bundle);
  if (candidate === null) return false;
  for (let attempt = 0; attempt < tries && !signal.aborted; attempt += 1) {
    const evidence = readEvidence(candidate, places);
    if (evidence !== null) {
      const nowMs = pace.now();
      onNamed({
        ...evidence,
        naming: 'after-start',
        namedAtNs: BigInt(nowMs) * 1_000_000n,
        heldMs: 0,
        bundle,
        stamp: `${bundle} ${nowMs}`,
        namespace: candidate.namespace,
        exitFile: null,
        pidFile: candidate.pidFile,
      });
      return true;
    }
    await pace.sleep(tryMs);
  }
  return false;
}

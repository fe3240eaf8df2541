// Images that ran are read once, in the background: a process of lowest priority, one image at a time.
// What it finds lies in the store, where `exposed` and `timeline` look for it.
import { setPriority } from 'node:os';
import { spawnProgram } from '../../host/own-process/index.ts';

/** Different images of one watch; a machine has hundreds. */
const imagesAtMost = 10_000;
const lowestPriority = 19;

export interface BackgroundInventory {
  /** An image has run. */
  ran(imageId: string): void;
  /** Ends the reading; what is not read yet is read when it is asked for or runs again. */
  stop(): void;
}

/** @param data the data folder */
export function openBackgroundInventory(data: string): BackgroundInventory {
  const known = new Set<string>();
  const waiting: string[] = [];
  let stopReading: (() => void) | null = null;
  const next = (): void => {
    const imageId = waiting.shift();
    stopReading = imageId === undefined ? null : readImage(imageId, data, next);
  };
  return {
    ran(imageId) {
      if (known.has(imageId) || known.size >= imagesAtMost) return;
      known.add(imageId);
      waiting.push(imageId);
      if (stopReading === null) next();
    },
    stop() {
      waiting.length = 0;
      stopReading?.();
    },
  };
}

/** Scans one image as a user would. @returns ends it */
function readImage(imageId: string, data: string, done: () => void): () => void {
  const words = [
    'scan',
    `docker:${imageId}`,
    '--data',
    data,
    '--offline',
    '--quiet',
    '--no-progress',
  ];
  const child = spawnProgram([...words, '--scanners', 'vuln'], {
    stdio: 'ignore',
    detached: false,
  });
  child.once('spawn', () => {
    try {
      setPriority(child.pid ?? 0, lowestPriority);
    } catch {
      // It ended at once.
    }
  });
  child.once('error', done);
  child.once('exit', done);
  return () => {
    child.off('exit', done);
    child.kill();
  };
}

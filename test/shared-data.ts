// The folder of real advisories, images and schemas that stands beside the checkout on our own
// machines and in CI, and nowhere else: tests that need it skip with a reason.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../shared/data/', import.meta.url));

/** Absolute path of `relative` in the data folder, or null where it is absent. */
export function sharedData(relative: string): string | null {
  const path = root + relative;
  return existsSync(path) ? path : null;
}

/** The reason that skipped tests state. */
export const noSharedData = 'the shared data folder is not beside the checkout';

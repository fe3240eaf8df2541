// The time of the page: what runs grows with it, slowly, so that nothing flickers. And when it has time.
import { signal } from '@preact/signals';

const tickMs = 5000;

/** Milliseconds since 1970. */
export const nowMs = signal(Date.now());

setInterval(() => {
  if (document.visibilityState === 'visible') nowMs.value = Date.now();
}, tickMs);

/** Browsers that do not tell when they rest are given so long. */
const restMs = 300;
const patienceMs = 2000;

/** Resolves when the page has nothing more urgent to do. */
export function rested(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof requestIdleCallback !== 'function') setTimeout(resolve, restMs);
    else requestIdleCallback(() => resolve(), { timeout: patienceMs });
  });
}

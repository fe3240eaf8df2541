// When the page has time: what is seen at once comes first.

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

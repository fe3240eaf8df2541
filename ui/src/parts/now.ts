// The time of the page: what runs grows with it, slowly, so that nothing flickers.
import { signal } from '@preact/signals';

const tickMs = 5000;

/** Milliseconds since 1970. */
export const nowMs = signal(Date.now());

setInterval(() => {
  if (document.visibilityState === 'visible') nowMs.value = Date.now();
}, tickMs);

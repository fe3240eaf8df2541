// When to try again and how long to wait: exponential backoff with jitter, and Retry-After. Clock and
// chance are passed in, so tests neither wait nor guess.
import { setTimeout as sleep } from 'node:timers/promises';
import { NetworkError } from './http-error.ts';
import { limits } from './limits.ts';

export interface Pace {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `delayMs`; rejects with the signal's reason when aborted. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
  /** At least 0, below 1. */
  random(): number;
}

/** The real clock and real chance. */
export const realPace: Pace = {
  now: () => Date.now(),
  sleep: async (delayMs, signal) => {
    try {
      await sleep(delayMs, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
  random: () => Math.random(),
};

const firstDelayMs = 500;
const longestDelayMs = 15_000;

/** Wait before try number `attempt` + 1 (first = 1): half of it fixed, half by chance. */
export function backoffMs(attempt: number, pace: Pace): number {
  const ceiling = Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1));
  return Math.round(ceiling / 2 + (ceiling / 2) * pace.random());
}

/** What `Retry-After` asks for, in milliseconds (RFC 9110 section 10.2.3); null if absent or odd. */
export function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}

export interface RetryOptions {
  readonly pace: Pace;
  readonly signal?: AbortSignal | undefined;
  /** Default `limits.httpTries`. */
  readonly tries?: number;
}

/** Thrown by an action to say: the server asks us to come again. */
export class TryAgain extends Error {
  override readonly name = 'TryAgain';
  /** The wait that the server asks for; null leaves it to the backoff. */
  readonly delayMs: number | null;
  /** What to throw when no try is left or the wait is too long. */
  readonly finally: Error;

  constructor(delayMs: number | null, finallyThrow: Error) {
    super(finallyThrow.message);
    this.delayMs = delayMs;
    this.finally = finallyThrow;
  }
}

/**
 * Runs `action` up to `tries` times: again after a transient `NetworkError` or a `TryAgain` whose
 * wait is at most `limits.httpRetryAfterMs`. Every other error passes at once.
 */
export async function withRetries<T>(action: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { pace, signal, tries = limits.httpTries } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      const again = error instanceof TryAgain;
      if (!again && !(error instanceof NetworkError && error.transient)) throw error;
      const asked = again ? error.delayMs : null;
      if (attempt >= tries || (asked !== null && asked > limits.httpRetryAfterMs)) {
        throw again ? error.finally : error;
      }
      await pace.sleep(Math.max(asked ?? 0, backoffMs(attempt, pace)), signal);
    }
  }
}

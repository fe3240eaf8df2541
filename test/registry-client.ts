// What tests of the registry client share: options that touch nothing of this machine's own logins,
// and a pace that does not wait.

import { SeaworthyError } from '../src/base/error.ts';
import type { Pace } from '../src/base/retry.ts';

export interface TestPace extends Pace {
  /** Waits that were asked for, in milliseconds. */
  readonly slept: number[];
  /** Moves the clock. */
  advance(byMs: number): void;
}

/** A clock that moves only by sleeping (at once) or by hand. */
export function testPace(): TestPace {
  const slept: number[] = [];
  let nowMs = Date.UTC(2026, 10, 21);
  return {
    slept,
    now: () => nowMs,
    random: () => 0.5,
    sleep: (delayMs, signal) => {
      slept.push(delayMs);
      nowMs += delayMs;
      signal?.throwIfAborted();
      return Promise.resolve();
    },
    advance: (byMs) => {
      nowMs += byMs;
    },
  };
}

/** An environment without credentials, proxies and certificates. */
export const bareEnvironment = {
  HOME: '/nonexistent',
  REGISTRY_AUTH_FILE: '/nonexistent/auth.json',
};

/** The `SeaworthyError` that a promise rejects with; anything else fails the test. */
export async function operatingError(promise: Promise<unknown>): Promise<SeaworthyError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof SeaworthyError) return error;
    throw error;
  }
  throw new Error('no error came');
}

/** All bytes of a stream. */
export async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

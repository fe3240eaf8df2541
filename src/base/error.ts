// The one error class for operating errors: the outside world did not do what we need.
// Programmer errors are asserts; hostile or strange *content* is data (`model/unknown.ts`), never an error.

/** What went wrong, for scripts and tests; the message is for people. */
export type ErrorCode =
  | 'usage'
  | 'not-found'
  | 'unreadable'
  | 'malformed'
  | 'limit'
  | 'digest-mismatch'
  | 'network'
  | 'denied'
  | 'unsupported'
  | 'disk-full'
  | 'busy'
  | 'database';

export interface ErrorOptions {
  readonly cause?: unknown;
  /** One imperative sentence that says what to do about it. */
  readonly advice?: string;
}

/**
 * An operating error: shown as one line `seaworthy: <message>; <advice>` and exit code 3
 * (`usage`: exit code 2). The stack is shown only with `--debug`.
 */
export class SeaworthyError extends Error {
  override readonly name = 'SeaworthyError';
  readonly code: ErrorCode;
  readonly advice: string | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.advice = options.advice;
  }
}

/** A programmer's error: a state that our own code must never produce. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}

/** C0 and C1 controls (terminal escapes) and marks that turn the direction of text (CVE-2021-42574). */
const controls =
  // oxlint-disable-next-line no-control-regex -- controls are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * The message of anything that was thrown, on one line. Names from images and servers are in it: what
 * a terminal would obey becomes U+FFFD.
 */
export function messageOf(error: unknown): string {
  return oneLine(error instanceof Error ? error.message : String(error));
}

/** Text for one line of a terminal, harmless whoever wrote it. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().replaceAll(controls, '\ufffd');
}

// What the fuzzer feeds: a parser, real samples of what it reads, and what must hold for any input.
import { SeaworthyError } from '../../src/base/error.ts';

export interface Sample {
  /** Where such a file lies in an image; parsers may look at it. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Files beside it that the parser may ask for, by path. */
  readonly companions?: ReadonlyMap<string, Uint8Array>;
}

export interface FuzzTarget {
  readonly name: string;
  /** Share of the inputs, 1 for most; lower where one input costs much. */
  readonly weight: number;
  readonly samples: readonly Sample[];
  /** Words that mean something to this parser. */
  readonly tokens: readonly string[];
  /** Makes checksums true again after half of the mutations, so that the code behind them is reached. */
  mend?(bytes: Buffer): Buffer;
  /** Feeds one input. Throws what the parser throws, and `Violation` where a promise is broken. */
  run(input: Sample): void | Promise<void>;
}

/** A promise that did not hold, in words. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** Throws a `Violation` unless the promise holds. */
export function promise(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Violation(what);
}

/** Refusing is an answer: an operating error with a code and a plain message. */
export function isRefusal(error: unknown): boolean {
  return error instanceof SeaworthyError && error.code !== undefined && error.message !== '';
}

/** One plain line for a person: not empty, not endless, without control characters. */
export function promiseReason(reason: unknown): void {
  promise(typeof reason === 'string' && reason.trim() !== '', 'a reason is empty');
  promise(reason.length <= 4096, `a reason has ${reason.length} characters`);
}

/** A string that a report may hold. */
export function promiseText(text: unknown, what: string): asserts text is string {
  promise(typeof text === 'string', `${what} is ${text === null ? 'null' : typeof text}, no text`);
}

/** `bytes` in pieces of changing size: readers of streams must not depend on how they are cut. */
export function inPieces(bytes: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}

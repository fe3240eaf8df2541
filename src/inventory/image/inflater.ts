// Inflates gzip and zstd into buffers of its caller, one step at a time, without a stream around it:
// a stream makes a new buffer of each step, and collecting those costs a quarter of the inflating.

import { constants, createGunzip, createZstdDecompress } from 'node:zlib';
import { SeaworthyError } from '../../base/error.ts';

/** What one step did. */
export interface InflateStep {
  /** Bytes of the input that were used up. */
  readonly read: number;
  /** Bytes that were written into the output. */
  readonly written: number;
  /** The stream is complete: what follows is padding. */
  readonly ended: boolean;
}

/**
 * The native half of a stream of `node:zlib`, which its streams and the packages that inflate
 * synchronously drive in just this way. It is not documented: `openInflater` says so when a release
 * of Node has it no more.
 */
interface NativeHandle {
  onerror: (message: string, errno: number, code: string) => void;
  writeSync(
    flush: number,
    input: Uint8Array,
    inputOffset: number,
    inputLength: number,
    output: Uint8Array,
    outputOffset: number,
    outputLength: number,
  ): void;
}

interface NativeStream {
  readonly _handle: NativeHandle;
  /** After a step: room left of the output, bytes left of the input. */
  readonly _writeState: Uint32Array;
  destroy(): void;
}

/** Errors are thrown with the code and the message of zlib or zstd. */
export class Inflater {
  readonly #stream: NativeStream;
  readonly #goOn: number;
  readonly #finish: number;
  #failure: Error | null = null;

  constructor(stream: NativeStream, compression: 'gzip' | 'zstd') {
    this.#stream = stream;
    this.#goOn = compression === 'gzip' ? constants.Z_NO_FLUSH : constants.ZSTD_e_continue;
    this.#finish = compression === 'gzip' ? constants.Z_FINISH : constants.ZSTD_e_end;
    const onerror: NativeHandle['onerror'] = (message, _errno, code) => {
      this.#failure = Object.assign(new Error(message), { code });
    };
    Object.assign(stream._handle, { onerror });
  }

  /**
   * Inflates from `input` into `output` until one of them is used up.
   * @param isLast no input follows: an incomplete stream is an error then
   */
  step(input: Uint8Array, output: Uint8Array, isLast: boolean): InflateStep {
    const { _handle: handle, _writeState: state } = this.#stream;
    const flush = isLast ? this.#finish : this.#goOn;
    handle.writeSync(flush, input, 0, input.length, output, 0, output.length);
    if (this.#failure !== null) throw this.#failure;
    const [room = 0, left = 0] = state;
    return {
      read: input.length - left,
      written: output.length - room,
      // With room for more it left input alone: nothing of it belongs to the stream.
      ended: left > 0 && room > 0,
    };
  }

  close(): void {
    this.#stream.destroy();
  }
}

/** Throws `SeaworthyError` `unsupported` where this Node does not show that half of its streams. */
export function openInflater(compression: 'gzip' | 'zstd'): Inflater {
  const stream = (compression === 'gzip' ? createGunzip() : createZstdDecompress()) as unknown;
  if (isNative(stream)) return new Inflater(stream, compression);
  throw new SeaworthyError('unsupported', 'this release of Node cannot inflate step by step', {
    advice: 'use the release of Node that Seaworthy brings',
  });
}

function isNative(stream: unknown): stream is NativeStream {
  const { _handle: handle, _writeState: state } = stream as Partial<NativeStream>;
  return typeof handle?.writeSync === 'function' && state instanceof Uint32Array;
}

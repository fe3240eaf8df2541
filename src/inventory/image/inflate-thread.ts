// The main thread's half of inflating beside it: gives compressed pieces, takes inflated ones, keeps
// idle threads for the next layer.
import type { Worker } from 'node:worker_threads';
import { messageOf } from '../../base/error.ts';
import { entryOf, startThread } from '../../host/program/index.ts';
import type { InflateNews, InflateRequest } from './inflate.worker.ts';
import { InflateRing, ringMemory } from './inflate-ring.ts';

type Ended = Extract<InflateNews, { kind: 'ended' }>;

/** Threads that wait for another layer; they do not keep the process alive. */
const idle: InflateThread[] = [];
/** As many as layers are read side by side. */
const mostIdle = 2;

/** A thread that no stream uses: an idle one, or a new one. */
export function inflateThread(): InflateThread {
  return idle.pop() ?? new InflateThread();
}

/** Has a thread waiting for the first stream. */
export function startInflateThread(): void {
  if (idle.length === 0) idle.push(new InflateThread());
}

export class InflateThread {
  readonly #ring: InflateRing;
  readonly #worker: Worker;
  #ended: Ended | null = null;
  #isLost = false;
  #waiting: (() => void)[] = [];

  constructor() {
    const memory = ringMemory();
    this.#ring = new InflateRing(memory);
    this.#worker = startThread(entryOf('inflate', import.meta.url), {
      workerData: memory,
      // It allocates next to nothing: without limits V8 gives it room as for a program.
      resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 32, stackSizeMb: 1 },
    });
    this.#worker.unref();
    this.#worker.on('message', (news: InflateNews) => {
      if (news.kind === 'ended') this.#ended = news;
      this.#wake();
    });
    this.#worker.on('error', (error) => this.#lose(messageOf(error)));
    this.#worker.on('exit', () => this.#lose('the inflating thread has ended'));
  }

  /**
   * The inflated bytes of one stream; each piece is valid until the next is asked for.
   * Throws what the input throws, and errors of zlib and zstd with their codes.
   */
  async *inflate(
    chunks: AsyncIterable<Uint8Array>,
    compression: 'gzip' | 'zstd',
  ): AsyncGenerator<Uint8Array> {
    this.#ring.reset();
    this.#ended = null;
    this.#worker.ref();
    this.#worker.postMessage({ compression } satisfies InflateRequest);
    const reader = { hasLeft: false };
    let inputError: unknown = null;
    const feeding = this.#feed(chunks, reader).catch((error: unknown) => {
      // Whoever is late speaks of a stream that is over: the ring may be another's by now.
      if (reader.hasLeft) return;
      inputError = error ?? new Error('the input ended');
      this.#ring.close('left');
    });
    try {
      let failure: Ended['failure'] | undefined;
      while (failure === undefined) {
        const piece = this.#ring.output();
        if (piece !== null) {
          yield piece;
          this.#ring.releaseOutput();
        } else {
          failure = this.#outcome()?.failure;
          if (failure === undefined) await this.#news();
        }
      }
      if (inputError !== null) throw inputError;
      if (failure !== null) {
        throw Object.assign(new Error(failure.message), { code: failure.code });
      }
      // A stream may be complete before its input is: the rest is still to be read and hashed.
      await feeding;
      if (inputError !== null) throw inputError;
    } finally {
      reader.hasLeft = true;
      this.#ring.close('left');
      while (this.#outcome() === null) await this.#news();
      this.#rest();
    }
  }

  async #feed(chunks: AsyncIterable<Uint8Array>, reader: { hasLeft: boolean }): Promise<void> {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length; ) {
        if (reader.hasLeft) return;
        const room = this.#ring.inputRoom();
        if (room === null) {
          // Behind the end, or a broken place, nothing takes input any more.
          if (this.#ended !== null) break;
          await this.#news();
          continue;
        }
        const length = Math.min(room.length, chunk.length - at);
        room.set(chunk.subarray(at, at + length));
        this.#ring.giveInput(length);
        at += length;
      }
      if (reader.hasLeft) return;
    }
    if (!reader.hasLeft) this.#ring.close('ended');
  }

  /** How the stream ended, as far as the thread has told. */
  #outcome(): Ended | null {
    return this.#ended;
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #lose(message: string): void {
    this.#isLost = true;
    const place = idle.indexOf(this);
    if (place !== -1) idle.splice(place, 1);
    this.#ended ??= { kind: 'ended', failure: { message, code: '' } };
    this.#wake();
  }

  #rest(): void {
    this.#worker.unref();
    if (this.#isLost) return;
    if (idle.length < mostIdle) idle.push(this);
    else void this.#worker.terminate();
  }
}

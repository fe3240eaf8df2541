// Runs the threads and watches them: one that does not get on with an input is ended, the input is
// written down as a failure, and another thread goes on behind it.
import { Worker } from 'node:worker_threads';
import type { Failure } from './engine.ts';

/** A run of inputs for one thread. */
export interface Order {
  readonly target: string;
  readonly seed: number;
  readonly from: number;
  readonly count: number;
  /** The number of the input that is being fed. */
  readonly progress: Int32Array;
}

export interface Outcome {
  readonly inputs: number;
  /** Processor time of the slowest input. */
  readonly slowestMs: number;
  readonly failures: readonly Failure[];
}

export interface Run {
  readonly target: string;
  readonly from: number;
  readonly count: number;
}

export interface WatchOptions {
  readonly seed: number;
  readonly threads: number;
  /** Without progress for so long an input hangs. */
  readonly deadlineMs: number;
  readonly onOutcome: (target: string, outcome: Outcome) => void;
}

/** A new thread loads every parser before its first input. */
const startMs = 60_000;
/** Heap of one thread; parsers of hostile files have no business with more. */
const heapMiB = 1024;

/** Feeds all runs. */
export async function feedAll(runs: readonly Run[], options: WatchOptions): Promise<void> {
  const queue = [...runs];
  const threads = Array.from({ length: options.threads }, () => serve(queue, options));
  await Promise.all(threads);
}

async function serve(queue: Run[], options: WatchOptions): Promise<void> {
  let worker: Worker | null = null;
  for (let run = queue.shift(); run !== undefined; run = queue.shift()) {
    worker ??= new Worker(new URL('worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: heapMiB },
    }).on('error', () => undefined); // what a thread says after it was given up is no news
    const { outcome, next } = await feed(worker, run, options);
    options.onOutcome(run.target, outcome);
    if (next === null) continue;
    await worker.terminate();
    worker = null;
    if (next.count > 0) queue.unshift(next);
  }
  await worker?.terminate();
}

/** Feeds one run; `next` is what is left of it when the thread had to be given up. */
async function feed(
  worker: Worker,
  run: Run,
  { seed, deadlineMs }: WatchOptions,
): Promise<{ outcome: Outcome; next: Run | null }> {
  const progress = new Int32Array(new SharedArrayBuffer(4));
  progress[0] = run.from - 1;
  const ended = await new Promise<Outcome | Pick<Failure, 'kind' | 'message'>>((resolve) => {
    let last = -1;
    let since = performance.now();
    const watch = setInterval(() => {
      const at = Atomics.load(progress, 0);
      if (at !== last) [last, since] = [at, performance.now()];
      else if (performance.now() - since > (at < run.from ? startMs : deadlineMs)) {
        settle({ kind: 'hung', message: `no answer within ${deadlineMs} ms` });
      }
    }, 50);
    const failed = (error: Error): void => {
      const isMemory = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
      const message = isMemory ? `more than ${heapMiB} MiB of heap` : error.message;
      settle({ kind: isMemory ? 'out of memory' : 'threw', message });
    };
    const settle = (result: Outcome | Pick<Failure, 'kind' | 'message'>): void => {
      clearInterval(watch);
      worker.off('message', settle);
      worker.off('error', failed);
      resolve(result);
    };
    worker.on('message', settle);
    worker.on('error', failed);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
    worker.postMessage({ ...run, seed, progress } satisfies Order);
  });
  if ('inputs' in ended) return { outcome: ended, next: null };
  const input = Math.max(run.from, Atomics.load(progress, 0));
  const failure: Failure = { target: run.target, input, ...ended };
  const from = input + 1;
  return {
    outcome: { inputs: from - run.from, slowestMs: 0, failures: [failure] },
    next: { ...run, from, count: run.from + run.count - from },
  };
}

// The inflating thread: one stream after the other out of the shared ring and back into it, so that
// it never waits for the main thread while there is room.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { InflateRing, type RingMemory } from './inflate-ring.ts';
import { openInflater } from './inflater.ts';

/** What the main thread asks: a stream begins. */
export interface InflateRequest {
  readonly compression: 'gzip' | 'zstd';
}

/** What it is told: there is output or room for input; or the stream is over. */
export type InflateNews =
  | { readonly kind: 'moved' }
  | { readonly kind: 'ended'; readonly failure: { message: string; code: string } | null };

const ring = new InflateRing(workerData as RingMemory);
const port = parentPort as MessagePort;

port.on('message', ({ compression }: InflateRequest) => {
  let failure: { message: string; code: string } | null = null;
  try {
    inflateStream(compression);
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    failure = { message, code: code ?? '' };
  }
  tell({ kind: 'ended', failure });
});

function inflateStream(compression: 'gzip' | 'zstd'): void {
  const inflater = openInflater(compression);
  try {
    let output: Uint8Array | null = null;
    let filled = 0;
    const flush = (): void => {
      if (output === null || filled === 0) return;
      ring.giveOutput(filled);
      output = null;
      filled = 0;
      tell({ kind: 'moved' });
    };
    let hasEnded = false;
    for (let isLast = false; !isLast; ) {
      // Nobody knows when the next piece comes: what there is may be read meanwhile.
      if (ring.isStarved) flush();
      const input = ring.takeInput();
      isLast = input === null;
      let at = 0;
      const bytes = input ?? new Uint8Array(0);
      // Behind the end of the stream input is passed over: it is hashed by whoever gave it.
      while (!hasEnded) {
        output ??= ring.outputRoom();
        if (output === null) return;
        const room = output.subarray(filled);
        const step = inflater.step(bytes.subarray(at), room, isLast);
        at += step.read;
        filled += step.written;
        hasEnded = step.ended;
        const isFull = step.written === room.length;
        if (isFull) flush();
        else break;
      }
      if (input !== null) {
        ring.releaseInput();
        tell({ kind: 'moved' });
      }
    }
    flush();
  } finally {
    inflater.close();
  }
}

function tell(news: InflateNews): void {
  port.postMessage(news);
}

// Batches of many agents that are committed together: while one commit is under way the next gathers.
// So the store sees tens of commits a second, whatever the number of agents.
import type { AgentBatch, FleetStore, IngestOutcome } from '../../store/fleet/index.ts';

/** Commits under way at once: one waits for the disk while the other is written. */
const lanes = 2;
const batchesPerCommit = 128;
const recordsPerCommit = 10_000;
/** Text that waits: beyond it agents are told to come later. */
const waitingBytes = 96 * 1024 * 1024;

interface Waiting {
  readonly batch: AgentBatch;
  readonly bytes: number;
  readonly resolve: (outcome: IngestOutcome) => void;
  readonly reject: (error: unknown) => void;
}

export interface IngestQueue {
  /** Resolves after the commit; null: there is no room, come later. */
  add(batch: AgentBatch, bytes: number): Promise<IngestOutcome> | null;
  /** Resolves when nothing waits and nothing is under way. */
  idle(): Promise<void>;
}

export function createIngestQueue(store: Pick<FleetStore, 'ingest'>): IngestQueue {
  let waiting: Waiting[] = [];
  let bytes = 0;
  const running = new Set<Promise<void>>();
  const busy = new Set<string>();

  /** At most one batch of a stream is under way: its next one follows, in order. */
  function take(): Waiting[] {
    const taken: Waiting[] = [];
    const left: Waiting[] = [];
    let records = 0;
    for (const one of waiting) {
      const key = keyOf(one.batch);
      const hasRoom = taken.length < batchesPerCommit && records < recordsPerCommit;
      if (hasRoom && !busy.has(key)) {
        busy.add(key);
        records += one.batch.records.length;
        taken.push(one);
      } else left.push(one);
    }
    waiting = left;
    return taken;
  }

  async function commit(taken: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await store.ingest(taken.map(({ batch }) => batch));
      for (const [index, { resolve, reject }] of taken.entries()) {
        const outcome = outcomes[index];
        if (outcome === undefined) reject(new Error('the store gave no outcome'));
        else resolve(outcome);
      }
    } catch (error) {
      for (const { reject } of taken) reject(error);
    }
    for (const one of taken) {
      busy.delete(keyOf(one.batch));
      bytes -= one.bytes;
    }
  }

  function run(): void {
    while (running.size < lanes) {
      const taken = take();
      if (taken.length === 0) return;
      const lane: Promise<void> = commit(taken).finally(() => {
        running.delete(lane);
        run();
      });
      running.add(lane);
    }
  }

  return {
    add(batch, size) {
      if (bytes + size > waitingBytes) return null;
      bytes += size;
      return new Promise((resolve, reject) => {
        waiting.push({ batch, bytes: size, resolve, reject });
        run();
      });
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}

function keyOf({ agent, head }: AgentBatch): string {
  return `${agent}\n${head.stream}`;
}

// Batches of many agents that are committed together: what arrives within a moment, or while a commit
// is under way, shares the next one. What would wait too long is told to come later.
import { realPace } from '../../base/retry.ts';
import type { AgentBatch, FleetStore, IngestOutcome } from '../../store/fleet/index.ts';

/** Commits under way at once: one waits for the disk while the other is written. */
const lanes = 2;
/** Between the beginnings of two commits: a commit costs as much as a hundred records. */
const gatherMs = 40;
const batchesPerCommit = 256;
const recordsPerCommit = 10_000;
/** Text that waits: beyond it agents are told to come later. */
const waitingBytes = 96 * 1024 * 1024;
/** The same of the time that what waits will need: an agent's spool is the place to wait, not our memory. */
const waitingMs = 2000;
/** How much of the newest commit goes into the pace that is expected. */
const paceShare = 0.2;

interface Waiting {
  readonly batch: AgentBatch;
  readonly bytes: number;
  readonly resolve: (outcome: IngestOutcome) => void;
  readonly reject: (error: unknown) => void;
}

export interface IngestQueue {
  /** Resolves after the commit; null: there is no room, come later. */
  add(batch: AgentBatch, bytes: number): Promise<IngestOutcome> | null;
  /** Whether it is worth to read another batch; else after how many milliseconds. */
  roomInMs(): number;
  /** Resolves when nothing waits and nothing is under way. */
  idle(): Promise<void>;
}

export interface IngestQueueOptions {
  readonly store: Pick<FleetStore, 'ingest'>;
  readonly nowMs: () => number;
}

export function createIngestQueue(options: IngestQueueOptions): IngestQueue {
  return new Queue(options);
}

class Queue implements IngestQueue {
  readonly #options: IngestQueueOptions;
  readonly #running = new Set<Promise<void>>();
  readonly #busy = new Set<string>();
  #waiting: Waiting[] = [];
  #bytes = 0;
  /** Records that wait or are under way. */
  #records = 0;
  /** Of one record, as commits of late took. */
  #paceMs = 0;
  #begunMs = Number.NEGATIVE_INFINITY;
  /** While the next commit gathers. */
  #gathering: Promise<void> | null = null;

  constructor(options: IngestQueueOptions) {
    this.#options = options;
  }

  add(batch: AgentBatch, bytes: number): Promise<IngestOutcome> | null {
    if (this.#bytes + bytes > waitingBytes) return null;
    this.#bytes += bytes;
    this.#records += batch.records.length;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, bytes, resolve, reject });
      this.#run();
    });
  }

  roomInMs(): number {
    const neededMs = (this.#records * this.#paceMs) / lanes;
    return neededMs > waitingMs || this.#bytes > waitingBytes ? Math.max(neededMs, waitingMs) : 0;
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0 || this.#gathering !== null) {
      await Promise.all([...this.#running, this.#gathering]);
    }
  }

  #run(): void {
    while (this.#running.size < lanes && this.#gathering === null) {
      const nowMs = this.#options.nowMs();
      const waitMs = this.#begunMs + gatherMs - nowMs;
      if (this.#waiting.length > 0 && waitMs > 0) {
        this.#gathering = realPace.sleep(waitMs).then(() => {
          this.#gathering = null;
          this.#run();
        });
        return;
      }
      const taken = this.#take();
      if (taken.length === 0) return;
      this.#begunMs = nowMs;
      const lane: Promise<void> = this.#commit(taken).finally(() => {
        this.#running.delete(lane);
        this.#run();
      });
      this.#running.add(lane);
    }
  }

  /** At most one batch of a stream is under way: its next one follows, in order. */
  #take(): Waiting[] {
    const taken: Waiting[] = [];
    const left: Waiting[] = [];
    let records = 0;
    for (const one of this.#waiting) {
      const key = keyOf(one.batch);
      const hasRoom = taken.length < batchesPerCommit && records < recordsPerCommit;
      if (hasRoom && !this.#busy.has(key)) {
        this.#busy.add(key);
        records += one.batch.records.length;
        taken.push(one);
      } else left.push(one);
    }
    this.#waiting = left;
    return taken;
  }

  async #commit(taken: readonly Waiting[]): Promise<void> {
    const begunMs = this.#options.nowMs();
    try {
      const outcomes = await this.#options.store.ingest(taken.map(({ batch }) => batch));
      for (const [index, { resolve, reject }] of taken.entries()) {
        const outcome = outcomes[index];
        if (outcome === undefined) reject(new Error('the store gave no outcome'));
        else resolve(outcome);
      }
    } catch (error) {
      for (const { reject } of taken) reject(error);
    }
    let records = 0;
    for (const { batch, bytes } of taken) {
      this.#busy.delete(keyOf(batch));
      this.#bytes -= bytes;
      records += batch.records.length;
    }
    this.#records -= records;
    const each = (this.#options.nowMs() - begunMs) / Math.max(recordsOfPace, records);
    this.#paceMs += (each - this.#paceMs) * paceShare;
  }
}

/** A small commit says nothing of the pace of large ones. */
const recordsOfPace = 500;

function keyOf({ agent, head }: AgentBatch): string {
  return `${agent}\n${head.stream}`;
}

// What `up` has still to scan: images first that just appeared, then the others; one place is kept free
// for what appears while a large image is read.
import { messageOf } from '../base/error.ts';
import type { CatalogueEntry } from '../store/catalog/index.ts';

export interface ScanJob {
  /** Of the catalogue. */
  readonly id: string;
  readonly kind: CatalogueEntry['kind'];
  readonly reference: string;
  /** Bytes unpacked; null: not told. */
  readonly size: number | null;
  /** Of the engine that holds it; null for the machine. */
  readonly engine: string | null;
}

export interface ScanQueueOptions {
  /** Scans one and puts it into the catalogue; throws where it cannot be read. */
  readonly scan: (job: ScanJob) => Promise<void>;
  readonly onChange: (job: ScanJob, state: 'scanning' | 'scanned' | 'failed', why: string) => void;
  /** Nothing waits and nothing is scanned any more. */
  readonly onIdle: () => void;
}

export interface ScanQueue {
  /** Later with what is there already; a job that waits is not taken twice. */
  add(job: ScanJob, urgent: boolean): void;
  readonly waiting: number;
  readonly running: number;
  readonly done: number;
  close(): void;
}

/** The reader of a large image keeps a core busy: two at a time leave room for the server. */
const scansAtOnce = 2;
const waitingMost = 20_000;

export function createScanQueue({ scan, onChange, onIdle }: ScanQueueOptions): ScanQueue {
  const urgent = new Map<string, ScanJob>();
  const later = new Map<string, ScanJob>();
  const running = new Set<string>();
  let done = 0;
  let closed = false;
  const next = (): ScanJob | undefined => {
    const [soon] = urgent.values();
    // The last place is for what appears now.
    const [rest] = running.size < scansAtOnce - 1 ? later.values() : [];
    const job = soon ?? rest;
    if (job !== undefined) {
      urgent.delete(job.id);
      later.delete(job.id);
    }
    return job;
  };
  const run = async (job: ScanJob): Promise<void> => {
    running.add(job.id);
    onChange(job, 'scanning', '');
    try {
      await scan(job);
      if (!closed) onChange(job, 'scanned', '');
    } catch (error) {
      if (!closed) onChange(job, 'failed', messageOf(error));
    }
    running.delete(job.id);
    done += 1;
    if (closed) return;
    start();
    if (running.size === 0 && urgent.size + later.size === 0) onIdle();
  };
  function start(): void {
    while (running.size < scansAtOnce) {
      const job = next();
      if (job === undefined) return;
      void run(job);
    }
  }
  return {
    add(job, isUrgent) {
      if (closed || running.has(job.id) || urgent.has(job.id)) return;
      if (urgent.size + later.size >= waitingMost) return;
      if (isUrgent) {
        later.delete(job.id);
        urgent.set(job.id, job);
      } else later.set(job.id, job);
      start();
    },
    get waiting() {
      return urgent.size + later.size;
    },
    get running() {
      return running.size;
    },
    get done() {
      return done;
    },
    close() {
      closed = true;
      urgent.clear();
      later.clear();
    },
  };
}

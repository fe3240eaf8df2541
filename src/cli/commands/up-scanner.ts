// The processes that scan for `up`: started when there is work, ended when there is none for a while.
import type { ChildProcess } from 'node:child_process';
import { SeaworthyError } from '../../base/error.ts';
import { realPace } from '../../base/retry.ts';
import type { AlertDesk } from '../../flow/alert-desk.ts';
import type { ScanJob } from '../../flow/up-scans.ts';
import { forkEntry } from '../../host/own-process/index.ts';
import { entryOf } from '../../host/program/index.ts';
import type { Catalogue } from '../../store/catalog/index.ts';
import type { RecordReader } from '../../store/record/index.ts';
import type { ScanWorkerAnswer, ScanWorkerJob, ScanWorkerStart } from './up-scan.worker.ts';

export interface Scanner {
  /** Throws `SeaworthyError` with why it could not be scanned. */
  scan(job: ScanJob): Promise<void>;
  /** Maps what ran since its image was scanned to packages, so that pages tell what is in use. */
  follow(record: () => RecordReader | null): Promise<void>;
  close(): void;
}

export interface ScannerOptions extends ScanWorkerStart {
  readonly basis: () => string;
}

/** A process of its own costs a tenth of a second; an idle one 60 MB. */
const idleMs = 20_000;
/** The largest images need minutes; what takes longer does not come back. */
const scanMs = 30 * 60_000;

/** Files that ran wait so long for their packages; one look costs a query. */
const mapEveryMs = 20_000;
const imagesMapped = 500;

interface Worker {
  readonly child: ChildProcess;
  usedMs: number;
}

export function createScanner(options: ScannerOptions): Scanner {
  const idle: Worker[] = [];
  const busy = new Set<Worker>();
  const stopping = new AbortController();
  const { data, db } = options;
  const take = (): Worker => {
    const known = idle.pop();
    if (known !== undefined && known.child.exitCode === null && known.child.connected) return known;
    const entry = entryOf('up-scan', import.meta.url);
    const child = forkEntry(entry, [JSON.stringify({ data, db })], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // Ctrl-C is for us: we end it.
      detached: true,
    });
    child.unref();
    return { child, usedMs: 0 };
  };
  const give = (worker: Worker): void => {
    busy.delete(worker);
    if (worker.child.exitCode !== null || stopping.signal.aborted) return end(worker);
    worker.usedMs = realPace.now();
    idle.push(worker);
  };
  const done = async (job: ScanWorkerJob): Promise<void> => {
    const worker = take();
    busy.add(worker);
    try {
      const answer = await ask(worker.child, job);
      if (answer.kind === 'failed') throw new SeaworthyError('unreadable', answer.why);
    } finally {
      give(worker);
    }
  };
  void endIdle(idle, stopping.signal);
  return {
    scan: (job) => done({ kind: 'scan', job, basis: options.basis() }),
    async follow(record) {
      let before = '';
      const read = (): string => JSON.stringify(record()?.unindexed(imagesMapped) ?? []);
      for (;;) {
        await realPace.sleep(mapEveryMs, stopping.signal).catch(() => undefined);
        if (stopping.signal.aborted) return;
        const found = read();
        // What could not be mapped is not tried again before it changes.
        if (found === before || found === '[]') continue;
        await done({ kind: 'map' }).catch(() => undefined);
        if (!stopping.signal.aborted) before = read();
      }
    },
    close() {
      stopping.abort();
      for (const worker of [...idle, ...busy]) end(worker);
    },
  };
}

export interface KeepOptions {
  readonly catalogue: Catalogue;
  readonly answering: { readonly alerts: AlertDesk | null } | null;
}

/** `scan`, and what was found goes to the buckets of a file of alerts. */
export function keepingReports(
  scan: Scanner['scan'],
  { catalogue, answering }: KeepOptions,
): Scanner['scan'] {
  const alerting = answering?.alerts?.alerting;
  if (alerting === undefined) return scan;
  return async (job) => {
    await scan(job);
    const { id, reference: name } = job;
    const generatedAt = catalogue.entry(id)?.scannedAt ?? null;
    if (generatedAt === null) return;
    const { scanDocuments } = await import('../../flow/report-documents.ts');
    const documents = scanDocuments({ id, name, generatedAt }, () => catalogue.report(id));
    for (const document of documents) alerting.keep(document);
  };
}

function end({ child }: Worker): void {
  if (child.exitCode === null) child.kill('SIGKILL');
}

async function endIdle(idle: Worker[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await realPace.sleep(idleMs / 4, signal).catch(() => undefined);
    const old = idle.filter(({ usedMs }) => realPace.now() - usedMs > idleMs);
    for (const worker of old) {
      idle.splice(idle.indexOf(worker), 1);
      end(worker);
    }
  }
}

/** The answer of one process to one job; one that dies has failed. */
function ask(child: ChildProcess, job: ScanWorkerJob): Promise<ScanWorkerAnswer> {
  return new Promise((resolve) => {
    const late = new AbortController();
    const settle = (answer: ScanWorkerAnswer): void => {
      late.abort();
      child.removeAllListeners('message');
      child.removeAllListeners('exit');
      child.removeAllListeners('error');
      resolve(answer);
    };
    const fail = (why: string): void => settle({ kind: 'failed', why });
    child.once('message', (answer) => settle(answer as ScanWorkerAnswer));
    child.once('exit', () => fail('the process that scans ended before it was done'));
    child.once('error', () => fail('the process that scans could not be started'));
    realPace.sleep(scanMs, late.signal).then(
      () => {
        child.kill('SIGKILL');
        fail(`not scanned within ${scanMs / 60_000} minutes`);
      },
      () => undefined,
    );
    child.send(job, (error) => {
      if (error !== null) fail('the process that scans could not be asked');
    });
  });
}

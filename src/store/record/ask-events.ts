// The raw records of one run: its chunks, and what is still in the journal, in one consistent look.
import type { RawRecord } from '../../model/timeline.ts';
import { unpackLines } from './chunk.ts';
import { linesOfRun } from './journal.ts';
import { decodeLine, isProcessLine } from './line.ts';
import type { EventQuery, StoredEvent, StoredEvents } from './record-store.ts';
import { containerIdOf, microseconds } from './run-row.ts';
import type { Statements } from './statements.ts';

interface RunHead {
  readonly container: Uint8Array | string;
  readonly base_us: number;
  readonly sealed_order: number;
}

/** The records of a run that the query asks for, in their order. */
export function askEvents(statements: Statements, run: number, query: EventQuery): StoredEvents {
  const { database } = statements;
  // A recorder may seal between two reads: within a transaction both see the same moment.
  database.exec('BEGIN');
  try {
    const head = statements
      .of('SELECT container, base_us, sealed_order FROM run WHERE id = ?')
      .get(run) as RunHead | undefined;
    if (head === undefined) return { events: [], truncated: false, damaged: 0 };
    const collector = new Collector(head, query);
    collector.readChunks(statements, run);
    collector.readJournal(statements, run);
    return collector.result();
  } finally {
    database.exec('COMMIT');
  }
}

class Collector {
  readonly #head: RunHead;
  readonly #query: EventQuery;
  readonly #containerId: string;
  readonly #baseNs: bigint;
  /** Words that a line must hold: a cheap look before it is decoded. */
  readonly #words: readonly string[];
  readonly #events: StoredEvent[] = [];
  #truncated = false;
  #damaged = 0;

  constructor(head: RunHead, query: EventQuery) {
    this.#head = head;
    this.#query = query;
    this.#containerId = containerIdOf(head.container);
    this.#baseNs = BigInt(head.base_us) * 1000n;
    const words = (query.grep ?? '')
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    this.#words = words.map((word) => JSON.stringify(word).slice(1, -1));
  }

  result(): StoredEvents {
    return { events: this.#events, truncated: this.#truncated, damaged: this.#damaged };
  }

  readChunks(statements: Statements, run: number): void {
    const { sinceNs, untilNs } = this.#query;
    const rows = statements
      .of(
        `SELECT value FROM chunk WHERE run = ? AND last_us >= ? AND first_us <= ?
         ORDER BY first_order, id`,
      )
      .iterate(
        run,
        sinceNs === undefined ? 0 : microseconds(sinceNs),
        untilNs === undefined ? Number.MAX_SAFE_INTEGER : microseconds(untilNs),
      ) as unknown as Iterable<{ value: Uint8Array }>;
    for (const { value } of rows) {
      const text = unpackLines(value);
      if (text === null) this.#damaged += 1;
      else if (!this.#takeAll(text.split('\n'), -1)) return;
    }
  }

  readJournal(statements: Statements, run: number): void {
    const rows = statements
      .of('SELECT directory, value FROM batch WHERE last_order > ? ORDER BY id')
      .iterate(this.#head.sealed_order) as unknown as Iterable<{
      directory: string;
      value: Uint8Array;
    }>;
    for (const batch of rows) {
      if (!batch.directory.includes(`[${run},`)) continue;
      if (!this.#takeAll(linesOfRun(batch, run), this.#head.sealed_order)) return;
    }
  }

  #takeAll(lines: readonly string[], afterOrder: number): boolean {
    for (const line of lines) {
      if (line === '' || !this.#mayMatch(line)) continue;
      const decoded = decodeLine(line, this.#containerId, this.#baseNs);
      if (decoded === null) this.#damaged += 1;
      else if (decoded.order > afterOrder && this.#matches(decoded.record)) {
        if (this.#events.length >= this.#query.limit) {
          this.#truncated = true;
          return false;
        }
        this.#events.push(decoded);
      }
    }
    return true;
  }

  #mayMatch(line: string): boolean {
    if (this.#query.processesOnly === true && !isProcessLine(line)) return false;
    if (this.#words.length === 0) return true;
    const lower = line.toLowerCase();
    return this.#words.every((word) => lower.includes(word));
  }

  #matches(record: RawRecord): boolean {
    const { sinceNs, untilNs, grep } = this.#query;
    if (sinceNs !== undefined && record.timeNs < sinceNs) return false;
    if (untilNs !== undefined && record.timeNs > untilNs) return false;
    return grep === undefined || textOf(record).toLowerCase().includes(grep.toLowerCase());
  }
}

/** What a person would search in a record. */
function textOf(record: RawRecord): string {
  switch (record.kind) {
    case 'process':
      return [
        record.path ?? '',
        record.arguments.join(' '),
        record.user.name ?? '',
        record.name ?? '',
      ].join('\n');
    case 'exit':
      return `exit ${record.exitCode ?? ''}`;
    case 'file':
      return [record.action, record.path, record.to ?? ''].join('\n');
    case 'library':
      return record.path;
    case 'flow': {
      const { local, remote, protocol } = record;
      return [
        protocol,
        `${local.address}:${local.port}`,
        `${remote.address}:${remote.port}`,
        remote.hostName ?? '',
      ].join('\n');
    }
  }
}

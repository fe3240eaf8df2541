// The walk "a node tells its fleet": what the record holds goes into the spool, what the spool holds
// goes to the server, each at its own pace, whatever fails in between.
import { messageOf, SeaworthyError } from '../base/error.ts';
import { backoffMs, type Pace } from '../base/retry.ts';
import type { Spool } from '../host/spool/index.ts';
import type { BatchHead, FleetRecord } from '../model/fleet.ts';

export interface AgentSource {
  /** What is new behind a position; null: nothing. The same position gives the same or more. */
  next(position: unknown): {
    readonly records: readonly FleetRecord[];
    readonly position: unknown;
  } | null;
}

export type SendAnswer =
  | { readonly kind: 'taken' | 'gap'; readonly acknowledged: number }
  /** `waitMs`: as long as the server asks; null: by the backoff. */
  | { readonly kind: 'later'; readonly waitMs: number | null; readonly why: string }
  /** Never this batch; smaller ones perhaps. */
  | { readonly kind: 'refused'; readonly why: string };

export interface AgentLink {
  /** Sends lines of records behind a head. Never rejects but when it is aborted or not let in. */
  send(head: BatchHead, lines: readonly string[], signal: AbortSignal): Promise<SendAnswer>;
}

export interface AgentOptions {
  readonly spool: Spool;
  readonly source: AgentSource;
  readonly link: AgentLink;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  readonly version: string;
  readonly warn: (line: string) => void;
  readonly collectMs?: number;
  readonly sendMs?: number;
}

const usualCollectMs = 1000;
/** Between batches while little happens: detections arrive within this. */
const usualSendMs = 1000;
const batchRecords = 2000;
const batchBytes = 512 * 1024;
/** A fault that lasts is told again after this. */
const tellAgainMs = 600_000;

/** Runs until it is aborted. Rejects only when the server does not let this agent in any more. */
export async function runAgent(options: AgentOptions): Promise<void> {
  const sender = new Sender(options);
  await Promise.all([collecting(options), sender.run()]);
}

async function collecting(options: AgentOptions): Promise<void> {
  const { signal, pace, collectMs = usualCollectMs } = options;
  const tell = teller(options);
  while (!signal.aborted) {
    try {
      // A backlog is taken piece by piece; sending goes on between the pieces.
      while (!signal.aborted && collectOnce(options, tell)) await pace.sleep(1, signal);
    } catch (error) {
      if (signal.aborted) return;
      tell(`the record cannot be read: ${messageOf(error)}`);
    }
    await pace.sleep(collectMs, signal).catch(() => undefined);
  }
}

function collectOnce({ spool, source }: AgentOptions, tell: (line: string) => void): boolean {
  const found = source.next(spool.position);
  if (found === null) return false;
  const isWritten = spool.append(found.records, found.position);
  if (!isWritten) tell(`the spool takes nothing: ${spool.status().fault}; the record waits`);
  return isWritten;
}

class Sender {
  readonly #options: AgentOptions;
  readonly #tell: (line: string) => void;
  #from: number;
  #most = batchRecords;
  #failures = 0;

  constructor(options: AgentOptions) {
    this.#options = options;
    this.#tell = teller(options);
    this.#from = options.spool.acknowledged;
  }

  async run(): Promise<void> {
    const { signal, pace, spool, sendMs = usualSendMs } = this.#options;
    // Nodes that start together (after a rollout) must not all speak at the same moment.
    await pace.sleep(pace.random() * sendMs, signal).catch(() => undefined);
    while (!signal.aborted) {
      let waitMs = sendMs;
      try {
        waitMs = spool.last > this.#from ? await this.#send() : sendMs;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof SeaworthyError && error.code === 'denied') throw error;
        waitMs = this.#failed(messageOf(error), null);
      }
      if (waitMs > 0) await pace.sleep(waitMs, signal).catch(() => undefined);
    }
  }

  /** @returns how long to wait before the next batch */
  async #send(): Promise<number> {
    const { spool, link, signal, pace, version, sendMs = usualSendMs } = this.#options;
    const after = this.#from;
    const records = spool.read(after, { records: this.#most, bytes: batchBytes });
    const isAll = records.length < this.#most && records.at(-1)?.sequence === spool.last;
    // Numbers behind the last record that were dropped are spoken for as well.
    const through = records.at(-1)?.sequence ?? spool.last;
    const { bytes, dropped } = spool.status();
    const health = { version, sentUs: pace.now() * 1000, spooledBytes: bytes, dropped };
    const head = { stream: spool.stream, after, through, health };
    const lines = records.map(({ sequence, text }) => `[${sequence},${text}]`);
    const answer = await link.send(head, lines, signal);
    switch (answer.kind) {
      case 'taken':
        this.#failures = 0;
        if (answer.acknowledged > spool.last) {
          spool.renew();
          this.#tell('the server knows more than this spool: it begins another stream');
          return 0;
        }
        spool.acknowledge(answer.acknowledged);
        this.#from = answer.acknowledged;
        this.#most = batchRecords;
        return isAll ? sendMs : 0;
      case 'gap':
        // The server's store was set back: what the spool still has is sent once more.
        this.#from = answer.acknowledged;
        return 0;
      case 'later':
        return this.#failed(answer.why, answer.waitMs);
      case 'refused':
        return this.#refused(head, records.length, answer.why);
    }
  }

  #failed(why: string, waitMs: number | null): number {
    const { pace } = this.#options;
    this.#failures += 1;
    this.#tell(`the server takes nothing: ${why}; it is tried again`);
    return Math.max(waitMs ?? 0, backoffMs(Math.min(this.#failures, 10), pace));
  }

  /** Halves find the record that is refused; it alone is given up, and counted by the server. */
  async #refused(head: BatchHead, count: number, why: string): Promise<number> {
    if (count > 1) {
      this.#most = Math.max(1, Math.floor(count / 2));
      return 0;
    }
    this.#tell(`the server refuses record ${head.through}: ${why}; it is given up`);
    const answer = await this.#options.link.send(head, [], this.#options.signal);
    if (answer.kind !== 'taken') return this.#failed(why, null);
    this.#options.spool.acknowledge(answer.acknowledged);
    this.#from = answer.acknowledged;
    return 0;
  }
}

/** Says a sentence once, and again when it still holds after a while. */
function teller({ pace, warn }: AgentOptions): (line: string) => void {
  const told = new Map<string, number>();
  return (line) => {
    const before = told.get(line);
    if (before !== undefined && pace.now() - before < tellAgainMs) return;
    if (told.size > 100) told.clear();
    told.set(line, pace.now());
    warn(line);
  };
}

// The queue before a receiver: bounded, in memory, with one thing on its way at a time. Who puts in never
// waits; what finds no room is counted, and the next message says so.
import { messageOf } from '../../base/error.ts';
import { NetworkError } from '../../base/http-error.ts';
import { type Pace, TryAgain, withRetries } from '../../base/retry.ts';

/** Takes what is to be told to where it goes. */
export interface Sender<Item> {
  /** Rejects with a `NetworkError` or `TryAgain` when it may be tried again. */
  send(items: readonly Item[], lost: number, signal: AbortSignal): Promise<void>;
  close(): void;
}

export interface QueueOptions<Item> {
  readonly sender: Sender<Item>;
  readonly pace: Pace;
  /** Items that may wait. */
  readonly capacity?: number;
  /** Items of one message. */
  readonly batch?: number;
  /** Waits so long for more items before a message that is not full; default 0. */
  readonly gatherMs?: number;
  /** For one message with all its tries. */
  readonly deadlineMs?: number;
  readonly tries?: number;
  /** A message could not be delivered; the text holds no secret. */
  readonly onProblem?: (problem: string) => void;
}

export interface QueueFigures {
  readonly delivered: number;
  readonly waiting: number;
  /** Dropped: no room, or not delivered in time. */
  readonly lost: number;
  /** Messages that were given up. */
  readonly failures: number;
}

const usual = { capacity: 1000, batch: 1, gatherMs: 0, deadlineMs: 60_000, tries: 4 };

/** After a message that was given up, the receiver is left alone for a while: it may be down. */
const restMs = 2000;

export class NotifyQueue<Item> {
  private readonly options: Required<Omit<QueueOptions<Item>, 'onProblem'>>;
  private readonly onProblem: (problem: string) => void;
  private readonly closing = new AbortController();
  /** Ends the waiting for more: there is enough, or no time left. */
  private enough = new AbortController();
  private isEnding = false;
  private isGathering = false;
  private waiting: Item[] = [];
  private running: Promise<void> | null = null;
  private delivered = 0;
  private lostInAll = 0;
  /** Not told yet. */
  private lostUntold = 0;
  private failures = 0;

  constructor(options: QueueOptions<Item>) {
    this.options = { ...usual, ...options };
    this.onProblem = options.onProblem ?? ((): void => undefined);
  }

  /** False when there is no room: the item is counted as lost. */
  push(item: Item): boolean {
    if (this.closing.signal.aborted || this.waiting.length >= this.options.capacity) {
      this.lose(1);
      return false;
    }
    this.waiting.push(item);
    if (this.waiting.length >= this.options.batch) this.enough.abort();
    this.running ??= this.run();
    return true;
  }

  /** Nothing waits, save what is gathered on purpose. */
  get isSettled(): boolean {
    return this.waiting.length === 0 || this.isGathering;
  }

  figures(): QueueFigures {
    const { delivered, failures } = this;
    return { delivered, waiting: this.waiting.length, lost: this.lostInAll, failures };
  }

  /** Waits until everything is delivered or given up, `graceMs` at most, then ends. */
  async close(graceMs: number): Promise<void> {
    this.isEnding = true;
    this.enough.abort();
    const over = new AbortController();
    const grace = this.options.pace.sleep(graceMs, over.signal).catch(() => undefined);
    if (this.running !== null) await Promise.race([this.running, grace]);
    over.abort();
    this.closing.abort(new Error('closed'));
    this.lose(this.waiting.length);
    this.waiting = [];
    this.options.sender.close();
  }

  private async run(): Promise<void> {
    // A turn later: what comes in one go is sent in one batch.
    await Promise.resolve();
    while (this.waiting.length > 0 && !this.closing.signal.aborted) {
      await this.gather();
      await this.sendNext();
    }
    this.running = null;
  }

  private async gather(): Promise<void> {
    const { gatherMs, batch, pace } = this.options;
    if (gatherMs === 0 || this.isEnding || this.waiting.length >= batch) return;
    this.enough = new AbortController();
    this.isGathering = true;
    await pace.sleep(gatherMs, this.enough.signal).catch(() => undefined);
    this.isGathering = false;
  }

  private async sendNext(): Promise<void> {
    const { sender, pace, batch, deadlineMs, tries } = this.options;
    const items = this.waiting.splice(0, batch);
    const lost = this.lostUntold;
    const deadline = new AbortController();
    const signal = AbortSignal.any([deadline.signal, this.closing.signal]);
    const timer = new AbortController();
    pace.sleep(deadlineMs, timer.signal).then(
      () => deadline.abort(new Error(`no answer within ${deadlineMs} ms`)),
      () => undefined,
    );
    try {
      await withRetries(() => sender.send(items, lost, signal), { pace, signal, tries });
      this.delivered += items.length;
      this.lostUntold -= lost;
    } catch (error) {
      this.failures += 1;
      this.lose(items.length);
      this.onProblem(
        messageOf(signal.aborted && signal.reason !== undefined ? signal.reason : error),
      );
      const isPassing = error instanceof NetworkError || error instanceof TryAgain;
      if (isPassing) await pace.sleep(restMs, this.closing.signal).catch(() => undefined);
    } finally {
      timer.abort();
    }
  }

  private lose(count: number): void {
    this.lostInAll += count;
    this.lostUntold += count;
  }
}

// A child process that must answer at any moment, because the kernel holds others until it does: started,
// looked after, and replaced when it dies, is stopped, or says nothing.
import type { ChildProcess, Serializable } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { SeaworthyError } from '../../base/error.ts';
import { type Pace, realPace } from '../../base/retry.ts';
import { forkEntry } from '../own-process/index.ts';

/**
 * What a message means for the process: `ready`: it answers from now on; `well`: it works, failures of
 * before are forgotten; `stuck`: it must be replaced; an error: it cannot begin; null: nothing.
 */
export type Verdict = 'ready' | 'well' | 'stuck' | Error | null;

/** A time without it. Nanoseconds since 1970. */
export interface Absence {
  readonly fromNs: bigint;
  readonly toNs: bigint;
  readonly reason: 'died' | 'stopped' | 'silent';
}

export interface KeptProcessOptions<Message> {
  /** Its program; it sends a message at least once a second. */
  readonly entry: URL;
  /** `naming process`, for sentences. */
  readonly noun: string;
  /** Its first message. */
  readonly begin: Serializable;
  readonly onMessage: (message: Message) => Verdict;
  /** It is gone; another is on its way. */
  readonly onGone?: () => void;
  /** Another one answers. */
  readonly onBack: (absence: Absence) => void;
  /** It cannot be started any more. */
  readonly onEnded: (problem: string) => void;
  readonly pace?: Pace;
}

/**
 * How often it is looked whether it is silent, or stopped by somebody's debugger; of one that a signal
 * stops the kernel tells us (SIGCHLD), as its parent.
 */
const lookMs = 1000;
/** Heartbeats come once a second; after this much silence it is replaced. */
const silentMs = 3000;
/** One that dies at once, again and again, is given up after so many. */
const restartsInRow = 10;
const restartMs = 100;
const startMs = 15_000;

/** One process from its start to its death. */
interface Life {
  readonly child: ChildProcess;
  heardMs: number;
  reason: Absence['reason'];
}

export class KeptProcess<Message> {
  private readonly options: KeptProcessOptions<Message>;
  private readonly pace: Pace;
  private current: Life | null = null;
  private readonly closing = new AbortController();
  private readonly hearSignal = (): void => this.endStopped();
  private failures = 0;

  constructor(options: KeptProcessOptions<Message>) {
    this.options = options;
    this.pace = options.pace ?? realPace;
  }

  /** Null: it is away. */
  get pid(): number | null {
    return this.current?.child.pid ?? null;
  }

  /**
   * Starts it; resolves when it is ready, and looks after it from then on.
   *
   * @throws SeaworthyError `unsupported` when it does not start, and what it says itself
   */
  async open(): Promise<void> {
    process.on('SIGCHLD', this.hearSignal);
    try {
      await this.start();
    } catch (error) {
      process.off('SIGCHLD', this.hearSignal);
      throw error;
    }
    void this.look();
  }

  /** False: it is away. */
  send(message: Serializable): boolean {
    return this.current?.child.send(message, () => undefined) !== undefined;
  }

  /** Calls back when the present one dies. @returns takes that back */
  onDeath(listener: () => void): () => void {
    const child = this.current?.child;
    child?.once('exit', listener);
    return () => child?.off('exit', listener);
  }

  /** Kills it, and waits until it is gone: from then on the kernel waits for nobody. */
  async close(): Promise<void> {
    this.closing.abort();
    process.off('SIGCHLD', this.hearSignal);
    const child = this.current?.child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    child.once('exit', () => resolve());
    child.ref();
    child.kill('SIGKILL');
    await promise;
  }

  private async start(): Promise<void> {
    const { entry, noun, begin } = this.options;
    const child = forkEntry(entry, [], {
      // Its own session: Ctrl-Z and Ctrl-C in our terminal must not stop it.
      detached: true,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // Small: it sleeps most of its life.
      nodeFlags: ['--max-old-space-size=96', '--max-semi-space-size=1'],
    });
    const life: Life = { child, heardMs: this.pace.now(), reason: 'died' };
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const late = new AbortController();
    const settle = (error?: Error): void => {
      late.abort();
      if (error === undefined) return resolve();
      child.kill('SIGKILL');
      reject(error);
    };
    this.pace.sleep(startMs, late.signal).then(
      () => settle(new SeaworthyError('unsupported', `the ${noun} does not start`)),
      () => undefined,
    );
    child.on('error', (error) => settle(error));
    child.once('exit', () => {
      settle(new SeaworthyError('unsupported', `the ${noun} died at its start`));
    });
    child.on('message', (message) => this.hear(life, message as Message, settle));
    child.send(begin, (error) => {
      if (error !== null) settle(error);
    });
    await promise;
    this.current = life;
    child.once('exit', () => void this.replace(life));
    // Its own life must not keep ours from ending.
    child.unref();
    child.channel?.unref();
    // It died between its word and now.
    if (child.exitCode !== null || child.signalCode !== null) void this.replace(life);
  }

  private hear(life: Life, message: Message, settle: (error?: Error) => void): void {
    life.heardMs = this.pace.now();
    const verdict = this.options.onMessage(message);
    if (verdict === 'ready') settle();
    else if (verdict === 'well') this.failures = 0;
    else if (verdict === 'stuck') this.end(life, 'silent');
    else if (verdict !== null) settle(verdict);
  }

  private async look(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      const before = this.pace.now();
      await this.pace.sleep(lookMs, signal).catch(() => undefined);
      this.endStopped();
      const life = this.current;
      if (life === null) continue;
      const now = this.pace.now();
      // Were we ourselves away, its messages still wait to be read.
      if (now - before > 2 * lookMs) life.heardMs = now;
      if (now - life.heardMs >= silentMs) this.end(life, 'silent');
    }
  }

  /** One that is stopped would hold everybody. */
  private endStopped(): void {
    const life = this.current;
    const pid = life?.child.pid;
    if (life === null || pid === undefined || life.child.exitCode !== null) return;
    if (isStopped(pid)) this.end(life, 'stopped');
  }

  /** Even a stopped process dies of it, and then the kernel lets everybody pass. */
  private end(life: Life, reason: Absence['reason']): void {
    life.reason = reason;
    life.child.kill('SIGKILL');
    life.heardMs = this.pace.now();
  }

  private async replace(gone: Life): Promise<void> {
    if (this.closing.signal.aborted || this.current !== gone) return;
    const { onGone, onBack, onEnded } = this.options;
    const fromNs = this.nowNs();
    onGone?.();
    this.current = null;
    for (; !this.closing.signal.aborted; await this.pace.sleep(restartMs * this.failures)) {
      this.failures += 1;
      try {
        await this.start();
        break;
      } catch (error) {
        if (this.failures < restartsInRow) continue;
        return onEnded(error instanceof Error ? error.message : String(error));
      }
    }
    if (!this.closing.signal.aborted) onBack({ fromNs, toNs: this.nowNs(), reason: gone.reason });
  }

  private nowNs(): bigint {
    return BigInt(this.pace.now()) * 1_000_000n;
  }
}

/** Stopped by a signal (`T`) or a debugger (`t`): proc(5), the letter behind the program's name. */
function isStopped(pid: number): boolean {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const state = text.charAt(text.lastIndexOf(')') + 2);
    return state === 'T' || state === 't';
  } catch {
    return false;
  }
}

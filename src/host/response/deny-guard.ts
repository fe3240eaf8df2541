// Refuses to run what is not from a container's image: starts the process that answers the kernel, watches
// over it, and hands on what it refused. While that process is away everything runs, and that is told.
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ErrorCode, SeaworthyError } from '../../base/error.ts';
import { type Pace, realPace } from '../../base/retry.ts';
import type { Denied, GuardFigures, GuardMessage, GuardOrder, Watched } from './deny-messages.ts';

export interface DenyGuardOptions {
  readonly onDenied: (denied: Denied) => void;
  /** The guarding process was replaced, or is gone for good: until then everything ran. */
  readonly onProblem?: (problem: string) => void;
  /** The longest that a program is held; then it runs. Default 100. */
  readonly deadlineMs?: number;
  readonly pace?: Pace;
}

export interface DenyGuard {
  /** Of the process that answers; null: it is away. */
  readonly pid: number | null;
  /** Watches a container. Throws `SeaworthyError` `denied` when it cannot. */
  watch(container: Watched): Promise<void>;
  /** Lets everything run in a container again. */
  lift(id: string): Promise<void>;
  figures(): GuardFigures;
  close(): Promise<void>;
}

const lookMs = 100;
const silentMs = 3000;
const startMs = 15_000;
const answerMs = 5000;
const restartsInRow = 10;

/**
 * Starts the guard; it watches nothing yet.
 *
 * @throws SeaworthyError `denied` without CAP_SYS_ADMIN, `unsupported` without fanotify permission
 *   events, koffi or glibc
 */
export async function openDenyGuard(options: DenyGuardOptions): Promise<DenyGuard> {
  const guard = new Supervisor(options);
  await guard.start();
  void guard.look();
  return guard;
}

class Supervisor implements DenyGuard {
  private readonly options: DenyGuardOptions;
  private readonly pace: Pace;
  private child: ChildProcess | null = null;
  private heardMs = 0;
  private closed = false;
  private failures = 0;
  private readonly watched = new Map<string, Watched>();
  private readonly answers = new Map<string, (problem: string | null) => void>();
  private last: GuardFigures = {
    judged: 0,
    denied: 0,
    late: 0,
    heldMsSum: 0,
    heldMsMaximum: 0,
  };

  constructor(options: DenyGuardOptions) {
    this.options = options;
    this.pace = options.pace ?? realPace;
  }

  get pid(): number | null {
    return this.child?.pid ?? null;
  }

  figures(): GuardFigures {
    return this.last;
  }

  async watch(container: Watched): Promise<void> {
    const problem = await this.order({ kind: 'watch', container }, container.id);
    if (problem !== null) throw new SeaworthyError('denied', problem);
    this.watched.set(container.id, container);
  }

  async lift(id: string): Promise<void> {
    this.watched.delete(id);
    if (this.child !== null) await this.order({ kind: 'lift', id }, id);
  }

  async close(): Promise<void> {
    this.closed = true;
    const { child } = this;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
    });
    child.ref();
    child.kill('SIGKILL');
    await gone;
  }

  /** Resolves when the process answers for the kernel. */
  async start(): Promise<void> {
    const child = fork(workerFile(), [], {
      // Its own session: Ctrl-Z and Ctrl-C in our terminal must not stop it.
      detached: true,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: ['--max-old-space-size=96', '--max-semi-space-size=2'],
    });
    this.heardMs = this.pace.now();
    await new Promise<void>((resolve, reject) => {
      const late = new AbortController();
      const settle = (error?: Error): void => {
        late.abort();
        if (error === undefined) return resolve();
        child.kill('SIGKILL');
        reject(error);
      };
      this.pace.sleep(startMs, late.signal).then(
        () => settle(new SeaworthyError('unsupported', 'the guarding process does not start')),
        () => undefined,
      );
      child.on('error', (error) => settle(error));
      child.once('exit', () => {
        settle(new SeaworthyError('unsupported', 'the guarding process died at its start'));
      });
      child.on('message', (message) => this.hear(child, message as GuardMessage, settle));
      const begin: GuardOrder = { kind: 'begin', deadlineMs: this.options.deadlineMs ?? 100 };
      child.send(begin, () => undefined);
    });
    this.child = child;
    child.once('exit', () => void this.replace(child));
    child.unref();
    child.channel?.unref();
  }

  private hear(child: ChildProcess, message: GuardMessage, settle: (error?: Error) => void): void {
    this.heardMs = this.pace.now();
    switch (message.kind) {
      case 'ready':
        return settle();
      case 'failed':
        return settle(new SeaworthyError(message.code as ErrorCode, message.message));
      case 'answer':
        this.answers.get(message.id)?.(message.problem);
        return;
      case 'denied':
        return this.options.onDenied(message.denied);
      case 'beat':
        this.failures = 0;
        this.last = message.figures;
        return;
      case 'stuck':
        child.kill('SIGKILL');
    }
  }

  private async order(order: GuardOrder, id: string): Promise<string | null> {
    const { child } = this;
    if (child === null) return 'the guarding process is away';
    const waiting = new AbortController();
    const { promise: answer, resolve } = Promise.withResolvers<string | null>();
    const died = (): void => resolve('the guarding process died');
    this.answers.set(id, resolve);
    child.once('exit', died);
    const late = this.pace.sleep(answerMs, waiting.signal).then(
      () => 'the guarding process does not answer',
      () => null,
    );
    child.send(order, () => undefined);
    try {
      return await Promise.race([answer, late]);
    } finally {
      waiting.abort();
      child.off('exit', died);
      this.answers.delete(id);
    }
  }

  /** Looks after the process until `close`: one that is stopped would hold every program. */
  async look(): Promise<void> {
    while (!this.closed) {
      const before = this.pace.now();
      await this.pace.sleep(lookMs);
      const { child } = this;
      if (child?.pid === undefined || child.exitCode !== null) continue;
      const now = this.pace.now();
      if (now - before > 2 * lookMs) this.heardMs = now;
      if (!isStopped(child.pid) && now - this.heardMs < silentMs) continue;
      child.kill('SIGKILL');
      this.heardMs = now;
    }
  }

  private async replace(gone: ChildProcess): Promise<void> {
    if (this.closed || this.child !== gone) return;
    this.child = null;
    for (;;) {
      this.failures += 1;
      try {
        await this.start();
        break;
      } catch {
        if (this.failures < restartsInRow && !this.closed) {
          await this.pace.sleep(lookMs * this.failures);
          continue;
        }
        this.options.onProblem?.('the guarding process cannot be started again: everything runs');
        return;
      }
    }
    let again = 0;
    for (const container of this.watched.values()) {
      const problem = await this.order({ kind: 'watch', container }, container.id);
      // It ended meanwhile.
      if (problem === null) again += 1;
      else this.watched.delete(container.id);
    }
    const count = again === 1 ? '1 container is' : `${again} containers are`;
    this.options.onProblem?.(`the guarding process was away: ${count} guarded again`);
  }
}

function workerFile(): string {
  // In the bundle every entry lies in one folder.
  const name = import.meta.url.endsWith('.ts')
    ? './deny-guard.worker.ts'
    : './deny-guard.worker.mjs';
  return fileURLToPath(new URL(name, import.meta.url));
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

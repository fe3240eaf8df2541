// Refuses to run what is not from a container's image: starts the process that answers the kernel, watches
// over it, and hands on what it refused. While that process is away everything runs, and that is told.
import { type ErrorCode, SeaworthyError } from '../../base/error.ts';
import { type Pace, realPace } from '../../base/retry.ts';
import { KeptProcess, type Verdict } from '../kept-process/index.ts';
import { entryOf } from '../program/index.ts';
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

const answerMs = 5000;

/**
 * Starts the guard; it watches nothing yet.
 *
 * @throws SeaworthyError `denied` without CAP_SYS_ADMIN, `unsupported` without fanotify permission
 *   events, koffi or glibc
 */
export async function openDenyGuard(options: DenyGuardOptions): Promise<DenyGuard> {
  const guard = new KeptGuard(options);
  await guard.open();
  return guard;
}

class KeptGuard implements DenyGuard {
  private readonly options: DenyGuardOptions;
  private readonly pace: Pace;
  private readonly kept: KeptProcess<GuardMessage>;
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
    const begin: GuardOrder = { kind: 'begin', deadlineMs: options.deadlineMs ?? 100 };
    this.kept = new KeptProcess<GuardMessage>({
      entry: entryOf('deny-guard', import.meta.url),
      noun: 'guarding process',
      begin: begin,
      onMessage: (message) => this.hear(message),
      onBack: () => void this.watchAgain(),
      onEnded: () =>
        options.onProblem?.('the guarding process cannot be started again: everything runs'),
      pace: this.pace,
    });
  }

  /** Resolves when the process answers for the kernel. */
  open(): Promise<void> {
    return this.kept.open();
  }

  get pid(): number | null {
    return this.kept.pid;
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
    if (this.pid !== null) await this.order({ kind: 'lift', id }, id);
  }

  close(): Promise<void> {
    return this.kept.close();
  }

  private hear(message: GuardMessage): Verdict {
    switch (message.kind) {
      case 'ready':
        return 'ready';
      case 'failed':
        return new SeaworthyError(message.code as ErrorCode, message.message);
      case 'answer':
        this.answers.get(message.id)?.(message.problem);
        return null;
      case 'denied':
        this.options.onDenied(message.denied);
        return null;
      case 'beat':
        this.last = message.figures;
        return 'well';
      case 'stuck':
        return 'stuck';
    }
  }

  private async order(order: GuardOrder, id: string): Promise<string | null> {
    const waiting = new AbortController();
    const { promise: answer, resolve } = Promise.withResolvers<string | null>();
    this.answers.set(id, resolve);
    const forget = this.kept.onDeath(() => resolve('the guarding process died'));
    const late = this.pace.sleep(answerMs, waiting.signal).then(
      () => 'the guarding process does not answer',
      () => null,
    );
    if (!this.kept.send(order)) resolve('the guarding process is away');
    try {
      return await Promise.race([answer, late]);
    } finally {
      waiting.abort();
      forget();
      this.answers.delete(id);
    }
  }

  private async watchAgain(): Promise<void> {
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

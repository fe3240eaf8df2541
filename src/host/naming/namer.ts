// Names containers before their first instruction: starts the process that answers for the kernel,
// watches over it, and hands on what it reads.
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ErrorCode, SeaworthyError } from '../../base/error.ts';
import { type Pace, realPace } from '../../base/retry.ts';
import { ImageDigests } from './image-digests.ts';
import type {
  AnswererFigures,
  AnswererMessage,
  AnswererOptions,
  NamedContainer,
} from './messages.ts';
import { type EnginePlaces, usualPlaces } from './places.ts';

export interface NamerOptions {
  /** Called for each run of a container, once, mostly before its first instruction. */
  readonly onNamed: (container: NamedContainer) => void;
  /** What went wrong and what it means for the record. */
  readonly onProblem?: (problem: NamerProblem) => void;
  /** Where engines keep their files; default `usualPlaces()`. */
  readonly places?: EnginePlaces;
  /** Further runtimes by full path, as `docker info` names them. */
  readonly runtimePaths?: readonly string[];
  /** The longest that a start is held; default 50. */
  readonly deadlineMs?: number;
  readonly pace?: Pace;
}

export type NamerProblem =
  /** A start was let go before its files could be read. */
  | { readonly kind: 'late'; readonly pid: number; readonly atNs: bigint }
  /** From then to then containers started unnamed: the answering process was replaced. */
  | {
      readonly kind: 'gap';
      readonly fromNs: bigint;
      readonly toNs: bigint;
      readonly reason: 'died' | 'stopped' | 'silent';
    }
  /** Names that did not reach us because we did not read for too long. */
  | { readonly kind: 'dropped'; readonly count: number }
  /** Naming cannot go on. */
  | { readonly kind: 'ended'; readonly message: string };

export interface Namer {
  /** The runtimes that are watched now. */
  readonly programs: readonly string[];
  /** Of the process that answers now. */
  readonly answererPid: number | null;
  /** Sums over all answering processes so far. */
  figures(): AnswererFigures;
  /** Ends the answering process: from then on nobody waits for us. */
  close(): Promise<void>;
}

export const defaultDeadlineMs = 50;

/** How often it is looked whether the answering process is stopped (a signal, a debugger). */
const lookMs = 100;
/** Heartbeats come once a second; after this much silence the process is replaced. */
const silentMs = 3000;
/** A process that dies at once, again and again, is given up after so many. */
const restartsInRow = 10;
const restartMs = 100;
const startMs = 15_000;

const noFigures: AnswererFigures = {
  answered: 0,
  named: 0,
  late: 0,
  unresolved: 0,
  heldMsSum: 0,
  heldMsMaximum: 0,
};

/** One answering process from its start to its death. */
interface Answerer {
  readonly child: ChildProcess;
  figures: AnswererFigures;
  heardMs: number;
  reason: 'died' | 'stopped' | 'silent';
}

/**
 * Starts to name. A container's start is held for less than a millisecond on average and never beyond
 * the deadline; when we are killed, the kernel holds nobody.
 *
 * @throws SeaworthyError `denied` without CAP_SYS_ADMIN, `unsupported` without fanotify permission
 *   events, koffi or glibc
 */
export async function openNamer(options: NamerOptions): Promise<Namer> {
  const supervisor = new Supervisor(options);
  await supervisor.start();
  void supervisor.watch();
  return supervisor;
}

class Supervisor implements Namer {
  programs: readonly string[] = [];
  private readonly options: NamerOptions;
  private readonly pace: Pace;
  private current: Answerer | null = null;
  private past: AnswererFigures = noFigures;
  private closed = false;
  private failures = 0;
  private readonly digests = new ImageDigests();

  constructor(options: NamerOptions) {
    this.options = options;
    this.pace = options.pace ?? realPace;
  }

  get answererPid(): number | null {
    return this.current?.child.pid ?? null;
  }

  figures(): AnswererFigures {
    return this.current === null ? this.past : sumOf(this.past, this.current.figures);
  }

  async close(): Promise<void> {
    this.closed = true;
    const child = this.current?.child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
    });
    child.ref();
    child.kill('SIGKILL');
    await gone;
  }

  /** Resolves when the programs are marked. */
  async start(): Promise<void> {
    const { places = usualPlaces(), runtimePaths = [], deadlineMs } = this.options;
    const child = fork(answererFile(), [], {
      // Its own session: Ctrl-Z and Ctrl-C in our terminal must not stop it.
      detached: true,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // Small: it sleeps most of its life.
      execArgv: ['--max-old-space-size=96', '--max-semi-space-size=2'],
    });
    const answerer: Answerer = {
      child,
      figures: noFigures,
      heardMs: this.pace.now(),
      reason: 'died',
    };
    const begun: AnswererOptions = {
      places,
      search: { paths: runtimePaths },
      deadlineMs: deadlineMs ?? defaultDeadlineMs,
    };
    await new Promise<void>((resolve, reject) => {
      const late = new AbortController();
      const settle = (error?: Error): void => {
        late.abort();
        if (error === undefined) return resolve();
        child.kill('SIGKILL');
        reject(error);
      };
      this.pace.sleep(startMs, late.signal).then(
        () => settle(new SeaworthyError('unsupported', 'the naming process does not start')),
        () => undefined,
      );
      child.on('error', (error) => settle(error));
      child.once('exit', () => {
        settle(new SeaworthyError('unsupported', 'the naming process died at its start'));
      });
      child.on('message', (message) => this.hear(answerer, message as AnswererMessage, settle));
      child.send(begun, (error) => {
        if (error !== null) settle(error);
      });
    });
    this.current = answerer;
    child.once('exit', () => void this.replace(answerer));
    // Its own life must not keep ours from ending.
    child.unref();
    child.channel?.unref();
  }

  private hear(
    answerer: Answerer,
    message: AnswererMessage,
    settle: (error?: Error) => void,
  ): void {
    const { onNamed, onProblem } = this.options;
    answerer.heardMs = this.pace.now();
    switch (message.kind) {
      case 'ready':
        this.programs = message.programs;
        return settle();
      case 'programs':
        this.programs = message.programs;
        return;
      case 'failed':
        return settle(new SeaworthyError(message.code as ErrorCode, message.message));
      case 'named':
        this.failures = 0;
        return onNamed(this.digests.complete(message.container));
      case 'beat':
        answerer.figures = message.figures;
        return;
      case 'late':
      case 'dropped':
        return onProblem?.(message);
      case 'stuck':
        answerer.reason = 'silent';
        answerer.child.kill('SIGKILL');
    }
  }

  /** Looks after the answering process until `close`. */
  async watch(): Promise<void> {
    while (!this.closed) {
      const before = this.pace.now();
      await this.pace.sleep(lookMs);
      const answerer = this.current;
      const pid = answerer?.child.pid;
      if (answerer === null || pid === undefined || answerer.child.exitCode !== null) continue;
      const now = this.pace.now();
      // Were we ourselves away, its messages still wait to be read.
      if (now - before > 2 * lookMs) answerer.heardMs = now;
      const stopped = isStopped(pid);
      if (!stopped && now - answerer.heardMs < silentMs) continue;
      answerer.reason = stopped ? 'stopped' : 'silent';
      // Even a stopped process dies of it, and then the kernel lets everybody pass.
      answerer.child.kill('SIGKILL');
      answerer.heardMs = now;
    }
  }

  private async replace(gone: Answerer): Promise<void> {
    if (this.closed || this.current !== gone) return;
    const { onProblem } = this.options;
    const fromNs = this.nowNs();
    this.past = sumOf(this.past, gone.figures);
    this.current = null;
    for (; !this.closed; await this.pace.sleep(restartMs * this.failures)) {
      this.failures += 1;
      try {
        await this.start();
        break;
      } catch (error) {
        if (this.failures < restartsInRow) continue;
        const message = error instanceof Error ? error.message : String(error);
        return onProblem?.({ kind: 'ended', message });
      }
    }
    if (this.closed) return;
    onProblem?.({ kind: 'gap', fromNs, toNs: this.nowNs(), reason: gone.reason });
  }

  private nowNs(): bigint {
    return BigInt(this.pace.now()) * 1_000_000n;
  }
}

function answererFile(): string {
  // In the bundle every entry lies in one folder.
  const name = import.meta.url.endsWith('.ts') ? './answerer.worker.ts' : './answerer.worker.mjs';
  return fileURLToPath(new URL(name, import.meta.url));
}

function sumOf(left: AnswererFigures, right: AnswererFigures): AnswererFigures {
  return {
    answered: left.answered + right.answered,
    named: left.named + right.named,
    late: left.late + right.late,
    unresolved: left.unresolved + right.unresolved,
    heldMsSum: left.heldMsSum + right.heldMsSum,
    heldMsMaximum: Math.max(left.heldMsMaximum, right.heldMsMaximum),
  };
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

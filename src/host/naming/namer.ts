// Names containers before their first instruction: keeps the process that answers for the kernel, and
// hands on what it reads.
import { type ErrorCode, SeaworthyError } from '../../base/error.ts';
import type { Pace } from '../../base/retry.ts';
import { KeptProcess, type Verdict } from '../kept-process/index.ts';
import { entryOf } from '../program/index.ts';
import { ImageDigests } from './image-digests.ts';
import type {
  AnswererFigures,
  AnswererMessage,
  AnswererOptions,
  NamedContainer,
  ToAnswerer,
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
  /** Another runtime from now on, as inside of a container: `/proc/PID/root/usr/bin/runc`. */
  watch(path: string): void;
  /** Of the process that answers now. */
  readonly answererPid: number | null;
  /** Sums over all answering processes so far. */
  figures(): AnswererFigures;
  /** Ends the answering process: from then on nobody waits for us. */
  close(): Promise<void>;
}

export const defaultDeadlineMs = 50;
/** Runtimes inside of containers: an engine has three or four. */
const furtherMost = 256;

const noFigures: AnswererFigures = {
  answered: 0,
  named: 0,
  late: 0,
  unresolved: 0,
  heldMsSum: 0,
  heldMsMaximum: 0,
};

/**
 * Starts to name. A container's start is held for less than a millisecond on average and never beyond
 * the deadline; when we are killed, the kernel holds nobody.
 *
 * @throws SeaworthyError `denied` without CAP_SYS_ADMIN, `unsupported` without fanotify permission
 *   events, koffi or glibc
 */
export async function openNamer(options: NamerOptions): Promise<Namer> {
  const namer = new AnsweredNamer(options);
  await namer.open();
  return namer;
}

class AnsweredNamer implements Namer {
  programs: readonly string[] = [];
  private readonly options: NamerOptions;
  private readonly kept: KeptProcess<AnswererMessage>;
  private present: AnswererFigures = noFigures;
  private past: AnswererFigures = noFigures;
  private readonly digests = new ImageDigests();
  private readonly further = new Set<string>();

  constructor(options: NamerOptions) {
    this.options = options;
    const { places = usualPlaces(), runtimePaths = [], deadlineMs, onProblem, pace } = options;
    const begin: AnswererOptions = {
      places,
      search: { paths: runtimePaths },
      deadlineMs: deadlineMs ?? defaultDeadlineMs,
    };
    this.kept = new KeptProcess<AnswererMessage>({
      entry: entryOf('answerer', import.meta.url),
      noun: 'naming process',
      begin: begin,
      onMessage: (message) => this.hear(message),
      onGone: () => {
        this.past = this.figures();
        this.present = noFigures;
      },
      onBack: (absence) => {
        // It is told again what its predecessor knew.
        for (const path of this.further) this.mark(path);
        onProblem?.({ kind: 'gap', ...absence });
      },
      onEnded: (message) => onProblem?.({ kind: 'ended', message }),
      ...(pace === undefined ? {} : { pace }),
    });
  }

  /** Resolves when the programs are marked. */
  open(): Promise<void> {
    return this.kept.open();
  }

  watch(path: string): void {
    if (this.further.has(path)) return;
    this.further.add(path);
    const [oldest] = this.further.size > furtherMost ? this.further : [];
    if (oldest !== undefined) this.further.delete(oldest);
    this.mark(path);
  }

  private mark(path: string): void {
    this.kept.send({ kind: 'mark', path } satisfies ToAnswerer);
  }

  get answererPid(): number | null {
    return this.kept.pid;
  }

  figures(): AnswererFigures {
    return sumOf(this.past, this.present);
  }

  close(): Promise<void> {
    return this.kept.close();
  }

  private hear(message: AnswererMessage): Verdict {
    const { onNamed, onProblem } = this.options;
    switch (message.kind) {
      case 'ready':
      case 'programs':
        this.programs = message.programs;
        return message.kind === 'ready' ? 'ready' : null;
      case 'failed':
        return new SeaworthyError(message.code as ErrorCode, message.message);
      case 'named':
        onNamed(this.digests.complete(message.container));
        return 'well';
      case 'beat':
        this.present = message.figures;
        return null;
      case 'late':
      case 'dropped':
        onProblem?.(message);
        return null;
      case 'stuck':
        return 'stuck';
    }
  }
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

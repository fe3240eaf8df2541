// The second witness: where BPF cannot be had, programs that start and end are heard of from the kernel's
// process connector and read from /proc. Who ends before it is read is counted, and nothing else is seen.
import { readFileSync } from 'node:fs';
import { SeaworthyError } from '../../base/error.ts';
import { openProcessEvents, type ProcessEvent, type ProcessEvents } from '../kernel/index.ts';
import type { SensorConsumer } from './consumer.ts';
import { type ExistingReader, existingPids, existingReader } from './existing.ts';
import type { RawExec, RawRecord } from './record.ts';

export interface WitnessRequest {
  readonly consumer: SensorConsumer;
  /** It cannot go on. */
  readonly onDeath: (error: Error) => void;
  /** Boot times with this are nanoseconds since 1970. */
  readonly clockOffsetNs: () => bigint;
  /** Nanoseconds since 1970. */
  readonly nowNs: () => bigint;
}

export interface Witness {
  stop(): Promise<void>;
}

const waitMs = 200;
/** Programs that were too short to be read are told together. */
const toldEveryNs = 10_000_000_000n;
/** Processes whose starts are remembered for their ends: no machine has more. */
const processesAtMost = 100_000;
/** Existing processes told at a time. */
const toldAtOnce = 64;

/**
 * Tells the consumer of all processes that live, then of each program that starts and each process that
 * ends. Throws as `openProcessEvents`, and `denied` where processes of others cannot be read.
 */
export function openWitness(request: WitnessRequest): Witness {
  assertReadable();
  const events = openProcessEvents(request.nowNs);
  const witness = new ProcessWitness(request, events);
  const going = witness.run();
  return {
    stop: async () => {
      witness.isStopping = true;
      await going;
      await request.consumer.close?.();
    },
  };
}

const capSysPtrace = 19n;

/** Since Linux 6.6 anybody may listen; but who may not read others takes containers for the host. */
function assertReadable(): void {
  const status = readFileSync('/proc/self/status', 'utf8');
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]{1,16})$/m.exec(status)?.[1] ?? '0'}`);
  if (((effective >> capSysPtrace) & 1n) === 1n) return;
  throw new SeaworthyError('denied', 'programs of others cannot be read', {
    advice: 'run as root, or with CAP_SYS_PTRACE and CAP_NET_ADMIN',
  });
}

class ProcessWitness {
  isStopping = false;
  private readonly request: WitnessRequest;
  private readonly events: ProcessEvents;
  private readonly programs = new Map<number, RawExec>();
  private lastNs = 0n;
  private unread = { count: 0, fromNs: 0n, toNs: 0n };

  constructor(request: WitnessRequest, events: ProcessEvents) {
    this.request = request;
    this.events = events;
  }

  async run(): Promise<void> {
    const { consumer, onDeath } = this.request;
    try {
      this.tellExisting();
      while (!this.isStopping) {
        const { events, hasLost } = await this.events.next(waitMs);
        if (events.length > 0) this.take(events);
        else consumer.rest?.();
        if (hasLost) this.overrun();
        this.tellUnread(toldEveryNs);
      }
    } catch (error) {
      onDeath(error instanceof Error ? error : new SeaworthyError('unsupported', String(error)));
    } finally {
      this.tellUnread(0n);
      this.events.close();
    }
  }

  private tellExisting(): void {
    const { consumer } = this.request;
    const reader = this.reader();
    const pids = existingPids();
    for (let at = 0; at < pids.length; at += toldAtOnce) {
      const found = pids.slice(at, at + toldAtOnce).flatMap((pid) => reader.read(pid) ?? []);
      for (const exec of found) this.programs.set(exec.pid, exec);
      consumer.existing?.(found);
    }
    consumer.existingDone?.();
  }

  /** A new one for each look: what it read of a process may be another's soon. */
  private reader(): ExistingReader {
    return existingReader(this.request.clockOffsetNs());
  }

  private take(events: readonly ProcessEvent[]): void {
    const reader = this.reader();
    const records: RawRecord[] = [];
    for (const event of events) {
      const record = event.kind === 'exec' ? this.exec(event, reader) : this.exit(event);
      if (record !== null) records.push(record);
      else if (event.kind === 'exec') this.missed(event.timeNs);
    }
    this.lastNs = events.at(-1)?.timeNs ?? this.lastNs;
    if (records.length > 0) this.request.consumer.decoded?.(records);
  }

  private exec({ pid, timeNs }: ProcessEvent, reader: ExistingReader): RawExec | null {
    const read = reader.read(pid);
    if (read === null || read.arguments.length === 0) return null;
    const exec: RawExec = { ...read, timeNs, isExisting: false };
    this.programs.delete(pid);
    this.programs.set(pid, exec);
    const oldest = this.programs.size > processesAtMost ? this.programs.keys().next() : null;
    if (oldest?.done === false) this.programs.delete(oldest.value);
    return exec;
  }

  /** Of a process whose program was seen; copies of their parents are not told. */
  private exit(event: Extract<ProcessEvent, { kind: 'exit' }>): RawRecord | null {
    const { pid, timeNs, status, parentPid } = event;
    const exec = this.programs.get(pid);
    if (exec === undefined) return null;
    this.programs.delete(pid);
    const signal = status & 0x7f;
    return {
      ...exec,
      kind: 'exit',
      timeNs,
      parentPid,
      exitCode: signal === 0 ? (status >> 8) & 0xff : null,
      signal: signal === 0 ? null : signal,
      isCoreDumped: (status & 0x80) !== 0,
    };
  }

  private missed(timeNs: bigint): void {
    this.unread.count += 1;
    if (this.unread.fromNs === 0n) this.unread.fromNs = timeNs;
    this.unread.toNs = timeNs;
  }

  /** Together: on a busy machine there are some in each second. */
  private tellUnread(ageNs: bigint): void {
    const { count, fromNs, toNs } = this.unread;
    if (count === 0 || this.request.nowNs() - fromNs < ageNs) return;
    this.unread = { count: 0, fromNs: 0n, toNs: 0n };
    const why = 'programs that ended before they could be read';
    this.request.consumer.losses?.([{ kind: 'loss', name: 'exec', count, why, fromNs, toNs }]);
  }

  private overrun(): void {
    const { consumer, nowNs } = this.request;
    const toNs = nowNs();
    const fromNs = this.lastNs < toNs && this.lastNs !== 0n ? this.lastNs : toNs;
    const why = 'more programs started than the kernel kept for us';
    consumer.losses?.([{ kind: 'loss', name: 'exec', count: null, why, fromNs, toNs }]);
  }
}

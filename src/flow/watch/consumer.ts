// What happens in the sensor's thread, beside the rings: records become state, events for the detector
// and a timeline; only what is worth telling crosses to the owner.

import { realPace } from '../../base/retry.ts';
import { parseCgroupPath } from '../../host/identity/index.ts';
import { bootClockOffsetNs } from '../../host/kernel/index.ts';
import {
  type BatchCursor,
  type ConsumerContext,
  calls,
  callType,
  decodeRecord,
  type RawExec,
  type RawExit,
  type RawFork,
  type RawLoss,
  type RecordView,
  type SensorConsumer,
  type RawRecord as SensorRecord,
  threadCpuMs,
} from '../../host/sensor/index.ts';
import type { RawRecord } from '../../model/timeline.ts';
import { LiveState, OpenMemory, shortId, Timeline } from '../../runtime/live/index.ts';
import { AskerMemory } from './askers.ts';
import { Detector } from './detector.ts';
import type { FromThread, ThreadOptions, ToThread } from './messages.ts';

/** Told to the owner at once: what comes together travels together. */
const recordsAtOnce = 512;
/** Calls that change what is known of processes, whatever rules ask. */
const stateCalls: ReadonlySet<string> = new Set([
  'chdir',
  'fchdir',
  'setuid',
  'setgid',
  'setresuid',
  'listen',
]);

/** Calls that are often repeated to the letter, and which of their arguments holds the flags. */
const repeatable: ReadonlyMap<number, number> = new Map(
  [
    ['open', 1],
    ['openat', 2],
  ].map(([name, index]) => [callType(String(name)) ?? -1, Number(index)]),
);

/** Created in the sensor's thread, with `ThreadOptions`. */
export function createWatchConsumer(context: ConsumerContext): SensorConsumer {
  return new WatchConsumer(context.options as ThreadOptions, (message) => context.post(message));
}

interface Main {
  readonly pid: number;
  readonly startTicks: number;
  readonly mountNamespace: number;
}

function mainOf({ pid, startTicks, mountNamespace }: RawExec): Main {
  return { pid, startTicks, mountNamespace };
}

function nowNs(): bigint {
  return BigInt(realPace.now()) * 1_000_000n;
}

class WatchConsumer implements SensorConsumer {
  private readonly post: (message: FromThread) => void;
  private readonly live: LiveState;
  private readonly timeline = new Timeline();
  private readonly detector: Detector;
  private readonly askers = new AskerMemory();
  private records: RawRecord[] = [];
  /** The first process of each container that runs, by the whole id. */
  private readonly mains = new Map<string, Main>();
  /** Containers of before, with the process that may be their first. */
  private readonly candidates = new Map<string, RawExec>();
  /** Their cgroups were made before our eyes, and nothing has run there yet. */
  private readonly fresh = new Set<string>();
  private readonly asked = new Set<string>();
  private readonly wanted = new Map<number, boolean>();
  private readonly opens = new OpenMemory([
    crypto.getRandomValues(new Int32Array(1))[0] ?? 1,
    crypto.getRandomValues(new Int32Array(1))[0] ?? 1,
  ]);
  private recordCount = 0;
  private quietCount = 0;

  constructor(options: ThreadOptions, post: (message: FromThread) => void) {
    this.post = post;
    const { users, groups, files, hostname } = options;
    this.live = new LiveState({
      names: {
        user: (id, container) => nameOf(users, id, container),
        group: (id, container) => nameOf(groups, id, container),
      },
      bootOffsetNs: bootClockOffsetNs(),
    });
    const factsOf = (id: string) => this.live.factsOf(id);
    this.detector = new Detector({ files, hostname, nowNs, factsOf });
    this.warmUp();
    post({ kind: 'rules', count: this.detector.ruleCount });
  }

  /** The index of rules for each type is made now and not while an event waits. */
  private warmUp(): void {
    this.wanted.clear();
    for (const name of [...calls.map((one) => one.name), 'procexit']) {
      const type = callType(name);
      const wants = this.detector.wants(name) || stateCalls.has(name) || Timeline.wants(name);
      if (type !== undefined) this.wanted.set(type, wants);
    }
  }

  batch(cursor: BatchCursor): void {
    const { record, clockOffsetNs } = cursor;
    let lastNs = 0n;
    while (cursor.next()) {
      this.recordCount += 1;
      if (record.isCall && !this.isWanted(record)) continue;
      const flagsIndex = repeatable.get(record.type);
      const key = flagsIndex === undefined ? null : this.opens.keyOf(record, flagsIndex);
      if (key !== null && this.opens.isQuiet(record.pid, key)) {
        this.quietCount += 1;
        continue;
      }
      const raw = decodeRecord(record, clockOffsetNs);
      if (raw === null) continue;
      const isNews = this.take(raw);
      if (key !== null && !isNews) this.opens.remember(record.pid, key, record.order);
      lastNs = raw.timeNs;
    }
    if (lastNs !== 0n) this.flush(lastNs);
  }

  decoded(records: readonly SensorRecord[]): void {
    this.recordCount += records.length;
    for (const raw of records) this.take(raw);
    const last = records.at(-1);
    if (last !== undefined) this.flush(last.timeNs);
  }

  existing(processes: readonly RawExec[]): void {
    for (const exec of processes) {
      const id = this.live.existing(exec);
      if (id === null) continue;
      this.askName(id, exec);
      const known = this.candidates.get(id);
      const isOlder = known === undefined || exec.startTicks < known.startTicks;
      if (exec.virtualPid === 1 || (isOlder && known?.virtualPid !== 1)) {
        this.candidates.set(id, exec);
      }
    }
  }

  existingDone(): void {
    for (const [id, exec] of this.candidates) {
      if (!this.mains.has(id)) this.mains.set(id, mainOf(exec));
    }
    const containerIds = [...this.candidates.keys(), ...this.mains.keys()];
    this.candidates.clear();
    this.post({ kind: 'settled', containerIds });
  }

  rest(): void {
    this.flush(nowNs());
  }

  losses(losses: readonly RawLoss[]): void {
    this.post({ kind: 'losses', losses });
  }

  message(message: unknown): void {
    const told = message as ToThread;
    switch (told.kind) {
      case 'named':
        this.live.named(told.identity, told.cgroupsPath);
        this.opens.forgetAll();
        this.asked.add(told.identity.id);
        this.tellAsker(told.identity.id);
        break;
      case 'rules':
        this.detector.load(told.files);
        this.warmUp();
        this.opens.forgetAll();
        this.post({ kind: 'rules', count: this.detector.ruleCount });
        break;
      case 'figures':
        this.tellFigures();
        break;
    }
    this.flush(nowNs());
  }

  close(): void {
    // Nobody waits for a name any more.
    this.flush((1n << 62n) - 1n);
  }

  private tellFigures(): void {
    const figures = {
      events: this.live.count,
      records: this.recordCount,
      quiet: this.quietCount,
      detections: this.detector.count,
      cpuMs: threadCpuMs(),
    };
    this.post({ kind: 'figures', figures });
  }

  /** A call that neither rules nor the state nor the timeline ask for need not be read. */
  private isWanted({ type }: RecordView): boolean {
    return this.wanted.get(type) === true;
  }

  /** @returns whether it led to anything */
  private take(raw: SensorRecord): boolean {
    switch (raw.kind) {
      case 'exec':
        this.exec(raw);
        break;
      case 'fork':
        this.fork(raw);
        break;
      case 'exit':
        this.exit(raw);
        break;
      case 'cgroup':
        this.cgroup(raw);
        break;
      case 'flow':
        this.keep(this.timeline.flow(raw, this.live.containerOfRecord(raw)));
        break;
      case 'call': {
        const told = this.live.call(raw);
        const kept = this.timeline.call(told, raw);
        this.keep(kept);
        if (stateCalls.has(raw.name)) this.opens.forget(raw.pid);
        return this.detector.take(told.event, told.containerId) || kept !== null;
      }
      case 'capability':
      case 'io_uring':
        break;
    }
    return true;
  }

  private exec(raw: RawExec): void {
    this.opens.forget(raw.pid);
    const told = this.live.exec(raw);
    const { containerId, event } = told;
    this.askers.seen(event, containerId);
    if (containerId !== null) {
      this.askName(containerId, raw);
      this.noteRuntime(containerId, raw);
      const isFirst = this.fresh.has(containerId) || raw.virtualPid === 1;
      if (isFirst && !this.isOutside(raw) && !this.mains.has(containerId)) {
        this.begin(containerId, raw);
      }
    }
    this.keep(this.timeline.exec(told, raw));
    this.detector.take(event, containerId);
  }

  /** What a runtime does to prepare a container happens among the mounts of its engine. */
  private isOutside({ isHost, cgroupPath, mountNamespace, arguments: words }: RawExec): boolean {
    const outer = outerOf(cgroupPath);
    if (isHost || outer === null) return isHost;
    const isInit = runtimes.has(words[0]?.split('/').at(-1) ?? '') && words[1] === 'init';
    return isInit || this.mains.get(outer)?.mountNamespace === mountNamespace;
  }

  private begin(id: string, raw: RawExec): void {
    this.fresh.delete(id);
    this.mains.set(id, mainOf(raw));
    // By now its parent is the shim, in whose root its engine's files lie.
    if ((this.live.factsOf(shortId(id))?.name ?? null) === null) this.askAgain(id, raw);
    const at = { atNs: raw.timeNs, within: outerOf(raw.cgroupPath) };
    const by = this.askers.began(id, this.live.factsOf(shortId(id)), at);
    this.post({ kind: 'started', id, atNs: raw.timeNs, by });
  }

  private tellAsker(id: string): void {
    const by = this.askers.named(id, this.live.factsOf(shortId(id)));
    if (by !== null) this.post({ kind: 'asked', id, by });
  }

  private fork(raw: RawFork): void {
    this.live.fork(raw);
    const subject = this.live.process(raw);
    const id = this.live.containerOf(subject);
    if (subject === null || id === null) return;
    this.keep(this.timeline.fork(subject, id, raw));
  }

  private exit(raw: RawExit): void {
    this.opens.forget(raw.pid);
    const told = this.live.exit(raw);
    const { containerId, event } = told;
    if (containerId !== null || this.live.hasRun(event)) this.keep(this.timeline.exit(told, raw));
    if (this.detector.wants('procexit')) this.detector.take(event, containerId);
    if (containerId === null) return;
    const main = this.mains.get(containerId);
    if (main?.pid !== raw.pid || main.startTicks !== raw.startTicks) return;
    this.mains.delete(containerId);
    // The number that engines and shells give a death by a signal.
    const exitCode = raw.exitCode ?? (raw.signal === null ? null : 128 + raw.signal);
    // Its last words first: the record must not be told of them after its end.
    this.flush(raw.timeNs);
    this.post({ kind: 'ended', id: containerId, atNs: raw.timeNs, exitCode });
  }

  private cgroup({ action, cgroupId, path }: Extract<SensorRecord, { kind: 'cgroup' }>): void {
    const id = this.live.cgroup(cgroupId, path);
    if (id === null) return;
    if (action === 'rmdir') this.fresh.delete(id);
    // What a container makes below its own cgroup is no new container.
    const isWhole = path.endsWith(id) || path.endsWith(`${id}.scope`);
    if (action !== 'mkdir' || !isWhole) return;
    // One that is started again has a cgroup and a first program of its own again.
    this.mains.delete(id);
    this.fresh.add(id);
  }

  private askName(id: string, raw: RawExec): void {
    if (this.asked.has(id)) return;
    this.asked.add(id);
    this.askAgain(id, raw);
  }

  private askAgain(id: string, { parent, cgroupPath }: RawExec): void {
    const within = outerOf(cgroupPath);
    const outer = within === null ? undefined : this.mainPid(within);
    // Its engine's files may lie in another root than ours: its parent's, or that of what is around it.
    const near = [parent.pid, ...(outer === undefined ? [] : [outer])];
    const engine = parseCgroupPath(cgroupPath)?.engine ?? 'unknown';
    this.post({ kind: 'unnamed', id, near, within, engine });
  }

  private mainPid(id: string): number | undefined {
    return (this.mains.get(id) ?? this.candidates.get(id))?.pid;
  }

  /** A runtime inside of a container starts others: the namer learns where it lies. */
  private noteRuntime(id: string, { executable, command, parent }: RawExec): void {
    const path = executable.path?.path;
    if (!runtimes.has(command) || path === undefined) return;
    this.post({ kind: 'runtime', pid: this.mainPid(id) ?? parent.pid, path });
  }

  private keep(record: RawRecord | null): void {
    if (record === null) return;
    this.records.push(record);
    if (this.records.length >= recordsAtOnce) this.flush(record.timeNs);
  }

  private flush(untilNs: bigint): void {
    const sighted = this.detector.flush(untilNs);
    const { records } = this;
    if (records.length === 0 && sighted.length === 0) return;
    this.records = [];
    this.post({ kind: 'told', records, sighted });
  }
}

/** As the kernel cuts their names: `runc`, `crun`, a shim. */
const runtimes: ReadonlySet<string> = new Set([
  'runc',
  'crun',
  'youki',
  'conmon',
  'containerd-shim',
]);

/** The container around a container's cgroup. */
function outerOf(cgroupPath: string): string | null {
  return parseCgroupPath(cgroupPath)?.outerIds.at(-1) ?? null;
}

/** Names of the host mean nothing in a container, save the one that is everywhere the same. */
function nameOf(
  names: ReadonlyMap<number, string>,
  id: number,
  container: string | null,
): string | null {
  if (container !== null) return id === 0 ? 'root' : null;
  return names.get(id) ?? null;
}

// The walk "container started -> detection -> timeline": what this machine allows is opened (naming,
// sensor, engine), what they tell goes into the record and to a listener.
import { messageOf, SeaworthyError } from '../base/error.ts';
import { realPace } from '../base/retry.ts';
import type { DockerEngine } from '../host/docker/index.ts';
import type { RunUpdate } from '../host/naming/index.ts';
import { type SensorOptions, sensorLimits, sensorSupport } from '../host/sensor/index.ts';
import type { ContainerRun } from '../model/container.ts';
import type { DetectionFacts, LossRecord, RawRecord, RuntimeRecord } from '../model/timeline.ts';
import { keep } from '../runtime/live/index.ts';
import type { RulesFile } from '../runtime/rules/index.ts';
import { type RecordClock, usualRetention } from '../store/record/index.ts';
import { detectionRecord, withCause } from './detection-record.ts';
import { type Recording, startRecording } from './record.ts';
import {
  type Asker,
  type ContainerBook,
  type FromThread,
  openContainers,
  openKeptThread,
  openProcessWatch,
  type Sighted,
  type ThreadFigures,
  type WatchThread,
} from './watch/index.ts';

/** A detection as plain data, with what is known of its cause. */
export interface TellingDetection extends Omit<Sighted, 'detection'> {
  readonly facts: DetectionFacts;
}

/** Told as it happens; all of it is on its way into the record. */
export interface WatchListener {
  container(update: Exclude<RunUpdate, { kind: 'gap' }>, by: Asker | null): void;
  /** @param run null: on the host, or nobody knows the container */
  detection(sighted: TellingDetection, run: ContainerRun | null): void;
  record(record: RawRecord): void;
  lost(loss: LossRecord): void;
  /** All that lived before the watch began is known: what the record says to run does. */
  settled?(): void;
  /** One line for a person. */
  warn(line: string): void;
}

export interface WatchOptions {
  /** The data folder; null: nothing is recorded. */
  readonly folder: string | null;
  /** Name of this machine. */
  readonly node: string;
  readonly clock: RecordClock;
  readonly rules: readonly RulesFile[];
  /** Names of the host's users and groups by number. */
  readonly users: ReadonlyMap<number, string>;
  readonly groups: ReadonlyMap<number, string>;
  readonly listener: WatchListener;
  readonly sensor?: Partial<SensorOptions>;
  /** Connect to the engines that are followed; default: the one that is found. */
  readonly engines?: readonly (() => Promise<DockerEngine>)[];
  /** Grade of an image that is known already; default: none is. */
  readonly gradeOf?: (imageId: string) => string | null;
}

/** What is seen, and what is not. */
export interface WatchCoverage {
  readonly sensor: boolean;
  /** Programs that start and end, at least. */
  readonly programs: boolean;
  readonly naming: boolean;
  readonly engine: boolean;
  readonly record: boolean;
  /** Sentences for a person on what is missing and what that means; empty: everything is seen. */
  readonly missing: readonly string[];
}

export interface Watch {
  readonly coverage: WatchCoverage;
  /** Other rules from now on; they must be sound. */
  load(files: readonly RulesFile[]): void;
  /** The image was graded meanwhile: its runs are recorded anew. */
  grade(imageId: string, letter: string): void;
  /** Takes what others tell of a container into its record: what was done to it. */
  append(record: RuntimeRecord): void;
  /** Null without the sensor. */
  figures(): Promise<ThreadFigures | null>;
  /**
   * Reads what is left, commits it, and ends.
   *
   * @param last waited for when nothing more is told and the record can still be appended to
   */
  stop(last?: () => Promise<void>): Promise<void>;
}

/**
 * Begins to watch; when the promise is kept everything is seen that can be seen here.
 *
 * @throws SeaworthyError `unsupported` when neither sensor nor engine can be asked
 */
export async function startWatch(options: WatchOptions): Promise<Watch> {
  const watch = new Watching(options);
  try {
    await watch.open();
    return watch;
  } catch (error) {
    await watch.stop();
    throw error;
  }
}

const witnessText =
  'seen are containers, and programs that live long enough to be read (others are counted), with the rules on ' +
  'starts of programs; not seen are files, connections and all other calls';

/** Runs that detections are told with; the one that was heard of longest ago makes room. */
const runsAtMost = 16_384;
/** Causes whose exceptions are at hand: as many as are grouped. */
const causesAtMost = 4096;

class Watching implements Watch {
  private readonly options: WatchOptions;
  private readonly listener: WatchListener;
  private readonly containers: ContainerBook;
  private recording: Recording | null = null;
  private thread: WatchThread | null = null;
  /** By the whole id: what detections are told with. */
  private readonly runs = new Map<string, ContainerRun>();
  /** Proposed exceptions, by the id of their cause. */
  private readonly exceptions = new Map<string, string>();
  private missing: string[] = [];
  /** Without the sensor: only programs are seen, by another way. */
  private isWitness = false;
  private isStopped = false;
  private hasNaming = false;
  private hasEngine = false;
  /** Messages of the thread from before it was there. */
  private early: (() => void)[] = [];

  constructor(options: WatchOptions) {
    this.options = options;
    this.listener = options.listener;
    this.containers = openContainers({
      node: options.node,
      nowNs: () => options.clock.wallNs(),
      onUpdate: (update, by) => this.updated(update, by),
      onNamed: (identity, cgroupsPath) => {
        const tell = (): void => this.thread?.named(identity, cgroupsPath);
        if (this.thread === null) this.early.push(tell);
        else tell();
      },
      onGap: ({ fromNs, toNs, why }) => this.lose({ what: 'all', count: null, fromNs, toNs, why }),
      warn: (line) => this.listener.warn(line),
      ...(options.engines === undefined ? {} : { engines: options.engines }),
      hasSensor: () => this.thread !== null,
    });
  }

  get coverage(): WatchCoverage {
    return {
      sensor: this.thread !== null && !this.isWitness,
      programs: this.thread !== null,
      naming: this.hasNaming,
      engine: this.hasEngine,
      record: this.recording !== null,
      missing: this.missing,
    };
  }

  async open(): Promise<void> {
    // The other processes and threads begin while this one opens the record.
    const naming = this.openNaming();
    const sensor = this.openSensor();
    try {
      this.openRecord();
    } finally {
      await Promise.all([naming, sensor]);
    }
    for (const tell of this.early.splice(0)) tell();
    this.containers.begun();
    if (this.thread === null) {
      this.hasEngine = await this.containers.follow();
      this.tellWithoutSensor();
      // No process is looked at: what neither engine nor bundle knows is over.
      this.recording?.endUnseen(this.aliveIds());
      this.listener.settled?.();
    } else {
      this.missing.push(...(this.isWitness ? [witnessText] : sensorLimits()));
      // Everything is seen: who waits for our word does not wait for that of an engine.
      void realPace.sleep(0).then(async () => {
        if (!this.isStopped) this.hasEngine = await this.containers.follow();
      });
    }
  }

  load(files: readonly RulesFile[]): void {
    this.thread?.load(files);
  }

  grade(imageId: string, letter: string): void {
    for (const run of this.containers.alive()) {
      if (run.identity.image.id === imageId) this.recordRun({ ...run, grade: letter }, null);
    }
  }

  async figures(): Promise<ThreadFigures | null> {
    return (await this.thread?.figures()) ?? null;
  }

  async stop(last?: () => Promise<void>): Promise<void> {
    this.isStopped = true;
    await this.thread?.stop();
    await this.containers.stop();
    await last?.();
    await this.recording?.stop();
    this.thread = null;
    this.recording = null;
  }

  private openRecord(): void {
    const { folder, clock } = this.options;
    if (folder === null) return;
    const warn = (line: string): void => this.listener.warn(line);
    try {
      this.recording = startRecording({ folder, clock, warn, retention: usualRetention });
    } catch (error) {
      if (!(error instanceof SeaworthyError) || error.code !== 'busy') throw error;
      this.missing.push(`nothing is recorded: ${error.message}`);
    }
  }

  private async openNaming(): Promise<void> {
    try {
      await this.containers.openNaming();
      this.hasNaming = true;
    } catch (error) {
      this.missing.push(
        `containers are named after their start, and very short ones perhaps not at all: ${messageOf(error)}`,
      );
    }
  }

  private async openSensor(): Promise<void> {
    const { rules, node, users, groups, sensor = {} } = this.options;
    try {
      this.thread = await openKeptThread({
        options: { files: rules, hostname: node, users, groups },
        sensor,
        onMessage: (message) => this.hear(message),
        onBack: (gap) => this.lose({ what: 'all', count: null, ...gap }),
        onEnded: (error, fromNs) => this.died(error, fromNs),
      });
    } catch (error) {
      // What the kernel said is short: these sentences tell what to do, where they know.
      const problems = sensorSupport().items.flatMap(({ problem }) => problem ?? []);
      this.missing.push(...(problems.length === 0 ? [messageOf(error)] : problems));
      await this.openWitness();
    }
  }

  private async openWitness(): Promise<void> {
    const { rules, node, users, groups } = this.options;
    try {
      if (this.isStopped) return;
      this.thread = await openProcessWatch({
        options: { files: rules, hostname: node, users, groups },
        onMessage: (message) => this.hear(message),
        onDeath: (error) => this.died(error),
      });
      this.isWitness = true;
    } catch {
      // What is missing is told already, and what is left is told by the opening.
    }
  }

  private tellWithoutSensor(): void {
    if (!this.hasEngine && !this.hasNaming && !this.containers.seesBundles) {
      throw new SeaworthyError(
        'unsupported',
        `nothing can be watched here: ${this.missing.join('; ')}; and no container engine answers`,
        { advice: 'run it as root on Linux, or where a Docker engine can be asked' },
      );
    }
    this.missing.push(
      'seen are starts and ends of containers; not seen are programs, files, connections and rules on them',
    );
  }

  private hear(message: FromThread): void {
    switch (message.kind) {
      case 'told':
        for (const record of message.records) this.keep(record);
        for (const sighted of message.sighted) this.sight(sighted);
        break;
      case 'started':
        this.containers.started(message.id, message.atNs, message.by);
        break;
      case 'ended':
        this.containers.ended(message.id, message.atNs, message.exitCode);
        break;
      case 'asked':
        this.containers.asked(message.id, message.by);
        break;
      case 'unnamed':
        void this.containers.unnamed(message);
        break;
      case 'runtime':
        this.containers.runtime(message.pid, message.path);
        break;
      case 'settled':
        // Runs that the record believes alive and nobody has seen: they ended while nobody watched.
        this.recording?.endUnseen(new Set([...message.containerIds, ...this.aliveIds()]));
        this.listener.settled?.();
        break;
      case 'losses':
        for (const { name, count, fromNs, toNs, why: told } of message.losses) {
          const why = told ?? 'events came faster than they could be read';
          this.lose({ what: name, count, fromNs, toNs, why });
        }
        break;
      case 'rules':
      case 'figures':
        break;
    }
  }

  private keep(record: RawRecord): void {
    this.append(record);
    this.listener.record(record);
  }

  private sight(sighted: Sighted): void {
    const { detection, ...about } = sighted;
    const { containerId, cause } = about;
    // Proposed once for a cause; its detections in other containers of the image need it too.
    if (about.exception !== null) keep(this.exceptions, cause, about.exception, causesAtMost);
    const exception = this.exceptions.get(cause) ?? null;
    const record = detectionRecord(detection, about);
    this.append(withCause(record, { ...about, exception }));
    const run = containerId === null ? null : (this.runs.get(containerId) ?? null);
    this.listener.detection({ ...about, exception, facts: record.detection }, run);
  }

  private updated(update: RunUpdate, by: Asker | null): void {
    if (update.kind === 'gap') return;
    const { run, atNs } = update;
    const { id } = run.identity;
    // Created is not run: what its engine could not start is nobody's history.
    const isOnlyMade = run.startedAtNs === null && run.naming === 'after-start';
    const isNews = update.kind !== 'told' || update.action === 'asked';
    if (isNews && !isOnlyMade) {
      this.recordRun(this.graded(run), by, atNs);
    }
    // The ended ones too: their last detections may still be on their way.
    keep(this.runs, id, run, runsAtMost);
    this.listener.container(update, by);
  }

  private recordRun(run: ContainerRun, by: Asker | null, atNs?: bigint): void {
    const timeNs = atNs ?? this.options.clock.wallNs();
    const startedBy = by === null ? null : { user: by.user, command: by.command, pid: by.pid };
    this.append({ kind: 'container', timeNs, containerId: run.identity.id, run, startedBy });
  }

  private aliveIds(): ReadonlySet<string> {
    return new Set(this.containers.alive().map(({ identity }) => identity.id));
  }

  private graded(run: ContainerRun): ContainerRun {
    const image = run.identity.image.id;
    const grade = image === null ? null : (this.options.gradeOf?.(image) ?? null);
    return grade === null ? run : { ...run, grade };
  }

  private lose(loss: Omit<LossRecord, 'kind' | 'timeNs' | 'containerId'>): void {
    const record: LossRecord = { kind: 'loss', timeNs: loss.toNs, containerId: null, ...loss };
    this.append(record);
    this.listener.lost(record);
  }

  private died(error: Error, fromNs: bigint | null = null): void {
    // One that never began is told by the opening.
    if (this.thread === null) return;
    const now = this.options.clock.wallNs();
    this.thread = null;
    const why = `the sensor ended: ${messageOf(error)}`;
    this.lose({ what: 'all', count: null, fromNs: fromNs ?? now, toNs: now, why });
    void this.goOnWithout(why);
  }

  private async goOnWithout(why: string): Promise<void> {
    const wasWitness = this.isWitness;
    this.isWitness = false;
    if (!wasWitness) await this.openWitness();
    const left = this.isWitness ? witnessText : 'only starts and ends of containers are seen';
    this.listener.warn(`${why}; from now on ${left}`);
  }

  append(record: RuntimeRecord): void {
    this.recording?.append(record);
  }
}

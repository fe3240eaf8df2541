// The containers that a watch knows: named by the namer, the sensor or their engine, their runs from
// start to end, whoever tells of them first.
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { realPace } from '../../base/retry.ts';
import {
  connectEngine,
  type DockerEngine,
  type Followed,
  followEngine,
} from '../../host/docker/index.ts';
import { bundleIdentity } from '../../host/identity/index.ts';
import {
  createEndWatch,
  createIdentifier,
  createLifecycle,
  createRunningStarts,
  type EndWatch,
  identityWithin,
  type Lifecycle,
  type NamedContainer,
  type Namer,
  type NamerProblem,
  openNamer,
  type RunUpdate,
  watchBundles,
  withinLabel,
} from '../../host/naming/index.ts';
import type { ContainerIdentity, ContainerRun } from '../../model/container.ts';
import { workloadOf } from '../../runtime/identity/index.ts';
import { keep } from '../../runtime/live/index.ts';
import { followContainerd } from './containerd.ts';
import type { Asker, FromThread } from './messages.ts';
import { tellNamerProblem } from './namer-problem.ts';

export interface ContainersOptions {
  readonly node: string;
  readonly nowNs: () => bigint;
  readonly onUpdate: (update: RunUpdate, by: Asker | null) => void;
  /** Somebody is known from now on. */
  readonly onNamed: (identity: ContainerIdentity, cgroupsPath: string | null) => void;
  /** A moment without eyes, in words. */
  readonly onGap: (gap: {
    readonly fromNs: bigint;
    readonly toNs: bigint;
    readonly why: string;
  }) => void;
  readonly warn: (line: string) => void;
  /** Connect to the engines that are followed, the one that is asked for names first; default: the usual. */
  readonly engines?: readonly (() => Promise<DockerEngine>)[];
  /** Whether the sensor tells starts and ends too. */
  readonly hasSensor: () => boolean;
}

type Unnamed = Omit<Extract<FromThread, { kind: 'unnamed' }>, 'kind'>;

export interface ContainerBook {
  /** Names containers before they start. Throws as `openNamer`. */
  openNaming(): Promise<Namer>;
  /** Follows the engines' events; resolves when each has answered first. False: none did. */
  follow(): Promise<boolean>;
  /** The first instruction was seen. */
  started(id: string, atNs: bigint, by: Asker | null): void;
  ended(id: string, atNs: bigint, exitCode: number | null): void;
  /** Who asked for it is known only now. */
  asked(id: string, by: Asker): void;
  /** The sensor saw a container that nobody named. */
  unnamed(seen: Unnamed): Promise<void>;
  /** A runtime lies in the root of a process: what it starts is named before it starts. */
  runtime(pid: number, path: string): void;
  /** From now on `hasSensor` is right: where it says no, ends of containers are looked for. */
  begun(): void;
  /** Bundles of containers are watched, where naming could not be opened. */
  readonly seesBundles: boolean;
  /** Runs that have not ended. */
  alive(): readonly ContainerRun[];
  stop(): Promise<void>;
}

/** An empty book. */
export function openContainers(options: ContainersOptions): ContainerBook {
  return new Containers(options);
}

/** So much later than they happened an engine's starts and ends count, where the sensor sees them. */
const engineDelayMs = 250;

/** A container that nobody knows is asked for again, for about three seconds. */
const nameRounds = 10;
const nameRoundMs = 300;
const delayed: ReadonlySet<string> = new Set(['start', 'die', 'destroy']);
/** A start that the sensor saw is the one that the engine tells of within this. */
const sensedBeforeNs = 10_000_000_000n;

/** A container that was named in time has begun by then, or something keeps it; a busy sensor is late. */
const startPatienceMs = 10_000;

/** Starts that came before their names, and who asked; more are not kept. */
const keptAtMost = 4096;

interface Over {
  readonly atNs: bigint;
  readonly exitCode: number | null;
}

class Containers implements ContainerBook {
  private readonly options: ContainersOptions;
  private readonly lifecycle: Lifecycle;
  private readonly stopping = new AbortController();
  private readonly identifier;
  /** Of engines that tell nobody, where no sensor does. */
  private bundleFolders = 0;
  private readonly ends: EndWatch;
  /** Named before it is known whether the sensor tells of their ends. */
  private undecided: NamedContainer[] | null = [];
  private readonly startOf: (id: string) => Promise<bigint | null>;
  private readonly starts = new Map<string, bigint>();
  /** When the sensor saw containers start. */
  private readonly sensed = new Map<string, bigint>();
  /** Containers that are asked for now, and the processes in whose root it is looked. */
  private readonly asking = new Map<string, number[]>();
  /** Containers that somebody has named. */
  private readonly told = new Map<string, true>();
  /** Ends that came before their names. */
  private readonly overs = new Map<string, Over>();
  private delayed: Promise<void> = Promise.resolve();
  private readonly askers = new Map<string, Asker>();
  private namer: Namer | null = null;
  private engine: Promise<DockerEngine | null> | null = null;
  private following: Promise<unknown> = Promise.resolve();

  constructor(options: ContainersOptions) {
    this.options = options;
    const [first = connectEngine] = options.engines ?? [];
    const engine = () => (this.engine ??= engineOrNull(first));
    this.identifier = createIdentifier({ engine });
    this.startOf = createRunningStarts(engine).startOf;
    this.lifecycle = createLifecycle({
      node: options.node,
      workloadOf,
      identifier: this.identifier,
      startOf: this.startOf,
      onUpdate: (update) => this.updated(update),
      nowNs: options.nowNs,
    });
    this.ends = createEndWatch({
      onStarted: (id, atNs) => {
        void this.startOf(id).then((found) => this.lifecycle.started(id, found ?? atNs));
      },
      onEnded: (id, atNs, exitCode) => this.lifecycle.ended(id, atNs, exitCode),
      signal: this.stopping.signal,
    });
  }

  async openNaming(): Promise<Namer> {
    try {
      return await this.openNamer();
    } catch (error) {
      // Nobody waits for us then, but bundles still tell of containers of every engine.
      const { signal } = this.stopping;
      this.bundleFolders = watchBundles({ onNamed: (container) => this.named(container), signal });
      throw error;
    }
  }

  private async openNamer(): Promise<Namer> {
    const onProblem = (problem: NamerProblem): void => tellNamerProblem(problem, this.options);
    this.namer = await openNamer({ onNamed: (container) => this.named(container), onProblem });
    return this.namer;
  }

  async follow(): Promise<boolean> {
    const engines = this.options.engines ?? [connectEngine];
    const answers = engines.map((connect) => this.followOne(connect));
    this.following = Promise.all(answers.map(({ ended }) => ended));
    // Where neither sensor nor folders tell of containers that no Docker engine made.
    const isBlind = !this.options.hasSensor() && this.namer === null && !this.seesBundles;
    const { lifecycle } = this;
    const { signal } = this.stopping;
    const { onGap, warn } = this.options;
    const further = isBlind ? followContainerd({ lifecycle, signal, onGap, warn }) : false;
    const found = await Promise.all([...answers.map(({ hasAnswered }) => hasAnswered), further]);
    return found.includes(true);
  }

  private followOne(connect: () => Promise<DockerEngine>) {
    const first = Promise.withResolvers<boolean>();
    const { signal } = this.stopping;
    const ended = (async () => {
      try {
        for await (const followed of followEngine({ connect: () => connect(), signal })) {
          await this.followed(followed);
          if (followed.kind === 'connected') first.resolve(true);
        }
      } catch (error) {
        const isAbsent = error instanceof SeaworthyError && error.code === 'not-found';
        if (!signal.aborted && !isAbsent) {
          const advice = error instanceof SeaworthyError ? error.advice : undefined;
          this.options.warn(
            `events of the container engine are not followed: ${messageOf(error)}` +
              (advice === undefined ? '' : `; ${advice}`),
          );
        }
      }
      first.resolve(false);
    })();
    return { hasAnswered: first.promise, ended };
  }

  started(id: string, atNs: bigint, by: Asker | null): void {
    if (by !== null) keep(this.askers, id, by, keptAtMost);
    keep(this.sensed, id, atNs, keptAtMost);
    // The name may still be on its way.
    keep(this.starts, id, atNs, keptAtMost);
    this.lifecycle.started(id, atNs);
  }

  ended(id: string, atNs: bigint, exitCode: number | null): void {
    // Its name may still be on its way.
    if (this.lifecycle.aliveOf(id) === null) keep(this.overs, id, { atNs, exitCode }, keptAtMost);
    else this.starts.delete(id);
    this.lifecycle.ended(id, atNs, exitCode);
  }

  asked(id: string, by: Asker): void {
    const run = this.lifecycle.runOf(id);
    if (run === null) return;
    if (run.endedAtNs === null) keep(this.askers, id, by, keptAtMost);
    const atNs = this.options.nowNs();
    // Who hears of its start later hears it then.
    if (run.startedAtNs === null) return;
    this.options.onUpdate({ kind: 'told', action: 'asked', run, atNs }, by);
  }

  runtime(pid: number, path: string): void {
    this.namer?.watch(`/proc/${pid}/root${path}`);
  }

  async unnamed({ id, near, within, engine }: Unnamed): Promise<void> {
    const { signal } = this.stopping;
    const asked = this.asking.get(id);
    if (asked !== undefined) {
      // Where to look is known better by now.
      asked.unshift(...near);
      return;
    }
    const places = [...near];
    this.asking.set(id, places);
    const subject = { kind: 'container', id, near: places, within } as const;
    let identity = await this.identifier.identify(subject);
    // Its engine may not have written it down yet.
    for (let round = 0; identity === null && round < nameRounds && !signal.aborted; round += 1) {
      await realPace.sleep(nameRoundMs, signal).catch(() => undefined);
      identity = await this.identifier.identify(subject);
    }
    this.asking.delete(id);
    if (signal.aborted) return;
    if (identity !== null) this.options.onNamed(identity, null);
    // It may have been named and have ended meanwhile.
    if (identity === null && this.told.has(id)) return;
    if (this.lifecycle.aliveOf(id) !== null) return;
    const startedNs = this.starts.get(id);
    this.lifecycle.named({
      // The kernel saw it: that it ran is kept, whoever it was.
      identity: identity ?? nobody({ id, within, engine }),
      naming: identity === null ? 'never' : 'after-start',
      namedAtNs: this.options.nowNs(),
      heldMs: 0,
      bundle: '',
      stamp: `seen ${id}`,
      cgroupsPath: null,
      namespace: null,
      exitFile: null,
      pidFile: null,
      engineFolder: null,
      isSandbox: false,
    });
    const over = this.overs.get(id);
    if (over === undefined) return;
    this.overs.delete(id);
    if (startedNs !== undefined) this.lifecycle.started(id, startedNs);
    this.lifecycle.ended(id, over.atNs, over.exitCode);
  }

  get seesBundles(): boolean {
    return this.bundleFolders > 0;
  }

  begun(): void {
    const early = this.undecided ?? [];
    this.undecided = null;
    for (const container of early) this.lookAfter(container);
  }

  alive(): readonly ContainerRun[] {
    return this.lifecycle.alive();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.namer?.close();
    await this.following;
    await this.delayed;
    (await this.engine)?.close();
  }

  /**
   * An engine tells starts and ends some milliseconds after they happened, and on a way of its own: the
   * sensor knows the moment, and its last words of a container belong before its end.
   */
  private async followed(followed: Followed): Promise<void> {
    if (followed.kind !== 'event' || !this.options.hasSensor()) {
      return this.lifecycle.followed(followed);
    }
    const { action, id, timeNanoseconds: atNs } = followed.event;
    const sensed = this.sensed.get(id);
    const isOld = sensed !== undefined && sensed > atNs - sensedBeforeNs;
    // Of a container that lived shorter than its engine's words took, all is told already.
    if (action === 'create' && isOld) return;
    if (!delayed.has(action)) return this.lifecycle.followed(followed);
    this.delayed = this.delayed.then(async () => {
      const waitMs = engineDelayMs - Number(this.options.nowNs() - atNs) / 1e6;
      if (waitMs > 0) {
        const ms = Math.min(waitMs, engineDelayMs);
        await realPace.sleep(ms, this.stopping.signal).catch(() => undefined);
      }
      const known = this.sensed.get(id);
      const isTold = known !== undefined && known > atNs - sensedBeforeNs;
      if (action !== 'start' || !isTold) await this.lifecycle.followed(followed);
    });
  }

  private named(container: NamedContainer): void {
    const { identity, within = null } = container;
    // A container may say what it likes of what it runs, and nothing of others.
    const known = within === null ? null : this.lifecycle.aliveOf(identity.id);
    if (known !== null && !known.identity.labels.has(withinLabel)) return;
    this.options.onNamed(container.identity, container.cgroupsPath);
    if (container.isSandbox) return;
    this.lifecycle.named(container);
    if (this.undecided !== null) this.undecided.push(container);
    else this.lookAfter(container);
  }

  /** Without the sensor all that no engine tells of; with it what it did not see start by then. */
  private lookAfter(container: NamedContainer): void {
    const { id, engine } = container.identity;
    const within = container.within ?? null;
    if (!this.options.hasSensor()) {
      if (engine !== 'docker' && within === null) this.ends.add(container);
      return;
    }
    const { signal } = this.stopping;
    const looked = realPace.sleep(startPatienceMs, signal).then(() => {
      // It has no cgroup of its own, or its runtime could not start it.
      if (this.lifecycle.aliveOf(id)?.startedAtNs === null) this.ends.add(container);
    });
    void looked.catch(() => undefined);
  }

  private updated(update: RunUpdate): void {
    if (update.kind === 'gap') {
      const { fromNs, toNs, reason } = update;
      const why = `the events of the container engine could not be heard (${reason})`;
      this.options.onGap({ fromNs, toNs, why });
      return;
    }
    const { id } = update.run.identity;
    this.options.onUpdate(update, this.askers.get(id) ?? null);
    if (update.kind === 'ended') this.askers.delete(id);
    if (update.kind !== 'named') return;
    keep(this.told, id, true, keptAtMost);
    // Told by the engine: the thread has to know it as well.
    this.options.onNamed(update.run.identity, null);
    const startedNs = this.starts.get(id);
    if (startedNs !== undefined) queueMicrotask(() => this.lifecycle.started(id, startedNs));
  }
}

/** All that the kernel knows of a container. */
function nobody({ id, within, engine }: Omit<Unnamed, 'near'>): ContainerIdentity {
  const identity = bundleIdentity({ id, engine, oci: null });
  return within === null ? identity : identityWithin(identity, within);
}

/** No engine is an answer. */
async function engineOrNull(connect: () => Promise<DockerEngine>): Promise<DockerEngine | null> {
  try {
    return await connect();
  } catch {
    return null;
  }
}

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
import {
  createEndWatch,
  createIdentifier,
  createLifecycle,
  createRunningStarts,
  type EndWatch,
  type Lifecycle,
  type NamedContainer,
  type Namer,
  openNamer,
  type RunUpdate,
  watchBundles,
} from '../../host/naming/index.ts';
import type { ContainerIdentity, ContainerRun } from '../../model/container.ts';
import { workloadOf } from '../../runtime/identity/index.ts';
import type { Asker } from './messages.ts';

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

export interface ContainerBook {
  /** Names containers before they start. Throws as `openNamer`. */
  openNaming(): Promise<Namer>;
  /** Follows the engines' events; resolves when each has answered first. False: none did. */
  follow(): Promise<boolean>;
  /** The first instruction was seen. */
  started(id: string, atNs: bigint, by: Asker | null): void;
  ended(id: string, atNs: bigint, exitCode: number | null): void;
  /** The sensor saw a container that nobody named. */
  unnamed(id: string): Promise<void>;
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

/** Starts that came before their names, and who asked; more are not kept. */
const keptAtMost = 4096;

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
    const { warn, onGap, nowNs } = this.options;
    this.namer = await openNamer({
      onNamed: (container) => this.named(container),
      onProblem: (problem) => {
        switch (problem.kind) {
          case 'late':
            return;
          case 'gap':
            onGap({
              fromNs: problem.fromNs,
              toNs: problem.toNs,
              why: `containers started without a name: the naming process was replaced (${problem.reason})`,
            });
            return;
          case 'dropped':
            onGap({
              fromNs: nowNs(),
              toNs: nowNs(),
              why: `${problem.count} names of containers came faster than they were read`,
            });
            return;
          case 'ended':
            warn(`containers are not named before their start any more: ${problem.message}`);
        }
      },
    });
    return this.namer;
  }

  async follow(): Promise<boolean> {
    const engines = this.options.engines ?? [connectEngine];
    const answers = engines.map((connect) => this.followOne(connect));
    this.following = Promise.all(answers.map(({ ended }) => ended));
    const found = await Promise.all(answers.map(({ hasAnswered }) => hasAnswered));
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
    if (by !== null) keep(this.askers, id, by);
    keep(this.sensed, id, atNs);
    // The name may still be on its way.
    keep(this.starts, id, atNs);
    this.lifecycle.started(id, atNs);
  }

  ended(id: string, atNs: bigint, exitCode: number | null): void {
    this.starts.delete(id);
    this.lifecycle.ended(id, atNs, exitCode);
  }

  async unnamed(id: string): Promise<void> {
    const { signal } = this.stopping;
    let identity = await this.identifier.identify({ kind: 'container', id });
    // Its engine may not have written it down yet.
    for (let round = 0; identity === null && round < nameRounds && !signal.aborted; round += 1) {
      await realPace.sleep(nameRoundMs, signal).catch(() => undefined);
      identity = await this.identifier.identify({ kind: 'container', id });
    }
    if (identity === null || signal.aborted) return;
    this.options.onNamed(identity, null);
    const isKnown = this.lifecycle.alive().some((run) => run.identity.id === id);
    if (isKnown) return;
    this.lifecycle.named({
      identity,
      naming: 'after-start',
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
  }

  get seesBundles(): boolean {
    return this.bundleFolders > 0;
  }

  begun(): void {
    const early = this.undecided ?? [];
    this.undecided = null;
    if (!this.options.hasSensor()) for (const container of early) this.ends.add(container);
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
    this.options.onNamed(container.identity, container.cgroupsPath);
    if (container.isSandbox) return;
    this.lifecycle.named(container);
    if (this.undecided !== null) this.undecided.push(container);
    else if (!this.options.hasSensor()) this.ends.add(container);
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
    // Told by the engine: the thread has to know it as well.
    this.options.onNamed(update.run.identity, null);
    const startedNs = this.starts.get(id);
    if (startedNs !== undefined) queueMicrotask(() => this.lifecycle.started(id, startedNs));
  }
}

function keep<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.size > keptAtMost ? map.keys().next() : null;
  if (oldest?.done === false) map.delete(oldest.value);
}

/** No engine is an answer. */
async function engineOrNull(connect: () => Promise<DockerEngine>): Promise<DockerEngine | null> {
  try {
    return await connect();
  } catch {
    return null;
  }
}

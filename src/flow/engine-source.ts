// Hearing of containers without the sensor: the events of each engine, the namer where this user may,
// else the bundles of containerd; all of it goes into the record.
import { messageOf, SeaworthyError } from '../base/error.ts';
import { connectEngine, type DockerEngine, followEngine } from '../host/docker/index.ts';
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
} from '../host/naming/index.ts';
import type { ContainerRun } from '../model/container.ts';
import type { RuntimeRecord } from '../model/timeline.ts';
import { workloadOf } from '../runtime/identity/index.ts';
import { type RecordClock, usualRetention } from '../store/record/index.ts';
import { type Recording, startRecording } from './record.ts';
import type { Coverage, RuntimeListener, RuntimeSource } from './runtime-source.ts';

export interface EngineSourceOptions {
  /** The data folder. */
  readonly folder: string;
  /** Name of this machine. */
  readonly node: string;
  /** Sockets of the engines that answered. */
  readonly engines: readonly Pick<DockerEngine, 'kind' | 'address' | 'local'>[];
  readonly clock: RecordClock;
  /** Grade of an image that is known already. */
  readonly gradeOf: (imageId: string) => string | null;
  readonly warn: (line: string) => void;
}

/** A source that has not begun. */
export function createEngineSource(options: EngineSourceOptions): RuntimeSource {
  return new EngineSource(options);
}

class EngineSource implements RuntimeSource {
  readonly #options: EngineSourceOptions;
  readonly #stopping = new AbortController();
  readonly #followed: Promise<void>[] = [];
  #recording: Recording | null = null;
  #lifecycle: Lifecycle | null = null;
  #naming: Promise<void> = Promise.resolve();
  #namer: Namer | null = null;
  #namingWhy = 'it is being started';
  #unheard: number;

  constructor(options: EngineSourceOptions) {
    this.#options = options;
    this.#unheard = options.engines.length;
  }

  async start(listener: RuntimeListener): Promise<void> {
    const { folder, clock, warn, engines } = this.#options;
    try {
      this.#recording = startRecording({ folder, clock, warn, retention: usualRetention });
    } catch (error) {
      // `watch` records here already: its record is shown, and not written twice.
      if (!(error instanceof SeaworthyError) || error.code !== 'busy') throw error;
      warn('another process records in this data folder: what it records is shown');
    }
    const lifecycle = this.#openLifecycle(listener);
    const ends = createEndWatch({
      onStarted: (id, atNs) => lifecycle.started(id, atNs),
      onEnded: (id, atNs, exitCode) => lifecycle.ended(id, atNs, exitCode),
      signal: this.#stopping.signal,
    });
    // The namer takes a moment: engines are heard meanwhile.
    this.#naming = this.#openNaming(lifecycle, ends);
    for (const { address } of engines) this.#followed.push(this.#follow(address, lifecycle));
  }

  #openLifecycle(listener: RuntimeListener): Lifecycle {
    const { node, clock, gradeOf, engines } = this.#options;
    const [first] = engines;
    const engine = async () => (first === undefined ? null : connectTo(first.address));
    const identifier = createIdentifier({ engine });
    const { startOf } = createRunningStarts(engine);
    const onUpdate = (update: RunUpdate): void => {
      this.#record(update, gradeOf);
      listener.onRun(update);
    };
    const nowNs = (): bigint => clock.wallNs();
    const about = { node, workloadOf, identifier, startOf };
    this.#lifecycle = createLifecycle({ ...about, onUpdate, nowNs });
    return this.#lifecycle;
  }

  /** Before the first instruction where the kernel lets us; else as soon as its bundle is there. */
  async #openNaming(lifecycle: Lifecycle, ends: EndWatch): Promise<void> {
    const onNamed = (container: NamedContainer): void => {
      if (container.isSandbox) return;
      lifecycle.named(container);
      ends.add(container);
    };
    try {
      this.#namer = await openNamer({ onNamed });
      this.#namingWhy = '';
    } catch (error) {
      this.#namingWhy = messageOf(error);
      watchBundles({ onNamed, signal: this.#stopping.signal });
    }
  }

  async #follow(address: string, lifecycle: Lifecycle): Promise<void> {
    const { warn } = this.#options;
    const { signal } = this.#stopping;
    try {
      for await (const followed of followEngine({ connect: () => connectTo(address), signal })) {
        await lifecycle.followed(followed);
        if (followed.kind === 'connected') this.#endUnseen();
      }
    } catch (error) {
      if (!signal.aborted) warn(`${address} is not followed: ${messageOf(error)}`);
    }
  }

  /** Once all engines told what they have: runs of before that none of them knows are over. */
  #endUnseen(): void {
    this.#unheard -= 1;
    if (this.#unheard !== 0) return;
    const alive = this.#lifecycle?.alive().map(({ identity }) => identity.id) ?? [];
    this.#recording?.endUnseen(new Set(alive));
  }

  #record(update: RunUpdate, gradeOf: (imageId: string) => string | null): void {
    if (update.kind === 'told') return;
    if (update.kind === 'gap') {
      const { fromNs, toNs, reason } = update;
      const why = `the engine could not be heard (${reason})`;
      const about = { timeNs: toNs, containerId: null };
      this.append({ kind: 'loss', ...about, what: 'all', count: null, fromNs, toNs, why });
      return;
    }
    const { run, atNs } = update;
    const { id } = run.identity.image;
    this.append(recordOf({ ...run, grade: id === null ? null : gradeOf(id) }, atNs));
  }

  append(record: RuntimeRecord): void {
    this.#recording?.append(record);
  }

  grade(imageId: string, letter: string): void {
    for (const run of this.#lifecycle?.alive() ?? []) {
      if (run.identity.image.id !== imageId) continue;
      this.append(recordOf({ ...run, grade: letter }, this.#options.clock.wallNs()));
    }
  }

  coverage(): readonly Coverage[] {
    return [
      {
        what: 'sensor',
        state: 'off',
        why: 'containers are known by the events of their engines: what happens inside is not seen',
        howToSwitchOn: 'run `seaworthy watch` as root on a kernel with BTF (5.8 or newer)',
      },
      this.#namer === null
        ? {
            what: 'naming',
            state: 'limited',
            why: `containers are named after their start (${this.#namingWhy})`,
            howToSwitchOn: 'run it as root, or with CAP_SYS_ADMIN',
          }
        : {
            what: 'naming',
            state: 'on',
            why: 'every container is named before its first instruction',
            howToSwitchOn: null,
          },
    ];
  }

  async stop(last?: () => Promise<void>): Promise<void> {
    this.#stopping.abort();
    await this.#naming;
    await this.#namer?.close();
    await Promise.allSettled(this.#followed);
    await last?.();
    await this.#recording?.stop();
    this.#recording = null;
  }
}

function recordOf(run: ContainerRun, timeNs: bigint): RuntimeRecord {
  return { kind: 'container', timeNs, containerId: run.identity.id, run, startedBy: null };
}

/** An address as engines tell theirs: a socket's path, or a URL. */
export function connectTo(address: string): Promise<DockerEngine> {
  if (address.startsWith('/')) return connectEngine({ socketPath: address });
  return connectEngine({ host: address });
}

export interface FoundEngines {
  readonly engines: readonly DockerEngine[];
  /** Engines that are there and may not be used, in words. */
  readonly refused: readonly string[];
}

const podmanSocket = '/run/podman/podman.sock';

/** The engine that is meant by the environment or found, and Podman's service beside it. */
export async function findEngines(): Promise<FoundEngines> {
  const engines: DockerEngine[] = [];
  const refused: string[] = [];
  for (const connect of [() => connectEngine(), () => connectTo(podmanSocket)]) {
    try {
      const engine = await connect();
      if (engines.some(({ address }) => address === engine.address)) engine.close();
      else engines.push(engine);
    } catch (error) {
      if (!(error instanceof SeaworthyError)) throw error;
      if (error.code === 'denied') refused.push(`${error.message}; ${error.advice ?? ''}`);
    }
  }
  return { engines, refused };
}

// Runs of containers out of all that is heard of them: named by the namer, started and ended by the
// engine's events, by the sensor, or by what is left of them on disk.
import type { ContainerIdentity, ContainerRun, Naming, Workload } from '../../model/container.ts';
import type { Followed } from '../docker/index.ts';
import { withinLabel } from './evidence.ts';
import type { Identifier } from './identify.ts';
import type { NamedContainer } from './messages.ts';

export type RunUpdate =
  | {
      /** `named`: known for the first time, mostly before it starts. */
      readonly kind: 'named' | 'started' | 'ended';
      readonly run: ContainerRun;
      readonly atNs: bigint;
    }
  /** Something else that its engine told: `oom`, `pause`, `unpause`, `kill`, `exec_create: sh` ... */
  | {
      readonly kind: 'told';
      readonly action: string;
      readonly run: ContainerRun;
      readonly atNs: bigint;
    }
  /** Runs between the two may be missing, or their ends. */
  | {
      readonly kind: 'gap';
      readonly reason: string;
      readonly fromNs: bigint;
      readonly toNs: bigint;
    };

export interface LifecycleOptions {
  /** Name of this machine in the record. */
  readonly node: string;
  readonly workloadOf: (identity: ContainerIdentity) => Workload;
  readonly identifier: Identifier;
  readonly onUpdate: (update: RunUpdate) => void;
  /** Nanoseconds since 1970. */
  readonly nowNs: () => bigint;
  /** When a container began that ran before anybody looked; null: nobody knows. */
  readonly startOf: (id: string) => Promise<bigint | null>;
}

export interface Lifecycle {
  /** From the namer. */
  named(container: NamedContainer): void;
  /** From `followEngine`, in its order; resolves when it is worked in. */
  followed(followed: Followed): Promise<void>;
  /** The first instruction of a container was seen (by the sensor). */
  started(id: string, atNs: bigint): void;
  /** The last process of a container was seen to end. A code that is known already stays. */
  ended(id: string, atNs: bigint, exitCode: number | null): void;
  /** Runs that have not ended. */
  alive(): readonly ContainerRun[];
  /** The run of a container that has not ended; null: none is known. */
  aliveOf(id: string): ContainerRun | null;
  /** The newest run of a container, alive or of late; null: none is known. */
  runOf(id: string): ContainerRun | null;
}

/** Runs that are kept after their end, for facts that come late (`die` after the sensor's exit). */
const endedKept = 10_000;

interface Run {
  /** The namer's mark of this run; null: it was heard of otherwise. */
  stamp: string | null;
  identity: ContainerIdentity;
  naming: Naming;
  startedAtNs: bigint | null;
  endedAtNs: bigint | null;
  exitCode: number | null;
}

/** A lifecycle with no containers. */
export function createLifecycle(options: LifecycleOptions): Lifecycle {
  return new Runs(options);
}

class Runs implements Lifecycle {
  private readonly options: LifecycleOptions;
  /** The newest run of each container. */
  private readonly runs = new Map<string, Run>();
  private readonly endedIds = new Set<string>();

  constructor(options: LifecycleOptions) {
    this.options = options;
  }

  named(container: NamedContainer): void {
    const { identity, naming, namedAtNs, bundle } = container;
    // Whoever saw no bundle cannot tell one run from the next.
    const stamp = bundle === '' ? null : container.stamp;
    this.options.identifier.remember(identity);
    const known = this.runs.get(identity.id);
    if (known !== undefined && known.endedAtNs === null) {
      // Told again by the successor of a namer that died.
      if (stamp === null || known.stamp === stamp) return;
      if (known.stamp === null && (known.startedAtNs === null || naming === 'after-start')) {
        // The engine's `create` was heard first: it is the same run, better named.
        known.stamp = stamp;
        known.identity = identity;
        if (known.startedAtNs === null) known.naming = naming;
        return;
      }
      // Nobody told the end of the last run.
      this.end(known, namedAtNs, null);
    }
    this.begin({ identity, naming, stamp }, namedAtNs);
    if (naming === 'after-start') void this.begun(identity.id);
  }

  /** It ran before anybody looked: the time of its start is found out. */
  private async begun(id: string): Promise<void> {
    const atNs = await this.options.startOf(id);
    if (atNs !== null) this.started(id, atNs);
  }

  started(id: string, atNs: bigint): void {
    const run = this.runs.get(id);
    if (run === undefined || run.startedAtNs !== null) return;
    run.startedAtNs = atNs;
    this.tell('started', run, atNs);
  }

  ended(id: string, atNs: bigint, exitCode: number | null): void {
    const run = this.runs.get(id);
    if (run === undefined) return;
    if (run.endedAtNs === null) return this.end(run, atNs, exitCode);
    if (run.exitCode !== null || exitCode === null) return;
    // The end was seen before its code was told.
    run.exitCode = exitCode;
    this.tell('ended', run, run.endedAtNs);
  }

  alive(): readonly ContainerRun[] {
    return [...this.runs.values()]
      .filter((run) => run.endedAtNs === null)
      .map((run) => this.of(run));
  }

  aliveOf(id: string): ContainerRun | null {
    const run = this.runs.get(id);
    return run === undefined || run.endedAtNs !== null ? null : this.of(run);
  }

  runOf(id: string): ContainerRun | null {
    const run = this.runs.get(id);
    return run === undefined ? null : this.of(run);
  }

  async followed(followed: Followed): Promise<void> {
    switch (followed.kind) {
      case 'event':
        return this.event(followed.event);
      case 'connected':
        return this.compare(followed);
      case 'gap':
        this.options.onUpdate(followed);
    }
  }

  private async event(event: Extract<Followed, { kind: 'event' }>['event']): Promise<void> {
    const { id, action, timeNanoseconds: atNs, attributes } = event;
    switch (action) {
      case 'create':
        await this.discover(id, atNs);
        return;
      case 'start': {
        const before = this.runs.get(id);
        const again = before !== undefined && before.endedAtNs !== null && before.endedAtNs < atNs;
        if (before === undefined || again) await this.discover(id, atNs, attributes);
        return this.started(id, atNs);
      }
      case 'die': {
        if (!this.runs.has(id)) await this.discover(id, atNs, attributes);
        const code = attributes.get('exitCode') ?? '';
        return this.ended(id, atNs, /^-?\d{1,10}$/.test(code) ? Number(code) : null);
      }
      case 'destroy':
        return this.forget(id);
      default: {
        const run = this.runs.get(id);
        if (run === undefined) return;
        if (action === 'rename') this.rename(run, attributes.get('name') ?? null);
        this.options.onUpdate({ kind: 'told', action, run: this.of(run), atNs });
      }
    }
  }

  /** A container that no namer told of, as its engine still knows it. */
  private async discover(
    id: string,
    atNs: bigint,
    attributes: ReadonlyMap<string, string> | null = null,
  ): Promise<Run | null> {
    const { identifier } = this.options;
    const found = await identifier.identify({ kind: 'container', id });
    // The namer may have told meanwhile, and all of its life may be over.
    const known = this.runs.get(id);
    const isSame = known !== undefined && (known.endedAtNs === null || known.endedAtNs > atNs);
    if (isSame) return known;
    if (found !== null) {
      return this.begin({ identity: found, naming: 'after-start', stamp: null }, atNs);
    }
    if (attributes === null) return null;
    return this.begin({ identity: unnamed(id, attributes), naming: 'never', stamp: null }, atNs);
  }

  /** After a connection: what the engine has, against what we believe. */
  private async compare({
    engine,
    containers,
  }: Extract<Followed, { kind: 'connected' }>): Promise<void> {
    const { nowNs, startOf } = this.options;
    const running = new Set<string>();
    for (const { id, state } of containers) {
      if (!['running', 'paused', 'restarting'].includes(state)) continue;
      running.add(id);
      const known = this.runs.get(id);
      const run =
        known === undefined || known.endedAtNs !== null ? await this.discover(id, nowNs()) : known;
      if (run === null || run.startedAtNs !== null) continue;
      this.started(id, (await startOf(id)) ?? nowNs());
    }
    for (const [id, run] of this.runs) {
      const was = run.endedAtNs === null && run.startedAtNs !== null;
      if (run.identity.engine !== engine || !was || running.has(id)) continue;
      // Another engine of this kind may have it (Docker in Docker): then its processes are there.
      if ((await startOf(id)) !== null) continue;
      // Its end was not told: it lies between the gap's bounds, and nobody knows its code.
      if (run.endedAtNs === null) this.end(run, nowNs(), null);
    }
  }

  private begin(known: Pick<Run, 'identity' | 'naming' | 'stamp'>, atNs: bigint): Run {
    const run: Run = { ...known, startedAtNs: null, endedAtNs: null, exitCode: null };
    this.runs.set(run.identity.id, run);
    this.endedIds.delete(run.identity.id);
    this.tell('named', run, atNs);
    return run;
  }

  private end(run: Run, atNs: bigint, exitCode: number | null): void {
    run.endedAtNs = atNs;
    run.exitCode = exitCode;
    this.endedIds.add(run.identity.id);
    const oldest = this.endedIds.size > endedKept ? this.endedIds.values().next().value : undefined;
    if (oldest !== undefined) this.forget(oldest);
    this.tell('ended', run, atNs);
  }

  private forget(id: string): void {
    const run = this.runs.get(id);
    if (run !== undefined && run.startedAtNs !== null && run.endedAtNs === null) return;
    this.runs.delete(id);
    this.endedIds.delete(id);
    this.options.identifier.forget(id);
  }

  private rename(run: Run, name: string | null): void {
    if (name === null) return;
    run.identity = { ...run.identity, name };
    this.options.identifier.remember(run.identity);
  }

  private tell(kind: 'named' | 'started' | 'ended', run: Run, atNs: bigint): void {
    this.options.onUpdate({ kind, run: this.of(run), atNs });
  }

  private of(run: Run): ContainerRun {
    const { node, workloadOf } = this.options;
    const { stamp: _, ...known } = run;
    return { ...known, node, workload: this.workloadWithin(run.identity, workloadOf), grade: null };
  }

  /** What a container's engine runs belongs to whom it belongs to, where it does not say otherwise. */
  private workloadWithin(
    identity: ContainerIdentity,
    workloadOf: LifecycleOptions['workloadOf'],
  ): Workload {
    const own = workloadOf(identity);
    const outer = this.runs.get(identity.labels.get(withinLabel) ?? '')?.identity;
    if (outer === undefined || outer.id === identity.id) return own;
    const around = workloadOf(outer);
    return {
      user: own.user ?? around.user,
      team: own.team ?? around.team,
      application: own.application ?? around.application,
      environment: own.environment ?? around.environment,
    };
  }
}

/** All that an event itself tells of a container that is gone already. */
function unnamed(id: string, attributes: ReadonlyMap<string, string>): ContainerIdentity {
  const labels = [...attributes].filter(([key]) => !eventAttributes.has(key));
  return {
    id,
    engine: 'docker',
    name: attributes.get('name') ?? null,
    image: { reference: attributes.get('image') ?? null, id: null, digest: null },
    labels: new Map(labels),
    mounts: [],
    capabilities: null,
    privileged: null,
    network: { mode: null, addresses: [], ports: [] },
    user: null,
    command: null,
    pidMode: null,
    pod: null,
    createdAtNs: null,
  };
}

const eventAttributes = new Set(['image', 'name', 'exitCode', 'signal', 'execDuration', 'oldName']);

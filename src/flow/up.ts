// The walk "everything on one machine": engines are found, images and containers scanned as they appear,
// what happens is recorded and told, and each day has its score. Read it top to bottom.
import { messageOf } from '../base/error.ts';
import type { Pace } from '../base/retry.ts';
import type { EngineImage } from '../host/docker/index.ts';
import type { RunUpdate } from '../host/naming/index.ts';
import type { ContainerRun } from '../model/container.ts';
import type { Catalogue, CatalogueEntry } from '../store/catalog/index.ts';
import type { RecordReader } from '../store/record/index.ts';
import { containerView } from './container-view.ts';
import type { FoundEngines } from './engines.ts';
import { scoreOfToday } from './harbour.ts';
import { imageView } from './image-view.ts';
import type { LiveFeed } from './live.ts';
import type { Responder } from './respond.ts';
import type { Coverage, HeardDetection, RuntimeSource } from './runtime-source.ts';
import { watchImages } from './up-images.ts';
import { createScanQueue, type ScanJob, type ScanQueue } from './up-scans.ts';

export interface UpOptions {
  readonly found: FoundEngines;
  /** containerd's socket is there. */
  readonly hasContainerd: boolean;
  readonly source: RuntimeSource;
  /** Tells of detections and does something about them; null: neither was asked for. */
  readonly responder: Responder | null;
  readonly catalogue: Catalogue;
  /** The record, once there is one. */
  readonly record: () => RecordReader | null;
  readonly live: LiveFeed;
  /** Scans one thing and puts it into the catalogue, in another process. */
  readonly scan: (job: ScanJob) => Promise<void>;
  /** Program and advisories of now: what was judged with others is judged anew. */
  readonly basis: () => string;
  /** Coverage of what lies outside: advisories, gate, audit. */
  readonly coverage: () => readonly Coverage[];
  /** Resolves to true when there are newer advisories; null: never asked (`--offline`). */
  readonly updateAdvisories: (() => Promise<boolean>) | null;
  readonly now: () => Date;
  readonly pace: Pace;
  readonly warn: (line: string) => void;
}

export interface UpStatus {
  readonly waiting: number;
  readonly running: number;
  readonly done: number;
}

export interface Up {
  coverage(): readonly Coverage[];
  status(): UpStatus;
  /** What the record says to run does; until then it is what somebody saw last. */
  isSettled(): boolean;
  /** Commits everything and ends. */
  stop(): Promise<void>;
}

/** A score is kept so often: the last one of a day counts. */
const scoreEveryMs = 600_000;
/** Containers that live shorter are known by their image alone. */
const settledMs = 10_000;
const settleEveryMs = 5000;
/** Digests that are due are sent, what `respond undo` asks for is taken back. */
const answerEveryMs = 1000;
/** A machine without an engine is inventoried as a whole. */
const machineJob: ScanJob = {
  id: 'rootfs:/',
  kind: 'machine',
  reference: 'this machine',
  size: null,
  engine: null,
};

/** Begins. Throws `SeaworthyError` `busy` when another process records in this folder. */
export async function startUp(options: UpOptions): Promise<Up> {
  const up = new Upkeep(options);
  await up.start();
  return up;
}

interface AliveContainer {
  readonly run: ContainerRun;
  readonly sinceMs: number;
}

class Upkeep implements Up {
  readonly #options: UpOptions;
  readonly #stopping = new AbortController();
  readonly #queue: ScanQueue;
  /** Ids by the engine that holds them. */
  readonly #held = new Map<string, ReadonlySet<string>>();
  readonly #alive = new Map<string, AliveContainer>();
  #isSettled = false;

  constructor(options: UpOptions) {
    this.#options = options;
    this.#queue = createScanQueue({
      scan: options.scan,
      onChange: (job, state, why) => this.#scanned(job, state, why),
      onIdle: () => this.#keepScore(),
    });
  }

  async start(): Promise<void> {
    const { source, found, pace, warn, updateAdvisories } = this.#options;
    const heard = source.start({
      onRun: (update) => this.#heard(update),
      onDetection: (heard, run) => this.#detected(heard, run),
      onSettled: () => (this.#isSettled = true),
    });
    const { signal } = this.#stopping;
    for (const { address } of found.engines) {
      const onImages = (images: readonly EngineImage[]): void => this.#list(address, images);
      void watchImages({ address, onImages, signal, pace, warn });
    }
    // The sensor takes a second to begin: images are listed meanwhile.
    await heard;
    if (found.engines.length === 0) this.#want(machineJob, true);
    void this.#every(settleEveryMs, () => this.#scanSettled());
    void this.#every(scoreEveryMs, () => this.#keepScore());
    const { responder } = this.#options;
    if (responder !== null) void this.#every(answerEveryMs, () => responder.tick());
    if (updateAdvisories !== null) void this.#update(updateAdvisories);
  }

  /** All images of an engine: those that are new or were judged by older advisories are scanned. */
  #list(address: string, images: readonly EngineImage[]): void {
    const { catalogue } = this.#options;
    const isFirst = !this.#held.has(address);
    const shown = images.filter(
      ({ repoTags, repoDigests }) => repoTags.length + repoDigests.length,
    );
    this.#held.set(address, new Set(images.map(({ id }) => id)));
    for (const image of shown) {
      const reference = image.repoTags[0] ?? image.repoDigests[0] ?? image.id;
      const job: ScanJob = {
        id: image.id,
        kind: 'image',
        reference,
        size: image.size,
        engine: address,
      };
      this.#want(job, !isFirst);
    }
    const present = new Set([...this.#held.values()].flatMap((ids) => [...ids]));
    catalogue.keepPresent('image', present);
  }

  /** Puts it into the catalogue and the queue, unless it was judged as it would be now. */
  #want(job: ScanJob, urgent: boolean): void {
    const { catalogue, basis } = this.#options;
    const known = catalogue.entry(job.id);
    if (known?.state === 'scanned' && known.basis === basis()) {
      if (known.reference === job.reference && known.present) return;
      const { reference } = job;
      catalogue.put({ ...known, reference, present: true }, null);
      this.#tellImage(job.id);
      return;
    }
    if (known?.state === 'failed' && known.basis === basis()) return;
    if (known === null || known.state === 'scanned') {
      catalogue.put({ ...entryOf(job, known), state: 'waiting' }, null);
      this.#tellImage(job.id);
    }
    this.#queue.add(job, urgent);
  }

  #scanned(job: ScanJob, state: 'scanning' | 'scanned' | 'failed', why: string): void {
    const { catalogue, source, live, basis } = this.#options;
    const known = catalogue.entry(job.id);
    if (state === 'failed') {
      catalogue.put({ ...entryOf(job, known), state, why, basis: basis() }, null);
    } else if (state === 'scanning') {
      catalogue.put({ ...entryOf(job, known), state, why: null }, null);
    } else if (known?.grade !== undefined && known.grade !== null) {
      source.grade(job.id, known.grade.letter);
    }
    if (job.kind === 'container') return;
    this.#tellImage(job.id);
    const { waiting, running, done } = this.#queue;
    live.tell('progress', { step: 'scan', name: job.reference, waiting, running, done });
  }

  #tellImage(id: string): void {
    const { catalogue, record, live } = this.#options;
    const entry = catalogue.entry(id);
    if (entry !== null) live.tell('image', imageView(entry, record()));
  }

  #heard(update: RunUpdate): void {
    const { live, catalogue, pace } = this.#options;
    if (update.kind === 'told') return;
    if (update.kind === 'gap') {
      const { reason, fromNs, toNs } = update;
      live.tell('lost', { what: 'all', why: reason, from: `${fromNs}`, to: `${toNs}` });
      return;
    }
    const { run, atNs } = update;
    const { id, image } = run.identity;
    if (update.kind === 'ended') this.#alive.delete(id);
    else this.#alive.set(id, { run, sinceMs: pace.now() });
    const grade = image.id === null ? null : (catalogue.entry(image.id)?.grade?.letter ?? null);
    const isAlive = update.kind !== 'ended';
    const seen = { firstSeenNs: run.startedAtNs ?? atNs, lastSeenNs: atNs, alive: isAlive };
    const stored = { id: 0, run: { ...run, grade }, startedBy: null, ...seen };
    live.tell('container', { ...containerView(stored), change: update.kind }, run.workload.team);
    const { engines } = this.#options.found;
    const engine = engines.find(({ kind }) => kind === run.identity.engine) ?? engines[0];
    if (image.id === null || update.kind === 'ended' || engine === undefined) return;
    // An image that nobody tagged is scanned as soon as it runs.
    const reference = image.reference ?? image.id;
    const known = catalogue.entry(image.id);
    if (known === null) {
      const job = { id: image.id, kind: 'image' as const, reference, size: null };
      this.#want({ ...job, engine: engine.address }, true);
    }
  }

  #detected(heard: HeardDetection, known: ContainerRun | null): void {
    const { live, responder } = this.#options;
    const { containerId, facts, timeNs } = heard;
    const run = known ?? this.#alive.get(containerId ?? '')?.run ?? null;
    live.tell('detection', { containerId, detection: facts }, run?.workload.team ?? null);
    const where =
      run === null ? { container: null } : { container: run.identity, workload: run.workload };
    responder?.take(heard, { timeNs, ...where });
  }

  /** What a container holds beyond its image is looked at once it stays. */
  #scanSettled(): void {
    const { pace, catalogue, found } = this.#options;
    const [engine] = found.engines;
    if (this.#queue.waiting + this.#queue.running > 0 || engine?.kind !== 'docker') return;
    for (const [id, { run, sinceMs }] of this.#alive) {
      if (pace.now() - sinceMs < settledMs || run.identity.engine !== 'docker') continue;
      const job: ScanJob = {
        id: `container:${id}`,
        kind: 'container',
        reference: run.identity.name ?? id,
        size: null,
        engine: engine.address,
      };
      const known = catalogue.entry(job.id);
      if (known === null || known.basis !== this.#options.basis()) this.#want(job, false);
    }
  }

  #keepScore(): void {
    const { catalogue, record, now, live } = this.#options;
    const known = { coverage: [], remembered: null, teams: null };
    const sources = { ...known, catalogue, record: record(), now: now() };
    const score = scoreOfToday(sources);
    if (score !== null) catalogue.putScore(score);
    live.tell('progress', { step: 'idle', waiting: 0, running: 0, done: this.#queue.done });
  }

  async #update(updateAdvisories: () => Promise<boolean>): Promise<void> {
    const { catalogue, warn, live } = this.#options;
    live.tell('progress', { step: 'advisories', waiting: 0, running: 1, done: 0 });
    try {
      if (!(await updateAdvisories()) || this.#stopping.signal.aborted) return;
      live.tell('progress', { step: 'advisories', waiting: 0, running: 0, done: 1 });
      const [engine] = this.#options.found.engines;
      for (const entry of catalogue.page({ limit: 100_000 })) {
        if (!entry.present) continue;
        const { id, kind, reference, size } = entry;
        const holder = [...this.#held].find(([, ids]) => ids.has(id))?.[0] ?? engine?.address;
        this.#want({ id, kind, reference, size, engine: holder ?? null }, false);
      }
    } catch (error) {
      warn(`the advisories could not be updated (${messageOf(error)})`);
    }
  }

  async #every(intervalMs: number, work: () => void): Promise<void> {
    const { pace } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await pace.sleep(intervalMs, signal).catch(() => undefined);
      if (!signal.aborted) work();
    }
  }

  coverage(): readonly Coverage[] {
    const { source, coverage, found, hasContainerd } = this.#options;
    return [...source.coverage(), ...engineCoverage(found, hasContainerd), ...coverage()];
  }

  status(): UpStatus {
    const { waiting, running, done } = this.#queue;
    return { waiting, running, done };
  }

  isSettled(): boolean {
    return this.#isSettled;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#queue.close();
    // What is done about the last detections belongs into the record too.
    await this.#options.source.stop(async () => this.#options.responder?.close());
  }
}

function entryOf(job: ScanJob, known: CatalogueEntry | null): CatalogueEntry {
  const { id, kind, reference, size } = job;
  if (known !== null) return { ...known, reference, size: size ?? known.size, present: true };
  return {
    id,
    kind,
    reference,
    size,
    digest: null,
    os: null,
    packages: null,
    layers: null,
    grade: null,
    fixFirst: [],
    summary: null,
    scannedAt: null,
    state: 'waiting',
    basis: null,
    why: null,
    present: true,
  };
}

function engineCoverage(found: FoundEngines, hasContainerd: boolean): readonly Coverage[] {
  const rows = found.engines.map(
    ({ kind, address }): Coverage => ({
      what: `engine ${kind}`,
      state: 'on',
      why: `its images and containers are followed at ${address}`,
      howToSwitchOn: null,
    }),
  );
  for (const why of found.refused) {
    const howToSwitchOn = 'run it as root, or as a user of the group of the socket';
    rows.push({ what: 'engine', state: 'off', why, howToSwitchOn });
  }
  if (found.engines.length === 0 && found.refused.length === 0) {
    rows.push({
      what: 'engine docker',
      state: 'off',
      why: 'no container engine was found: this machine itself is inventoried',
      howToSwitchOn: 'start Docker or Podman, or set DOCKER_HOST, and start `seaworthy up` again',
    });
  }
  if (hasContainerd) {
    rows.push({
      what: 'containerd',
      state: 'limited',
      why: 'its containers are seen; images that only it holds are not scanned',
      howToSwitchOn: 'scan them by reference: seaworthy scan registry:IMAGE',
    });
  }
  return rows;
}

// The walk "new advisory -> every stored image matched again", shared by the replicas of a fleet: each
// takes what is open, says that it lives, and puts findings back. A dead one's work goes to another.
import { type MatchEcosystems, matchPackages } from '../advisory/match/index.ts';
import { messageOf } from '../base/error.ts';
import type { Pace } from '../base/retry.ts';
import type { AdvisorySource } from '../model/advisory.ts';
import type { FleetInventory } from '../model/fleet.ts';
import { isAboutPackage } from '../model/report.ts';
import type {
  FleetFinding,
  FleetImage,
  FleetRetention,
  FleetStore,
  Work,
} from '../store/fleet/index.ts';
import type { ReportDocument } from './archive.ts';
import { keepFleetScore } from './fleet-harbour.ts';
import { fleetReport } from './fleet-report.ts';
import { fleetDocument } from './report-documents.ts';

export interface FleetWorkOptions {
  readonly store: FleetStore;
  /** Name of this replica, unlike all others. */
  readonly worker: string;
  /** The advisories of now. Null: there are none here; other replicas may have some. */
  readonly advisories: () => AdvisorySource | null;
  readonly ecosystems: MatchEcosystems;
  /** Pulls and reads an image that no node scanned. Null: this replica does not. */
  readonly scan: ((image: FleetImage) => Promise<FleetInventory>) | null;
  /** Takes what was found in an image; null: it is kept nowhere else. */
  readonly keep?: ((document: ReportDocument) => void) | null;
  readonly retention: FleetRetention;
  /** Of this program, told in reports. */
  readonly version: string;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  readonly warn: (line: string) => void;
  readonly leaseMs?: number;
  readonly idleMs?: number;
  /** How long a node may take to tell what is in an image that it runs, before a server pulls it. */
  readonly patienceMs?: number;
}

export interface FleetWorkFigures {
  readonly matched: number;
  readonly scanned: number;
  readonly failed: number;
}

export interface FleetWork {
  figures(): FleetWorkFigures;
  /** Resolves when it was aborted and has ended. */
  readonly ended: Promise<void>;
}

const usualLeaseMs = 60_000;
const usualIdleMs = 2000;
const againMs = 30_000;
const retainMs = 3_600_000;
const lookForScansMs = 60_000;
/** The last score of a day counts. */
const scoreMs = 600_000;
/** Images that ran longer ago are not worth a pull. */
const ranLatelyMs = 30 * 86_400_000;
const leasedAtOnce = 4;

/** Works until it is aborted. */
export function startFleetWork(options: FleetWorkOptions): FleetWork {
  const worker = new FleetWorker(options);
  return { figures: () => ({ ...worker.figures }), ended: worker.run() };
}

class FleetWorker {
  readonly figures = { matched: 0, scanned: 0, failed: 0 };
  readonly #options: FleetWorkOptions;
  #retainedMs = Number.NEGATIVE_INFINITY;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #scoredMs = Number.NEGATIVE_INFINITY;
  #revision = '';

  constructor(options: FleetWorkOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { pace, signal, warn, idleMs = usualIdleMs } = this.#options;
    while (!signal.aborted) {
      let done = 0;
      try {
        await this.#upkeep();
        done = await this.#once();
      } catch (error) {
        warn(`work of the fleet: ${messageOf(error)}`);
      }
      if (done === 0) await pace.sleep(idleMs, signal).catch(() => undefined);
    }
  }

  async #upkeep(): Promise<void> {
    const { store, pace, retention, advisories, scan, patienceMs } = this.#options;
    if (pace.now() - this.#retainedMs > retainMs) {
      this.#retainedMs = pace.now();
      await store.retain(retention);
    }
    if (pace.now() - this.#scoredMs > scoreMs) {
      this.#scoredMs = pace.now();
      await keepFleetScore(store, new Date(pace.now()));
    }
    const source = advisories();
    const revision = source === null ? '' : revisionOf(source);
    if (source !== null && revision !== this.#revision) {
      await store.addMatchOfAll({ revision, builtUs: builtUsOf(source) });
      this.#revision = revision;
    }
    if (scan !== null && pace.now() - this.#lookedMs > (patienceMs ?? lookForScansMs)) {
      this.#lookedMs = pace.now();
      const patience = patienceMs === undefined ? {} : { patienceMs };
      await store.addMissingScans({ sinceMs: ranLatelyMs, ...patience });
    }
  }

  /** One round: leases, works, gives back. @returns how many pieces were finished */
  async #once(): Promise<number> {
    const { store, worker, advisories, scan, leaseMs = usualLeaseMs } = this.#options;
    const source = advisories();
    const kinds = [
      ...(source === null ? [] : ['match' as const]),
      ...(scan === null ? [] : ['scan' as const]),
    ];
    if (kinds.length === 0) return 0;
    const basis = source === null ? {} : { builtUs: builtUsOf(source) };
    const leased = await store.lease(worker, { leaseMs, limit: leasedAtOnce, kinds, ...basis });
    let done = 0;
    for (const work of leased) {
      // Those before it took their time.
      if (!(await store.heartbeat(work.id, worker, leaseMs))) continue;
      try {
        if (work.kind === 'match') await this.#match(work, source);
        else await this.#scan(work);
        if (await store.finish(work.id, worker)) done += 1;
      } catch (error) {
        this.figures.failed += 1;
        await store.fail(work.id, worker, { why: messageOf(error), againMs });
      }
    }
    return done;
  }

  async #match({ subject }: Work, source: AdvisorySource | null): Promise<void> {
    const { store, ecosystems } = this.#options;
    if (source === null) throw new Error('nobody here can do this work');
    const inventory = await store.inventory(subject);
    if (inventory === null) throw new Error('the inventory is gone');
    const found = matchPackages({
      packages: inventory.packages.map(({ found }) => found),
      distribution: inventory.distribution,
      source,
      ecosystems,
      kernel: 'skip',
    });
    const told = found.findings.filter(isAboutPackage).flatMap((finding): FleetFinding[] => {
      const names = new Set([finding.id, ...('aliases' in finding ? finding.aliases : [])]);
      const { severity } = finding;
      return [...names].map((advisory) => ({ advisory, purl: finding.package.purl, severity }));
    });
    await store.putFindings(subject, told);
    const now = new Date(this.#options.pace.now());
    const { imageId: id, reference, digest } = inventory;
    const report = fleetReport(inventory, found, {
      source,
      ecosystems,
      now,
      version: this.#options.version,
    });
    await store.putReport({ id, reference, digest }, report);
    this.#keep(inventory, told, source);
    this.figures.matched += 1;
  }

  #keep(
    { imageId, reference, digest }: FleetInventory,
    findings: readonly FleetFinding[],
    source: AdvisorySource,
  ): void {
    const { store, keep, pace } = this.#options;
    const match = {
      findings,
      generatedAt: new Date(pace.now()).toISOString(),
      advisoriesBuiltAt: source.info().builtAt,
    };
    keep?.(fleetDocument({ imageId, reference, digest }, match, () => store.inventory(imageId)));
  }

  /** A pull may take longer than a lease: it is renewed meanwhile. */
  async #scan(work: Work): Promise<void> {
    const { store, scan, worker, pace, leaseMs = usualLeaseMs } = this.#options;
    const image = await store.image(work.subject);
    if (scan === null || image === null) throw new Error('no node knows this image any more');
    const reading = new AbortController();
    const keepAlive = async (): Promise<void> => {
      while (!reading.signal.aborted) {
        await pace.sleep(leaseMs / 3, reading.signal).catch(() => undefined);
        if (!reading.signal.aborted) await store.heartbeat(work.id, worker, leaseMs);
      }
    };
    const alive = keepAlive().catch(() => undefined);
    try {
      await store.putInventory(await scan(image));
      this.figures.scanned += 1;
    } finally {
      reading.abort();
      await alive;
    }
  }
}

/** Tells one advisory database from another. */
function revisionOf(source: AdvisorySource): string {
  return JSON.stringify(source.info());
}

function builtUsOf(source: AdvisorySource): number {
  const ms = Date.parse(source.info().builtAt);
  return Number.isNaN(ms) ? 0 : ms * 1000;
}

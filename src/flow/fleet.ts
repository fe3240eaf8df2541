// The walk "new advisory -> every stored image matched again", shared by the replicas of a fleet: each
// takes what is open, says that it lives, and puts findings back. A dead one's work goes to another.
import { type MatchEcosystems, matchPackages } from '../advisory/match/index.ts';
import { messageOf } from '../base/error.ts';
import type { Pace } from '../base/retry.ts';
import type { AdvisorySource } from '../model/advisory.ts';
import { isAboutPackage } from '../model/report.ts';
import type { FleetFinding, FleetRetention, FleetStore, Work } from '../store/fleet/index.ts';

export interface FleetWorkOptions {
  readonly store: FleetStore;
  /** Name of this replica, unlike all others. */
  readonly worker: string;
  /** Null: there is no advisory database here; other replicas may have one. */
  readonly advisories: AdvisorySource | null;
  readonly ecosystems: MatchEcosystems;
  readonly retention: FleetRetention;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  readonly warn: (line: string) => void;
  readonly leaseMs?: number;
  readonly idleMs?: number;
}

const usualLeaseMs = 60_000;
const usualIdleMs = 2000;
const againMs = 30_000;
const retainMs = 3_600_000;
const leasedAtOnce = 4;

/** Works until it is aborted. */
export async function runFleetWork(options: FleetWorkOptions): Promise<void> {
  const { store, pace, signal, advisories, warn, idleMs = usualIdleMs } = options;
  let retainedMs = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    let done = 0;
    try {
      if (pace.now() - retainedMs > retainMs) {
        retainedMs = pace.now();
        await store.retain(options.retention);
        if (advisories !== null) await store.addMatchOfAll(revisionOf(advisories));
      }
      if (advisories !== null) done = await fleetWorkOnce(options);
    } catch (error) {
      warn(`work of the fleet: ${messageOf(error)}`);
    }
    if (done === 0) await pace.sleep(idleMs, signal).catch(() => undefined);
  }
}

/** One round: leases, works, gives back. @returns how many pieces were finished */
async function fleetWorkOnce(options: FleetWorkOptions): Promise<number> {
  const { store, worker, leaseMs = usualLeaseMs } = options;
  const leased = await store.lease(worker, { leaseMs, limit: leasedAtOnce });
  let done = 0;
  for (const work of leased) {
    // Those before it took their time.
    if (!(await store.heartbeat(work.id, worker, leaseMs))) continue;
    try {
      await matchOne(options, work);
      if (await store.finish(work.id, worker)) done += 1;
    } catch (error) {
      await store.fail(work.id, worker, { why: messageOf(error), againMs });
    }
  }
  return done;
}

async function matchOne(options: FleetWorkOptions, work: Work): Promise<void> {
  const { store, advisories: source, ecosystems } = options;
  if (work.kind !== 'match' || source === null) throw new Error('nobody here can do this work');
  const inventory = await store.inventory(work.subject);
  if (inventory === null) throw new Error('the inventory is gone');
  const { findings } = matchPackages({
    packages: inventory.packages.map(({ found }) => found),
    distribution: inventory.distribution,
    source,
    ecosystems,
    kernel: 'skip',
  });
  const told = findings.filter(isAboutPackage).flatMap((finding): FleetFinding[] => {
    const names = new Set([finding.id, ...('aliases' in finding ? finding.aliases : [])]);
    const { severity } = finding;
    return [...names].map((advisory) => ({ advisory, purl: finding.package.purl, severity }));
  });
  await store.putFindings(work.subject, told);
}

/** Tells one advisory database from another. */
function revisionOf(source: AdvisorySource): string {
  return JSON.stringify(source.info());
}

// Detections of a whole fleet told to people and other systems by one replica at a time, so that its
// digests are of all nodes and nothing is told twice; when it dies another goes on where it was.
import { messageOf } from '../base/error.ts';
import type { Pace } from '../base/retry.ts';
import type { Alert } from '../model/alert.ts';
import { alertOf } from '../runtime/alert/index.ts';
import type { FleetNotice, FleetStore } from '../store/fleet/index.ts';
import type { Alerting } from './alerts.ts';
import { createCauseCounts } from './cause-counts.ts';
import { idOf } from './respond-sight.ts';

export interface FleetAlertOptions {
  readonly store: FleetStore;
  /** Name of this replica, unlike all others. */
  readonly worker: string;
  readonly alerting: Alerting;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  readonly warn: (line: string) => void;
  readonly leaseMs?: number;
  readonly idleMs?: number;
}

export interface FleetAlertFigures {
  /** This replica is the one that tells. */
  readonly holds: boolean;
  /** Detections that were given to the outputs, repeats too. */
  readonly told: number;
}

export interface FleetAlerts {
  figures(): FleetAlertFigures;
  /** Resolves when it was aborted, everything gathered was sent, and another may take over. */
  readonly ended: Promise<void>;
}

const usualLeaseMs = 15_000;
const usualIdleMs = 1000;
const takenAtOnce = 200;
/** Notices are ended when outputs have sent them, or after so long: queues hold them then. */
const drainMs = 5000;
const lookMs = 50;

/** Tells until it is aborted. */
export function startFleetAlerts(options: FleetAlertOptions): FleetAlerts {
  const teller = new FleetTeller(options);
  return { figures: () => ({ ...teller.figures }), ended: teller.run() };
}

class FleetTeller {
  readonly figures = { holds: false, told: 0 };
  readonly #options: FleetAlertOptions;
  readonly #seenOf = createCauseCounts();

  constructor(options: FleetAlertOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { store, worker, alerting, pace, signal, warn } = this.#options;
    const { leaseMs = usualLeaseMs, idleMs = usualIdleMs } = this.#options;
    while (!signal.aborted) {
      let taken = 0;
      try {
        this.figures.holds = await store.holdAlerts(worker, leaseMs);
        if (this.figures.holds) {
          taken = await this.#once(leaseMs);
          alerting.tick();
        }
      } catch (error) {
        warn(`alerts of the fleet: ${messageOf(error)}`);
      }
      if (taken < takenAtOnce) await pace.sleep(idleMs, signal).catch(() => undefined);
    }
    await alerting.close();
    await store.leaveAlerts(worker).catch((error: unknown) => warn(messageOf(error)));
  }

  async #once(leaseMs: number): Promise<number> {
    const { store, worker } = this.#options;
    const notices = await store.takeNotices(worker, { leaseMs, limit: takenAtOnce });
    for (const notice of notices) this.#tell(notice);
    if (notices.length === 0) return 0;
    await this.#drained(leaseMs);
    const ids = notices.map(({ id }) => id);
    await store.endNotices(worker, ids);
    return notices.length;
  }

  #tell(notice: FleetNotice): void {
    const { alerting } = this.#options;
    const { alert, isRepeat } = this.#counted(alertOfNotice(notice));
    this.figures.told += 1;
    if (isRepeat) alerting.repeat(alert);
    else alerting.tell(alert);
  }

  #counted(alert: Alert): { readonly alert: Alert; readonly isRepeat: boolean } {
    const { count, isRound } = this.#seenOf(alert.id);
    return { alert: { ...alert, count }, isRepeat: count > 1 && !isRound && !isOurs(alert) };
  }

  async #drained(leaseMs: number): Promise<void> {
    const { alerting, pace, signal } = this.#options;
    const untilMs = pace.now() + Math.min(drainMs, leaseMs / 2);
    while (!alerting.isSettled() && pace.now() < untilMs && !signal.aborted) {
      await pace.sleep(lookMs, signal).catch(() => undefined);
    }
  }
}

/** What agents did to containers is news each time. */
function isOurs({ fields }: Alert): boolean {
  return Object.hasOwn(fields, 'seaworthy.response');
}

/** A detection as its node told it, with what is known of the run. */
function alertOfNotice({ agent, container, timeUs, detection, run }: FleetNotice): Alert {
  const fields = detection.output_fields;
  const cause = fields['seaworthy.cause'];
  const chain = fields['seaworthy.chain'];
  const id = typeof cause === 'string' ? cause : idOf([detection.rule]);
  return alertOf(detection, {
    // The same cause on another node is news.
    id: idOf([agent, container ?? '', id]),
    timeNs: BigInt(timeUs) * 1000n,
    chain: typeof chain === 'string' ? chain : null,
    ...(run === null
      ? {}
      : {
          workload: run.workload,
          container: {
            id: run.container,
            name: run.name,
            image: run.image.reference ?? run.image.id,
          },
        }),
  });
}

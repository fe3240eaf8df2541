// What a replica does beside answering: matching and scanning that all replicas share, and telling others
// of detections, which one of them does.
import { hostname } from 'node:os';
import { realPace } from '../../base/retry.ts';
import { newName } from '../../base/secret.ts';
import type { AlertDesk } from '../../flow/alert-desk.ts';
import { matchEcosystems } from '../../flow/ecosystems.ts';
import { type FleetWork, startFleetWork } from '../../flow/fleet.ts';
import { type FleetAlerts, startFleetAlerts } from '../../flow/fleet-alerts.ts';
import { scanForFleet } from '../../flow/fleet-inventory.ts';
import type { AdvisorySource } from '../../model/advisory.ts';
import type { FurtherFigures } from '../../server/ingest/index.ts';
import type { FleetRetention, FleetStore } from '../../store/fleet/index.ts';
import { compose, databaseFile } from '../compose.ts';
import type { RegistryFlags } from '../options.ts';
import { version } from '../version.ts';
import { followAdvisories } from './server-advisories.ts';
import type { ServerOptions } from './server-options.ts';

export interface ServerWork {
  figures(): FurtherFigures;
  /** Name of this replica, unlike all others. */
  readonly worker: string;
  /** The advisories of now; null: there are none here. */
  readonly advisories: () => AdvisorySource | null;
  /** Resolves when it was aborted and everything is given back. */
  readonly ended: Promise<void>;
}

/** Begins to work. */
export function startServerWork(
  options: ServerOptions,
  {
    store,
    alerts,
    retention,
    signal,
    warn,
  }: {
    readonly store: FleetStore;
    /** Null: this replica tells nobody. */
    readonly alerts: AlertDesk | null;
    readonly retention: FleetRetention;
    readonly signal: AbortSignal;
    readonly warn: (line: string) => void;
  },
): ServerWork {
  const file = databaseFile(options);
  const advisories = followAdvisories(file, warn);
  if (advisories.get() === null) warn(`no advisories in ${file}: other replicas match, or nobody`);
  const worker = `${hostname()}-${process.pid}-${newName().slice(0, 8)}`;
  const registries = options.scan ?? [];
  const composed = registries.length === 0 ? null : compose(options, registryFlags(options));
  const about = { store, worker, pace: realPace, signal, warn };
  const work = startFleetWork({
    ...about,
    advisories: () => advisories.get(),
    ecosystems: matchEcosystems,
    scan: composed === null ? null : (image) => scanForFleet(composed.services, image, registries),
    keep: alerts === null ? null : (document) => alerts.alerting.keep(document),
    retention,
    version,
    ...(options.scanAfter === undefined ? {} : { patienceMs: options.scanAfter }),
  });
  const teller = alerts === null ? null : startFleetAlerts({ ...about, alerting: alerts.alerting });
  return {
    figures: () => figuresOf({ work, teller, alerts }),
    worker,
    advisories: () => advisories.get(),
    ended: Promise.all([work.ended, teller?.ended]).then(() => {
      advisories.close();
      composed?.close();
    }),
  };
}

/** `--plain-http` of a server is about its own port, and never about a registry. */
function registryFlags({ registryCa }: ServerOptions): RegistryFlags {
  return registryCa === undefined ? {} : { registryCa };
}

function figuresOf({
  work,
  teller,
  alerts,
}: {
  readonly work: FleetWork;
  readonly teller: FleetAlerts | null;
  readonly alerts: AlertDesk | null;
}): FurtherFigures {
  const { matched, scanned, failed } = work.figures();
  const told = teller?.figures() ?? { holds: false, told: 0 };
  const outputs = alerts?.outputs() ?? [];
  const sum = (name: 'delivered' | 'lost' | 'failures' | 'waiting'): number =>
    outputs.reduce((total, output) => total + output[name], 0);
  const rows: readonly (readonly [string, number])[] = [
    ['work_matched_total', matched],
    ['work_scanned_total', scanned],
    ['work_failed_total', failed],
    ['alerts_duty', told.holds ? 1 : 0],
    ['alerts_told_total', told.told],
    ['alerts_delivered_total', sum('delivered')],
    ['alerts_lost_total', sum('lost')],
    ['alert_failures_total', sum('failures')],
    ['alerts_waiting', sum('waiting')],
  ];
  return new Map(
    rows.map(([name, value]) => [
      name,
      { value, kind: name.endsWith('_total') ? 'counter' : 'gauge' },
    ]),
  );
}

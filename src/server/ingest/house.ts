// What is about the fleet's server itself: who is told of detections, the test of it, the log of changes.
import type { AlertDesk } from '../../flow/alert-desk.ts';
import type { FleetStore } from '../../store/fleet/index.ts';

export interface FleetHouse {
  readonly store: FleetStore;
  /** Null: this replica tells nobody. */
  readonly alerts: AlertDesk | null;
}

const changesMost = 1000;

/** Outputs as this replica knows them, and which replica tells. */
export async function alertState({ store, alerts }: FleetHouse): Promise<unknown> {
  return {
    state: alerts === null ? 'off' : 'on',
    howToSwitchOn: alerts === null ? 'seaworthy server --alerts alerts.yaml' : null,
    heldBy: await store.alertsHeldBy(),
    digest: alerts === null ? null : { seconds: alerts.digestSeconds },
    outputs: alerts?.outputs() ?? [],
  };
}

/** Null: `limit` is none. */
export async function changesOf({ store }: FleetHouse, words: URLSearchParams): Promise<unknown> {
  const limit = Number(words.get('limit') ?? 100);
  if (!Number.isInteger(limit) || limit < 1 || limit > changesMost) return null;
  const found = await store.changes(limit);
  const items = found.map(({ atUs, ...rest }) => ({
    time: new Date(atUs / 1000).toISOString(),
    ...rest,
  }));
  return { items };
}

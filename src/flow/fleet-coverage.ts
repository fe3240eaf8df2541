// What of a fleet is looked at, and how the rest is switched on: the last rows of the first page.
import type { AdvisorySource } from '../model/advisory.ts';
import type { FleetStore } from '../store/fleet/index.ts';
import type { Coverage } from './runtime-source.ts';

/** An agent that said nothing for so long is silent. */
const silentMs = 120_000;
const oldHours = 72;

export async function fleetCoverage({
  store,
  advisories,
  alerts,
  now,
}: {
  readonly store: FleetStore;
  readonly advisories: () => AdvisorySource | null;
  readonly alerts: boolean;
  readonly now: () => Date;
}): Promise<readonly Coverage[]> {
  const heldBy = await store.alertsHeldBy();
  const isTold = alerts || heldBy !== null;
  return [
    await agentsRow(store, now),
    advisoriesRow(advisories(), now),
    {
      what: 'alerts',
      state: isTold ? 'on' : 'off',
      why: isTold ? `told by ${heldBy ?? 'this replica'}` : 'nobody is told of detections',
      howToSwitchOn: isTold ? null : 'seaworthy server --alerts alerts.yaml',
    },
  ];
}

async function agentsRow(store: FleetStore, now: () => Date): Promise<Coverage> {
  const silentUs = (now().getTime() - silentMs) * 1000;
  const { all, silent, missing } = await store.agentCounts(silentUs);
  const lost = missing === 0 ? '' : `; ${missing} records never came`;
  const nodes = `${all} ${all === 1 ? 'node' : 'nodes'}`;
  return {
    what: 'agents',
    state: all === 0 ? 'off' : silent > 0 ? 'limited' : 'on',
    why: `${silent === 0 ? `${nodes} tell` : `${silent} of ${nodes} said nothing lately`}${lost}`,
    howToSwitchOn: all === 0 ? 'seaworthy server enrol, then seaworthy agent on each node' : null,
  };
}

function advisoriesRow(source: AdvisorySource | null, now: () => Date): Coverage {
  if (source === null) {
    const why = 'this replica has no advisories: images are judged by others, or by nobody';
    return { what: 'advisories', state: 'limited', why, howToSwitchOn: 'seaworthy db update' };
  }
  const { builtAt, advisories } = source.info();
  const hours = Math.round((now().getTime() - Date.parse(builtAt)) / 3_600_000);
  const isOld = hours > oldHours;
  return {
    what: 'advisories',
    state: isOld ? 'limited' : 'on',
    why: `${advisories} advisories, ${hours} h old`,
    howToSwitchOn: isOld ? 'seaworthy db update' : null,
  };
}

// What of a fleet is looked at, and how the rest is switched on: the last rows of the first page.
import type { AdvisorySource } from '../model/advisory.ts';
import type { FleetStore } from '../store/fleet/index.ts';
import type { Coverage } from './runtime-source.ts';

/** An agent that said nothing for so long is silent. */
const silentMs = 120_000;
const agentsMost = 10_000;
const pageRows = 1000;
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
  let after: string | null = null;
  const sums = { all: 0, silent: 0, missing: 0 };
  do {
    const page = await store.agents({ after, limit: pageRows });
    for (const { revoked, seenUs, missing } of page) {
      if (revoked) continue;
      sums.all += 1;
      sums.missing += missing;
      if (seenUs === null || now().getTime() - seenUs / 1000 > silentMs) sums.silent += 1;
    }
    after = page.length < pageRows ? null : (page.at(-1)?.id ?? null);
  } while (after !== null && sums.all < agentsMost);
  const { all, silent, missing } = sums;
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

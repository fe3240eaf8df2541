// Gates and audits of a fleet as pages show them: what nodes told, summed where a thousand of them would
// be read by nobody, and plainly said where no node tells anything.
import type { GateDecision } from '../model/gate-decision.ts';
import type { FleetAuditRun, FleetDecidedDay, FleetStore } from '../store/fleet/index.ts';

export interface FleetGateView {
  readonly state: 'on' | 'off';
  readonly howToSwitchOn: string | null;
  readonly nodes: { readonly all: number; readonly withGate: number };
  readonly sums: readonly FleetDecidedDay[];
  readonly decisions: readonly (GateDecision & { readonly node: string })[];
  readonly next: readonly [timeUs: number, agent: string, id: string] | null;
}

/** Days of sums that are told. */
const sumDays = 30;
const dayMs = 86_400_000;

const howToGate =
  'Let the gate of a node record into the data folder of its agent: `seaworthy gate docker --record DATA/gate/decisions.jsonl`';

export async function gateOfFleet(
  store: FleetStore,
  {
    now,
    limit,
    before,
  }: {
    readonly now: Date;
    readonly limit: number;
    readonly before?: { readonly timeUs: number; readonly agent: string; readonly id: string };
  },
): Promise<FleetGateView> {
  const since = new Date(now.getTime() - sumDays * dayMs).toISOString().slice(0, 10);
  const [found, sums, withGate, { agents }] = await Promise.all([
    store.decisions({ limit: limit + 1, ...(before === undefined ? {} : { before }) }),
    store.decidedSince(since),
    store.nodesWithGate(),
    store.counts(),
  ]);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const hasMore = found.length > limit && last !== undefined;
  const isOn = withGate > 0 || found.length > 0;
  return {
    state: isOn ? 'on' : 'off',
    howToSwitchOn: isOn ? null : howToGate,
    nodes: { all: agents, withGate },
    sums,
    decisions: page.map(({ node, decision }) => ({ ...decision, node })),
    next: hasMore ? [last.timeUs, last.agent, last.id] : null,
  };
}

export interface FleetAuditsView {
  readonly state: 'on' | 'off';
  readonly howToSwitchOn: string | null;
  readonly nodes: { readonly all: number; readonly audited: number };
  /** The worst first. */
  readonly audits: readonly (Omit<FleetAuditRun, 'atUs'> & { readonly at: string })[];
  /** Controls that fail, by how many nodes. */
  readonly controls: readonly {
    readonly audit: string;
    readonly control: string;
    readonly nodes: number;
  }[];
  /** The mean score of each day of the nodes that were audited on it. */
  readonly history: readonly {
    readonly audit: string;
    readonly at: string;
    readonly score: number;
    readonly nodes: number;
  }[];
}

const auditsMost = 5000;
const historyMost = 50_000;
const historyDays = 90;
const controlsMost = 200;

const howToAudit =
  'Audit a node into the data folder of its agent, by a timer: `seaworthy audit docker --data DATA`';

export async function auditsOfFleet(store: FleetStore, now: Date): Promise<FleetAuditsView> {
  const sinceUs = (now.getTime() - historyDays * dayMs) * 1000;
  const [newest, runs, { agents }] = await Promise.all([
    store.newestAudits(auditsMost),
    store.auditsSince({ sinceUs, limit: historyMost }),
    store.counts(),
  ]);
  const isOn = newest.length > 0;
  return {
    state: isOn ? 'on' : 'off',
    howToSwitchOn: isOn ? null : howToAudit,
    nodes: { all: agents, audited: new Set(newest.map(({ agent }) => agent)).size },
    audits: newest.map(({ atUs, ...run }) => ({ ...run, at: timeOf(atUs) })),
    controls: controlsOf(newest),
    history: historyOf(runs),
  };
}

function timeOf(us: number): string {
  return new Date(us / 1000).toISOString();
}

function controlsOf(newest: readonly FleetAuditRun[]): FleetAuditsView['controls'] {
  const nodes = new Map<string, Set<string>>();
  for (const { audit, agent, failed } of newest) {
    for (const control of failed) {
      const key = `${audit}\n${control}`;
      const own = nodes.get(key) ?? new Set();
      nodes.set(key, own.add(agent));
    }
  }
  return [...nodes]
    .map(([key, own]) => {
      const [audit = '', control = ''] = key.split('\n');
      return { audit, control, nodes: own.size };
    })
    .toSorted((a, b) => b.nodes - a.nodes || (a.control < b.control ? -1 : 1))
    .slice(0, controlsMost);
}

/** The last audit of a node on a day counts. */
function historyOf(runs: readonly FleetAuditRun[]): FleetAuditsView['history'] {
  const days = new Map<string, Map<string, number>>();
  for (const { audit, target, agent, atUs, score } of runs) {
    const key = `${audit}\n${timeOf(atUs).slice(0, 10)}`;
    const own = days.get(key) ?? new Map<string, number>();
    days.set(key, own.set(`${agent}\n${target}`, score));
  }
  return [...days].map(([key, scores]) => {
    const [audit = '', day = ''] = key.split('\n');
    const sum = [...scores.values()].reduce((total, score) => total + score, 0);
    const nodes = new Set([...scores.keys()].map((one) => one.split('\n', 1)[0])).size;
    const at = `${day}T00:00:00.000Z`;
    return { audit, at, score: Math.round(sum / scores.size), nodes };
  });
}

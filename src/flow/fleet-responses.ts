// What people ask nodes of a fleet to do, and what nodes did: asked for in the store, carried out by the
// node where its own policy allows it by hand.
import { SeaworthyError } from '../base/error.ts';
import { newName } from '../base/secret.ts';
import type { ResponseAction } from '../model/response.ts';
import { responseActions } from '../model/response.ts';
import type { FleetResponse, FleetStore, StoredFleetRun } from '../store/fleet/index.ts';
import type { AlertDesk } from './alert-desk.ts';
import type { Teams } from './evidence.ts';
import { runOfWord } from './fleet-evidence.ts';
import { allowedByHand } from './respond-manual.ts';
import {
  type AlertsState,
  type HandRequest,
  type ResponseDesk,
  type ResponseItem,
  testOf,
} from './response-desk.ts';

/** So long an order waits for its node: nobody wants a pause that comes an hour later. */
const orderMs = 60_000;
const itemsOfContainer = 100;
const startWithAlerts = 'seaworthy server --alerts alerts.yaml';

export interface FleetResponseSources {
  readonly store: FleetStore;
  /** Null: this replica tells nobody. */
  readonly alerts: AlertDesk | null;
  readonly now: () => Date;
}

export function fleetResponses(sources: FleetResponseSources): ResponseDesk {
  const { store, alerts } = sources;
  return {
    alerts: () => alertsOf(sources),
    test: () => testOf(alerts, startWithAlerts),
    async list({ activeOnly, limit }, teams) {
      const own = teams === null ? {} : { teams: [...teams] };
      const found = await store.responses({ activeOnly, limit, ...own });
      return found.map(fleetResponseItem);
    },
    async hands(word, teams) {
      const stored = await runOfWord(store, word, teams);
      if (stored === null) return null;
      const { agent, node, run } = stored;
      const hands = await store.handsOf(agent);
      const allowed = wordsOf(hands?.byHand ?? []);
      const isOn = allowed.length > 0 && hands?.isHere === true;
      const found = await store.responses({
        agent,
        container: run.container,
        limit: itemsOfContainer,
      });
      return {
        state: isOn ? 'on' : 'off',
        howToSwitchOn: isOn ? null : howToSwitchOn(node, hands?.isHere ?? null),
        allowed: isOn ? allowed : [],
        items: found.map(fleetResponseItem),
      };
    },
    act: (request, teams) => order(sources, request, teams),
  };
}

function howToSwitchOn(node: string, isHere: boolean | null): string {
  return isHere === false
    ? `the agent of ${node} is away: start it again there`
    : `on ${node}: seaworthy agent --response response.yaml, with \`manual: { actions: [pause] }\` in the file`;
}

/** Words that a person may use where a node's policy allows these actions. */
function wordsOf(actions: readonly string[]): readonly string[] {
  const known = responseActions.filter((one): one is ResponseAction => actions.includes(one));
  return allowedByHand(known);
}

async function order(
  { store, now }: FleetResponseSources,
  { word, action, reason, by }: HandRequest,
  teams: Teams,
): Promise<ResponseItem | null> {
  const stored = await runOfWord(store, word, teams);
  if (stored === null) return null;
  const { agent, node } = stored;
  const hands = await store.handsOf(agent);
  if (hands === null || !wordsOf(hands.byHand).includes(action)) {
    throw new SeaworthyError('denied', `the policy of ${node} allows no ${action} by hand`, {
      advice: howToSwitchOn(node, hands?.isHere ?? null),
    });
  }
  const asked = await store.order({
    agent,
    id: newName().slice(0, 24),
    container: stored.run.container,
    action,
    by,
    lifeMs: orderMs,
    facts: factsOf(stored, { by, reason, at: now() }),
  });
  return fleetResponseItem(asked);
}

function factsOf(
  { node, run }: StoredFleetRun,
  { by, reason, at }: { readonly by: string; readonly reason: string; readonly at: Date },
): FleetResponse['facts'] {
  const { container: id, name, image } = run;
  return {
    container: { id, name, image: image.reference ?? image.id },
    why: {
      rule: `asked for by ${by}`,
      priority: 'Notice',
      output: reason === '' ? 'no reason was given' : reason,
      time: at.toISOString(),
    },
    policy: { file: '', rule: 'manual', line: null },
    result: `waits for ${node}`,
    canUndo: false,
    undoneAt: null,
  };
}

/** What is told of a state that the node did not tell. */
const results: Readonly<Record<string, string>> = {
  expired: 'the node did not come for it in time: nothing was done',
  unknown: 'the node came for it and never told what came of it',
};

/** An order, or what a node did by itself, in the form of pages. */
export function fleetResponseItem(response: FleetResponse): ResponseItem {
  const { id, atUs, action, state, by, takenUs, facts } = response;
  const isTaken = state === 'waiting' && takenUs !== null;
  const result = isTaken ? 'the node has it and has not answered yet' : facts.result;
  return {
    id,
    at: new Date(atUs / 1000).toISOString(),
    action,
    state,
    container: facts.container,
    why: facts.why,
    by,
    policy: facts.policy,
    result: Object.hasOwn(results, state) ? (results[state] ?? result) : result,
    canUndo: state === 'done' && facts.canUndo && facts.undoneAt === null,
    undoneAt: facts.undoneAt,
  };
}

async function alertsOf({ store, alerts }: FleetResponseSources): Promise<AlertsState> {
  const byHand = wordsOf(await store.byHandAnywhere());
  const counts = await store.responseCounts();
  return {
    state: alerts === null ? 'off' : 'on',
    howToSwitchOn: alerts === null ? startWithAlerts : null,
    heldBy: await store.alertsHeldBy(),
    digest: alerts === null ? null : { seconds: alerts.digestSeconds },
    outputs: alerts?.outputs() ?? [],
    responses: {
      state: byHand.length > 0 ? 'on' : 'off',
      howToSwitchOn:
        byHand.length > 0
          ? null
          : 'on each node: seaworthy agent --response response.yaml, with `manual: { actions: [pause] }` in the file',
      byHand,
      ...counts,
    },
  };
}

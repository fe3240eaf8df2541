// What is told and done about detections, as pages and people ask for it: one machine answers at once,
// a fleet asks the node whose container it is.
import { SeaworthyError } from '../base/error.ts';
import type { ResponseRecord } from '../model/response.ts';
import type { ResponsePolicy } from '../runtime/response/index.ts';
import type { RecordReader } from '../store/record/index.ts';
import type { AlertDesk, OutputState } from './alert-desk.ts';
import type { TestResult } from './alerts.ts';
import type { Awaitable, Teams } from './evidence.ts';
import { runMeant } from './machine-evidence.ts';
import type { Responder } from './respond.ts';
import { allowedByHand, type ManualAction } from './respond-manual.ts';
import { targetOf } from './respond-sight.ts';
import { maySeeContainer } from './team-sight.ts';

/** An action as pages and the stream show it. */
export interface ResponseItem {
  readonly id: string;
  readonly at: string;
  readonly action: string;
  /** Of a fleet also `waiting`, `expired`, `unknown`: what its node has not told. */
  readonly state: string;
  readonly container: ResponseRecord['container'];
  readonly why: Pick<ResponseRecord['why'], 'rule' | 'priority' | 'output' | 'time'>;
  readonly by: string | null;
  readonly policy: ResponseRecord['policy'];
  readonly result: string;
  readonly canUndo: boolean;
  readonly undoneAt: string | null;
}

export interface AlertsState {
  readonly state: 'on' | 'off';
  readonly howToSwitchOn: string | null;
  readonly digest: { readonly seconds: number } | null;
  /** The replica of a fleet that tells now. */
  readonly heldBy: string | null;
  readonly outputs: readonly OutputState[];
  readonly responses: {
    readonly state: 'on' | 'off';
    readonly howToSwitchOn: string | null;
    readonly byHand: readonly string[];
    readonly waiting: number;
    readonly done: number;
    readonly failed: number;
  };
}

export interface Hands {
  readonly state: 'on' | 'off';
  readonly howToSwitchOn: string | null;
  readonly allowed: readonly string[];
  readonly items: readonly ResponseItem[];
}

export interface HandRequest {
  /** Id, start of it, or name of the container. */
  readonly word: string;
  readonly action: ManualAction;
  readonly reason: string;
  /** Who asks. */
  readonly by: string;
}

export interface ResponseDesk {
  alerts(): Awaitable<AlertsState>;
  /** Throws `SeaworthyError` `busy` where nobody is told. */
  test(): Promise<readonly TestResult[]>;
  /** Newest first. */
  list(
    asked: { readonly activeOnly: boolean; readonly limit: number },
    teams: Teams,
  ): Awaitable<readonly ResponseItem[]>;
  /** Null: the container is not here, or not theirs. */
  hands(word: string, teams: Teams): Awaitable<Hands | null>;
  /** Null as above. Throws `SeaworthyError` `denied` where nobody allows it by hand. */
  act(request: HandRequest, teams: Teams): Promise<ResponseItem | null>;
}

/** What tells and does something about detections; all null where nothing was asked for. */
export interface AnsweringDesk {
  readonly alerts: AlertDesk | null;
  readonly policy: ResponsePolicy | null;
  readonly responder: Responder | null;
}

const startWithAlerts = 'seaworthy up --alerts alerts.yaml';
const startWithResponse =
  'seaworthy up --response response.yaml, with `manual: { actions: [pause] }` in the file';

/** Of one machine. */
export function machineResponses(sources: {
  readonly answering: () => AnsweringDesk;
  /** What was done to containers, the oldest first. */
  readonly responses: () => readonly ResponseRecord[];
  readonly record: () => RecordReader | null;
}): ResponseDesk {
  const { answering, responses, record } = sources;
  const newest = (): readonly ResponseRecord[] => responses().toReversed();
  return {
    alerts: () => stateOf(answering()),
    test: () => testOf(answering().alerts, startWithAlerts),
    list({ activeOnly, limit }, teams) {
      const known = new Map<string, boolean>();
      const maySee = ({ container: { id } }: ResponseRecord): boolean => {
        const isTheirs = known.get(id) ?? maySeeContainer(teams, record(), id);
        known.set(id, isTheirs);
        return isTheirs;
      };
      const items = newest().filter((one) => (!activeOnly || isStanding(one)) && maySee(one));
      return items.slice(0, limit).map(responseItem);
    },
    hands(word, teams) {
      const stored = runMeant(record(), word, teams);
      if (stored === null) return null;
      const allowed = allowedByHand(answering().policy?.manual ?? []);
      const isOn = allowed.length > 0;
      const { id } = stored.run.identity;
      return {
        state: isOn ? 'on' : 'off',
        howToSwitchOn: isOn ? null : startWithResponse,
        allowed,
        items: newest()
          .filter(({ container }) => container.id === id)
          .map(responseItem),
      };
    },
    async act({ word, action, reason, by }, teams) {
      const { responder } = answering();
      const stored = runMeant(record(), word, teams);
      if (stored === null) return null;
      if (responder === null) {
        throw new SeaworthyError('denied', `${action} by hand is not switched on here`, {
          advice: `start it with ${startWithResponse}`,
        });
      }
      const target = targetOf(stored.run.identity);
      return responseItem(await responder.byHand({ action, target, by, reason }));
    },
  };
}

/** Sends a test to all outputs of a desk. */
export function testOf(desk: AlertDesk | null, start: string): Promise<readonly TestResult[]> {
  if (desk !== null) return desk.test();
  throw new SeaworthyError('busy', 'nobody is told here: alerts are off', {
    advice: `start it with ${start}`,
  });
}

function stateOf({ alerts, policy, responder }: AnsweringDesk): AlertsState {
  const { waiting, done, failed } = responder?.figures() ?? { waiting: 0, done: 0, failed: 0 };
  return {
    state: alerts === null ? 'off' : 'on',
    howToSwitchOn: alerts === null ? startWithAlerts : null,
    digest: alerts === null ? null : { seconds: alerts.digestSeconds },
    heldBy: null,
    outputs: alerts?.outputs() ?? [],
    responses: {
      state: policy === null ? 'off' : 'on',
      howToSwitchOn: policy === null ? startWithResponse : null,
      byHand: allowedByHand(policy?.manual ?? []),
      waiting,
      done,
      failed,
    },
  };
}

/** A record of the machine's own log in the form of pages. */
export function responseItem(record: ResponseRecord): ResponseItem {
  const { id, at, action, state, container, why, by = null, policy, result, undoneAt } = record;
  const { rule, priority, output, time } = why;
  return {
    id,
    at,
    action,
    state,
    container,
    why: { rule, priority, output, time },
    by,
    policy,
    result,
    canUndo: isStanding(record),
    undoneAt,
  };
}

function isStanding({ state, undo, undoneAt }: ResponseRecord): boolean {
  return state === 'done' && undo !== null && undoneAt === null;
}

// What is told and done about detections: outputs of alerts and their test, what was done to containers,
// and what a responder does by hand where the policy allows it.

import { SeaworthyError } from '../../base/error.ts';
import { allowedByHand, type ManualAction, manualActions } from '../../flow/respond-manual.ts';
import { targetOf } from '../../flow/respond-sight.ts';
import type { ResponseRecord } from '../../model/response.ts';
import { runMeant } from './containers.ts';
import { type ApiServices, json, type Route } from './route.ts';
import {
  count,
  list,
  moment,
  momentOrNull,
  object,
  orNull,
  text,
  textOrNull,
  yesOrNo,
} from './schema.ts';
import { maySeeContainer } from './scope.ts';
import { limitSchema, numberValue } from './values.ts';

const onOrOff = { type: 'string', enum: ['on', 'off'] } as const;
const startWithAlerts = 'seaworthy up --alerts alerts.yaml';
const startWithResponse =
  'seaworthy up --response response.yaml, with `manual: { actions: [pause] }` in the file';

const alerts: Route = {
  method: 'GET',
  path: '/api/v1/alerts',
  summary: 'Who is told of detections, how that fares, and what may be done about them.',
  role: 'viewer',
  wholeMachine: true,
  query: {},
  answer: object({
    state: onOrOff,
    howToSwitchOn: textOrNull,
    digest: orNull(object({ seconds: count })),
    outputs: list(
      object({
        name: text,
        kind: text,
        atOnce: count,
        delivered: count,
        waiting: count,
        lost: count,
        failures: count,
        lastProblem: orNull(object({ at: moment, what: text })),
      }),
    ),
    responses: object({
      state: onOrOff,
      howToSwitchOn: textOrNull,
      byHand: list(text),
      waiting: count,
      done: count,
      failed: count,
    }),
  }),
  handle({ services }) {
    const { alerts: desk, policy, responder } = services.answering();
    const { waiting, done, failed } = responder?.figures() ?? { waiting: 0, done: 0, failed: 0 };
    return json({
      state: desk === null ? 'off' : 'on',
      howToSwitchOn: desk === null ? startWithAlerts : null,
      digest: desk === null ? null : { seconds: desk.digestSeconds },
      outputs: desk?.outputs() ?? [],
      responses: {
        state: policy === null ? 'off' : 'on',
        howToSwitchOn: policy === null ? startWithResponse : null,
        byHand: allowedByHand(policy?.manual ?? []),
        waiting,
        done,
        failed,
      },
    });
  },
};

const testAlerts: Route = {
  method: 'POST',
  path: '/api/v1/alerts/test',
  summary: 'Sends a test message to each output and says which arrived.',
  role: 'responder',
  wholeMachine: true,
  query: {},
  answer: object({
    outputs: list(object({ output: text, kind: text, delivered: yesOrNo, problem: textOrNull })),
  }),
  async handle({ services }) {
    const { alerts: desk } = services.answering();
    if (desk === null) {
      throw new SeaworthyError('busy', 'nobody is told here: alerts are off', {
        advice: `start it with ${startWithAlerts}`,
      });
    }
    return json({ outputs: await desk.test() });
  },
};

const responseSchema = object({
  id: text,
  at: moment,
  action: text,
  state: text,
  container: object({ id: text, name: textOrNull, image: textOrNull }),
  why: object({ rule: text, priority: text, output: text, time: text }),
  by: textOrNull,
  policy: object({ file: text, rule: text, line: { type: ['integer', 'null'] } }),
  result: text,
  canUndo: yesOrNo,
  undoneAt: momentOrNull,
});

/** An action as pages and the stream show it. */
export function responseView(record: ResponseRecord): Readonly<Record<string, unknown>> {
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

const responses: Route = {
  method: 'GET',
  path: '/api/v1/responses',
  summary: 'What was done to containers, by rules of the policy and by hand, newest first.',
  role: 'viewer',
  query: {
    active: { type: 'boolean', description: 'only what still holds' },
    limit: limitSchema(100, 1000),
  },
  answer: object({ items: list(responseSchema) }),
  handle({ services, caller, query }) {
    const isActiveOnly = query.get('active') === true;
    const known = new Map<string, boolean>();
    const maySee = ({ container: { id } }: ResponseRecord): boolean => {
      const isTheirs = known.get(id) ?? maySeeContainer(caller, services.record(), id);
      known.set(id, isTheirs);
      return isTheirs;
    };
    const items = newest(services).filter(
      (record) => (!isActiveOnly || isStanding(record)) && maySee(record),
    );
    return json({ items: items.slice(0, numberValue(query, 'limit')).map(responseView) });
  },
};

function newest(services: ApiServices): readonly ResponseRecord[] {
  return services.responses().toReversed();
}

const actions: Route = {
  method: 'GET',
  path: '/api/v1/containers/{id}/actions',
  summary: 'What was done to a container, and what may be done to it by hand.',
  role: 'viewer',
  query: {},
  answer: object({
    state: onOrOff,
    howToSwitchOn: textOrNull,
    allowed: list(text),
    items: list(responseSchema),
  }),
  handle(call) {
    const { id } = runMeant(call).run.identity;
    const { policy } = call.services.answering();
    const allowed = allowedByHand(policy?.manual ?? []);
    const isOn = allowed.length > 0;
    return json({
      state: isOn ? 'on' : 'off',
      howToSwitchOn: isOn ? null : startWithResponse,
      allowed,
      items: newest(call.services)
        .filter(({ container }) => container.id === id)
        .map(responseView),
    });
  },
};

interface ActionBody {
  readonly action: ManualAction;
  readonly reason?: string;
}

const act: Route = {
  method: 'POST',
  path: '/api/v1/containers/{id}/actions',
  summary: 'Does something to a container by hand, or takes it back; `state` says what came of it.',
  role: 'responder',
  query: {},
  body: {
    type: 'object',
    properties: {
      action: { type: 'string', enum: manualActions },
      reason: { type: 'string', maxLength: 500, description: 'why, for those who read it later' },
    },
    required: ['action'],
    additionalProperties: false,
  },
  answer: responseSchema,
  told: (body) => (body as ActionBody).action,
  async handle(call) {
    const { action, reason = '' } = call.body as ActionBody;
    const { responder } = call.services.answering();
    const { run } = runMeant(call);
    if (responder === null) throw notSwitchedOn(action);
    const by = call.caller.id;
    const target = targetOf(run.identity);
    return json(responseView(await responder.byHand({ action, target, by, reason })));
  },
};

function notSwitchedOn(action: ManualAction): SeaworthyError {
  return new SeaworthyError('denied', `${action} by hand is not switched on here`, {
    advice: `start it with ${startWithResponse}`,
  });
}

export const responseRoutes: readonly Route[] = [alerts, testAlerts, responses, actions, act];

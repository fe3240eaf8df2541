// What is told and done about detections: outputs of alerts and their test, what was done to containers,
// and what a responder does by hand where the policy allows it.

import { type ManualAction, manualActions } from '../../flow/respond-manual.ts';
import { found } from './containers.ts';
import { json, type Route } from './route.ts';
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
import { limitSchema, numberValue } from './values.ts';

const onOrOff = { type: 'string', enum: ['on', 'off'] } as const;
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
    heldBy: textOrNull,
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
  handle: async ({ services }) => json(await services.responses.alerts()),
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
  handle: async ({ services }) => json({ outputs: await services.responses.test() }),
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
  async handle({ services, caller, query }) {
    const asked = { activeOnly: query.get('active') === true, limit: numberValue(query, 'limit') };
    return json({ items: await services.responses.list(asked, caller.teams) });
  },
};

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
  async handle({ services, caller, parts }) {
    const hands = await services.responses.hands(parts.get('id') ?? '', caller.teams);
    return json(found(hands, parts));
  },
};

interface ActionBody {
  readonly action: ManualAction;
  readonly reason?: string;
}

const act: Route = {
  method: 'POST',
  path: '/api/v1/containers/{id}/actions',
  summary:
    'Does something to a container by hand, or takes it back; `state` says what came of it. A fleet asks the node: `waiting` until it answers, `expired` when it does not come.',
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
  async handle({ services, caller, parts, body }) {
    const { action, reason = '' } = body as ActionBody;
    const word = parts.get('id') ?? '';
    const asked = { word, action, reason, by: caller.id };
    return json(found(await services.responses.act(asked, caller.teams), parts));
  },
};

export const responseRoutes: readonly Route[] = [alerts, testAlerts, responses, actions, act];

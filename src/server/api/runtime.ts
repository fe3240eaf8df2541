// What happened while containers ran: detections, grouped, and who talked to whom.
import { json, type Route } from './route.ts';
import {
  count,
  list,
  moment,
  object,
  open,
  orNull,
  pageOf,
  text,
  textOrNull,
  yesOrNo,
} from './schema.ts';
import {
  cursorOf,
  cursorSchema,
  limitSchema,
  numberValue,
  placeNumber,
  placeOf,
  textValue,
  timeSchema,
  timeValue,
} from './values.ts';

/** As Falco orders them, the worst first. */
const priorities = [
  'emergency',
  'alert',
  'critical',
  'error',
  'warning',
  'notice',
  'informational',
  'debug',
] as const;

const detectionSchema = object({
  id: text,
  group: object({
    rule: text,
    priority: text,
    count,
    firstAt: moment,
    lastAt: moment,
    container: orNull(object({ id: text, name: textOrNull, image: textOrNull, team: textOrNull })),
    places: object({ containers: count, nodes: count }),
    chain: list(text),
    exception: textOrNull,
    attack: list(object({ id: text, name: text })),
    lesson: textOrNull,
  }),
  latest: open,
});

const detections: Route = {
  method: 'GET',
  path: '/api/v1/detections',
  summary: 'Detections, newest first; those of one cause are one item.',
  role: 'viewer',
  query: {
    since: timeSchema,
    priority: {
      type: 'string',
      enum: priorities,
      description: `at least as bad as this: ${priorities.join(', ')}`,
    },
    limit: limitSchema(100, 500),
    cursor: cursorSchema,
  },
  answer: pageOf(detectionSchema),
  async handle({ services, caller, query }) {
    const place = placeOf(query, 1);
    const sinceNs = timeValue(query, 'since', services.now());
    const worst = priorities.findIndex((one) => one === textValue(query, 'priority'));
    const asked = {
      ...(sinceNs === undefined ? {} : { sinceNs }),
      ...(worst === -1 ? {} : { priorities: priorities.slice(0, worst + 1) }),
      ...(place === undefined ? {} : { beforeId: placeNumber(place[0]) }),
      limit: numberValue(query, 'limit'),
    };
    const { items, nextBeforeId } = await services.evidence.detections(asked, caller.teams);
    return json({ items, next: nextBeforeId === null ? null : cursorOf(nextBeforeId) });
  },
};

const usualSince = 86_400_000;

const network: Route = {
  method: 'GET',
  path: '/api/v1/network',
  summary:
    'Who talks to whom, from the recorded flows; the last day unless `since` says otherwise.',
  role: 'viewer',
  query: { since: timeSchema },
  answer: object({
    nodes: list(
      object({
        id: text,
        name: text,
        kind: { type: 'string', enum: ['container', 'external', 'host'] },
        workload: orNull(open),
      }),
    ),
    flows: list(
      object({
        from: text,
        to: text,
        protocol: text,
        port: count,
        count,
        bytesSent: count,
        bytesReceived: count,
        firstAt: moment,
        lastAt: moment,
      }),
    ),
    truncated: yesOrNo,
  }),
  async handle({ services, caller, query }) {
    const now = services.now();
    const usualNs = BigInt(now.getTime() - usualSince) * 1_000_000n;
    const sinceNs = timeValue(query, 'since', now) ?? usualNs;
    return json(await services.evidence.network(sinceNs, caller.teams));
  },
};

export const runtimeRoutes: readonly Route[] = [detections, network];

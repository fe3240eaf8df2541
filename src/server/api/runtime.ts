// What happened while containers ran: detections, grouped, and who talked to whom.
import { groupDetections } from '../../flow/detection-groups.ts';
import { networkView } from '../../flow/network-view.ts';
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
import { maySee } from './scope.ts';
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
    chain: list(text),
    exception: textOrNull,
    attack: list(object({ id: text, name: text })),
    lesson: textOrNull,
  }),
  latest: open,
});

/** Detections that are grouped for one page: repeats are many. */
const groupedAtOnce = 2000;

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
  handle({ services, caller, query }) {
    const record = services.record();
    const place = placeOf(query, 1);
    if (record === null) return json({ items: [], next: null });
    const sinceNs = timeValue(query, 'since', services.now());
    const worst = priorities.findIndex((one) => one === textValue(query, 'priority'));
    const found = record.detectionsOfAll({
      ...(sinceNs === undefined ? {} : { sinceNs }),
      ...(worst === -1 ? {} : { priorities: priorities.slice(0, worst + 1) }),
      ...(place === undefined ? {} : { beforeId: placeNumber(place[0]) }),
      limit: groupedAtOnce,
    });
    const seen = found.filter(({ run }) =>
      run === null ? caller.teams === null : maySee(caller, run),
    );
    const limit = numberValue(query, 'limit');
    const groups = groupDetections(seen);
    const last = found.at(-1);
    const hasMore = found.length === groupedAtOnce && last !== undefined;
    return json({ items: groups.slice(0, limit), next: hasMore ? cursorOf(last.id) : null });
  },
};

const usualSince = 86_400_000;
/** Of ten million runs the newest with flows: each costs a fifth of a millisecond. */
const runsLookedAt = 600;
const flowsMost = 20_000;

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
  handle({ services, caller, query }) {
    const now = services.now();
    const usualNs = BigInt(now.getTime() - usualSince) * 1_000_000n;
    const sinceNs = timeValue(query, 'since', now) ?? usualNs;
    const found =
      services.record()?.peersOfAll({ sinceNs, runsMost: runsLookedAt, limit: flowsMost }) ?? [];
    const view = networkView(
      found.filter(({ run }) => maySee(caller, run)),
      flowsMost,
    );
    const runs = new Set(found.map(({ run }) => run.id)).size;
    return json({ ...view, truncated: view.truncated || runs >= runsLookedAt });
  },
};

export const runtimeRoutes: readonly Route[] = [detections, network];

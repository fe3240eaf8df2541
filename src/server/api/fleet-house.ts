// Gates and audits of the nodes of a fleet: what agents told of them.
import { auditsOfFleet, gateOfFleet } from '../../flow/fleet-house.ts';
import { notHere } from '../../flow/team-sight.ts';
import { type FleetServices, json, type Route } from './route.ts';
import { count, list, moment, object, open, text, textOrNull } from './schema.ts';
import {
  cursorOf,
  cursorSchema,
  limitSchema,
  numberValue,
  placeNumber,
  placeOf,
} from './values.ts';

const gate: Route<FleetServices> = {
  method: 'GET',
  path: '/api/v1/gate',
  summary:
    'Decisions of the gates of all nodes that were no plain yes, newest first, and sums of all by day.',
  role: 'viewer',
  wholeMachine: true,
  query: { limit: limitSchema(200, 1000), cursor: cursorSchema },
  answer: object({
    state: { type: 'string', enum: ['on', 'off'] },
    howToSwitchOn: textOrNull,
    nodes: object({ all: count, withGate: count }),
    sums: list(object({ day: text, decision: text, count, nodes: count })),
    decisions: list(open),
    next: textOrNull,
  }),
  async handle({ services, query }) {
    const place = placeOf(query, 3);
    const before =
      place === undefined
        ? {}
        : {
            before: { timeUs: placeNumber(place[0]), agent: place[1] ?? '', id: place[2] ?? '' },
          };
    const limit = numberValue(query, 'limit');
    const { next, ...told } = await gateOfFleet(services.store, {
      ...before,
      limit,
      now: services.now(),
    });
    return json({ ...told, next: next === null ? null : cursorOf(...next) });
  },
};

const audits: Route<FleetServices> = {
  method: 'GET',
  path: '/api/v1/audit',
  summary: 'The newest audit of each node, the worst first; what is broken on most; scores by day.',
  role: 'viewer',
  wholeMachine: true,
  query: {},
  answer: object({
    state: { type: 'string', enum: ['on', 'off'] },
    howToSwitchOn: textOrNull,
    nodes: object({ all: count, audited: count }),
    audits: list(
      object({
        agent: text,
        node: text,
        audit: text,
        target: text,
        at: moment,
        score: count,
        failed: list(text),
      }),
    ),
    controls: list(object({ audit: text, control: text, nodes: count })),
    history: list(object({ audit: text, at: moment, score: count, nodes: count })),
  }),
  handle: async ({ services }) => json(await auditsOfFleet(services.store, services.now())),
};

const oneAudit: Route<FleetServices> = {
  method: 'GET',
  path: '/api/v1/audit/{agent}/{audit}',
  summary: 'The last whole answer of an audit of a node, as `audit --format json` gives it.',
  role: 'viewer',
  wholeMachine: true,
  query: {},
  answer: open,
  async handle({ services, parts }) {
    const clean = (name: string): string => (parts.get(name) ?? '').replaceAll('\0', '');
    const answer = await services.store.auditAnswer(clean('agent'), clean('audit'));
    if (answer === null) throw notHere(`the audit ${clean('audit').slice(0, 40)} of this node`);
    return json(answer);
  },
};

export const fleetHouseRoutes: readonly Route<FleetServices>[] = [gate, audits, oneAudit];

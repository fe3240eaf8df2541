// What only a fleet has: its agents, and how much its store holds.
import { notHere } from '../../flow/team-sight.ts';
import type { Agent } from '../../store/fleet/index.ts';
import { type FleetServices, json, type Route } from './route.ts';
import {
  count,
  list,
  momentOrNull,
  object,
  open,
  orNull,
  pageOf,
  text,
  yesOrNo,
} from './schema.ts';
import { cursorOf, cursorSchema, limitSchema, numberValue, placeOf } from './values.ts';

const agentSchema = object({
  id: text,
  node: text,
  enrolledAt: momentOrNull,
  seenAt: momentOrNull,
  revoked: yesOrNo,
  health: orNull(open),
  aheadSeconds: { type: ['number', 'null'] },
  records: count,
  missing: count,
  setAside: count,
});

const agents: Route<FleetServices> = {
  method: 'GET',
  path: '/api/v1/agents',
  summary: 'Agents: seen when, clock, spool, records, losses.',
  role: 'viewer',
  wholeMachine: true,
  query: { limit: limitSchema(100, 1000), cursor: cursorSchema },
  answer: pageOf(agentSchema),
  async handle({ services, query }) {
    const limit = numberValue(query, 'limit');
    const after = placeOf(query, 1)?.[0] ?? null;
    const items = await services.store.agents({ after, limit });
    const last = items.length < limit ? undefined : items.at(-1);
    return json({
      items: items.map(agentView),
      next: last === undefined ? null : cursorOf(last.id),
    });
  },
};

function agentView({ enrolledUs, seenUs, aheadUs, ...agent }: Agent): unknown {
  return {
    ...agent,
    enrolledAt: timeOf(enrolledUs),
    seenAt: timeOf(seenUs),
    aheadSeconds: aheadUs === null ? null : aheadUs / 1e6,
  };
}

function timeOf(us: number | null): string | null {
  return us === null ? null : new Date(us / 1000).toISOString();
}

const revoke: Route<FleetServices> = {
  method: 'POST',
  path: '/api/v1/agents/{id}/revoke',
  summary: 'Lets an agent in no more.',
  role: 'admin',
  wholeMachine: true,
  query: {},
  answer: object({ revoked: text }),
  async handle({ services, parts }) {
    const id = parts.get('id') ?? '';
    if (!(await services.store.revoke(id))) throw notHere(`the agent ${id.slice(0, 128)}`);
    return json({ revoked: id });
  },
};

const counts: Route<FleetServices> = {
  method: 'GET',
  path: '/api/v1/counts',
  summary: 'How much the store holds; large numbers are estimates and named as such.',
  role: 'viewer',
  wholeMachine: true,
  query: {},
  answer: object({
    agents: count,
    runs: count,
    alive: count,
    images: count,
    detections: count,
    flows: count,
    losses: count,
    setAside: count,
    workOpen: count,
    estimated: list(text),
  }),
  handle: async ({ services }) => json(await services.store.counts()),
};

export const fleetRoutes: readonly Route<FleetServices>[] = [agents, revoke, counts];

// What is about the machine and the server itself: audits, decisions of the gate, tokens.
import { notHere } from '../../flow/team-sight.ts';
import { waiverViews } from '../../flow/waiver-list.ts';
import { json, type MachineServices, type NewToken, type Route, roles } from './route.ts';
import {
  count,
  list,
  moment,
  momentOrNull,
  object,
  open,
  orNull,
  text,
  textOrNull,
  yesOrNo,
} from './schema.ts';
import { limitSchema, numberValue } from './values.ts';

const audit: Route<MachineServices> = {
  method: 'GET',
  path: '/api/v1/audit',
  summary: 'The last audits, and their scores over time.',
  role: 'viewer',
  wholeMachine: true,
  query: {},
  answer: object({
    latest: list(open),
    history: list(object({ benchmark: text, at: moment, score: { type: 'number' } })),
  }),
  handle: ({ services }) =>
    json({
      latest: services.audits.latest(),
      history: services.audits
        .history()
        .map(({ at, score, target }) => ({ benchmark: target, at, score })),
    }),
};

const runAudit: Route<MachineServices> = {
  method: 'POST',
  path: '/api/v1/audit/run',
  summary: 'Audits the engine by the CIS benchmark for Docker, now.',
  role: 'responder',
  wholeMachine: true,
  query: {},
  answer: open,
  handle: async ({ services }) => json(await services.audits.run()),
};

const gate: Route<MachineServices> = {
  method: 'GET',
  path: '/api/v1/gate',
  summary: 'Decisions of the gate that were recorded in this data folder, newest first.',
  role: 'viewer',
  wholeMachine: true,
  query: {},
  answer: object({
    state: { type: 'string', enum: ['on', 'off'] },
    howToSwitchOn: textOrNull,
    decisions: list(open),
  }),
  handle({ services }) {
    const decisions = services.gate();
    return json({
      state: decisions === null ? 'off' : 'on',
      howToSwitchOn: decisions === null ? services.gateHint() : null,
      decisions: decisions ?? [],
    });
  },
};

const waivers: Route<MachineServices> = {
  method: 'GET',
  path: '/api/v1/waivers',
  summary: 'Faults that somebody answers for: who, until when, and whether anything needs it.',
  role: 'viewer',
  wholeMachine: true,
  query: {},
  answer: object({
    state: { type: 'string', enum: ['on', 'off'] },
    howToSwitchOn: textOrNull,
    items: list(
      object({
        controls: list(text),
        reason: text,
        owner: text,
        expires: textOrNull,
        file: text,
        line: { type: ['integer', 'null'] },
        expired: yesOrNo,
        daysLeft: { type: ['integer', 'null'] },
        uses: count,
        lastUsedAt: momentOrNull,
        stale: yesOrNo,
      }),
    ),
  }),
  handle({ services }) {
    const book = services.waivers();
    const audits = services.audits.latest();
    const sources = { audits, decisions: services.gate(), now: services.now() };
    return json({
      state: book === null ? 'off' : 'on',
      howToSwitchOn: book === null ? 'seaworthy up --waivers waivers.yaml' : null,
      items: book === null ? [] : waiverViews({ book, ...sources }),
    });
  },
};

const changes: Route = {
  method: 'GET',
  path: '/api/v1/changes',
  summary: 'The log of changes, newest first: who did or tried what, and what came of it.',
  role: 'admin',
  wholeMachine: true,
  query: { limit: limitSchema(100, 1000) },
  answer: object({
    items: list(
      object({
        time: moment,
        caller: textOrNull,
        role: textOrNull,
        address: text,
        method: text,
        path: text,
        what: textOrNull,
        status: count,
      }),
    ),
  }),
  handle: async ({ services, query }) =>
    json({ items: await services.changes(numberValue(query, 'limit')) }),
};

const tokenFacts = {
  id: text,
  name: text,
  role: { type: 'string', enum: roles },
  teams: orNull(list(text)),
  createdAt: moment,
} as const;

const tokens: Route = {
  method: 'GET',
  path: '/api/v1/tokens',
  summary: 'Tokens, without their values.',
  role: 'admin',
  wholeMachine: true,
  query: {},
  answer: object({ items: list(object(tokenFacts)) }),
  handle: async ({ services }) => json({ items: await services.tokens.list() }),
};

const createToken: Route = {
  method: 'POST',
  path: '/api/v1/tokens',
  summary: 'A new token; its value is in this answer and nowhere else.',
  role: 'admin',
  wholeMachine: true,
  query: {},
  body: object({
    name: { type: 'string', minLength: 1, maxLength: 100 },
    role: { type: 'string', enum: roles },
    teams: {
      type: ['array', 'null'],
      maxItems: 100,
      items: { type: 'string', minLength: 1, maxLength: 256 },
    },
  }),
  answer: object({ ...tokenFacts, token: text }),
  told: (body) => `${(body as NewToken).role} ${(body as NewToken).name}`,
  handle: async ({ services, body }) => json(await services.tokens.create(body as NewToken)),
};

const revokeToken: Route = {
  method: 'DELETE',
  path: '/api/v1/tokens/{id}',
  summary: 'Ends a token at once.',
  role: 'admin',
  wholeMachine: true,
  query: {},
  answer: object({ id: text }),
  async handle({ services, parts }) {
    const id = parts.get('id') ?? '';
    if (!(await services.tokens.revoke(id))) throw notHere(`the token ${id.slice(0, 40)}`);
    return json({ id });
  },
};

/** Everywhere. */
export const houseRoutes: readonly Route[] = [changes, tokens, createToken, revokeToken];

/** What only a machine has. */
export const machineRoutes: readonly Route<MachineServices>[] = [audit, runAudit, gate, waivers];

// The one answer at the top of the first page.
import { json, type Route } from './route.ts';
import { count, list, moment, object, orNull, text, textOrNull } from './schema.ts';

const gradeSchema = object({ letter: text, score: count });

const coverageSchema = object({
  what: text,
  state: { type: 'string', enum: ['on', 'off', 'limited'] },
  why: text,
  howToSwitchOn: textOrNull,
});

const harbour: Route = {
  method: 'GET',
  path: '/api/v1/harbour',
  summary: 'How safe is what runs here, what to do first, and what is not looked at.',
  role: 'viewer',
  query: {},
  answer: object({
    answer: text,
    grade: orNull(gradeSchema),
    trend: list(object({ day: text, score: count })),
    actions: list(
      object({
        action: text,
        removes: count,
        exploited: count,
        where: text,
        image: text,
        imageIds: list(text),
        containers: count,
      }),
    ),
    counts: object({
      containersAlive: count,
      containersDead: count,
      images: count,
      detections24h: count,
      unknowns: count,
      waiting: count,
    }),
    coverage: list(coverageSchema),
    asOf: {
      ...orNull(moment),
      description: 'what runs now is not known yet and is told as it was then; null: it is known',
    },
    generatedAt: moment,
  }),
  async handle({ services, caller }) {
    const { generatedAt, ...told } = await services.evidence.harbour(caller.teams);
    return json({ ...told, generatedAt }, told);
  },
};

const status: Route = {
  method: 'GET',
  path: '/api/v1/status',
  summary: 'What is watched, which pages there are, what is being done, who asks.',
  role: 'viewer',
  query: {},
  answer: object({
    version: text,
    scope: { type: 'string', enum: ['machine', 'fleet'] },
    pages: list(text),
    scans: object({ waiting: count, running: count, done: count }),
    caller: object({ id: text, role: text, teams: orNull(list(text)) }),
  }),
  handle: async ({ services, caller }) =>
    json({
      version: services.toolVersion,
      scope: services.scope,
      pages: services.pages,
      scans: await services.status(),
      caller: {
        id: caller.id,
        role: caller.role,
        teams: caller.teams === null ? null : [...caller.teams],
      },
    }),
};

export const harbourRoutes: readonly Route[] = [harbour, status];

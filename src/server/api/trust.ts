// Who signed an image: what the last look at its registry found, and a new look.
import { type Call, json, type Route } from './route.ts';
import { count, list, moment, object, open, orNull, text, textOrNull, yesOrNo } from './schema.ts';

const outcomes = [
  'trusted',
  'not-trusted',
  'unsigned',
  'not-judged',
  'no-reference',
  'unreachable',
] as const;

const lookSchema = object({
  outcome: { type: 'string', enum: outcomes },
  reference: textOrNull,
  checkedAt: moment,
  policy: orNull(
    object({
      file: text,
      revision: text,
      rule: orNull(object({ patterns: list(text), line: count })),
      mode: text,
    }),
  ),
  rootRevision: text,
  reasons: list(object({ code: text, message: text })),
  proved: list(text),
  signatures: list({
    ...open,
    description: 'as `signatures` of docs/schema/verify-1.schema.json, and whether it is trusted',
  }),
  moreSignatures: count,
  unknowns: list(text),
  problem: textOrNull,
});

const trustSchema = object({
  state: { type: 'string', enum: ['not-asked', ...outcomes] },
  sentence: text,
  advice: textOrNull,
  command: textOrNull,
  running: yesOrNo,
  cannotAsk: textOrNull,
  outdated: yesOrNo,
  last: orNull(lookSchema),
});

const subjectOf = ({ services, caller, parts }: Call) =>
  services.evidence.image(parts.get('id') ?? '', caller.teams);

const trust: Route = {
  method: 'GET',
  path: '/api/v1/images/{id}/trust',
  summary: 'Who signed an image and whether the policy trusts it, as the last look found it.',
  role: 'viewer',
  query: {},
  answer: trustSchema,
  handle: async (call) => json(await call.services.trust.view(await subjectOf(call))),
};

const look: Route = {
  method: 'POST',
  path: '/api/v1/images/{id}/trust',
  summary:
    'Asks the registry of an image anew; the event `trust` of the stream tells that it is done.',
  role: 'responder',
  query: {},
  answer: trustSchema,
  handle: async (call) => json(await call.services.trust.ask(await subjectOf(call))),
};

export const trustRoutes: readonly Route[] = [trust, look];

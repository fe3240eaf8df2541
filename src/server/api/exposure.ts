// Who was exposed: the containers that ran what an advisory or a package names.
import { counted } from '../../base/count-text.ts';
import { SeaworthyError } from '../../base/error.ts';
import type { ExposureAnswer } from '../../model/timeline-view.ts';
import { containerSchema } from './containers.ts';
import { json, type Route } from './route.ts';
import {
  count,
  list,
  moment,
  momentOrNull,
  object,
  open,
  text,
  textOrNull,
  yesOrNo,
} from './schema.ts';
import { limitSchema, numberValue, textValue } from './values.ts';

const rowSchema = object({
  container: containerSchema,
  package: object({ purl: text }),
  advisory: textOrNull,
  firstSeen: moment,
  lastSeen: moment,
  running: yesOrNo,
  inUse: { type: ['boolean', 'null'] },
  reachableFrom: list(text),
});

const exposed: Route = {
  method: 'GET',
  path: '/api/v1/exposed',
  summary: 'Which containers ran it, when, and which still do.',
  role: 'viewer',
  query: {
    question: {
      type: 'string',
      minLength: 3,
      maxLength: 500,
      description: '`CVE-...`, `GHSA-...` or `pkg:type/name[@version or range]`',
    },
    skip: { type: 'integer', minimum: 0, maximum: 1_000_000, default: 0 },
    limit: limitSchema(200, 2000),
  },
  answer: object({
    asked: text,
    sentence: text,
    title: textOrNull,
    published: textOrNull,
    total: object({
      images: count,
      containers: count,
      running: count,
      used: count,
      firstSeen: momentOrNull,
      lastSeen: momentOrNull,
    }),
    items: list(rowSchema),
    packages: list(open),
    skipped: count,
    imagesUnknown: count,
    unknowns: list(text),
  }),
  async handle({ services, caller, query }) {
    const asked = textValue(query, 'question')?.trim();
    if (asked === undefined) {
      throw new SeaworthyError('usage', 'the question is missing', {
        advice: 'ask for ?question=CVE-2021-44228 or ?question=pkg:npm/lodash',
      });
    }
    const question = {
      asked,
      skip: numberValue(query, 'skip'),
      limit: numberValue(query, 'limit'),
    };
    const { rows, ...told } = await services.evidence.exposed(question, caller.teams);
    return json({ ...told, sentence: sentenceOf({ ...told, rows }), items: rows });
  },
};

/** "14 containers ran it, 3 still do, 2 used it, 1 can be reached." */
function sentenceOf({ asked, total, rows, imagesUnknown }: ExposureAnswer): string {
  const unknown =
    imagesUnknown === 0
      ? ''
      : ` What is in ${imagesUnknown === 1 ? 'one image' : `${imagesUnknown} images`} that ran is not known.`;
  if (total.containers === 0) return `No container is known to have run ${asked}.${unknown}`;
  const reachable = new Set(
    rows
      .filter(({ running, reachableFrom }) => running && reachableFrom.length > 0)
      .map(({ container }) => container.id),
  ).size;
  const parts = [
    `${counted(total.containers, 'container')} ran it`,
    total.running === 0
      ? 'none still does'
      : `${total.running} still ${total.running === 1 ? 'does' : 'do'}`,
    ...(total.used > 0 ? [`${total.used} used it`] : []),
    ...(reachable > 0 ? [`${reachable} can be reached`] : []),
  ];
  return `${parts.join(', ')}.${unknown}`;
}

export const exposureRoutes: readonly Route[] = [exposed];

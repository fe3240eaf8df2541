// Who was exposed: the containers that ran what an advisory or a package names.
import { counted } from '../../base/count-text.ts';
import { SeaworthyError } from '../../base/error.ts';
import { matchEcosystems } from '../../flow/ecosystems.ts';
import { exposedTo } from '../../flow/exposure.ts';
import type { ExposureAnswer, ExposureRow } from '../../model/timeline-view.ts';
import { containerSchema } from './containers.ts';
import type { Caller } from './route.ts';
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
  handle({ services, caller, query }) {
    const asked = textValue(query, 'question')?.trim();
    if (asked === undefined) {
      throw new SeaworthyError('usage', 'the question is missing', {
        advice: 'ask for ?question=CVE-2021-44228 or ?question=pkg:npm/lodash',
      });
    }
    const record = services.record();
    if (record === null) {
      throw new SeaworthyError('not-found', 'nothing was recorded here yet', {
        advice: 'start a container: from then on its image is known',
      });
    }
    const answer = exposedTo(
      { record, advisories: services.advisories(), ecosystems: matchEcosystems },
      { asked, skip: numberValue(query, 'skip'), limit: numberValue(query, 'limit') },
    );
    const { rows, ...told } = scoped(answer, caller);
    return json({ ...told, sentence: sentenceOf({ ...told, rows }), items: rows });
  },
};

/** A team is told of its own containers alone: the sums too. */
function scoped(answer: ExposureAnswer, { teams }: Caller): ExposureAnswer {
  if (teams === null) return answer;
  const rows = answer.rows.filter(({ container }) => teams.has(container.workload.team ?? ''));
  const once = new Map(rows.map((row) => [`${row.container.id} ${row.container.firstSeen}`, row]));
  const seen = [...once.values()];
  const times = (pick: (row: ExposureRow) => string): readonly string[] =>
    seen.map(pick).toSorted();
  return {
    ...answer,
    rows,
    total: {
      images: new Set(seen.map(({ container }) => container.image.id)).size,
      containers: seen.length,
      running: seen.filter(({ running }) => running).length,
      used: seen.filter(({ inUse }) => inUse === true).length,
      firstSeen: times(({ firstSeen }) => firstSeen)[0] ?? null,
      lastSeen: times(({ lastSeen }) => lastSeen).at(-1) ?? null,
    },
    imagesUnknown: 0,
  };
}

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

// Containers, alive and dead, and what each did.
import { notHere } from '../../flow/team-sight.ts';
import { json, type Route } from './route.ts';
import {
  count,
  list,
  moment,
  momentOrNull,
  object,
  open,
  orNull,
  pageOf,
  text,
  textOrNull,
  withOptional,
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

/** As `containers --format json`. */
export const containerSchema = object({
  id: text,
  name: textOrNull,
  image: object({ reference: textOrNull, id: textOrNull, digest: textOrNull }),
  node: text,
  workload: object({
    user: textOrNull,
    team: textOrNull,
    application: textOrNull,
    environment: textOrNull,
  }),
  createdAt: momentOrNull,
  startedAt: momentOrNull,
  endedAt: momentOrNull,
  exitCode: { type: ['integer', 'null'] },
  namedBeforeStart: yesOrNo,
  grade: textOrNull,
  running: yesOrNo,
  firstSeen: moment,
  lastSeen: moment,
});

const word = { type: 'string', minLength: 1, maxLength: 300 } as const;

const listContainers: Route = {
  method: 'GET',
  path: '/api/v1/containers',
  summary: 'Containers, alive and dead, newest first.',
  role: 'viewer',
  query: {
    alive: { type: 'boolean', description: 'only those that run' },
    image: { ...word, description: 'part of the image, or the start of its id or digest' },
    name: { ...word, description: 'part of the name, or the start of the id' },
    node: { ...word, description: 'the machine that it runs on' },
    team: { ...word, description: 'the team that runs it' },
    since: timeSchema,
    limit: limitSchema(100, 1000),
    cursor: cursorSchema,
  },
  answer: pageOf(containerSchema),
  async handle({ services, caller, query }) {
    const place = placeOf(query, 2);
    const image = textValue(query, 'image');
    const name = textValue(query, 'name');
    const node = textValue(query, 'node');
    const team = textValue(query, 'team');
    const sinceNs = timeValue(query, 'since', services.now());
    const asked = {
      aliveOnly: query.get('alive') === true,
      ...(image === undefined ? {} : { image }),
      ...(name === undefined ? {} : { name }),
      ...(node === undefined ? {} : { node }),
      ...(team === undefined ? {} : { team }),
      ...(sinceNs === undefined ? {} : { sinceNs }),
      ...(place === undefined
        ? {}
        : { before: { firstUs: placeNumber(place[0]), id: placeNumber(place[1]) } }),
      limit: numberValue(query, 'limit'),
    };
    const { items, next } = await services.evidence.containers(asked, caller.teams);
    return json({ items, next: next === null ? null : cursorOf(next.firstUs, next.id) });
  },
};

/** The word of a path that names a container. Throws `not-found` with it where nothing is found. */
export function found<T>(value: T | null, parts: ReadonlyMap<string, string>): T {
  if (value !== null) return value;
  throw notHere(`the container ${(parts.get('id') ?? '').slice(0, 80)}`);
}

const oneContainer: Route = {
  method: 'GET',
  path: '/api/v1/containers/{id}',
  summary: 'One container by its id, the start of it, or its name; with the scan of its own files.',
  role: 'viewer',
  query: {},
  answer: object({ container: containerSchema, startedBy: orNull(open), scan: orNull(open) }),
  async handle({ services, caller, parts }) {
    const one = await services.evidence.container(parts.get('id') ?? '', caller.teams);
    return json(found(one, parts));
  },
};

const timeline: Route = {
  method: 'GET',
  path: '/api/v1/containers/{id}/timeline',
  summary: 'What one container did: processes, files, flows, detections, losses.',
  role: 'viewer',
  query: {
    since: timeSchema,
    until: timeSchema,
    grep: { ...word, description: 'text that must occur' },
    limit: limitSchema(10_000, 100_000),
  },
  answer: withOptional(
    object({
      container: containerSchema,
      startedBy: orNull(open),
      command: orNull(list(text)),
      ports: list(text),
      processes: list(open),
      files: list(open),
      flows: list(open),
      detections: list(open),
      responses: list(open),
      losses: list(open),
      packages: orNull(list(open)),
      events: count,
      truncated: yesOrNo,
      rawOn: textOrNull,
      namesakes: count,
    }),
    { isNarrowed: yesOrNo },
  ),
  async handle({ services, caller, query, parts }) {
    const now = services.now();
    const sinceNs = timeValue(query, 'since', now);
    const untilNs = timeValue(query, 'until', now);
    const grep = textValue(query, 'grep');
    const asked = {
      ...(sinceNs === undefined ? {} : { sinceNs }),
      ...(untilNs === undefined ? {} : { untilNs }),
      ...(grep === undefined ? {} : { grep }),
      limit: numberValue(query, 'limit'),
    };
    const { evidence } = services;
    return json(found(await evidence.timeline(parts.get('id') ?? '', asked, caller.teams), parts));
  },
};

export const containerRoutes: readonly Route[] = [listContainers, oneContainer, timeline];

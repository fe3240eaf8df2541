// Containers, alive and dead, and what each did.
import { containerView } from '../../flow/container-view.ts';
import { timelineOf } from '../../flow/timeline.ts';
import type { ContainerView } from '../../model/timeline-view.ts';
import type { StoredRun } from '../../store/record/index.ts';
import { type Call, json, type Route } from './route.ts';
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
  yesOrNo,
} from './schema.ts';
import { maySee, notHere } from './scope.ts';
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
/** Rows that are looked at for the teams of a token before the page ends early. */
const passesMost = 10;

const listContainers: Route = {
  method: 'GET',
  path: '/api/v1/containers',
  summary: 'Containers, alive and dead, newest first.',
  role: 'viewer',
  query: {
    alive: { type: 'boolean', description: 'only those that run' },
    image: { ...word, description: 'part of the image, or the start of its id or digest' },
    name: { ...word, description: 'part of the name, or the start of the id' },
    since: timeSchema,
    limit: limitSchema(100, 1000),
    cursor: cursorSchema,
  },
  answer: pageOf(containerSchema),
  handle(call) {
    const { items, next } = containersPage(call);
    return json({ items: graded(call, items), next });
  },
};

interface Page {
  readonly items: readonly StoredRun[];
  readonly next: string | null;
}

function containersPage({ services, caller, query }: Call): Page {
  const record = services.record();
  const place = placeOf(query, 2);
  if (record === null) return { items: [], next: null };
  const limit = numberValue(query, 'limit');
  const image = textValue(query, 'image');
  const name = textValue(query, 'name');
  const sinceNs = timeValue(query, 'since', services.now());
  const filter = {
    aliveOnly: query.get('alive') === true,
    ...(image === undefined ? {} : { image }),
    ...(name === undefined ? {} : { name }),
    ...(sinceNs === undefined ? {} : { sinceNs }),
  };
  let before =
    place === undefined
      ? undefined
      : { firstSeenNs: BigInt(placeNumber(place[0])) * 1000n, id: placeNumber(place[1]) };
  const items: StoredRun[] = [];
  for (let pass = 0; pass < passesMost; pass += 1) {
    const found = record.runs({
      ...filter,
      ...(before === undefined ? {} : { before }),
      limit: limit + 1,
    });
    for (const [at, run] of found.entries()) {
      if (items.length === limit || at === limit) break;
      before = { firstSeenNs: run.firstSeenNs, id: run.id };
      if (maySee(caller, run)) items.push(run);
    }
    if (found.length <= limit && found.at(-1)?.id === before?.id) return { items, next: null };
    if (found.length === 0) return { items, next: null };
    if (items.length === limit) break;
  }
  const next =
    before === undefined ? null : cursorOf(Number(before.firstSeenNs / 1000n), before.id);
  return { items, next };
}

/** Runs that were recorded before their image was graded have its grade of now. */
function graded({ services }: Call, runs: readonly StoredRun[]): readonly ContainerView[] {
  const views = runs.map(containerView);
  const ids = new Set(
    views.flatMap(({ grade, image }) => (grade === null ? (image.id ?? []) : [])),
  );
  const entries = services.catalogue.entries([...ids]);
  return views.map((view) => {
    const grade = view.grade ?? entries.get(view.image.id ?? '')?.grade?.letter ?? null;
    return { ...view, grade };
  });
}

/** The run that a part of the path means; other teams' runs are not there. Throws `not-found`. */
export function runMeant({ services, caller, parts }: Call): StoredRun {
  const id = parts.get('id') ?? '';
  const found = services.record()?.find(id, 100) ?? [];
  const stored = found.find((run) => maySee(caller, run));
  if (stored === undefined) throw notHere(`the container ${id.slice(0, 80)}`);
  return stored;
}

const oneContainer: Route = {
  method: 'GET',
  path: '/api/v1/containers/{id}',
  summary: 'One container by its id, the start of it, or its name; with the scan of its own files.',
  role: 'viewer',
  query: {},
  answer: object({ container: containerSchema, startedBy: orNull(open), scan: orNull(open) }),
  handle(call) {
    const stored = runMeant(call);
    const [container] = graded(call, [stored]);
    const own = call.services.catalogue.entry(`container:${stored.run.identity.id}`);
    const scan =
      own === null
        ? null
        : { state: own.state, grade: own.grade, summary: own.summary, scannedAt: own.scannedAt };
    return json({ container, startedBy: stored.startedBy, scan });
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
  answer: object({
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
    namesakes: count,
  }),
  handle(call) {
    const { services, query } = call;
    const stored = runMeant(call);
    const record = services.record();
    if (record === null) throw notHere('the container');
    const now = services.now();
    const sinceNs = timeValue(query, 'since', now);
    const untilNs = timeValue(query, 'until', now);
    const grep = textValue(query, 'grep');
    const view = timelineOf(record, {
      container: stored.run.identity.id,
      query: {
        ...(sinceNs === undefined ? {} : { sinceNs }),
        ...(untilNs === undefined ? {} : { untilNs }),
        ...(grep === undefined ? {} : { grep }),
        limit: numberValue(query, 'limit'),
      },
    });
    const [container] = graded(call, [stored]);
    return json({ ...view, container: { ...view.container, grade: container?.grade ?? null } });
  },
};

export const containerRoutes: readonly Route[] = [listContainers, oneContainer, timeline];

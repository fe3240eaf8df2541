// Answers to pages out of the store of a fleet: the same views as of one machine, over all nodes.
import { SeaworthyError } from '../base/error.ts';
import type { AdvisorySource } from '../model/advisory.ts';
import { parsePurl } from '../model/purl.ts';
import type { ContainerView, ExposureAnswer, ExposureRow } from '../model/timeline-view.ts';
import type {
  FleetCatalogued,
  FleetStore,
  StoredFleetDetection,
  StoredFleetRun,
} from '../store/fleet/index.ts';
import { containerView, timeText } from './container-view.ts';
import { type GroupedDetection, groupDetections, groupView } from './detection-groups.ts';
import type {
  ContainersAsked,
  ContainersFound,
  DetectionsAsked,
  DetectionsFound,
  Evidence,
  ExposureAsked,
  ImagesAsked,
  ImagesFound,
  Teams,
} from './evidence.ts';
import { type FleetHarbourSources, fleetHarbour } from './fleet-harbour.ts';
import { fleetTimeline } from './fleet-timeline.ts';
import { microseconds, nanoseconds, peerOf, storedRunOf } from './fleet-view.ts';
import type { ImageView } from './image-view.ts';
import { groupedAtOnce, noReport } from './machine-evidence.ts';
import { type NetworkView, networkView } from './network-view.ts';
import { notHere } from './team-sight.ts';

export interface FleetSources extends FleetHarbourSources {
  /** For titles; null: this replica has no advisories. */
  readonly advisories: () => AdvisorySource | null;
}

const flowsMost = 5000;
const fixesTold = 3;
/** Runs that one word may mean before the newest is taken. */
const meant = 20;

/** The answers of a fleet. */
export function fleetEvidence(sources: FleetSources): Evidence {
  const { store } = sources;
  return {
    harbour: (teams) => fleetHarbour(sources, listOf(teams)),
    containers: (asked, teams) => containersPage(store, asked, teams),
    async container(word, teams) {
      const stored = await runOfWord(store, word, teams);
      if (stored === null) return null;
      const [container] = await graded(store, [stored]);
      return container === undefined ? null : { container, startedBy: null, scan: null };
    },
    async timeline(word, query, teams) {
      const stored = await runOfWord(store, word, teams);
      if (stored === null) return null;
      const [container] = await graded(store, [stored]);
      const view = await fleetTimeline(store, stored, query);
      return { ...view, container: container ?? view.container };
    },
    images: (asked, teams) => imagesPage(store, asked, teams),
    async image(word, teams) {
      const { id, reference } = await imageMeant(store, word, teams);
      return { id, kind: 'image', reference };
    },
    async report(word, teams) {
      const entry = await imageMeant(store, word, teams);
      const report = await store.report(entry.id);
      if (report === null) {
        throw noReport({ reference: entry.reference, state: 'waiting', why: null });
      }
      return report;
    },
    exposed: (asked, teams) => exposedPage(sources, asked, teams),
    detections: (asked, teams) => detectionsPage(store, asked, teams),
    network: (sinceNs, teams) => networkOf(store, sinceNs, teams),
  };
}

/** As the store takes teams. */
function listOf(teams: Teams): readonly string[] | undefined {
  return teams === null ? undefined : [...teams];
}

function withTeams(teams: Teams): { readonly teams?: readonly string[] } {
  return teams === null ? {} : { teams: [...teams] };
}

/** The newest run that an id, the start of one, or a name means. */
export async function runOfWord(
  store: FleetStore,
  word: string,
  teams: Teams,
): Promise<StoredFleetRun | null> {
  const clean = word.replaceAll('\0', '');
  const page = { limit: meant, ...withTeams(teams) };
  const [exact] = await store.runs({ container: clean, ...page });
  if (exact !== undefined) return exact;
  // Very many names may begin as this one does: it comes before them.
  const [called] = await store.runs({ called: clean, ...page, limit: 1 });
  if (called !== undefined) return called;
  const found = await store.runs({ name: clean, ...page });
  return found.find(({ run }) => run.container.startsWith(clean)) ?? null;
}

async function containersPage(
  store: FleetStore,
  { sinceNs, limit, ...asked }: ContainersAsked,
  teams: Teams,
): Promise<ContainersFound> {
  const runs = await store.runs({
    ...asked,
    ...(sinceNs === undefined ? {} : { sinceUs: microseconds(sinceNs) }),
    ...withTeams(teams),
    limit: limit + 1,
  });
  const page = runs.slice(0, limit);
  const last = page.at(-1);
  const hasMore = runs.length > limit && last !== undefined;
  return {
    items: await graded(store, page),
    next: hasMore ? { firstUs: last.run.firstUs, id: last.id } : null,
  };
}

/** Nodes grade what they scan themselves; the others have the grade of their image. */
async function graded(
  store: FleetStore,
  runs: readonly StoredFleetRun[],
): Promise<readonly ContainerView[]> {
  const views = runs.map((one) => containerView(storedRunOf(one)));
  const ids = new Set(
    views.flatMap(({ grade, image }) => (grade === null ? (image.id ?? []) : [])),
  );
  const grades = await store.grades([...ids]);
  return views.map((view) => {
    const grade = view.grade ?? grades.get(view.image.id ?? '') ?? null;
    return { ...view, grade };
  });
}

async function imagesPage(
  store: FleetStore,
  { limit, ...asked }: ImagesAsked,
  teams: Teams,
): Promise<ImagesFound> {
  const found = await store.catalogue({ ...asked, ...withTeams(teams), limit: limit + 1 });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const hasMore = found.length > limit && last !== undefined;
  return {
    items: await imageViews(store, page, teams),
    next: hasMore ? { reference: last.reference, id: last.id } : null,
  };
}

/** Images as lists and the stream show them. */
export async function imageViews(
  store: FleetStore,
  entries: readonly FleetCatalogued[],
  teams: Teams,
): Promise<readonly ImageView[]> {
  const counts = await store.runsOfImages(
    entries.map(({ id }) => id),
    listOf(teams),
  );
  return entries.map((entry) => {
    const { scannedUs, fixFirst, ...told } = entry;
    const own = counts.get(entry.id) ?? { runs: 0, alive: 0 };
    return {
      ...told,
      kind: 'image',
      layers: null,
      size: null,
      fixFirst: fixFirst.slice(0, fixesTold),
      ...own,
      scannedAt: scannedUs === null ? null : timeText(nanoseconds(scannedUs)),
      state: scannedUs === null ? 'waiting' : 'scanned',
      why: null,
      present: own.alive > 0,
    };
  });
}

async function imageMeant(store: FleetStore, word: string, teams: Teams): Promise<FleetCatalogued> {
  const clean = word.replaceAll('\0', '');
  const ids = [clean, `sha256:${clean}`];
  const known = await store.catalogued(ids);
  const byName = async (): Promise<FleetCatalogued | undefined> =>
    (await store.catalogue({ search: clean, ...withTeams(teams), limit: 100 })).find(
      ({ reference }) => reference === clean,
    );
  const entry = known.get(clean) ?? known.get(`sha256:${clean}`) ?? (await byName());
  const isTheirs = async (id: string): Promise<boolean> =>
    teams === null || ((await store.runsOfImages([id], [...teams])).get(id)?.runs ?? 0) > 0;
  if (entry !== undefined && (await isTheirs(entry.id))) return entry;
  throw notHere(`the image ${word.slice(0, 100)}`);
}

async function exposedPage(
  { store, advisories }: FleetSources,
  { asked, skip, limit }: ExposureAsked,
  teams: Teams,
): Promise<ExposureAnswer> {
  const isAdvisory = /^[A-Z][\w:.-]{2,63}$/i.test(asked) && !asked.startsWith('pkg:');
  const question = isAdvisory ? ({ kind: 'advisory', id: asked } as const) : packageOf(asked);
  const found = await store.exposed(question, { skip, limit, ...withTeams(teams) });
  const source = isAdvisory ? advisories() : null;
  const [record] = source?.byId(asked) ?? [];
  const views = await graded(
    store,
    found.newest.map(({ stored }) => stored),
  );
  const rows = found.newest.flatMap(({ stored, purls, used }, at): readonly ExposureRow[] => {
    const container = views[at];
    if (container === undefined) return [];
    return purls.map((purl) => ({
      container,
      package: { purl },
      advisory: isAdvisory ? asked : null,
      firstSeen: container.firstSeen,
      lastSeen: container.lastSeen,
      running: container.running,
      // That it was not used is claimed by the node alone.
      inUse: used.includes(purl) ? true : null,
      reachableFrom: stored.run.ports,
    }));
  });
  const once = new Set(
    found.newest.flatMap(({ stored, used }) => (used.length > 0 ? stored.id : [])),
  );
  return {
    asked,
    title: source?.cve(asked)?.summary ?? record?.summary ?? null,
    published: record?.published ?? null,
    rows,
    packages: [...new Set(found.newest.flatMap(({ purls }) => purls))].map((purl) => ({
      purl,
      fixedIn: [],
    })),
    total: {
      images: found.images,
      containers: found.runs,
      running: found.alive,
      used: once.size,
      firstSeen: found.firstUs === null ? null : timeText(nanoseconds(found.firstUs)),
      lastSeen: found.lastUs === null ? null : timeText(nanoseconds(found.lastUs)),
    },
    skipped: skip,
    imagesUnknown: 0,
    unknowns: [],
  };
}

function packageOf(asked: string): Parameters<FleetStore['exposed']>[0] {
  const purl = asked.startsWith('pkg:') ? parsePurl(asked) : null;
  if (purl === null) {
    throw new SeaworthyError('usage', `${asked.slice(0, 100)} is no advisory and no package URL`, {
      advice: 'write it as CVE-2024-3094, pkg:npm/lodash or pkg:npm/lodash@4.17.4',
    });
  }
  return { kind: 'package', type: purl.type, name: purl.name, version: purl.version ?? null };
}

async function detectionsPage(
  store: FleetStore,
  { sinceNs, limit, ...asked }: DetectionsAsked,
  teams: Teams,
): Promise<DetectionsFound> {
  const found = await store.detections({
    ...asked,
    ...(sinceNs === undefined ? {} : { sinceUs: microseconds(sinceNs) }),
    ...withTeams(teams),
    limit: groupedAtOnce,
  });
  const grouped = await withRepeats(store, found);
  const page = groupDetections(grouped, { acrossContainers: true, most: limit });
  const last = page.isCut ? page.lastId : (found.at(-1)?.id ?? null);
  const hasMore = page.isCut || found.length === groupedAtOnce;
  const newest = page.groups.flatMap(({ own }) => own.slice(0, 1));
  const runs = await store.runsOf(
    newest.flatMap(({ agent = '', container = null }) =>
      container === null ? [] : [[agent, container]],
    ),
  );
  return {
    items: page.groups.map((group) => {
      const [first] = group.own;
      const run = runs.get(`${first?.agent}\n${first?.container}`);
      return groupView(group, run === undefined ? null : storedRunOf(run));
    }),
    nextBeforeId: hasMore ? last : null,
  };
}

/** How often each came since it was told; its run is asked where it is shown. */
async function withRepeats(
  store: FleetStore,
  found: readonly StoredFleetDetection[],
): Promise<readonly GroupedDetection[]> {
  const repeats = await store.repeats(
    found.map(({ agent, told }) => [agent, told.container ?? '', told.timeUs, told.detection.rule]),
  );
  return found.map(({ id, agent, told }) => {
    const { container, timeUs, detection } = told;
    const repeat = repeats.get([agent, container ?? '', timeUs, detection.rule].join('\n'));
    return {
      id,
      agent,
      container,
      timeNs: nanoseconds(timeUs),
      lastNs: nanoseconds(repeat?.lastUs ?? timeUs),
      count: repeat?.count ?? 1,
      detection,
      run: null,
    };
  });
}

async function networkOf(store: FleetStore, sinceNs: bigint, teams: Teams): Promise<NetworkView> {
  const asked = { sinceUs: microseconds(sinceNs), ...withTeams(teams), limit: flowsMost };
  const { flows, isWhole } = await store.talk(asked);
  const runs = await store.runsOf(flows.map(({ agent, told }) => [agent, told.container]));
  const found = flows.flatMap(({ agent, told }) => {
    const run = runs.get(`${agent}\n${told.container}`);
    return run === undefined ? [] : [{ run: storedRunOf(run), peer: peerOf(told) }];
  });
  const view = networkView(found, flowsMost);
  return { ...view, truncated: view.truncated || !isWhole };
}

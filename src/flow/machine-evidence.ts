// Answers to pages out of the record and the catalogue of one machine. What the first page does not ask is
// loaded with the first question for it.
import { SeaworthyError } from '../base/error.ts';
import type { AdvisorySource } from '../model/advisory.ts';
import type { ContainerView, ExposureAnswer, ExposureRow } from '../model/timeline-view.ts';
import type { Catalogue, CatalogueEntry } from '../store/catalog/index.ts';
import type { RecordReader, StoredRun } from '../store/record/index.ts';
import { containerView } from './container-view.ts';
import type {
  Awaitable,
  ContainersAsked,
  ContainersFound,
  DetectionsAsked,
  DetectionsFound,
  Evidence,
  ImagesAsked,
  ImagesFound,
  Teams,
} from './evidence.ts';
import { harbourOf, type Remembered } from './harbour.ts';
import { imageView } from './image-view.ts';
import type { NetworkView } from './network-view.ts';
import type { Coverage } from './runtime-source.ts';
import { maySee, maySeeImage, notHere } from './team-sight.ts';

export interface MachineSources {
  readonly catalogue: Catalogue;
  /** Null: nothing was recorded yet. */
  readonly record: () => RecordReader | null;
  readonly advisories: () => Awaitable<AdvisorySource>;
  readonly coverage: () => readonly Coverage[];
  readonly remembered: () => Remembered | null;
  readonly now: () => Date;
}

/** Rows that are looked at for the teams of a token before the page ends early. */
const passesMost = 10;
/** Detections that are grouped for one page: repeats are many. */
export const groupedAtOnce = 2000;
/** Of ten million runs the newest with flows: each costs a fifth of a millisecond. */
const runsLookedAt = 400;
const flowsMost = 20_000;

/** The answers of a machine. */
export function machineEvidence(sources: MachineSources): Evidence {
  const { catalogue, record, advisories, coverage, remembered, now } = sources;
  const meant = (word: string, teams: Teams): StoredRun | null => runMeant(record(), word, teams);
  return {
    harbour: (teams) =>
      harbourOf({
        catalogue,
        record: record(),
        coverage: coverage(),
        remembered: remembered(),
        now: now(),
        teams,
      }),
    containers(asked, teams) {
      const { runs, next } = runsPage(record(), asked, teams);
      return { items: graded(catalogue, runs), next };
    },
    container(word, teams) {
      const stored = meant(word, teams);
      const [container] = stored === null ? [] : graded(catalogue, [stored]);
      if (stored === null || container === undefined) return null;
      const own = catalogue.entry(`container:${stored.run.identity.id}`);
      const scan =
        own === null
          ? null
          : { state: own.state, grade: own.grade, summary: own.summary, scannedAt: own.scannedAt };
      return { container, startedBy: stored.startedBy, scan };
    },
    async timeline(word, query, teams) {
      const { timelineOf } = await import('./timeline.ts');
      const stored = meant(word, teams);
      const reader = record();
      const [container] = stored === null ? [] : graded(catalogue, [stored]);
      if (stored === null || reader === null) return null;
      const view = timelineOf(reader, { container: stored.run.identity.id, query });
      return { ...view, container: { ...view.container, grade: container?.grade ?? null } };
    },
    images: (asked, teams) => imagesPage(sources, asked, teams),
    image(word, teams) {
      const { id, kind, reference } = entryMeant(sources, word, teams);
      return { id, kind, reference };
    },
    async report(word, teams) {
      const entry = entryMeant(sources, word, teams);
      const report = catalogue.report(entry.id);
      const reader = record();
      if (report === null) throw noReport(entry);
      if (reader === null) return report;
      const { withUseOf } = await import('./in-use.ts');
      return withUseOf(reader, entry.id, report);
    },
    async exposed(asked, teams) {
      const reader = record();
      if (reader === null) {
        throw new SeaworthyError('not-found', 'nothing was recorded here yet', {
          advice: 'start a container: from then on its image is known',
        });
      }
      const [{ exposedTo }, { matchEcosystems }, known] = await Promise.all([
        import('./exposure.ts'),
        import('./ecosystems.ts'),
        advisories(),
      ]);
      const services = { record: reader, advisories: known, ecosystems: matchEcosystems };
      return scopedExposure(exposedTo(services, asked), teams);
    },
    detections: (asked, teams) => detectionsPage(record(), asked, teams),
    network: (sinceNs, teams) => networkOf(record(), sinceNs, teams),
  };
}

/** The run that a word means; other teams' runs are not there. */
export function runMeant(
  record: RecordReader | null,
  word: string,
  teams: Teams,
): StoredRun | null {
  const found = record?.find(word, 100) ?? [];
  return found.find((run) => maySee(teams, run)) ?? null;
}

function runsPage(
  record: RecordReader | null,
  { before: place, limit, ...filter }: ContainersAsked,
  teams: Teams,
): { readonly runs: readonly StoredRun[]; readonly next: ContainersFound['next'] } {
  if (record === null) return { runs: [], next: null };
  let before =
    place === undefined ? undefined : { firstSeenNs: BigInt(place.firstUs) * 1000n, id: place.id };
  const runs: StoredRun[] = [];
  for (let pass = 0; pass < passesMost; pass += 1) {
    const found = record.runs({
      ...filter,
      ...(before === undefined ? {} : { before }),
      limit: limit + 1,
    });
    for (const [at, run] of found.entries()) {
      if (runs.length === limit || at === limit) break;
      before = { firstSeenNs: run.firstSeenNs, id: run.id };
      const { node = run.run.node, team = run.run.workload.team } = filter;
      const isMeant = run.run.node === node && run.run.workload.team === team;
      if (isMeant && maySee(teams, run)) runs.push(run);
    }
    if (found.length <= limit && found.at(-1)?.id === before?.id) return { runs, next: null };
    if (found.length === 0) return { runs, next: null };
    if (runs.length === limit) break;
  }
  const next =
    before === undefined ? null : { firstUs: Number(before.firstSeenNs / 1000n), id: before.id };
  return { runs, next };
}

/** Runs that were recorded before their image was graded have its grade of now. */
function graded(catalogue: Catalogue, runs: readonly StoredRun[]): readonly ContainerView[] {
  const views = runs.map(containerView);
  const ids = new Set(
    views.flatMap(({ grade, image }) => (grade === null ? (image.id ?? []) : [])),
  );
  const entries = catalogue.entries([...ids]);
  return views.map((view) => {
    const grade = view.grade ?? entries.get(view.image.id ?? '')?.grade?.letter ?? null;
    return { ...view, grade };
  });
}

function imagesPage(
  { catalogue, record: open }: MachineSources,
  { limit, ...asked }: ImagesAsked,
  teams: Teams,
): ImagesFound {
  const record = open();
  const found = catalogue.page({ ...asked, limit: limit + 1 });
  const page = found.slice(0, limit);
  const items = page
    .filter(({ id }) => maySeeImage(teams, record, id))
    .map((entry) => imageView(entry, record));
  const last = page.at(-1);
  const hasMore = found.length > limit && last !== undefined;
  return { items, next: hasMore ? { reference: last.reference, id: last.id } : null };
}

/** By its id, the start of it, its digest or its name. Throws `not-found`. */
function entryMeant(
  { catalogue, record }: MachineSources,
  word: string,
  teams: Teams,
): CatalogueEntry {
  const entry =
    catalogue.entry(word) ??
    catalogue.entry(`sha256:${word}`) ??
    catalogue.page({ search: word, limit: 100 }).find(({ reference }) => reference === word);
  if (entry === undefined || entry === null || !maySeeImage(teams, record(), entry.id)) {
    throw notHere(`the image ${word.slice(0, 100)}`);
  }
  return entry;
}

/** Why an image that is known has no report. */
export function noReport({
  reference,
  state,
  why,
}: Pick<CatalogueEntry, 'reference' | 'state' | 'why'>): SeaworthyError {
  const because = why === null ? '' : ` (${why})`;
  return new SeaworthyError('not-found', `${reference} has no report: it is ${state}${because}`, {
    advice: 'ask again when it is scanned: the stream of events tells',
  });
}

/** A team is told of its own containers alone: the sums too. */
function scopedExposure(answer: ExposureAnswer, teams: Teams): ExposureAnswer {
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

async function detectionsPage(
  record: RecordReader | null,
  { limit, ...asked }: DetectionsAsked,
  teams: Teams,
): Promise<DetectionsFound> {
  if (record === null) return { items: [], nextBeforeId: null };
  const { groupDetections, groupView } = await import('./detection-groups.ts');
  const found = record.detectionsOfAll({ ...asked, limit: groupedAtOnce });
  const seen = found.filter(({ run }) => (run === null ? teams === null : maySee(teams, run)));
  const page = groupDetections(seen, { acrossContainers: false, most: limit });
  const last = page.isCut ? page.lastId : (found.at(-1)?.id ?? null);
  const hasMore = page.isCut || found.length === groupedAtOnce;
  return {
    items: page.groups.map((one) => groupView(one)),
    nextBeforeId: hasMore ? last : null,
  };
}

async function networkOf(
  record: RecordReader | null,
  sinceNs: bigint,
  teams: Teams,
): Promise<NetworkView> {
  const { networkView } = await import('./network-view.ts');
  const found = record?.peersOfAll({ sinceNs, runsMost: runsLookedAt, limit: flowsMost }) ?? [];
  const view = networkView(
    found.filter(({ run }) => maySee(teams, run)),
    flowsMost,
  );
  const runs = new Set(found.map(({ run }) => run.id)).size;
  return { ...view, truncated: view.truncated || runs >= runsLookedAt };
}

// The walk "who was exposed": an advisory or a package, the stored versions that it means, the images
// that hold them, the containers that ran those, alive or dead.
import { type MatchEcosystems, matchPackages } from '../advisory/match/index.ts';
import { SeaworthyError } from '../base/error.ts';
import type { AdvisorySource } from '../model/advisory.ts';
import { parsePurl } from '../model/purl.ts';
import type { ExposureAnswer, ExposureRow } from '../model/timeline-view.ts';
import type {
  ExposedRun,
  RecordReader,
  RunsOfPackages,
  StoredPackage,
} from '../store/record/index.ts';
import { containerView, timeText } from './container-view.ts';
import { inRange, type VersionRange, versionRange } from './version-range.ts';

/** Peers that a row names. */
const namedPeers = 5;
const toldUnknowns = 5;

export interface ExposureServices {
  readonly record: RecordReader;
  readonly advisories: AdvisorySource;
  readonly ecosystems: MatchEcosystems;
}

export interface ExposureRequest {
  /** `CVE-...`, `GHSA-...`, or `pkg:type/name[@version or range]`. */
  readonly asked: string;
  /** Containers that are left out, newest first, and listed. */
  readonly skip: number;
  readonly limit: number;
}

interface Meant {
  readonly title: string | null;
  readonly published: string | null;
  readonly advisory: string | null;
  readonly versions: readonly AffectedVersion[];
  readonly unknowns: readonly string[];
}

interface AffectedVersion {
  readonly stored: StoredPackage;
  readonly fixedIn: readonly string[];
}

/**
 * Which containers ran what is asked for. Throws `SeaworthyError`: `usage` for what is neither an id
 * nor a package URL, `not-found` for an advisory that the database does not hold.
 */
export function exposedTo(services: ExposureServices, request: ExposureRequest): ExposureAnswer {
  const { record } = services;
  const meant = request.asked.startsWith('pkg:')
    ? packageMeant(record, request.asked)
    : advisoryMeant(services, request.asked);
  const ids = meant.versions.map(({ stored }) => stored.id);
  const runs = record.runsOf(ids, { skip: request.skip, limit: request.limit });
  const byId = new Map(meant.versions.map((one) => [one.stored.id, one]));
  return {
    asked: request.asked,
    title: meant.title,
    published: meant.published,
    rows: runs.newest.flatMap((run) => rowsOf(record, run, { byId, advisory: meant.advisory })),
    packages: packagesOf(meant.versions),
    total: totalOf(runs),
    skipped: request.skip,
    imagesUnknown: record.unindexedCount(),
    unknowns: meant.unknowns,
  };
}

function totalOf(runs: RunsOfPackages): ExposureAnswer['total'] {
  return {
    images: runs.images,
    containers: runs.runs,
    running: runs.alive,
    used: runs.used,
    firstSeen: runs.firstSeenNs === null ? null : timeText(runs.firstSeenNs),
    lastSeen: runs.lastSeenNs === null ? null : timeText(runs.lastSeenNs),
  };
}

function packagesOf(versions: readonly AffectedVersion[]): ExposureAnswer['packages'] {
  const byPurl = new Map<string, readonly string[]>();
  for (const { stored, fixedIn } of versions) byPurl.set(stored.found.purl, fixedIn);
  return [...byPurl].map(([purl, fixedIn]) => ({ purl, fixedIn }));
}

function packageMeant(record: RecordReader, asked: string): Meant {
  const { purl, range } = splitRange(asked);
  const parts = parsePurl(purl);
  if (parts === null) {
    throw new SeaworthyError('usage', `${asked} is no package URL`, {
      advice: 'write it as pkg:npm/lodash, pkg:npm/lodash@4.17.4 or pkg:npm/lodash@<4.17.21',
    });
  }
  const wanted: VersionRange | null = range === null ? null : versionRange(parts.type, range);
  const versions = record
    .packagesKnownAs([parts.name, `${parts.namespace ?? ''}/${parts.name}`])
    .filter(({ found }) => {
      const isNamed =
        found.type === parts.type &&
        found.name === parts.name &&
        (parts.namespace === null || found.namespace === parts.namespace);
      return isNamed && (wanted === null || inRange(wanted, found.version));
    });
  return {
    title: null,
    published: null,
    advisory: null,
    versions: versions.map((stored) => ({ stored, fixedIn: [] })),
    unknowns: [],
  };
}

/** The version is taken off first: `<` and `>=` are no part of a package URL. */
function splitRange(asked: string): { readonly purl: string; readonly range: string | null } {
  const bare = asked.replace(/[?#].*$/s, '');
  const at = bare.lastIndexOf('@');
  if (at <= bare.lastIndexOf('/') || at === bare.indexOf('/') + 1) {
    return { purl: bare, range: null };
  }
  return { purl: bare.slice(0, at), range: decoded(bare.slice(at + 1)) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function advisoryMeant({ record, advisories, ecosystems }: ExposureServices, asked: string): Meant {
  const records = advisories.byId(asked);
  const first = records[0];
  if (first === undefined) {
    throw new SeaworthyError('not-found', `the advisory database does not know ${asked}`, {
      advice: 'run `seaworthy db update`, or ask for a package: seaworthy exposed pkg:npm/lodash',
    });
  }
  const ids = new Set(records.map(({ id }) => id));
  const only: AdvisorySource = {
    ...passedOn(advisories),
    lookup: (ecosystem, name) =>
      [...advisories.lookup(ecosystem, name)].filter(({ id }) => ids.has(id)),
  };
  const names = new Set(records.map((one) => one.package?.name ?? ''));
  const candidates = record.packagesKnownAs([...names].filter((name) => name !== ''));
  const versions: AffectedVersion[] = [];
  const unknowns: string[] = [];
  for (const [distribution, group] of Map.groupBy(candidates, (one) => one.distribution)) {
    const packages = group.map(({ found }) => found);
    const matched = matchPackages({ packages, distribution, source: only, ecosystems });
    const fixes = new Map<string, readonly string[]>();
    for (const { id, aliases, advisories: of, package: found, fixedIn } of matched.findings) {
      const isMeant = id === asked || aliases.includes(asked) || of.includes(asked);
      if (isMeant) fixes.set(found.purl, fixedIn);
    }
    for (const stored of group) {
      const fixedIn = fixes.get(stored.found.purl);
      if (fixedIn !== undefined) versions.push({ stored, fixedIn });
    }
    unknowns.push(...matched.unknowns.map(({ reason }) => reason));
  }
  return {
    title: advisories.cve(asked)?.summary ?? (first.summary === '' ? null : first.summary),
    published: first.published,
    advisory: asked,
    versions,
    unknowns: unknowns.slice(0, toldUnknowns),
  };
}

/** Methods of a class stay bound to it. */
function passedOn(source: AdvisorySource): AdvisorySource {
  return {
    info: () => source.info(),
    lookup: (ecosystem, name) => source.lookup(ecosystem, name),
    expect: (cves) => source.expect?.(cves),
    kev: (cve) => source.kev(cve),
    epss: (cve) => source.epss(cve),
    cve: (cve) => source.cve(cve),
    byId: (id) => source.byId(id),
    close: () => source.close(),
  };
}

interface RowContext {
  readonly byId: ReadonlyMap<number, AffectedVersion>;
  readonly advisory: string | null;
}

/** One row for each affected package of the run's image. */
function rowsOf(
  record: RecordReader,
  { stored, versions, used, knowsUse }: ExposedRun,
  { byId, advisory }: RowContext,
): readonly ExposureRow[] {
  const container = containerView(stored);
  const reachableFrom = reachOf(record, stored);
  return versions.flatMap((id) => {
    const version = byId.get(id);
    if (version === undefined) return [];
    const { purl, type } = version.stored.found;
    const unused = knowsUse && showsUse.has(type) ? false : null;
    return [
      {
        container,
        package: { purl },
        advisory,
        firstSeen: container.firstSeen,
        lastSeen: container.lastSeen,
        running: container.running,
        inUse: used.includes(id) ? true : unused,
        reachableFrom,
      },
    ];
  });
}

/**
 * Types whose code is programs and libraries, which are seen when they are executed or loaded. What an
 * interpreter reads is not always seen: that it was not used is never claimed of it.
 */
const showsUse = new Set(['deb', 'apk', 'rpm', 'golang', 'generic']);

/** Published ports, the host's network, and whom it served. */
function reachOf(record: RecordReader, { id, run }: ExposedRun['stored']): readonly string[] {
  const { ports, mode } = run.identity.network;
  const served = record
    .peers(id, 100)
    .filter(({ direction }) => direction === 'in')
    .map(({ protocol, port, remote, name }) => `${name ?? remote} to ${protocol} ${port}`);
  const more = served.length - namedPeers;
  return [
    ...ports,
    ...(mode === 'host' ? ['the host network'] : []),
    ...served.slice(0, namedPeers),
    ...(more > 0 ? [`${more} more peers`] : []),
  ];
}

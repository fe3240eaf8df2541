// Rows as OSV records (ossf/osv-schema 1.7), the only advisory format that the engine knows.
import type {
  OsvAffected,
  OsvEvent,
  OsvRange,
  OsvRecord,
  OsvSeverity,
} from '../../model/advisory.ts';
import type { BuiltinRange, BuiltinReleases, BuiltinRow, BuiltinVersions } from './row.ts';
import { builtinRows } from './rows.ts';

/** Ecosystems whose versions are pure SemVer 2.0, so that OSV ranges are of type `SEMVER`. */
const semverEcosystems = new Set(['npm', 'Go', 'crates.io']);

/** Ubuntu names its long-term releases in the ecosystem; all that the set knows are of these. */
function ubuntuEcosystem(release: string): string {
  return `Ubuntu:${release}:LTS`;
}

/** Every row of the built-in set as an OSV record, in the order of the tables. */
export function builtinRecords(): readonly OsvRecord[] {
  return builtinRows().map(recordOf);
}

/** One row as an OSV record; `details` is the lesson, `database_specific.checked` the evidence. */
export function recordOf(row: BuiltinRow): OsvRecord {
  return {
    id: row.id,
    ...(row.published === undefined ? {} : { published: `${row.published}T00:00:00Z` }),
    ...(row.aliases === undefined ? {} : { aliases: row.aliases }),
    summary: summaryOf(row),
    details: row.lesson,
    ...(row.cvss === undefined ? {} : { severity: [severityOf(row.cvss)] }),
    affected: affectedOf(row),
    references: referencesOf(row),
    database_specific: {
      ...(row.severity === undefined ? {} : { severity: row.severity }),
      ...(row.malware === undefined ? {} : { malware: true }),
      checked: row.checked,
    },
  };
}

/** OSV ecosystem (with release) and name of every package of a row, each pair once. */
export function ecosystemsOf(row: BuiltinRow): readonly (readonly [string, string])[] {
  const found: (readonly [string, string])[] = [];
  for (const [ecosystem, packages] of Object.entries(row.packages ?? {})) {
    for (const name of Object.keys(packages)) found.push([ecosystem, name]);
  }
  for (const [releases, ecosystemOf] of distributionsOf(row)) {
    for (const [name, fixes] of Object.entries(releases)) {
      for (const release of Object.keys(fixes)) found.push([ecosystemOf(release), name]);
    }
  }
  return found;
}

/** Malware is named as GitHub and OpenSSF name it, by which the matcher knows it. */
function summaryOf(row: BuiltinRow): string {
  return row.malware === true ? `Malicious code in ${row.title}` : row.title;
}

function severityOf(vector: string): OsvSeverity {
  return { type: vector.startsWith('CVSS:4.') ? 'CVSS_V4' : 'CVSS_V3', score: vector };
}

function affectedOf(row: BuiltinRow): readonly OsvAffected[] {
  const affected: OsvAffected[] = [];
  for (const [ecosystem, packages] of Object.entries(row.packages ?? {})) {
    for (const [name, versions] of Object.entries(packages)) {
      affected.push(packageOf({ ecosystem, name }, versions));
    }
  }
  for (const [releases, ecosystemOf] of distributionsOf(row)) {
    for (const [name, fixes] of Object.entries(releases)) {
      for (const [release, fix] of Object.entries(fixes)) {
        const interval: BuiltinRange = typeof fix === 'string' ? ['0', fix] : fix;
        affected.push(packageOf({ ecosystem: ecosystemOf(release), name }, [interval]));
      }
    }
  }
  return affected;
}

/** The fixes of each distribution, and how OSV names its releases. */
function distributionsOf(
  row: BuiltinRow,
): readonly (readonly [BuiltinReleases, (release: string) => string])[] {
  return [
    [row.debian ?? {}, (release) => `Debian:${release}`],
    [row.ubuntu ?? {}, ubuntuEcosystem],
    [row.alpine ?? {}, (release) => `Alpine:v${release}`],
  ];
}

function packageOf(
  named: { readonly ecosystem: string; readonly name: string },
  versions: BuiltinVersions,
): OsvAffected {
  const listed = versions.filter((entry) => typeof entry === 'string');
  const intervals = versions.filter((entry) => typeof entry !== 'string');
  const type = semverEcosystems.has(named.ecosystem) ? 'SEMVER' : 'ECOSYSTEM';
  return {
    package: named,
    ...(intervals.length === 0 ? {} : { ranges: [rangeOf(type, intervals)] }),
    ...(listed.length === 0 ? {} : { versions: listed }),
  };
}

function rangeOf(type: string, intervals: readonly BuiltinRange[]): OsvRange {
  return { type, events: intervals.flatMap(eventsOf) };
}

function eventsOf([from, fixed, last]: BuiltinRange): readonly OsvEvent[] {
  const events: OsvEvent[] = [{ introduced: from }];
  if (typeof fixed === 'string') events.push({ fixed });
  if (last !== undefined) events.push({ last_affected: last });
  return events;
}

function referencesOf(row: BuiltinRow): readonly { readonly type: string; readonly url: string }[] {
  const ids = [row.id, ...(row.aliases ?? [])];
  return ids.flatMap((id) => {
    const url = pageOf(id);
    return url === null ? [] : [{ type: 'ADVISORY', url }];
  });
}

/** The public page of an advisory id, or null for ids that have none that we know. */
function pageOf(id: string): string | null {
  if (id.startsWith('CVE-')) return `https://nvd.nist.gov/vuln/detail/${id}`;
  if (id.startsWith('GHSA-')) return `https://github.com/advisories/${id}`;
  if (id.startsWith('GO-')) return `https://pkg.go.dev/vuln/${id}`;
  if (id.startsWith('RUSTSEC-')) return `https://rustsec.org/advisories/${id}.html`;
  return /^(?:MAL|PYSEC)-/.test(id) ? `https://osv.dev/vulnerability/${id}` : null;
}

// From an OSV record to what the matcher is asked: one advisory with its affected packages, in the
// one vocabulary of `model/advisory.ts`.
import { asArray, asString, field, stringField } from '../../base/json.ts';
import type {
  AdvisoryMatch,
  OsvAffected,
  OsvRange,
  OsvRecord,
  OsvSeverity,
} from '../../model/advisory.ts';
import { feedLimits } from './bounds.ts';
import type { LeftOutReason } from './item.ts';
import { ecosystemBase, isDistribution, lookupName } from './name.ts';
import { originOf } from './origin.ts';
import {
  entrySeverity,
  fixStatusOf,
  isHarmless,
  modulesOf,
  recordSeverity,
  upstreamOf,
} from './vendor.ts';

/** What an advisory says of itself. */
export interface Advisory {
  readonly id: string;
  /** Short name of the database that wrote it (see `originOf`). */
  readonly source: string;
  readonly modified: string | null;
  readonly published: string | null;
  readonly withdrawn: string | null;
  readonly aliases: readonly string[];
  readonly upstream: readonly string[];
  readonly summary: string;
  readonly severity: readonly OsvSeverity[];
  readonly vendorSeverity: string | null;
  readonly references: readonly string[];
  readonly affected: readonly AffectedPackage[];
}

/** What it says of one package. `name` is the lookup key. */
export interface AffectedPackage {
  readonly ecosystem: string;
  readonly name: string;
  readonly ranges: readonly OsvRange[];
  readonly versions: readonly string[];
  readonly fixStatus: AdvisoryMatch['fixStatus'];
  readonly modularity: string | null;
  readonly imports: AdvisoryMatch['imports'];
  readonly severity: readonly OsvSeverity[];
  readonly vendorSeverity: string | null;
}

/**
 * The advisory in a record, or the reason why it decides nothing here. A withdrawn record becomes an
 * advisory without packages: a tombstone, so that findings of yesterday can be closed with a reason.
 */
export function interpretRecord(record: OsvRecord): Advisory | LeftOutReason {
  const withdrawn = record.withdrawn ?? null;
  if (withdrawn !== null) return { ...header(record), affected: [] };
  if (isHarmless(record)) return 'not a vulnerability';
  const affected: AffectedPackage[] = [];
  let reason: LeftOutReason = 'no package';
  for (const entry of record.affected ?? []) {
    const judged = interpretAffected(record, entry);
    if (typeof judged === 'string') {
      if (judged !== 'no package') reason = judged;
    } else affected.push(...judged);
  }
  return affected.length === 0 ? reason : { ...header(record), affected };
}

/** The same as the matcher sees it: for advisories that are not read from a database file. */
export function recordMatches(record: OsvRecord): readonly AdvisoryMatch[] {
  const advisory = interpretRecord(record);
  if (typeof advisory === 'string') return [];
  const { affected, ...rest } = advisory;
  return affected.map((entry) => ({
    ...rest,
    package: { ecosystem: entry.ecosystem, name: entry.name },
    severity: [...entry.severity, ...rest.severity],
    vendorSeverity: entry.vendorSeverity ?? rest.vendorSeverity,
    ranges: entry.ranges,
    versions: entry.versions,
    fixStatus: entry.fixStatus,
    modularity: entry.modularity,
    imports: entry.imports,
  }));
}

function header(record: OsvRecord): Omit<Advisory, 'affected'> {
  return {
    id: record.id,
    source: originOf(record.id).name,
    modified: record.modified ?? null,
    published: record.published ?? null,
    withdrawn: record.withdrawn ?? null,
    aliases: record.aliases ?? [],
    upstream: upstreamOf(record),
    summary: title(record),
    severity: vectors(record.severity),
    vendorSeverity: recordSeverity(record),
    references: tellingReferences(record),
  };
}

function interpretAffected(
  record: OsvRecord,
  affected: OsvAffected,
): readonly AffectedPackage[] | LeftOutReason {
  const named = affected.package;
  if (named === undefined)
    return (affected.ranges ?? []).length > 0 ? 'git ranges only' : 'no package';
  let ranges = (affected.ranges ?? []).filter((r) => r.type !== 'GIT' && r.events.length > 0);
  // OSV lists for distributions each version that it knows in the range: the range says it all.
  const restated = ranges.length > 0 && isDistribution(named.ecosystem);
  const versions = restated ? [] : (affected.versions ?? []);
  if (ranges.length === 0 && versions.length === 0) {
    // Malicious packages without versions are malicious in all of them.
    if (!record.id.startsWith('MAL-')) {
      return (affected.ranges ?? []).some((range) => range.type === 'GIT')
        ? 'git ranges only'
        : 'no affected versions';
    }
    ranges = [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }];
  }
  const entry: AffectedPackage = {
    ecosystem: named.ecosystem,
    name: lookupName(named.ecosystem, named.name),
    ranges,
    versions,
    fixStatus: fixStatusOf(affected),
    modularity: null,
    imports: ecosystemBase(named.ecosystem) === 'Go' ? goImports(affected) : [],
    severity: vectors(affected.severity),
    vendorSeverity: entrySeverity(affected),
  };
  const modules = modulesOf(record, affected);
  return modules.length === 0 ? [entry] : modules.map((modularity) => ({ ...entry, modularity }));
}

/** CVSS vectors and unknown types; Ubuntu's entries hold a word and are told as such. */
function vectors(severity: readonly OsvSeverity[] | undefined): readonly OsvSeverity[] {
  return severity?.filter((item) => item.type !== 'Ubuntu') ?? [];
}

/** `ecosystem_specific.imports` of the Go vulnerability database. */
function goImports(affected: OsvAffected): AdvisoryMatch['imports'] {
  const imports: { readonly path: string; readonly symbols: readonly string[] }[] = [];
  const listed = asArray(field(affected.ecosystem_specific, 'imports'));
  for (const item of listed.slice(0, feedLimits.imports)) {
    const path = stringField(item, 'path');
    if (path === null || path.length > feedLimits.stringLength) continue;
    const symbols = asArray(field(item, 'symbols'))
      .slice(0, feedLimits.imports)
      .filter((name) => asString(name) !== null && String(name).length <= feedLimits.stringLength);
    imports.push({ path, symbols: symbols as string[] });
  }
  return imports;
}

/** One line of at most `feedLimits.summaryLength` characters: the summary, else how the details begin. */
function title(record: OsvRecord): string {
  const summary = oneLine(record.summary);
  return summary === '' ? oneLine(record.details) : summary;
}

export function oneLine(text: string | null | undefined): string {
  if (text === undefined || text === null) return '';
  const maximum = feedLimits.summaryLength;
  const start = text.slice(0, 4 * maximum);
  // Control characters of strangers must not reach a terminal.
  const line = start.replaceAll(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  if (line.length <= maximum) return line;
  const cut = line.lastIndexOf(' ', maximum);
  return `${line.slice(0, cut > maximum / 2 ? cut : maximum).toWellFormed()}…`;
}

const referenceOrder = ['ADVISORY', 'FIX', 'REPORT', 'ARTICLE', 'EVIDENCE', 'WEB'];

function referenceRank(type: string): number {
  const place = referenceOrder.indexOf(type);
  return place === -1 ? referenceOrder.length : place;
}

function tellingReferences(record: OsvRecord): readonly string[] {
  const references = record.references ?? [];
  const sorted = references.toSorted((a, b) => referenceRank(a.type) - referenceRank(b.type));
  return [...new Set(sorted.map((reference) => reference.url))].slice(0, feedLimits.references);
}

// From the advisories that matched one package to its findings: one for each flaw, with everything
// that a reader needs to believe it.
import { assert } from '../../base/error.ts';
import type { VersionScheme } from '../../inventory/ecosystem/ecosystem.ts';
import type { AdvisoryMatch, AdvisorySource, CveFacts, KevEntry } from '../../model/advisory.ts';
import type { Package } from '../../model/package.ts';
import type { FixStatus, VulnerabilityFinding } from '../../model/report.ts';
import { type AliasGroup, compareText, groupByFlaw, isCveId } from './alias.ts';
import { isOsPackage, type Query } from './assess.ts';
import { priorityOf } from './priority.ts';
import { chooseSeverity, type SeverityChoice } from './severity.ts';

/** One advisory that a package's version is inside of. */
export interface Hit {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly upstream: readonly string[];
  readonly advisory: AdvisoryMatch;
  /** In words. */
  readonly range: string;
  readonly fixed: string | null;
  readonly query: Query;
  readonly scheme: VersionScheme;
}

/** What is known of a CVE beyond the advisories; `source` is asked once for each. */
export interface CveKnowledge {
  readonly kev: KevEntry | null;
  readonly epss: number | null;
  readonly facts: CveFacts | null;
}

const nothingKnown: CveKnowledge = { kev: null, epss: null, facts: null };
const referencesKept = 12;
const importsShown = 3;

/** A lookup of CVE facts that remembers its answers for one scan. */
export function cveKnowledge(source: AdvisorySource): (id: string) => CveKnowledge {
  const known = new Map<string, CveKnowledge>();
  return (id) => {
    if (!isCveId(id)) return nothingKnown;
    let facts = known.get(id);
    if (facts === undefined) {
      facts = { kev: source.kev(id), epss: source.epss(id), facts: source.cve(id) };
      known.set(id, facts);
    }
    return facts;
  };
}

/** Findings of one package; `foreign` says who built it when that is not the distribution. */
export function findingsOf(
  found: Package,
  hits: readonly Hit[],
  options: { readonly about: (id: string) => CveKnowledge; readonly foreign: string | null },
): readonly VulnerabilityFinding[] {
  return groupByFlaw(distinct(hits)).map((group) =>
    findingOf(found, group, { about: options.about(group.id), foreign: options.foreign }),
  );
}

/**
 * One hit for each advisory: a record may have several entries for one name, and several product
 * streams may hold it. Of two hits in one ecosystem the one that is left last counts.
 */
function distinct(hits: readonly Hit[]): readonly Hit[] {
  if (hits.length < 2) return hits;
  const byId = new Map<string, Hit>();
  for (const hit of hits) {
    const known = byId.get(hit.id);
    if (known === undefined || outlasts(hit, known)) byId.set(hit.id, hit);
  }
  return [...byId.values()];
}

function outlasts(hit: Hit, than: Hit): boolean {
  const ecosystems = compareText(hit.query.ecosystem, than.query.ecosystem);
  if (ecosystems !== 0) return ecosystems < 0;
  if (hit.fixed === null || than.fixed === null) {
    return hit.fixed === than.fixed ? hit.range < than.range : hit.fixed === null;
  }
  return hit.scheme.compare(hit.fixed, than.fixed) > 0;
}

function findingOf(
  found: Package,
  group: AliasGroup<Hit>,
  context: { readonly about: CveKnowledge; readonly foreign: string | null },
): VulnerabilityFinding {
  const { members } = group;
  const { kev, epss, facts } = context.about;
  const advisories = members.map((member) => member.advisory);
  const malware = isMalware(group);
  const rated: SeverityChoice = malware
    ? { severity: 'critical', source: 'malware record', cvss: [], score: null }
    : chooseSeverity(advisories, facts);
  const fixedIn = fixesOf(members);
  const shown = members.find((member) => member.fixed !== null) ?? members[0];
  assert(shown !== undefined, 'a group of advisories has a member');
  const notes = notesOf(found, members, context.foreign);
  return {
    kind: malware ? 'malware' : 'vulnerability',
    id: group.id,
    title: titleOf(members, facts, group.id),
    aliases: group.aliases,
    advisories: members.map((member) => member.id),
    package: { purl: found.purl, name: found.name, version: found.version },
    severity: rated.severity,
    severitySource: rated.source,
    cvss: rated.cvss,
    fixedIn,
    status: statusOf(fixedIn, advisories),
    kev: kev !== null,
    epss,
    priority: priorityOf({
      severity: rated.severity,
      score: rated.score,
      epss,
      kev,
      malware,
      fixable: fixedIn.length > 0,
      scope: found.scope,
      notPresent: found.notPresent === true,
      unsure: context.foreign !== null || found.confidence === 'low',
    }),
    published: publishedOf(advisories, facts),
    locations: found.locations,
    ...(found.scope === undefined || found.scope === 'runtime' ? {} : { scope: found.scope }),
    ...(found.notPresent === true ? { notPresent: true as const } : {}),
    evidence: {
      range: [...new Set(members.map((member) => member.range))].toSorted(compareText).join(' or '),
      comparedAs: shown.scheme.id,
      field: shown.query.field,
      comparedName: shown.query.name,
      comparedVersion: shown.query.version,
      ecosystem: shown.query.ecosystem,
      ...(notes.length === 0 ? {} : { notes }),
    },
    references: referencesOf(advisories),
    lesson: lessonFor(found, { malware, exploited: kev !== null }),
  };
}

/** Words with which advisories name a package that is itself the attack (GHSA, RustSec). */
const malwareTitle =
  /^(?:embedded )?(?:malware|malicious (?:code|package|version)s?) (?:in|of)\b|removed from crates\.io for malicious code/i;

function isMalware(group: AliasGroup<Hit>): boolean {
  if (group.id.startsWith('MAL-')) return true;
  return (
    group.aliases.some((alias) => alias.startsWith('MAL-')) ||
    group.members.some(({ advisory }) => malwareTitle.test(advisory.summary))
  );
}

/** Lowest first, equal versions once. */
function fixesOf(members: readonly Hit[]): readonly string[] {
  const fixes: string[] = [];
  const scheme = members[0]?.scheme;
  for (const { fixed } of members) {
    if (fixed === null || fixes.some((known) => scheme?.compare(known, fixed) === 0)) continue;
    fixes.push(fixed);
  }
  return fixes.length < 2 ? fixes : fixes.toSorted((a, b) => scheme?.compare(a, b) ?? 0);
}

function statusOf(fixedIn: readonly string[], advisories: readonly AdvisoryMatch[]): FixStatus {
  if (fixedIn.length > 0) return 'fixed';
  const words = new Set(advisories.map((advisory) => advisory.fixStatus));
  if (words.has('will-not-fix')) return 'will-not-fix';
  if (words.has('end-of-life')) return 'end-of-life';
  return words.has('fix-deferred') ? 'fix-deferred' : 'affected';
}

/** The first telling summary, GitHub's before others; feeds of fixes often repeat the id only. */
function titleOf(members: readonly Hit[], facts: CveFacts | null, id: string): string {
  const byTelling = members.toSorted(
    (a, b) =>
      Number(b.advisory.source === 'ghsa') - Number(a.advisory.source === 'ghsa') ||
      compareText(a.id, b.id),
  );
  for (const { advisory } of byTelling) {
    const { summary } = advisory;
    if (summary !== '' && summary !== id && summary !== advisory.id) return summary;
  }
  return facts?.summary ?? id;
}

/** The earliest date; databases write year 1 where they have none. */
function publishedOf(advisories: readonly AdvisoryMatch[], facts: CveFacts | null): string | null {
  const dates = [facts?.published ?? null, ...advisories.map((advisory) => advisory.published)];
  let earliest: string | null = null;
  for (const date of dates) {
    if (date === null || date < '1980') continue;
    if (earliest === null || date < earliest) earliest = date;
  }
  return earliest;
}

function referencesOf(advisories: readonly AdvisoryMatch[]): readonly string[] {
  const all = advisories.flatMap((advisory) => advisory.references);
  return [...new Set(all)].slice(0, referencesKept);
}

function notesOf(
  found: Package,
  members: readonly Hit[],
  foreign: string | null,
): readonly string[] {
  const notes: string[] = [];
  if (foreign !== null) notes.push(`foreign origin: ${foreign}`);
  if (found.confidence === 'low') notes.push('low confidence: the name was guessed from the file');
  const paths = new Set(
    members.flatMap(({ advisory }) => advisory.imports.map((imported) => imported.path)),
  );
  if (paths.size > 0) {
    const sorted = [...paths].toSorted(compareText);
    const more = sorted.length > importsShown ? ` and ${sorted.length - importsShown} more` : '';
    const shown = sorted.slice(0, importsShown).join(', ');
    notes.push(`module level: only code that links ${shown}${more} is affected`);
  }
  if (members.some(({ advisory }) => advisory.summary.includes('DISPUTED'))) notes.push('disputed');
  return notes;
}

function lessonFor(
  found: Package,
  of: { readonly malware: boolean; readonly exploited: boolean },
): string {
  if (of.malware) return 'malicious-package';
  if (of.exploited) return 'exploited-vulnerability';
  return isOsPackage(found) ? 'vulnerable-os-package' : 'vulnerable-dependency';
}

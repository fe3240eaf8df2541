// One flaw as the advisories that matched tell it, without the package: binary packages of one
// source share it, so it is worked out once.
import { assert } from '../../base/error.ts';
import type { VersionScheme } from '../../inventory/ecosystem/ecosystem.ts';
import type { AdvisoryMatch, AdvisorySource, CveFacts, KevEntry } from '../../model/advisory.ts';
import type { FixStatus, VulnerabilityFinding } from '../../model/report.ts';
import { type AliasGroup, compareText, groupByFlaw, isCveId } from './alias.ts';
import type { Query } from './assess.ts';
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

/** What is known of each of these ids, CVEs or not. */
export type About = (ids: readonly string[]) => readonly CveKnowledge[];

/** A lookup of CVE facts that remembers its answers for one scan. */
export function cveKnowledge(source: AdvisorySource): About {
  const known = new Map<string, CveKnowledge>();
  return (ids) => {
    const asked = ids.filter((id) => isCveId(id) && !known.has(id));
    if (asked.length > 0) source.expect?.(asked);
    for (const id of asked) {
      known.set(id, { kev: source.kev(id), epss: source.epss(id), facts: source.cve(id) });
    }
    return ids.map((id) => known.get(id) ?? nothingKnown);
  };
}

/** What all findings of this flaw say alike. */
export interface Flaw
  extends Pick<
    VulnerabilityFinding,
    | 'kind'
    | 'id'
    | 'title'
    | 'aliases'
    | 'advisories'
    | 'fixedIn'
    | 'status'
    | 'epss'
    | 'published'
    | 'references'
  > {
  readonly rated: SeverityChoice;
  readonly kev: KevEntry | null;
  readonly evidence: Omit<VulnerabilityFinding['evidence'], 'notes'>;
  /** What the advisories themselves weaken. */
  readonly notes: readonly string[];
}

/** The flaws behind a set of hits, by id; the order of the hits does not matter. */
export function flawsOf(hits: readonly Hit[], about: About): readonly Flaw[] {
  const groups = groupByFlaw(distinct(hits));
  const known = about(groups.map((group) => group.id));
  return groups.map((group, index) => flawOf(group, known[index] ?? nothingKnown));
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

function flawOf(group: AliasGroup<Hit>, { kev, epss, facts }: CveKnowledge): Flaw {
  const { id, members } = group;
  const advisories = members.map((member) => member.advisory);
  const malware = isMalware(group);
  const fixedIn = fixesOf(members);
  const shown = members.find((member) => member.fixed !== null) ?? members[0];
  assert(shown !== undefined, 'a group of advisories has a member');
  const { name: comparedName, version: comparedVersion, field, ecosystem } = shown.query;
  return {
    kind: malware ? 'malware' : 'vulnerability',
    id,
    title: titleOf(members, facts, id),
    aliases: group.aliases,
    advisories: members.map((member) => member.id),
    rated: malware ? malwareRating : chooseSeverity(advisories, facts),
    fixedIn,
    status: statusOf(fixedIn, advisories),
    kev,
    epss,
    published: publishedOf(advisories, facts),
    evidence: {
      range: rangesOf(members),
      comparedAs: shown.scheme.id,
      field,
      comparedName,
      comparedVersion,
      ecosystem,
    },
    notes: notesOf(members, ecosystem),
    references: referencesOf(advisories),
  };
}

const malwareRating: SeverityChoice = {
  severity: 'critical',
  source: 'malware record',
  cvss: [],
  score: null,
};

function rangesOf(members: readonly Hit[]): string {
  const [first] = members;
  if (first !== undefined && members.length === 1) return first.range;
  return [...new Set(members.map((member) => member.range))].toSorted(compareText).join(' or ');
}

/** Words with which advisories name a package that is itself the attack (GHSA, RustSec). */
const malwareTitle = /^(?:embedded )?(?:malware|malicious (?:code|package|version)s?) (?:in|of)\b/i;
const malwareRemoved = 'removed from crates.io for malicious code';

function isMalware(group: AliasGroup<Hit>): boolean {
  if (group.id.startsWith('MAL-')) return true;
  return (
    group.aliases.some((alias) => alias.startsWith('MAL-')) ||
    group.members.some(({ advisory }) => isMalwareTitle(advisory.summary))
  );
}

function isMalwareTitle(summary: string): boolean {
  const mayBe = summary.includes('alware') || summary.includes('alicious');
  return mayBe && (malwareTitle.test(summary) || summary.includes(malwareRemoved));
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

function notesOf(members: readonly Hit[], ecosystem: string): readonly string[] {
  const notes: string[] = [];
  const level = ecosystem === 'Go' ? moduleLevel(members) : null;
  if (level !== null) notes.push(level);
  if (members.some(({ advisory }) => advisory.summary.includes('DISPUTED'))) notes.push('disputed');
  return notes;
}

/** Go records name the packages of a module that hold the flaw; most binaries link a few. */
function moduleLevel(members: readonly Hit[]): string | null {
  const paths = new Set(
    members.flatMap(({ advisory }) => advisory.imports.map((imported) => imported.path)),
  );
  if (paths.size === 0) return null;
  const sorted = [...paths].toSorted(compareText);
  const more = sorted.length > importsShown ? ` and ${sorted.length - importsShown} more` : '';
  const shown = sorted.slice(0, importsShown).join(', ');
  return `module level: only code that links ${shown}${more} is affected`;
}

// How bad a flaw is and who says so: the vendor's word first, then the CVSS vector of a record that
// matched, then what is known of the CVE itself. The source is always named.
import type { AdvisoryMatch, CveFacts, OsvSeverity } from '../../model/advisory.ts';
import type { CvssScore } from '../../model/report.ts';
import { type Severity, severityRank } from '../../model/severity.ts';
import { scoreVector, severityOfScore } from '../cvss/index.ts';

export interface SeverityChoice {
  readonly severity: Severity;
  /** `debian urgency`, `ghsa label`, `nvd cvss 3.1`, ..., or `none`. */
  readonly source: string;
  /** Every distinct vector, newest CVSS version first. */
  readonly cvss: readonly CvssScore[];
  /** Base score of the vector that decided or stands first, else null. */
  readonly score: number | null;
}

type Rated = Pick<AdvisoryMatch, 'id' | 'source' | 'severity' | 'vendorSeverity'>;

const vendorWords: ReadonlyMap<string, Severity> = new Map([
  ['critical', 'critical'],
  ['high', 'high'],
  ['important', 'high'],
  ['severe', 'high'],
  ['medium', 'medium'],
  ['moderate', 'medium'],
  ['low', 'low'],
  ['minor', 'low'],
  ['negligible', 'negligible'],
  ['unimportant', 'negligible'],
  ['informational', 'negligible'],
  ['none', 'negligible'],
]);

/** How each source calls its own word; all others: `rating`. */
const wordNames: ReadonlyMap<string, string> = new Map([
  ['debian', 'urgency'],
  ['ghsa', 'label'],
  ['ubuntu', 'priority'],
]);

/** A vendor's word as one of ours; null for words that rate nothing (`not yet assigned`). */
export function severityOfWord(word: string | null | undefined): Severity | null {
  if (word === null || word === undefined) return null;
  return vendorWords.get(word.trim().toLowerCase().replace(/\*+$/, '')) ?? null;
}

/**
 * Chooses the severity of a flaw from the advisories that matched (in any order) and the facts of
 * its CVE. Among several sources a distribution speaks before GitHub, and GitHub before the rest;
 * among equals the worst word or the highest score wins, so that the order cannot matter.
 */
export function chooseSeverity(
  advisories: readonly Rated[],
  facts: CveFacts | null,
): SeverityChoice {
  const cvss = collectVectors(advisories, facts);
  const word = chooseWord(advisories);
  if (word !== null) return { ...word, cvss, score: cvss[0]?.score ?? null };
  const vector = chooseVector(advisories) ?? (facts === null ? null : ratedByFacts(facts));
  if (vector !== null) return { ...vector, cvss };
  return { severity: 'unknown', source: 'none', cvss, score: null };
}

function chooseWord(
  advisories: readonly Rated[],
): { readonly severity: Severity; readonly source: string } | null {
  let best: { severity: Severity; source: string } | null = null;
  let bestRank = Number.POSITIVE_INFINITY;
  for (const advisory of advisories) {
    const severity = severityOfWord(advisory.vendorSeverity) ?? wordInSeverity(advisory.severity);
    if (severity === null) continue;
    const rank = sourceRank(advisory.source) * severityCount + severityRank(severity);
    const source = `${advisory.source} ${wordNames.get(advisory.source) ?? 'rating'}`;
    if (rank > bestRank || (rank === bestRank && best !== null && source >= best.source)) continue;
    best = { severity, source };
    bestRank = rank;
  }
  return best;
}

const severityCount = 10;

function sourceRank(source: string): number {
  if (source === 'ghsa') return 1;
  return languageSources.has(source) ? 2 : 0;
}

/** Databases of one language or of all CVEs; the rest are distributions, who know their builds. */
const languageSources = new Set([
  'go',
  'pypa',
  'psf',
  'rustsec',
  'rubysec',
  'nodejs',
  'malicious-packages',
  'haskell',
  'cran',
  'erlang',
  'julia',
  'drupal',
  'oss-fuzz',
  'cve',
  'nvd',
  'curl',
  'bitnami',
  'builtin',
  'other',
]);

/** OSV type `Ubuntu` and its kin hold a word where others hold a vector. */
function wordInSeverity(severity: readonly OsvSeverity[]): Severity | null {
  for (const { type, score } of severity) {
    if (type.startsWith('CVSS')) continue;
    const word = severityOfWord(score);
    if (word !== null) return word;
  }
  return null;
}

interface Vector extends CvssScore {
  readonly source: string;
}

function vectorsOf(severity: readonly OsvSeverity[], source: string): readonly Vector[] {
  const vectors: Vector[] = [];
  for (const item of severity) {
    const scored = scoreVector(item.score);
    if (scored === null) continue;
    const { version, vector, base } = scored;
    vectors.push({ version, vector, score: base, source });
  }
  return vectors;
}

function chooseVector(advisories: readonly Rated[]): ReturnType<typeof rate> | null {
  let best: Vector | null = null;
  let bestRank = Number.POSITIVE_INFINITY;
  for (const advisory of advisories) {
    const rank = sourceRank(advisory.source);
    for (const vector of vectorsOf(advisory.severity, advisory.source)) {
      const order = best === null ? -1 : rank - bestRank || compareVectors(vector, best);
      if (order >= 0) continue;
      best = vector;
      bestRank = rank;
    }
  }
  return best === null ? null : rate(best);
}

function ratedByFacts(facts: CveFacts): ReturnType<typeof rate> | null {
  const [best] = [...vectorsOf(facts.severity, facts.source)].toSorted(compareVectors);
  if (best !== undefined) return rate(best);
  const severity = wordInSeverity(facts.severity);
  return severity === null ? null : { severity, source: `${facts.source} rating`, score: null };
}

function rate(vector: Vector): {
  readonly severity: Severity;
  readonly source: string;
  readonly score: number | null;
} {
  const severity = severityOfScore(vector.score, vector.version as '3.1');
  return { severity, source: `${vector.source} cvss ${vector.version}`, score: vector.score };
}

/** Newest CVSS version first, then the higher score, then the text. */
function compareVectors(a: Vector, b: Vector): number {
  if (a.version !== b.version) return a.version > b.version ? -1 : 1;
  if (a.score !== b.score) return b.score - a.score;
  const left = a.vector + a.source;
  const right = b.vector + b.source;
  return left < right ? -1 : left > right ? 1 : 0;
}

function collectVectors(advisories: readonly Rated[], facts: CveFacts | null): CvssScore[] {
  const all = advisories.flatMap((advisory) => vectorsOf(advisory.severity, advisory.source));
  if (facts !== null) all.push(...vectorsOf(facts.severity, facts.source));
  const distinct = new Map(all.map((vector) => [vector.vector, vector]));
  return [...distinct.values()]
    .toSorted(compareVectors)
    .map(({ version, vector, score }) => ({ version, vector, score }));
}

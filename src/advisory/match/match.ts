// Matching: which packages of a target are inside which advisories, and what could not be judged.
import type { AdvisorySource } from '../../model/advisory.ts';
import type { Distribution } from '../../model/distribution.ts';
import type { Package } from '../../model/package.ts';
import type { VulnerabilityFinding } from '../../model/report.ts';
import { severityRank } from '../../model/severity.ts';
import type { Unknown } from '../../model/unknown.ts';
import { compareText } from './alias.ts';
import { createAssessor, isOsPackage } from './assess.ts';
import { type MatchEcosystems, openBook } from './book.ts';
import { findingOf } from './finding.ts';
import { cveKnowledge } from './flaw.ts';
import { createJudge, tellUndecided } from './judge.ts';
import { foreignOrigin } from './origin.ts';
import { createUnassessed } from './unassessed.ts';

export interface MatchOptions {
  readonly packages: readonly Package[];
  /** The release whose feed speaks for the OS packages; null when there is none that we know. */
  readonly distribution: Distribution | null;
  readonly source: AdvisorySource;
  readonly ecosystems: MatchEcosystems;
  /** `match`: packages of the kernel's source too (the root of a host); default `skip`. */
  readonly kernel?: 'skip' | 'match';
}

export interface MatchStatistics {
  /** Packages that were compared with the advisories of their name, if any. */
  readonly assessed: number;
  /** Language packages that an OS package owns: its own advisories speak for them. */
  readonly owned: number;
  /** Packages of the kernel's source, not run in a container. */
  readonly kernel: number;
  /** Packages that nothing could be said about; each class is among the unknowns. */
  readonly unassessed: number;
}

export interface MatchResult {
  /** By priority, severity, id and purl: the same for the same input in any order. */
  readonly findings: readonly VulnerabilityFinding[];
  readonly unknowns: readonly Unknown[];
  readonly statistics: MatchStatistics;
}

/**
 * Matches packages against advisories. OS packages are asked about by the name and version that the
 * distribution's feed uses (source or binary) and only in the streams of their release; language
 * packages by the exact name of their ecosystem, unless an OS package owns them and the feed of the
 * release speaks for it. One finding for each flaw and package, whatever the number of advisories.
 * A version that has no place in its order is an unknown, never silently safe.
 */
export function matchPackages(options: MatchOptions): MatchResult {
  const { packages, distribution, source, ecosystems } = options;
  const origins = packages.map((found) =>
    isOsPackage(found) ? foreignOrigin(found, distribution) : null,
  );
  const foreignOwners = packages.filter((_, index) => origins[index] !== null);
  const assess = createAssessor({
    distribution,
    info: source.info(),
    osvEcosystem: (type) => ecosystems.osvEcosystem(type),
    advisoryName: (found) => ecosystems.advisoryName(found),
    includeKernel: options.kernel === 'match',
    foreignOwners: new Set(foreignOwners.map(({ purl }) => purl)),
  });
  const judge = createJudge(openBook(source, ecosystems), cveKnowledge(source));
  const unassessed = createUnassessed();
  const findings = new Map<string, VulnerabilityFinding>();
  const unknowns: Unknown[] = [];
  let assessed = 0;
  for (const [index, found] of packages.entries()) {
    const assessment = assess(found);
    if (assessment.kind !== 'ask') {
      unassessed.add(assessment.kind, found);
      continue;
    }
    assessed += 1;
    const foreign = origins[index] ?? null;
    if (foreign !== null) unassessed.add('foreign', found);
    const { flaws, undecided } = judge(found, assessment.queries);
    if (undecided !== null) unknowns.push(tellUndecided(found, undecided));
    for (const flaw of flaws) keep(findings, findingOf(found, flaw, foreign));
  }
  const { owned, kernel, unassessed: unjudged } = unassessed.counts();
  return {
    findings: [...findings.values()].toSorted(compareFindings),
    unknowns: [...unassessed.unknowns(distribution), ...unknowns.toSorted(compareUnknowns)],
    statistics: { assessed, owned, kernel, unassessed: unjudged },
  };
}

/** The same package listed twice is one finding with the places of both. */
function keep(findings: Map<string, VulnerabilityFinding>, finding: VulnerabilityFinding): void {
  const key = `${finding.id} ${finding.package.purl}`;
  const known = findings.get(key);
  if (known === undefined) {
    findings.set(key, finding);
    return;
  }
  const places = new Map(
    [...known.locations, ...finding.locations].map((place) => [
      `${place.path} ${place.layer} ${place.line}`,
      place,
    ]),
  );
  const locations = [...places].toSorted(([a], [b]) => compareText(a, b)).map(([, place]) => place);
  const riskier = known.priority >= finding.priority ? known : finding;
  findings.set(key, { ...riskier, locations });
}

/** Highest priority first, then worst severity, id, purl. */
function compareFindings(a: VulnerabilityFinding, b: VulnerabilityFinding): number {
  return (
    b.priority - a.priority ||
    severityRank(a.severity) - severityRank(b.severity) ||
    compareText(a.id, b.id) ||
    compareText(a.package.purl, b.package.purl)
  );
}

function compareUnknowns(a: Unknown, b: Unknown): number {
  return compareText(a.path, b.path) || compareText(a.reason, b.reason);
}

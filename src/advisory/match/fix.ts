// Fix advice for one package: the smallest version that leaves every advisory behind.
import type { VersionScheme } from '../../inventory/ecosystem/ecosystem.ts';
import type { AdvisorySource } from '../../model/advisory.ts';
import type { VulnerabilityFinding } from '../../model/report.ts';
import { type MatchEcosystems, openBook } from './book.ts';
import { firstAbove } from './ladder.ts';
import { evaluateRanges, subjectOf } from './range.ts';

export interface FixChoice {
  readonly version: string;
  /** Ids of the findings that go away, in the order given. */
  readonly clears: readonly string[];
  /** Ids of the findings that stay: nothing fixes them together with the rest, or at all. */
  readonly leaves: readonly string[];
}

/**
 * The smallest version, above the present one, in which the fewest of `findings` remain and no
 * other known advisory of the package strikes; `findings` are those of one package. Null when no
 * advisory names a fixed version. Every candidate is a fixed version that an advisory of the package
 * states, and each is judged against whole ranges: one inside a later interval is no fix.
 */
export function smallestFixForAll(
  findings: readonly VulnerabilityFinding[],
  options: { readonly source: AdvisorySource; readonly ecosystems: MatchEcosystems },
): FixChoice | null {
  const first = findings[0];
  if (first === undefined) return null;
  const { ecosystem, comparedName, comparedVersion } = first.evidence;
  const page = openBook(options.source, options.ecosystems).page(ecosystem, comparedName);
  const { orders } = page;
  if (orders === null) return null;
  const present = subjectOf(comparedVersion, orders);
  // Of module streams only those that struck: a sibling stream (`nodejs:20`) says nothing here.
  const matched = new Set(findings.flatMap((finding) => finding.advisories));
  const entries = page
    .entries(present)
    .filter((entry) => entry.stream === null || matched.has(entry.id));
  const scheme = orders.ecosystem;
  const steps = page.plain(present);
  const stepFixes = steps.map(({ fixed }) => fixed);
  const stated = [
    ...findings.flatMap((finding) => finding.fixedIn),
    ...stepFixes,
    ...entries.flatMap(({ ranges }) => ranges.flatMap(({ events }) => events.map((e) => e.fixed))),
  ];
  let best: FixChoice | null = null;
  let bestStruck = Number.POSITIVE_INFINITY;
  for (const version of candidates(stated, comparedVersion, scheme)) {
    const struck = new Set<string>();
    const subject = subjectOf(version, orders);
    for (const entry of entries) {
      if (evaluateRanges(entry, subject, orders).kind === 'affected') struck.add(entry.id);
    }
    const firstStep = subject.valid ? firstAbove(stepFixes, version, scheme) : steps.length;
    for (const { advisory } of steps.slice(firstStep)) struck.add(advisory.id);
    const leaves = findings.filter((finding) => finding.advisories.some((id) => struck.has(id)));
    const weight = leaves.length * 1000 + struck.size;
    if (leaves.length === findings.length || weight >= bestStruck) continue;
    bestStruck = weight;
    const left = new Set(leaves);
    const clears = findings.filter((finding) => !left.has(finding)).map(({ id }) => id);
    best = { version, clears, leaves: leaves.map(({ id }) => id) };
    if (weight === 0) break;
  }
  return best;
}

/** Distinct stated versions above `present`, lowest first. */
function candidates(
  stated: readonly (string | undefined)[],
  present: string,
  scheme: VersionScheme,
): readonly string[] {
  const above = new Set<string>();
  for (const version of stated) {
    if (version === undefined || version === '0') continue;
    if (scheme.compare(version, present) > 0) above.add(version);
  }
  return [...above].toSorted((a, b) => scheme.compare(a, b));
}

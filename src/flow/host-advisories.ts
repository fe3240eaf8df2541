// What the advisories of the distribution say about a machine: flaws of its parts, updates that wait.
import { matchPackages } from '../advisory/match/index.ts';
import type { DistributionWord, HostFacts, PendingUpdate } from '../audit/index.ts';
import type { AdvisorySource } from '../model/advisory.ts';
import type { Package } from '../model/package.ts';
import { severityRank } from '../model/severity.ts';
import { matchEcosystems } from './ecosystems.ts';
import type { HostPackages } from './host-packages.ts';

export interface KnownFlaws {
  readonly findings: ReturnType<typeof matchPackages>['findings'];
  readonly advise: (one: Package) => ReadonlyMap<string, DistributionWord>;
  /** Words for the advisories that speak for the whole distribution; null: none do. */
  readonly covers: string | null;
}

/** What the advisories say about the packages of the distribution. */
export function flawsOf(
  { packages, distribution }: HostPackages,
  source: AdvisorySource,
): KnownFlaws {
  const info = source.info();
  const ecosystem = distribution?.osvEcosystem ?? null;
  const isCovered = ecosystem !== null && !info.builtIn && info.ecosystems.includes(ecosystem);
  const { findings } = matchPackages({
    packages,
    distribution,
    source,
    ecosystems: matchEcosystems,
    kernel: 'match',
  });
  const byPurl = Map.groupBy(findings, (one) => one.package.purl);
  return {
    findings,
    covers: isCovered ? `${ecosystem} advisories of ${info.builtAt.slice(0, 10)}` : null,
    advise: (one) => {
      const words = new Map<string, DistributionWord>();
      if (ecosystem === null) return words;
      const open = byPurl.get(one.purl) ?? [];
      const name = one.source?.name ?? one.name;
      for (const match of [
        ...source.lookup(ecosystem, name),
        ...source.lookup(ecosystem, one.name),
      ]) {
        for (const cve of cvesOf([match.id, ...match.aliases, ...match.upstream])) {
          if (!words.has(cve)) words.set(cve, { state: 'fixed', source: match.id, fixedIn: null });
        }
      }
      for (const { id, aliases, fixedIn, advisories } of open) {
        for (const cve of cvesOf([id, ...aliases])) {
          words.set(cve, {
            state: 'affected',
            source: advisories[0] ?? id,
            fixedIn: fixedIn[0] ?? null,
          });
        }
      }
      return words;
    },
  };
}

function cvesOf(ids: readonly string[]): readonly string[] {
  return ids.flatMap((id) => /CVE-\d{4}-\d{4,8}/.exec(id)?.[0] ?? []);
}

/** Packages whose flaws have a fix that is not installed, one entry for each source package. */
export function updatesOf(
  { findings, covers }: KnownFlaws,
  source: AdvisorySource,
): Pick<HostFacts, 'updates' | 'updatesProblem' | 'updatesSource'> {
  const info = source.info();
  const updatesSource = covers ?? `built-in advisories of ${info.builtAt.slice(0, 10)}`;
  const fixable = findings.filter(({ fixedIn }) => fixedIn.length > 0);
  if (covers === null && fixable.length === 0) {
    const updatesProblem =
      'no advisory database speaks for this distribution: run seaworthy db update';
    return { updates: null, updatesProblem, updatesSource };
  }
  const groups = Map.groupBy(fixable, (one) => one.evidence.comparedName);
  const updates = [...groups].map(([name, own]): PendingUpdate => {
    const worst = own.toSorted((a, b) => b.priority - a.priority);
    const severity = own
      .map((one) => one.severity)
      .reduce((a, b) => (severityRank(a) <= severityRank(b) ? a : b));
    return {
      package: name,
      installed: worst[0]?.package.version ?? '',
      fixedIn: worst[0]?.fixedIn.at(-1) ?? '',
      flaws: [...new Set(worst.map(({ id }) => id))].slice(0, 50),
      isExploited: own.some(({ kev }) => kev),
      severity,
    };
  });
  const order = updates.toSorted(
    (a, b) => Number(b.isExploited) - Number(a.isExploited) || (a.package < b.package ? -1 : 1),
  );
  return { updates: order, updatesProblem: '', updatesSource };
}

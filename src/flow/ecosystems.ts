// What the matcher asks of the ecosystems, joined from their registry and the version orders.
import type { MatchEcosystems } from '../advisory/match/index.ts';
import type { Ecosystem, VersionScheme } from '../inventory/ecosystem/ecosystem.ts';
import { ecosystems } from '../inventory/ecosystem/registry.ts';
import { schemeForOsv, semverVersions } from '../inventory/version/index.ts';

const byPurlType = new Map<string, Ecosystem>(
  ecosystems.flatMap((one) => one.purlTypes.map((type) => [type, one] as const)),
);

export const matchEcosystems: MatchEcosystems = {
  osvEcosystem: (type) => byPurlType.get(type)?.osvEcosystem ?? null,
  advisoryName: (found) => byPurlType.get(found.type)?.advisoryName(found) ?? found.name,
  scheme: schemeForOsv,
  semver: semverVersions,
};

/** The order of versions of a purl type, or null where there is none that we know. */
export function versionsOf(purlType: string): VersionScheme | null {
  return byPurlType.get(purlType)?.versions ?? null;
}

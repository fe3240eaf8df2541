// What is wrong with an image as a fleet knows it: its packages against the advisories of now, in the form
// of a report. Secrets and settings are looked for on nodes, and not told to the fleet.
import type { MatchEcosystems } from '../advisory/match/index.ts';
import type { AdvisorySource } from '../model/advisory.ts';
import type { FleetInventory } from '../model/fleet.ts';
import type { Finding, Inventory, Report } from '../model/report.ts';
import type { Unknown } from '../model/unknown.ts';
import { gradeOf, summaryOf } from '../report/index.ts';
import { fixActions } from './fix-first.ts';

const systemTypes = new Set(['deb', 'apk', 'rpm', 'opkg']);

export interface FleetReportContext {
  readonly source: AdvisorySource;
  readonly ecosystems: MatchEcosystems;
  readonly now: Date;
  readonly version: string;
}

/** No finding is only worth something when it is known what was looked for. */
const notTold: Unknown = {
  path: '',
  layer: null,
  reason: 'secrets, settings and layers are judged on nodes: the fleet is told packages alone',
};

/** The report of an image of a fleet. */
export function fleetReport(
  inventoryTold: FleetInventory,
  found: { readonly findings: readonly Finding[]; readonly unknowns: readonly Unknown[] },
  { source, ecosystems, now, version }: FleetReportContext,
): Report {
  const inventory = inventoryOf(inventoryTold);
  const { packages, distribution, target } = inventory;
  const info = source.info();
  const hasSystem = packages.some(({ type }) => systemTypes.has(type));
  const feed = distribution?.osvEcosystem ?? null;
  const isUnassessed = feed === null || info.builtIn || !info.ecosystems.includes(feed);
  const judged = { findings: found.findings, suppressed: [], unknowns: found.unknowns };
  const told = { ...judged, unknowns: [...found.unknowns, notTold] };
  const ageMs = Math.max(0, now.getTime() - Date.parse(info.builtAt));
  return {
    schemaVersion: 1,
    generatedAt: now.toISOString(),
    tool: { name: 'seaworthy', version },
    target,
    database: {
      builtAt: info.builtAt,
      ageHours: Math.round(ageMs / 360_000) / 10,
      advisories: info.advisories,
      sources: info.sources,
      builtIn: info.builtIn,
    },
    packages,
    ...told,
    grade: gradeOf({
      ...judged,
      endOfLife: target.os?.endOfLife ?? null,
      unassessedSystem: hasSystem && isUnassessed,
      fixFirst: fixActions(judged.findings, inventory, { source, ecosystems, now }),
      now,
    }),
    summary: summaryOf({ packages, ...told }),
  };
}

/** The inventory without what nodes keep for themselves: layers and places of files. */
function inventoryOf({ imageId, reference, distribution, packages }: FleetInventory): Inventory {
  return {
    target: {
      kind: 'docker',
      name: reference ?? imageId,
      digest: imageId,
      platform: null,
      os:
        distribution === null
          ? null
          : {
              id: distribution.id,
              versionId: distribution.versionId,
              name: distribution.name,
              endOfLife: distribution.endOfLife,
            },
      layers: [],
    },
    packages: packages.map(({ found }) => found),
    unknowns: [],
    distribution,
  };
}

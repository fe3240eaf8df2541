// Rocky Linux and AlmaLinux: rebuilds of Red Hat's release that publish advisories of their own. Dates:
// wiki.rockylinux.org/rocky/version, wiki.almalinux.org/release-notes.
import type { DistributionDefinition } from './definition.ts';
import { describe, endOf, lifecycle, majorOf } from './definition.ts';

interface Rebuild {
  readonly id: string;
  readonly osvName: string;
  readonly dates: Readonly<Record<string, string>>;
}

function rebuild({ id, osvName, dates }: Rebuild): DistributionDefinition {
  const ends = lifecycle(dates);
  return {
    ids: [id],
    describe: (facts) => {
      const release = majorOf(facts.versionId);
      return describe(facts, {
        packageType: 'rpm',
        purlNamespace: id,
        osvEcosystem: release === null ? null : `${osvName}:${release}`,
        endOfLife: endOf(ends, release),
        notes: release === null ? [`the release of ${osvName} is not stated`] : [],
      });
    },
  };
}

export const rocky = rebuild({
  id: 'rocky',
  osvName: 'Rocky Linux',
  dates: { '8': '2029-05-31', '9': '2032-05-31', '10': '2035-05-31' },
});

export const almalinux = rebuild({
  id: 'almalinux',
  osvName: 'AlmaLinux',
  dates: { '8': '2029-03-01', '9': '2032-05-31', '10': '2035-05-31' },
});

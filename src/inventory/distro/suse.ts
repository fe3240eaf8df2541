// SUSE Linux Enterprise. Dates: the end of general support of a service pack (suse.com/lifecycle). SUSE
// files advisories under the module that ships a package, and under the LTSS product after general support.
import type { DistributionDefinition } from './definition.ts';
import { describe, endOf, lifecycle } from './definition.ts';

const dates = lifecycle({
  '11': '2010-12-31',
  '11.1': '2012-08-31',
  '11.2': '2014-01-31',
  '11.3': '2016-01-31',
  '11.4': '2019-03-31',
  '12': '2016-06-30',
  '12.1': '2017-05-31',
  '12.2': '2018-03-31',
  '12.3': '2019-06-30',
  '12.4': '2020-06-30',
  '12.5': '2024-10-31',
  '15': '2019-12-31',
  '15.1': '2021-01-31',
  '15.2': '2021-12-31',
  '15.3': '2022-12-31',
  '15.4': '2023-12-31',
  '15.5': '2024-12-31',
  '15.6': '2025-12-31',
  '15.7': '2031-07-31',
  '16.0': '2027-11-30',
});

const modules = [
  'Basesystem',
  'Server Applications',
  'Desktop Applications',
  'Development Tools',
  'Containers',
  'Legacy',
  'Python 3',
  'Web and Scripting',
  'Public Cloud',
  'Package Hub',
  'Certifications',
  'Systems Management',
  'Transactional Server',
];

const products: ReadonlyMap<string, string> = new Map([
  ['sles', 'Linux Enterprise Server'],
  ['sles_sap', 'Linux Enterprise Server for SAP Applications'],
  ['sled', 'Linux Enterprise Desktop'],
  ['sle_hpc', 'Linux Enterprise High Performance Computing'],
]);

export const suse: DistributionDefinition = {
  ids: [...products.keys()],
  describe: (facts) => {
    const { versionId } = facts;
    const product = products.get(facts.id) ?? 'Linux Enterprise Server';
    const release = versionId === null ? null : marketingRelease(versionId);
    return describe(facts, {
      packageType: 'rpm',
      purlNamespace: 'suse',
      osvEcosystem: release === null ? null : `SUSE:${product} ${release}`,
      osvStreams: release === null ? [] : streams(release),
      endOfLife: endOf(dates, versionId),
      notes: release === null ? ['the release of SUSE Linux Enterprise is not stated'] : [],
    });
  },
};

/** `15 SP5` for `15.5`, as the products are called; from 16 on the number itself. */
function marketingRelease(versionId: string): string | null {
  const [, major = '', minor] = /^(\d+)(?:\.(\d+))?/.exec(versionId) ?? [];
  if (major === '') return null;
  if (Number(major) >= 16) return `${major}.${minor ?? '0'}`;
  return minor === undefined || minor === '0' ? major : `${major} SP${minor}`;
}

function streams(release: string): readonly string[] {
  const server = `SUSE:Linux Enterprise Server ${release}`;
  const common = [
    server,
    `${server}-LTSS`,
    `SUSE:Linux Enterprise Server LTSS Extended Security ${release}`,
  ];
  if (!release.startsWith('15')) {
    return [...common, `SUSE:Linux Enterprise Software Development Kit ${release}`];
  }
  const byModule = modules.map((module) => `SUSE:Linux Enterprise Module for ${module} ${release}`);
  return [...common, ...byModule, `SUSE:Package Hub ${release}`];
}

/** SLE Micro up to 5.5, SL Micro from 6.0. */
export const suseMicro: DistributionDefinition = {
  ids: ['sle-micro', 'suse-microos', 'sl-micro'],
  describe: (facts) => {
    const product = facts.id === 'sl-micro' ? 'Linux Micro' : 'Linux Enterprise Micro';
    return describe(facts, {
      packageType: 'rpm',
      purlNamespace: 'suse',
      osvEcosystem: facts.versionId === null ? null : `SUSE:${product} ${facts.versionId}`,
      endOfLife: null,
    });
  },
};

// Distributions of rpm or deb packages whose OSV ecosystem is a name and the release's number.
import type { Description, DistributionDefinition } from './definition.ts';
import { describe, endOf, lifecycle, majorMinorOf, majorOf } from './definition.ts';

const photonDates = lifecycle({
  '1.0': '2022-02-28',
  '2.0': '2022-12-31',
  '3.0': '2025-10-02',
  '4.0': '2027-10-11',
});

/** VMware Photon OS: ends with the vSphere release that it belongs to. */
export const photon: DistributionDefinition = {
  ids: ['photon'],
  describe: (facts) => {
    const release = majorMinorOf(facts.versionId);
    return describe(facts, {
      packageType: 'rpm',
      purlNamespace: 'photon',
      osvEcosystem: release === null ? null : `Photon OS:${release}`,
      endOfLife: endOf(photonDates, release),
    });
  },
};

const azureDates = lifecycle({ '1': '2023-08-31', '2': '2025-07-31', '3': '2027-08-31' });

/** Azure Linux, called CBL-Mariner up to 2.0 (learn.microsoft.com, release cadence and lifecycle). */
export const azureLinux: DistributionDefinition = {
  ids: ['azurelinux', 'mariner'],
  describe: (facts) => {
    const release = majorOf(facts.versionId);
    const hasFeed = release !== null && Number(release) >= 2;
    return describe(facts, {
      packageType: 'rpm',
      purlNamespace: facts.id,
      osvEcosystem: hasFeed ? `Azure Linux:${release}` : null,
      endOfLife: endOf(azureDates, release),
      notes: hasFeed ? [] : ['OSV has no advisories of CBL-Mariner before 2.0'],
    });
  },
};

const mageiaDates = lifecycle({
  '5': '2017-12-31',
  '6': '2019-09-30',
  '7': '2021-06-30',
  '8': '2023-11-30',
});

/** mageia.org/en/support; release 9 lives until three months after release 10. */
export const mageia: DistributionDefinition = {
  ids: ['mageia'],
  describe: (facts) => {
    const release = majorOf(facts.versionId);
    return describe(facts, {
      packageType: 'rpm',
      purlNamespace: 'mageia',
      osvEcosystem: release === null ? null : `Mageia:${release}`,
      endOfLife: endOf(mageiaDates, release),
    });
  },
};

const openEulerDates = lifecycle({
  '20.03-LTS': '2021-03-31',
  '20.03-LTS-SP1': '2022-12-31',
  '20.03-LTS-SP2': '2022-04-30',
  '20.03-LTS-SP3': '2023-12-31',
  '20.03-LTS-SP4': '2025-11-30',
  '22.03-LTS': '2024-03-31',
  '22.03-LTS-SP1': '2024-12-31',
  '22.03-LTS-SP2': '2024-03-31',
  '22.03-LTS-SP3': '2025-12-31',
  '22.03-LTS-SP4': '2026-06-30',
  '24.03-LTS': '2026-05-31',
  '24.03-LTS-SP1': '2026-12-31',
  '24.03-LTS-SP2': '2026-03-31',
  '24.03-LTS-SP3': '2027-12-31',
  '24.03-LTS-SP4': '2027-03-31',
});

/** openEuler: the service pack stands only in VERSION, `24.03 (LTS-SP3)`; each pack ends by itself. */
export const openEuler: DistributionDefinition = {
  ids: ['openeuler'],
  describe: (facts): Description => {
    const base = majorMinorOf(facts.versionId);
    const text = `${facts.fields.get('VERSION') ?? ''} ${facts.name}`;
    const pack = /\((LTS(?:-SP\d+)?)\)/.exec(text)?.[1];
    const release = base === null || pack === undefined ? null : `${base}-${pack}`;
    return describe(facts, {
      packageType: 'rpm',
      purlNamespace: 'openeuler',
      osvEcosystem: release === null ? null : `openEuler:${release}`,
      endOfLife: endOf(openEulerDates, release),
      notes: release === null ? ['openEuler publishes advisories only for its LTS releases'] : [],
    });
  },
};

/** Echo: rebuilt Debian packages under one feed. */
export const echo: DistributionDefinition = {
  ids: ['echo'],
  describe: (facts) =>
    describe(facts, {
      packageType: 'deb',
      purlNamespace: 'echo',
      osvEcosystem: 'Echo',
      endOfLife: null,
    }),
};

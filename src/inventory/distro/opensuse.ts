// openSUSE Leap and its rolling siblings. Dates: en.opensuse.org/Lifetime.
import type { DistributionDefinition } from './definition.ts';
import { describe, endOf, lifecycle, majorMinorOf } from './definition.ts';

const dates = lifecycle({
  '13.1': '2016-02-03',
  '13.2': '2017-01-17',
  '42.1': '2017-05-17',
  '42.2': '2018-01-26',
  '42.3': '2019-07-01',
  '15.0': '2019-12-03',
  '15.1': '2021-02-02',
  '15.2': '2022-01-04',
  '15.3': '2022-12-31',
  '15.4': '2023-12-07',
  '15.5': '2024-12-31',
  '15.6': '2026-04-30',
  '16.0': '2027-10-31',
});

export const opensuseLeap: DistributionDefinition = {
  ids: ['opensuse-leap', 'opensuse', 'opensuse-leap-micro'],
  describe: (facts) => {
    const release = majorMinorOf(facts.versionId);
    const product = facts.id === 'opensuse-leap-micro' ? 'Leap Micro' : 'Leap';
    return describe(facts, {
      packageType: 'rpm',
      purlNamespace: 'opensuse',
      osvEcosystem: release === null ? null : `openSUSE:${product} ${release}`,
      endOfLife: product === 'Leap' ? endOf(dates, release) : null,
      notes: release === null ? ['the release of openSUSE is not stated'] : [],
    });
  },
};

export const opensuseTumbleweed: DistributionDefinition = {
  ids: ['opensuse-tumbleweed', 'opensuse-microos', 'opensuse-slowroll'],
  describe: (facts) =>
    describe(facts, {
      packageType: 'rpm',
      purlNamespace: 'opensuse',
      osvEcosystem: 'openSUSE:Tumbleweed',
      endOfLife: null,
      notes:
        facts.id === 'opensuse-slowroll'
          ? [
              'openSUSE Slowroll follows Tumbleweed later: it is judged by the advisories of Tumbleweed',
            ]
          : [],
    }),
};

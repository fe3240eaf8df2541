// Ubuntu. Dates: the end of free standard support (distro-info-data, column eol); Ubuntu Pro goes on
// after it for subscribers, whose fixes are filed under `Ubuntu:Pro:<release>`.
import type { DistributionDefinition } from './definition.ts';
import { describe, endOf, lifecycle, majorMinorOf } from './definition.ts';

const dates = lifecycle({
  '12.04': '2017-04-28',
  '14.04': '2019-04-25',
  '16.04': '2021-04-30',
  '16.10': '2017-07-20',
  '17.04': '2018-01-13',
  '17.10': '2018-07-19',
  '18.04': '2023-05-31',
  '18.10': '2019-07-18',
  '19.04': '2020-01-23',
  '19.10': '2020-07-17',
  '20.04': '2025-05-29',
  '20.10': '2021-07-22',
  '21.04': '2022-01-20',
  '21.10': '2022-07-14',
  '22.04': '2027-06-01',
  '22.10': '2023-07-20',
  '23.04': '2024-01-25',
  '23.10': '2024-07-11',
  '24.04': '2029-05-31',
  '24.10': '2025-07-10',
  '25.04': '2026-01-15',
  '25.10': '2026-07-09',
  '26.04': '2031-05-29',
});

export const ubuntuCodenames: ReadonlyMap<string, string> = new Map([
  ['12.04', 'precise'],
  ['14.04', 'trusty'],
  ['16.04', 'xenial'],
  ['18.04', 'bionic'],
  ['20.04', 'focal'],
  ['22.04', 'jammy'],
  ['24.04', 'noble'],
  ['26.04', 'resolute'],
]);

export const ubuntu: DistributionDefinition = {
  ids: ['ubuntu'],
  describe: (facts) => {
    const release = majorMinorOf(facts.versionId);
    // Long term support: the April release of even years, without exception since 8.04.
    const isLts = release !== null && /^\d?[02468]\.04$/.test(release);
    const suffix = isLts ? `${release}:LTS` : release;
    return describe(facts, {
      packageType: 'deb',
      purlNamespace: 'ubuntu',
      osvEcosystem: suffix === null ? null : `Ubuntu:${suffix}`,
      // Flaws that only subscribers get fixed are filed there alone; the image has them all the same.
      osvStreams: isLts ? [`Ubuntu:Pro:${suffix}`] : [],
      endOfLife: endOf(dates, release),
      codename:
        facts.codename ?? (release === null ? null : (ubuntuCodenames.get(release) ?? null)),
      notes:
        release === null
          ? ['the release of Ubuntu is not stated: no advisories can be chosen']
          : [],
    });
  },
};

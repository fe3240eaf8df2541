// Distributions that we know but whose advisories OSV does not carry: described, with the reason told.
import type { DescribeOptions, DistributionDefinition } from './definition.ts';
import { describe, endOf, lifecycle, majorOf, noFeedNote } from './definition.ts';

interface Unfed {
  readonly ids: readonly string[];
  readonly name: string;
  readonly purlNamespace: string;
  readonly packageType: DescribeOptions['packageType'];
  readonly dates?: Readonly<Record<string, string>>;
  /** The key in `dates` for a VERSION_ID, where it is not its leading number. */
  readonly releaseOf?: (versionId: string) => string | null;
}

function unfed(options: Unfed): DistributionDefinition {
  const { ids, name, purlNamespace, packageType, dates = {}, releaseOf = majorOf } = options;
  const ends = lifecycle(dates);
  return {
    ids,
    describe: (facts) =>
      describe(facts, {
        packageType,
        purlNamespace,
        osvEcosystem: null,
        endOfLife: endOf(ends, facts.versionId === null ? null : releaseOf(facts.versionId)),
        notes: [noFeedNote(name)],
      }),
  };
}

/** Oracle's Premier Support, published by month (oracle.com, elsp-lifetime-069338). */
export const oracle = unfed({
  ids: ['ol'],
  name: 'Oracle Linux',
  purlNamespace: 'oracle',
  packageType: 'rpm',
  dates: {
    '5': '2017-06-30',
    '6': '2021-03-31',
    '7': '2024-12-31',
    '8': '2029-07-31',
    '9': '2032-06-30',
    '10': '2035-06-30',
  },
});

/** aws.amazon.com: FAQs of Amazon Linux AMI (releases 2011.09 to 2018.03), 2 and 2023. */
export const amazon = unfed({
  ids: ['amzn'],
  name: 'Amazon Linux',
  purlNamespace: 'amazon',
  packageType: 'rpm',
  dates: { '1': '2023-12-31', '2': '2026-06-30', '2023': '2029-06-30' },
  releaseOf: (versionId) => {
    const release = majorOf(versionId);
    return release !== null && /^201\d$/.test(release) ? '1' : release;
  },
});

/** Four weeks after the release of the next but one: fedorapeople.org/groups/schedule. */
export const fedora = unfed({
  ids: ['fedora'],
  name: 'Fedora Linux',
  purlNamespace: 'fedora',
  packageType: 'rpm',
  dates: {
    '25': '2017-12-12',
    '26': '2018-05-29',
    '27': '2018-11-30',
    '28': '2019-05-28',
    '29': '2019-11-26',
    '30': '2020-05-26',
    '31': '2020-11-24',
    '32': '2021-05-25',
    '33': '2021-11-30',
    '34': '2022-06-07',
    '35': '2022-12-13',
    '36': '2023-05-16',
    '37': '2023-12-05',
    '38': '2024-05-21',
    '39': '2024-11-26',
    '40': '2025-05-13',
    '41': '2025-12-15',
    '42': '2026-05-27',
    '43': '2026-12-09',
    '44': '2027-06-02',
  },
});

/** Its root is an image of its own; releases end when the next but one appears, without fixed dates. */
export const bottlerocket = unfed({
  ids: ['bottlerocket'],
  name: 'Bottlerocket',
  purlNamespace: 'bottlerocket',
  packageType: 'rpm',
});

/** Rolling; its package manager is pacman, whose database is not read. */
export const arch = unfed({
  ids: ['arch', 'archarm'],
  name: 'Arch Linux',
  purlNamespace: 'arch',
  packageType: null,
});

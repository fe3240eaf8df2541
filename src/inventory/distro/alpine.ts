// Alpine Linux. Dates: alpinelinux.org/releases, column "End of support".
import type { DistributionDefinition, ReleaseFacts } from './definition.ts';
import { describe, endOf, lifecycle, majorMinorOf } from './definition.ts';

const dates = lifecycle({
  '3.0': '2016-05-01',
  '3.1': '2016-11-01',
  '3.2': '2017-05-01',
  '3.3': '2017-11-01',
  '3.4': '2018-05-01',
  '3.5': '2018-11-01',
  '3.6': '2019-05-01',
  '3.7': '2019-11-01',
  '3.8': '2020-05-01',
  '3.9': '2020-11-01',
  '3.10': '2021-05-01',
  '3.11': '2021-11-01',
  '3.12': '2022-05-01',
  '3.13': '2022-11-01',
  '3.14': '2023-05-01',
  '3.15': '2023-11-01',
  '3.16': '2024-05-23',
  '3.17': '2024-11-22',
  '3.18': '2025-05-09',
  '3.19': '2025-11-01',
  '3.20': '2026-04-01',
  '3.21': '2026-11-01',
  '3.22': '2027-05-01',
  '3.23': '2027-11-01',
  '3.24': '2028-06-01',
});

export const alpine: DistributionDefinition = {
  ids: ['alpine'],
  describe: (facts) => {
    const edge = edgeShare(facts);
    const isEdge = edge === 'all' || (facts.versionId ?? '').includes('_alpha');
    const release = majorMinorOf(facts.versionId);
    const notes: string[] = [];
    if (isEdge) notes.push('Alpine edge: advisories exist only where a secdb of edge was built in');
    else if (edge === 'some') {
      notes.push(
        'etc/apk/repositories mixes edge into a release: packages from edge may be misjudged',
      );
    }
    return describe(facts, {
      packageType: 'apk',
      purlNamespace: 'alpine',
      osvEcosystem: isEdge ? 'Alpine:edge' : release === null ? null : `Alpine:v${release}`,
      endOfLife: isEdge ? null : endOf(dates, release),
      codename: isEdge ? 'edge' : null,
      notes,
    });
  },
};

/** How many of the untagged repositories are edge; tagged ones (`@edge ...`) serve single packages. */
function edgeShare(facts: ReleaseFacts): 'all' | 'some' | 'none' {
  const lines = (facts.file('etc/apk/repositories') ?? '').split('\n', 1000);
  const used = lines
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[#@]/.test(line));
  const edge = used.filter((line) => line.includes('/edge/'));
  if (edge.length === 0) return 'none';
  return edge.length === used.length ? 'all' : 'some';
}

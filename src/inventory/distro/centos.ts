// CentOS Linux and CentOS Stream, which share the ID. Dates: centos.org, Stream ends with the full support
// of the Red Hat release it leads to.
import type { DistributionDefinition, ReleaseFacts } from './definition.ts';
import { describe, endOf, lifecycle, majorOf } from './definition.ts';
import { redHatStreams } from './rhel.ts';

const linuxDates = lifecycle({
  '5': '2017-03-31',
  '6': '2020-11-30',
  '7': '2024-06-30',
  '8': '2021-12-31',
});
const streamDates = lifecycle({ '8': '2024-05-31', '9': '2027-05-31', '10': '2030-05-31' });

export const centos: DistributionDefinition = {
  ids: ['centos'],
  describe: (facts) => {
    const release = majorOf(facts.versionId);
    const isStream = namesStream(facts);
    const [first = null, ...others] = release === null ? [] : redHatStreams(release);
    const name = isStream ? 'CentOS Stream' : 'CentOS Linux';
    return describe(facts, {
      packageType: 'rpm',
      purlNamespace: 'centos',
      osvEcosystem: first,
      osvStreams: others,
      endOfLife: endOf(isStream ? streamDates : linuxDates, release),
      codename: isStream ? 'Stream' : facts.codename,
      notes: [
        `${name} publishes no advisories: it is judged by those of Red Hat for release ${release ?? '?'}, ` +
          (isStream
            ? 'whose versions may differ from the ones built here'
            : 'whose packages it rebuilt under the same versions'),
      ],
    });
  },
};

/** Both have `ID=centos`; only the names tell them apart. */
function namesStream(facts: ReleaseFacts): boolean {
  const texts = [
    facts.name,
    facts.fields.get('NAME') ?? '',
    facts.file('etc/centos-release') ?? '',
  ];
  return texts.some((text) => /CentOS Stream/i.test(text.slice(0, 256)));
}

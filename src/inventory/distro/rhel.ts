// Red Hat Enterprise Linux and the Universal Base Images. Dates: the end of maintenance support
// (access.redhat.com/support/policy/updates/errata). OSV files by product stream, named by the CPE.
import type { DistributionDefinition, ReleaseFacts } from './definition.ts';
import { describe, endOf, lifecycle, majorMinorOf, majorOf } from './definition.ts';

const dates = lifecycle({
  '4': '2012-02-29',
  '5': '2017-03-31',
  '6': '2020-11-30',
  '7': '2024-06-30',
  '8': '2029-05-31',
  '9': '2032-05-31',
  '10': '2035-05-31',
});

/** Repositories of a release by how Red Hat cut it. */
const variants = ['server', 'client', 'workstation', 'computenode'];
const repositories = [
  'baseos',
  'appstream',
  'crb',
  'highavailability',
  'resilientstorage',
  'nfv',
  'realtime',
  'sap',
  'sap_hana',
  'supplementary',
];
/** Release 10 names its minor releases in the CPE; the tenth is the last one planned. */
const lastMinor = 10;

export const rhel: DistributionDefinition = {
  ids: ['rhel'],
  describe: (facts) => {
    const release = majorOf(facts.versionId);
    const [first = null, ...others] = release === null ? [] : redHatStreams(release);
    return describe(facts, {
      packageType: 'rpm',
      purlNamespace: 'redhat',
      osvEcosystem: first,
      osvStreams: [...others, ...extendedStreams(facts)],
      endOfLife: endOf(dates, release),
      notes: first === null ? ['the release of Red Hat Enterprise Linux is not stated'] : [],
    });
  },
};

/** The OSV ecosystems of one major release, the base system first. Empty for odd releases. */
export function redHatStreams(release: string): readonly string[] {
  const prefix = `Red Hat:enterprise_linux:${release}`;
  const number = Number(release);
  if (number < 4 || number > 99) return [];
  if (number <= 7) {
    const extra = number < 6 ? [] : [`Red Hat:rhel_software_collections:3::el${release}`];
    if (number === 7) extra.push('Red Hat:rhel_extras:7');
    return [...variants.map((variant) => `${prefix}::${variant}`), ...extra];
  }
  if (number < 10) return repositories.map((repository) => `${prefix}::${repository}`);
  return Array.from({ length: lastMinor + 1 }, (_, minor) => `${prefix}.${minor}`);
}

/** Extended update streams by the content sets that Red Hat's images list. */
const extensions: readonly (readonly [string, string])[] = [
  ['-eus-', 'rhel_eus'],
  ['-aus-', 'rhel_aus'],
  ['-tus-', 'rhel_tus'],
  ['-e4s-', 'rhel_e4s'],
];

function extendedStreams(facts: ReleaseFacts): readonly string[] {
  const minor = majorMinorOf(facts.versionId);
  if (minor === null) return [];
  const sets = contentSets(facts);
  const named = extensions.filter(([mark]) => sets.some((set) => set.includes(mark)));
  return named.flatMap(([, product]) =>
    ['baseos', 'appstream'].map((repository) => `Red Hat:${product}:${minor}::${repository}`),
  );
}

/** `content_sets` of `root/buildinfo/content_manifests/*.json`; anything odd in them counts as none. */
function contentSets(facts: ReleaseFacts): readonly string[] {
  return facts.files('root/buildinfo/content_manifests/').flatMap((text) => {
    try {
      const sets = (JSON.parse(text) as { content_sets?: unknown } | null)?.content_sets;
      return Array.isArray(sets) ? sets.slice(0, 1000).map(String) : [];
    } catch {
      return [];
    }
  });
}

// Debian. Dates: the end of long term support, which is free and needs no other archive since LTS
// covers the security suite (wiki.debian.org/LTS; distro-info-data).
import type { DistributionDefinition, ReleaseFacts } from './definition.ts';
import { describe, endOf, lifecycle, majorOf } from './definition.ts';

/** Releases by number: code name, in the order of distro-info-data's debian.csv. */
export const debianCodenames: ReadonlyMap<string, string> = new Map([
  ['7', 'wheezy'],
  ['8', 'jessie'],
  ['9', 'stretch'],
  ['10', 'buster'],
  ['11', 'bullseye'],
  ['12', 'bookworm'],
  ['13', 'trixie'],
  ['14', 'forky'],
  ['15', 'duke'],
]);

const dates = lifecycle({
  '7': '2018-05-31',
  '8': '2020-06-30',
  '9': '2022-06-30',
  '10': '2024-06-30',
  '11': '2026-08-31',
  '12': '2028-06-30',
  '13': '2030-06-30',
});

export const debian: DistributionDefinition = {
  ids: ['debian'],
  describe: (facts) => {
    const codename = facts.codename ?? codenameOf(facts);
    const release = majorOf(facts.versionId) ?? releaseOf(codename);
    const unreleased = facts.versionId === null;
    return describe(facts, {
      packageType: 'deb',
      purlNamespace: 'debian',
      osvEcosystem: release === null ? null : `Debian:${release}`,
      endOfLife: endOf(dates, release),
      codename: codename ?? (release === null ? null : (debianCodenames.get(release) ?? null)),
      // Testing and unstable have the same release files; neither has a VERSION_ID.
      ...(unreleased ? { versionId: 'sid' } : {}),
      notes: unreleased
        ? [
            release === null
              ? 'an unreleased Debian of unknown code name: no advisories can be chosen'
              : `Debian testing or unstable: judged by the advisories of release ${release} (${codename})`,
          ]
        : [],
    });
  },
};

function releaseOf(codename: string | null): string | null {
  for (const [release, name] of debianCodenames) if (name === codename) return release;
  return null;
}

/** `trixie/sid` in `etc/debian_version` or in PRETTY_NAME. */
function codenameOf(facts: ReleaseFacts): string | null {
  for (const text of [facts.file('etc/debian_version') ?? '', facts.name]) {
    const found = /([a-z]+)\/sid/.exec(text.slice(0, 256))?.[1];
    if (found !== undefined) return found;
  }
  const release = majorOf(facts.versionId);
  return release === null ? null : (debianCodenames.get(release) ?? null);
}

// Packages, distributions and a short way to match them, for the tests of matching.
import { type MatchOptions, type MatchResult, matchPackages } from '../src/advisory/match/index.ts';
import type { OsvAffected, OsvRecord } from '../src/model/advisory.ts';
import type { Distribution } from '../src/model/distribution.ts';
import type { Package } from '../src/model/package.ts';
import { memorySource, testEcosystems } from './advisory-source.ts';

export const debian: Distribution = {
  id: 'debian',
  versionId: '12',
  name: 'Debian GNU/Linux 12 (bookworm)',
  codename: 'bookworm',
  endOfLife: '2028-06-30',
  purlNamespace: 'debian',
  purlDistro: 'debian-12',
  packageType: 'deb',
  osvEcosystem: 'Debian:12',
};
export const alma: Distribution = {
  ...debian,
  id: 'almalinux',
  name: 'AlmaLinux 8',
  packageType: 'rpm',
  osvEcosystem: 'AlmaLinux:8',
};

/** A package that is there, with a place; `more` overrides. */
export function installed(
  type: string,
  name: string,
  version: string,
  more: Partial<Package> = {},
) {
  const found: Package = {
    purl: `pkg:${type}/${more.namespace == null ? '' : `${more.namespace}/`}${name}@${version}`,
    type,
    namespace: null,
    name,
    version,
    source: null,
    licences: [],
    locations: [{ path: `var/${type}/${name}`, layer: 'sha256:1' }],
    ownedBy: null,
    evidence: 'installed',
    ...more,
  };
  return found;
}

/** An affected entry `[0, fixed)`; an empty `fixed` means no fix. */
export function upTo(
  ecosystem: string,
  name: string,
  fixed: string,
  more: Partial<OsvAffected> = {},
) {
  const events = [{ introduced: '0' }, ...(fixed === '' ? [] : [{ fixed }])];
  return { package: { ecosystem, name }, ranges: [{ type: 'ECOSYSTEM', events }], ...more };
}

/** Matches `packages` against `records`, on Debian 12 unless told otherwise. */
export function match(
  packages: readonly Package[],
  records: readonly OsvRecord[],
  more: Partial<MatchOptions> = {},
) {
  const options = { distribution: debian, ecosystems: testEcosystems, ...more };
  return matchPackages({ source: memorySource(records), packages, ...options });
}

export function ids(result: MatchResult): readonly string[] {
  return result.findings.map((finding) => finding.id);
}

// The door of version order: every scheme by its id, and the scheme of an OSV ecosystem.
import type { VersionScheme } from '../ecosystem/ecosystem.ts';
import { apkVersions } from './apk.ts';
import { composerVersions } from './composer.ts';
import { cranVersions } from './cran.ts';
import { debVersions } from './deb.ts';
import { gemVersions } from './gem.ts';
import { genericVersions } from './generic.ts';
import { golangVersions } from './golang.ts';
import { hackageVersions } from './hackage.ts';
import { mavenVersions } from './maven.ts';
import { nugetVersions } from './nuget.ts';
import { pep440Versions } from './pep440.ts';
import { pubVersions } from './pub.ts';
import { rpmVersions } from './rpm.ts';
import { bitnamiVersions, semverVersions } from './semver.ts';

export {
  apkVersions,
  composerVersions,
  debVersions,
  gemVersions,
  genericVersions,
  golangVersions,
  mavenVersions,
  nugetVersions,
  pep440Versions,
  rpmVersions,
  semverVersions,
};

/** Every version order that Seaworthy knows. */
export const versionSchemes: readonly VersionScheme[] = [
  apkVersions,
  bitnamiVersions,
  composerVersions,
  cranVersions,
  debVersions,
  gemVersions,
  genericVersions,
  golangVersions,
  hackageVersions,
  mavenVersions,
  nugetVersions,
  pep440Versions,
  pubVersions,
  rpmVersions,
  semverVersions,
];

const byId: ReadonlyMap<string, VersionScheme> = new Map(
  versionSchemes.map((scheme) => [scheme.id, scheme]),
);

/** Ecosystem names of the OSV schema (and of feeds that follow it), without release. */
const ecosystems: readonly (readonly [VersionScheme, readonly string[]])[] = [
  [debVersions, ['Debian', 'Ubuntu', 'Echo', 'opam']],
  [
    apkVersions,
    [
      'Alpine',
      'Wolfi',
      'Chainguard',
      'MinimOS',
      'Alpaquita',
      'BellSoft Hardened Containers',
      'CleanStart',
    ],
  ],
  [
    rpmVersions,
    [
      'Red Hat',
      'Rocky Linux',
      'AlmaLinux',
      'SUSE',
      'openSUSE',
      'Mageia',
      'openEuler',
      'Fedora',
      'CentOS',
      'Oracle Linux',
      'Amazon Linux',
      'Photon OS',
      'Azure Linux',
      'CBL-Mariner',
    ],
  ],
  [
    semverVersions,
    ['npm', 'crates.io', 'Hex', 'SwiftURL', 'GitHub Actions', 'Julia', 'Kubernetes', 'VSCode'],
  ],
  [pep440Versions, ['PyPI']],
  [golangVersions, ['Go']],
  [mavenVersions, ['Maven']],
  [nugetVersions, ['NuGet']],
  [gemVersions, ['RubyGems']],
  [composerVersions, ['Packagist', 'WordPress']],
  [pubVersions, ['Pub']],
  [hackageVersions, ['Hackage', 'GHC']],
  [cranVersions, ['CRAN', 'Bioconductor']],
  [bitnamiVersions, ['Bitnami']],
  [genericVersions, ['ConanCenter', 'Linux']],
];

const byEcosystem: ReadonlyMap<string, VersionScheme> = new Map(
  ecosystems.flatMap(([scheme, names]) => names.map((name) => [name, scheme] as const)),
);

/** The scheme with this id (`deb`, `semver`, ...), or null. */
export function schemeById(id: string): VersionScheme | null {
  return byId.get(id) ?? null;
}

/**
 * The order of an OSV ecosystem (OSV schema, "Defined Ecosystems"), with or without its release
 * (`Debian:12`, `Red Hat:enterprise_linux:9::baseos`); null where versions have no order that we know
 * (`GIT`, `OSS-Fuzz`, `Android`).
 */
export function schemeForOsv(ecosystem: string): VersionScheme | null {
  const colon = ecosystem.indexOf(':');
  return byEcosystem.get(colon < 0 ? ecosystem : ecosystem.slice(0, colon)) ?? null;
}

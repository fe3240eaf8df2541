// The key under which a package's advisories are found: names as OSV compares them.

const lowerCased = new Set([
  'NuGet',
  'Packagist',
  'GitHub Actions',
  'VSCode',
  'Bitnami',
  'Hex',
  'Pub',
]);

const distributions = new Set(
  (
    'AlmaLinux,Alpaquita,Alpine,Azure Linux,BellSoft Hardened Containers,Chainguard,Debian,Echo,' +
    'Mageia,MinimOS,openEuler,openSUSE,Photon OS,Red Hat,Rocky Linux,SUSE,Ubuntu,Wolfi'
  ).split(','),
);

/** Does the ecosystem (with or without release) belong to a distribution with versions of its own? */
export function isDistribution(ecosystem: string): boolean {
  return distributions.has(ecosystemBase(ecosystem));
}

/** `Debian:12` -> `Debian`: the ecosystem without its release. */
export function ecosystemBase(ecosystem: string): string {
  const colon = ecosystem.indexOf(':');
  return colon === -1 ? ecosystem : ecosystem.slice(0, colon);
}

/**
 * The lookup key of a package name in an OSV ecosystem (with or without release). PyPI names follow
 * PEP 503; registries that ignore case are lower-cased; all others compare exactly. Idempotent.
 */
export function lookupName(ecosystem: string, name: string): string {
  const base = ecosystemBase(ecosystem);
  if (base === 'PyPI') return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
  return lowerCased.has(base) ? name.toLowerCase() : name;
}

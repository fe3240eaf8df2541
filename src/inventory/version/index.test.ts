// The registry: every scheme once, every OSV ecosystem at its scheme.
import { describe, expect, test } from 'vitest';
import { schemeById, schemeForOsv, versionSchemes } from './index.ts';

describe('the registry of version schemes', () => {
  test('finds every scheme by its id, and nothing else', () => {
    for (const scheme of versionSchemes) expect(schemeById(scheme.id)).toBe(scheme);
    expect(new Set(versionSchemes.map((scheme) => scheme.id)).size).toBe(versionSchemes.length);
    for (const id of ['', 'npm', '__proto__', 'constructor']) expect(schemeById(id)).toBeNull();
  });

  test.each([
    ['Debian', 'deb'],
    ['Debian:12', 'deb'],
    ['Ubuntu:22.04:LTS', 'deb'],
    ['Ubuntu:Pro:18.04:LTS', 'deb'],
    ['Alpine:v3.10', 'apk'],
    ['Wolfi', 'apk'],
    ['Chainguard', 'apk'],
    ['MinimOS', 'apk'],
    ['Red Hat:enterprise_linux:9::baseos', 'rpm'],
    ['Rocky Linux:9', 'rpm'],
    ['AlmaLinux:8', 'rpm'],
    ['SUSE:Linux Enterprise Server 15 SP5', 'rpm'],
    ['openSUSE:Leap 15.5', 'rpm'],
    ['Mageia:9', 'rpm'],
    ['openEuler:22.03-LTS', 'rpm'],
    ['Oracle Linux:9', 'rpm'],
    ['Amazon Linux:2023', 'rpm'],
    ['Photon OS:5.0', 'rpm'],
    ['Azure Linux:3', 'rpm'],
    ['npm', 'semver'],
    ['crates.io', 'semver'],
    ['Hex', 'semver'],
    ['SwiftURL', 'semver'],
    ['GitHub Actions', 'semver'],
    ['PyPI', 'pep440'],
    ['Go', 'golang'],
    ['Maven', 'maven'],
    ['Maven:https://maven.example.org/', 'maven'],
    ['NuGet', 'nuget'],
    ['RubyGems', 'gem'],
    ['Packagist', 'composer'],
    ['Packagist:https://packages.example.org/8', 'composer'],
    ['Pub', 'pub'],
    ['Hackage', 'hackage'],
    ['GHC', 'hackage'],
    ['CRAN', 'cran'],
    ['Bitnami', 'bitnami'],
    ['ConanCenter', 'generic'],
    ['Linux', 'generic'],
  ])('%s is ordered as %s', (ecosystem, id) => {
    expect(schemeForOsv(ecosystem)?.id).toBe(id);
  });

  test.each([
    [''],
    ['GIT'],
    ['OSS-Fuzz'],
    ['Android'],
    ['debian'],
    [':'],
    ['__proto__'],
    ['toString:1'],
  ])('%s has no order', (ecosystem) => {
    expect(schemeForOsv(ecosystem)).toBeNull();
  });
});

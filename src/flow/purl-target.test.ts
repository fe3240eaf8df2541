// A package URL as a target: what is asked, and what is refused.
import { describe, expect, test } from 'vitest';
import { builtinSource } from '../advisory/builtin/index.ts';
import { matchPackages } from '../advisory/match/index.ts';
import { matchEcosystems } from './ecosystems.ts';
import { inventoryOfPurl } from './purl-target.ts';

function idsOf(purl: string): readonly string[] {
  const { packages, distribution } = inventoryOfPurl(purl);
  const source = builtinSource();
  const matched = matchPackages({ packages, distribution, source, ecosystems: matchEcosystems });
  return matched.findings.map(({ id }) => id);
}

describe('inventoryOfPurl', () => {
  test.each([
    ['pkg:npm/lodash@4.17.4', 'CVE-2019-10744'],
    ['pkg:maven/org.apache.logging.log4j/log4j-core@2.14.0', 'CVE-2021-44228'],
    ['pkg:deb/debian/glibc@2.36-9%2Bdeb12u2?distro=debian-12', 'CVE-2023-4911'],
    ['pkg:deb/debian/libc6@2.36-9%2Bdeb12u2?distro=bookworm&upstream=glibc', 'CVE-2023-4911'],
  ])('%s has %s', (purl, id) => {
    expect(idsOf(purl)).toContain(id);
  });

  test('a fixed version has not', () => {
    expect(idsOf('pkg:deb/debian/glibc@2.36-9%2Bdeb12u3?distro=debian-12')).not.toContain(
      'CVE-2023-4911',
    );
  });

  test('the target is named as the user did', () => {
    expect(inventoryOfPurl('pkg:npm/a@1').target).toMatchObject({
      kind: 'pkg',
      name: 'pkg:npm/a@1',
    });
  });

  test.each(['pkg:npm/lodash', 'pkg:npm/', 'pkg:', 'lodash@4'])('%s is refused', (text) => {
    expect(() => inventoryOfPurl(text)).toThrow(`${text} is no package URL with a version`);
  });
});

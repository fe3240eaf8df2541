import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ecosystemBase, isDistribution, lookupName } from './name.ts';
import { originOf } from './origin.ts';

test.each([
  ['PyPI', 'Django', 'django'],
  ['PyPI', 'zope.interface', 'zope-interface'],
  ['PyPI', 'a__.--B', 'a-b'],
  ['NuGet', 'Newtonsoft.Json', 'newtonsoft.json'],
  ['Packagist', 'Symfony/HTTP-Kernel', 'symfony/http-kernel'],
  ['GitHub Actions', 'Actions/Checkout', 'actions/checkout'],
  ['npm', '@Scope/Name_x', '@Scope/Name_x'],
  ['Go', 'github.com/BurntSushi/toml', 'github.com/BurntSushi/toml'],
  ['Maven', 'org.Apache:Log4j', 'org.Apache:Log4j'],
  ['Debian:12', 'libX.y', 'libX.y'],
])('%s %s', (ecosystem, name, key) => {
  expect(lookupName(ecosystem, name)).toBe(key);
});

test('the key of a key is itself', () => {
  const ecosystems = fc.constantFrom('PyPI', 'NuGet', 'npm', 'Debian:12', 'Packagist', 'Maven');
  fc.assert(
    fc.property(ecosystems, fc.string(), (ecosystem, name) => {
      const key = lookupName(ecosystem, name);
      expect(lookupName(ecosystem, key)).toBe(key);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('releases belong to their distribution', () => {
  expect(ecosystemBase('Red Hat:enterprise_linux:9::appstream')).toBe('Red Hat');
  expect(isDistribution('Rocky Linux:9')).toBe(true);
  expect(isDistribution('PyPI')).toBe(false);
});

test.each([
  ['GHSA-jfh8-c2jp-5v3q', 'ghsa'],
  ['DEBIAN-CVE-2023-4911', 'debian'],
  ['DSA-5514-1', 'debian'],
  ['ALSA-2024:0670', 'almalinux'],
  ['openSUSE-SU-2024:1', 'suse'],
  ['ALAS2023-2023-1', 'amazon'],
  ['MAL-2024-1', 'malicious-packages'],
  ['NEVER-SEEN-1', 'other'],
  ['', 'other'],
])('%s is of %s', (id, name) => {
  expect(originOf(id).name).toBe(name);
});

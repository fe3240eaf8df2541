// SBOMs of other tools as targets: packages, source packages, release and what is left open.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { present } from '../../../test/present.ts';
import type { Package } from '../../model/package.ts';
import type { Inventory } from '../../model/report.ts';
import { readPurls, readSboms } from './index.ts';

function sbom(value: unknown): Inventory {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return present(readSboms({ name: 'x.json', text })[0]);
}

function fixture(name: string): Inventory {
  return sbom(readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8'));
}

function found(inventory: Inventory, name: string): Package {
  return present(inventory.packages.find((one) => one.name === name));
}

function reasons(inventory: Inventory): readonly string[] {
  return inventory.unknowns.map(({ reason }) => reason);
}

function cycloneDx(components: readonly unknown[], more: object = {}): Inventory {
  return sbom({ bomFormat: 'CycloneDX', specVersion: '1.5', components, ...more });
}

function library(purl: string, more: object = {}): object {
  return { type: 'library', name: 'x', purl, ...more };
}

describe("Trivy's CycloneDX", () => {
  const inventory = fixture('trivy.cdx.json');

  test('names the release, so that its feed is asked', () => {
    expect(inventory.distribution).toMatchObject({ id: 'debian', osvEcosystem: 'Debian:12' });
    expect(inventory.target).toEqual({
      kind: 'sbom',
      name: 'x.json',
      digest: null,
      platform: null,
      os: {
        id: 'debian',
        versionId: '12.5',
        name: 'Debian GNU/Linux 12.5',
        endOfLife: '2028-06-30',
      },
      layers: [],
    });
  });

  test('gives system packages with source, vendor and layer', () => {
    expect(found(inventory, 'libc6')).toMatchObject({
      type: 'deb',
      version: '2.36-9+deb12u2',
      source: { name: 'glibc', version: '2.36-9+deb12u2' },
      licences: ['LGPL-2.1-only'],
      evidence: 'installed',
      vendor: 'GNU Libc Maintainers <debian-glibc@lists.example>',
      qualifiers: { arch: 'amd64' },
    });
  });

  test('joins epochs again', () => {
    expect(found(inventory, 'tar')).toMatchObject({
      version: '1:1.34',
      source: { name: 'tar', version: '1:1.34' },
      dependsOn: ['libc6'],
    });
  });

  test('gives places, and takes lock files for what they are', () => {
    expect(found(inventory, 'lodash').locations).toEqual([
      { path: 'app/node_modules/lodash/package.json', layer: 'sha256:bb' },
    ]);
    expect(inventory.unknowns).toEqual([]);
  });
});

describe("Syft's JSON", () => {
  const inventory = fixture('syft.json');

  test('gives the release and sources', () => {
    expect(inventory.distribution?.osvEcosystem).toBe('Debian:12');
    expect(inventory.target.os?.name).toBe('Debian GNU/Linux 12 (bookworm)');
    expect(found(inventory, 'python3-yaml')).toMatchObject({
      source: { name: 'pyyaml', version: '6.0-3' },
      licences: ['Expat'],
      vendor: 'Somebody <a@b.example>',
      locations: [{ path: 'var/lib/dpkg/status', layer: 'sha256:aa' }],
    });
    expect(found(inventory, 'bash')).toMatchObject({
      version: '5.1.8-6.el9',
      source: { name: 'bash', version: '5.1.8-6.el9' },
      vendor: 'Red Hat, Inc.',
    });
  });

  test('knows which system package owns a library', () => {
    expect(found(inventory, 'PyYAML').ownedBy).toBe(
      'pkg:deb/debian/python3-yaml@6.0-3?arch=amd64&distro=debian-12&upstream=pyyaml',
    );
  });

  test('tells what has no package URL', () => {
    expect(reasons(inventory)).toEqual([
      '1 component without a package URL, so not judged (own-program)',
    ]);
  });
});

describe('SPDX', () => {
  test('of Trivy', () => {
    const inventory = fixture('trivy.spdx.json');
    expect(inventory.packages.map(({ name }) => name)).toEqual(['libc6', 'lodash']);
    expect(inventory.distribution?.osvEcosystem).toBe('Debian:12');
    expect(found(inventory, 'libc6')).toMatchObject({
      source: { name: 'glibc', version: '2.36-9+deb12u2' },
      licences: ['LGPL-2.1-only', 'public-domain'],
    });
    expect(found(inventory, 'lodash')).toMatchObject({
      licences: ['MIT'],
      evidence: 'installed',
      locations: [{ path: 'app/package-lock.json', layer: null }],
      dependsOn: ['libc6'],
    });
    expect(inventory.unknowns).toEqual([]);
  });

  test('in tag-value', () => {
    const inventory = fixture('document.spdx');
    expect(inventory.packages.map(({ purl }) => purl)).toEqual([
      'pkg:deb/debian/openssl@3.0.11-1~deb12u1?distro=bookworm',
      'pkg:npm/odd@1',
    ]);
    expect(inventory.distribution).toMatchObject({ id: 'debian', osvEcosystem: 'Debian:12' });
    expect(found(inventory, 'odd')).toMatchObject({
      licences: ['Our licence'],
      dependsOn: ['openssl'],
      evidence: 'declared',
    });
    expect(reasons(inventory)).toEqual([
      '1 component without a package URL, so not judged (without)',
    ]);
  });

  test('the one described package is the subject, unless it is all there is', () => {
    const one = (id: string, purl: string) => ({
      SPDXID: id,
      name: id,
      externalRefs: [{ referenceType: 'purl', referenceLocator: purl }],
    });
    const root = one('SPDXRef-root', 'pkg:npm/my-app@1');
    const document = { spdxVersion: 'SPDX-2.3', documentDescribes: ['SPDXRef-root'] };
    const two = sbom({ ...document, packages: [root, one('SPDXRef-2', 'pkg:npm/a@1')] });
    expect(two.packages.map(({ name }) => name)).toEqual(['a']);
    expect(sbom({ ...document, packages: [root] }).packages).toHaveLength(1);
  });

  test('version 3 is refused by name', () => {
    expect(() => sbom({ '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld' })).toThrow(
      'SPDX 3 is not read',
    );
  });
});

describe('CycloneDX', () => {
  test('in XML', () => {
    const inventory = fixture('document.cdx.xml');
    expect(inventory.packages.map(({ purl }) => purl)).toEqual([
      'pkg:maven/junit/junit@4',
      'pkg:maven/org.apache.logging.log4j/log4j-api@2.14.0',
      'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.0',
    ]);
    expect(found(inventory, 'log4j-core')).toMatchObject({
      licences: ['Apache-2.0', 'Ours & theirs'],
      dependsOn: ['org.apache.logging.log4j:log4j-api'],
      evidence: 'declared',
    });
    expect(found(inventory, 'junit')).toMatchObject({
      scope: 'development',
      licences: ['EPL-1.0', 'MIT OR ISC'],
    });
    expect(inventory.unknowns).toEqual([]);
  });

  test.each(['1.2', '1.3', '1.4', '1.5', '1.6', '1.7'])('%s is read', (specVersion) => {
    const inventory = sbom({
      bomFormat: 'CycloneDX',
      specVersion,
      components: [library('pkg:npm/a@1')],
    });
    expect(inventory.packages).toHaveLength(1);
    expect(inventory.unknowns).toEqual([]);
  });

  test('a newer one is read with a remark, a far one refused', () => {
    expect(reasons(cycloneDx([], { specVersion: '1.9' }))).toEqual([
      'CycloneDX 1.9 is newer than 1.7: read as far as it is alike',
    ]);
    expect(() => cycloneDx([], { specVersion: '2.0' })).toThrow('CycloneDX of version "2.0"');
  });

  test('components are nested, also in the subject', () => {
    const nested = library('pkg:npm/a@1', {
      components: [library('pkg:npm/b@1', { components: [library('pkg:npm/c@1')] })],
    });
    const metadata = { component: { type: 'application', components: [library('pkg:npm/d@1')] } };
    const inventory = cycloneDx([nested], { metadata });
    expect(inventory.packages.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('what the document says of its gaps is passed on', () => {
    expect(reasons(cycloneDx([], { compositions: [{ aggregate: 'incomplete' }] }))).toEqual([
      'the document says of itself that it is incomplete',
    ]);
  });

  test('an image is installed, anything else declared', () => {
    const of = (type: string) =>
      cycloneDx([library('pkg:npm/a@1')], { metadata: { component: { type } } }).packages[0];
    expect(of('container')?.evidence).toBe('installed');
    expect(of('application')?.evidence).toBe('declared');
  });

  test('components without or with a bad package URL are counted and named', () => {
    const bad = Array.from({ length: 7 }, (_, index) => ({ type: 'library', name: `n${index}` }));
    const inventory = cycloneDx([...bad, library('npm/a@1', { name: 'odd' }), { type: 'data' }]);
    expect(reasons(inventory)).toEqual([
      '7 components without a package URL, so not judged (n0, n1, n2, n3, n4 and 2 more)',
      '1 component with a malformed package URL, so not judged (odd)',
    ]);
  });

  test('the same package twice is one with all places', () => {
    const at = (location: string) => ({ evidence: { occurrences: [{ location }] } });
    const inventory = cycloneDx([
      library('pkg:npm/a@1', at('/x')),
      library('pkg:npm/a@1', at('./y')),
      library('pkg:npm/a@1', at('x')),
    ]);
    expect(inventory.packages.map(({ locations }) => locations)).toEqual([
      [
        { path: 'x', layer: null },
        { path: 'y', layer: null },
      ],
    ]);
  });
});

describe('the release', () => {
  const withDistro = (...purls: readonly string[]): Inventory =>
    cycloneDx(purls.map((purl) => library(purl)));

  test('is that of most packages, and others are told', () => {
    const inventory = withDistro(
      'pkg:deb/debian/a@1?distro=debian-12',
      'pkg:deb/debian/b@1?distro=debian-12',
      'pkg:apk/alpine/c@1?distro=3.18.4',
    );
    expect(inventory.distribution?.osvEcosystem).toBe('Debian:12');
    expect(reasons(inventory)).toEqual([
      'packages of several distributions (debian debian-12, alpine 3.18.4): ' +
        'all are judged as the first',
    ]);
  });

  test('stays open when nothing names it', () => {
    expect(withDistro('pkg:deb/debian/a@1').distribution).toBeNull();
    expect(withDistro('pkg:npm/a@1?distro=debian-12').distribution).toBeNull();
  });
});

describe('readPurls', () => {
  test('a library', () => {
    const { target, packages, unknowns } = readPurls('t', ['pkg:npm/%40babel/core@7.0.0']);
    expect(target).toMatchObject({ kind: 'pkg', name: 't', os: null });
    expect(packages).toMatchObject([
      { type: 'npm', namespace: '@babel', name: 'core', version: '7.0.0', evidence: 'declared' },
    ]);
    expect(unknowns).toEqual([]);
  });

  test.each<[string, string | null, string]>([
    ['pkg:deb/debian/openssl@3?distro=debian-12&upstream=openssl', 'Debian:12', '3'],
    ['pkg:deb/ubuntu/openssl@3?distro=ubuntu-22.04&upstream=x', 'Ubuntu:22.04:LTS', '3'],
    [
      'pkg:rpm/redhat/bind@9.16-1.el9?epoch=32&distro=rhel-9.4',
      'Red Hat:enterprise_linux:9::baseos',
      '32:9.16-1.el9',
    ],
    ['pkg:apk/wolfi/bash@5?upstream=bash', 'Wolfi', '5'],
    ['pkg:rpm/fedora/curl@7.50.3-1.fc25?distro=fedora-25', null, '7.50.3-1.fc25'],
  ])('%s is of %s', (purl, ecosystem, version) => {
    const { distribution, packages } = readPurls(purl, [purl]);
    expect(distribution?.osvEcosystem ?? null).toBe(ecosystem);
    expect(packages[0]?.version).toBe(version);
  });

  test('a binary package that may have another source says so', () => {
    expect(reasons(readPurls('t', ['pkg:deb/debian/libc6@2.36?distro=debian-12']))).toEqual([
      'libc6 is taken for its own source package: name another with the qualifier upstream',
    ]);
  });
});

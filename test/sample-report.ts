// A report with one of everything, for the tests of outputs: system and language packages, owned and
// declared ones, all kinds of findings, suppressed ones, unknowns, names that mean harm.
import type { ImageConfig } from '../src/model/image.ts';
import type { Package } from '../src/model/package.ts';
import type {
  Finding,
  IssueFinding,
  Report,
  Suppressed,
  TargetDescription,
  VulnerabilityFinding,
} from '../src/model/report.ts';
import type { Unknown } from '../src/model/unknown.ts';
import { gradeOf, summaryOf } from '../src/report/index.ts';
import { vulnerability } from './sample-findings.ts';

export const sampleNow = new Date('2026-11-21T10:00:00.000Z');
const baseLayer = `sha256:${'a'.repeat(64)}`;
export const topLayer = `sha256:${'b'.repeat(64)}`;

/** A package; `more` overrides. The purl is given, because tests should not compute it. */
export function packageOf(purl: string, more: Partial<Package> & Pick<Package, 'name'>): Package {
  const type = /^pkg:([^/]+)/.exec(purl)?.[1] ?? '';
  return {
    purl,
    type,
    namespace: null,
    version: '1.0',
    source: null,
    licences: [],
    locations: [],
    ownedBy: null,
    evidence: 'installed',
    ...more,
  };
}

const dpkgStatus = { path: 'var/lib/dpkg/status', layer: baseLayer };
const python = 'pkg:deb/debian/python3-yaml@6.0-3?arch=amd64&distro=debian-12';
const libc = 'pkg:deb/debian/libc6@2.36-9%2Bdeb12u2?arch=amd64&distro=debian-12';
const lodash = 'pkg:npm/lodash@4.17.4';
const log4j = 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.0';

const systemPackages: readonly Package[] = [
  packageOf('pkg:deb/debian/adduser@3.134?arch=all&distro=debian-12', {
    namespace: 'debian',
    name: 'adduser',
    version: '3.134',
    licences: ['GPL-2+'],
    locations: [dpkgStatus],
    dependsOn: ['passwd', 'libc6'],
    qualifiers: { arch: 'all' },
  }),
  packageOf(libc, {
    namespace: 'debian',
    name: 'libc6',
    version: '2.36-9+deb12u2',
    source: { name: 'glibc', version: '2.36-9+deb12u2' },
    licences: ['LGPL-2.1', 'GPL-2 or Artistic', 'public-domain'],
    locations: [dpkgStatus],
    vendor: 'GNU Libc Maintainers <debian-glibc@lists.debian.org>',
    qualifiers: { arch: 'amd64' },
    broughtBy: { layer: baseLayer, index: 0, createdBy: '/bin/sh -c #(nop) ADD file:1 in /' },
  }),
  packageOf(python, {
    namespace: 'debian',
    name: 'python3-yaml',
    version: '6.0-3',
    source: { name: 'pyyaml', version: '6.0-3' },
    licences: ['Expat'],
    locations: [dpkgStatus],
    dependsOn: ['libc6'],
    qualifiers: { arch: 'amd64' },
  }),
];

const languagePackages: readonly Package[] = [
  packageOf(log4j, {
    namespace: 'org.apache.logging.log4j',
    name: 'log4j-core',
    version: '2.14.0',
    licences: ['The Apache Software License, Version 2.0'],
    locations: [{ path: 'app/shop.jar!BOOT-INF/lib/log4j-core-2.14.0.jar', layer: topLayer }],
  }),
  packageOf('pkg:npm/%40babel/core@7.0.0', {
    namespace: '@babel',
    name: 'core',
    version: '7.0.0',
    licences: ['MIT'],
    evidence: 'declared',
    notPresent: true,
    scope: 'development',
    locations: [{ path: 'app/package-lock.json', layer: topLayer, line: 12 }],
    dependsOn: ['lodash'],
  }),
  packageOf(lodash, {
    name: 'lodash',
    version: '4.17.4',
    licences: ['(MIT OR Apache-2.0)'],
    locations: [{ path: 'app/node_modules/lodash/package.json', layer: topLayer }],
  }),
  packageOf('pkg:pypi/pyyaml@6.0', {
    name: 'PyYAML',
    version: '6.0',
    licences: ['MIT'],
    locations: [{ path: 'usr/lib/python3/dist-packages/PyYAML.egg-info', layer: baseLayer }],
    ownedBy: python,
  }),
  packageOf('pkg:rpm/redhat/bind@9.16.23-1.el9?arch=x86_64&epoch=32', {
    namespace: 'redhat',
    name: 'bind',
    version: '32:9.16.23-1.el9',
    licences: ['MPLv2.0'],
    modularity: 'bind:9.16:1:abc:x86_64',
    vendor: 'Red Hat, Inc.',
    origin: 'local',
    confidence: 'low',
    qualifiers: { arch: 'x86_64' },
  }),
];

const glibcFinding: VulnerabilityFinding = vulnerability('CVE-2023-4911', libc, {
  title: 'glibc: buffer overflow in ld.so leading to privilege escalation',
  aliases: ['DEBIAN-CVE-2023-4911'],
  advisories: ['DEBIAN-CVE-2023-4911'],
  package: { purl: libc, name: 'libc6', version: '2.36-9+deb12u2' },
  severity: 'medium',
  severitySource: 'debian urgency',
  cvss: [{ version: '3.1', vector: 'CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H', score: 7.8 }],
  fixedIn: ['2.36-9+deb12u3'],
  status: 'fixed',
  kev: true,
  epss: 0.25,
  priority: 90,
  published: '2023-10-03',
  locations: [dpkgStatus],
  evidence: {
    range: '>= 0, < 2.36-9+deb12u3',
    comparedAs: 'deb',
    field: 'source',
    comparedName: 'glibc',
    comparedVersion: '2.36-9+deb12u2',
    ecosystem: 'Debian:12',
    notes: ['a note'],
  },
  references: ['https://security-tracker.debian.org/tracker/CVE-2023-4911', 'not an address'],
  lesson: 'exploited-vulnerability',
});

const lodashFinding = vulnerability('CVE-2019-10744', lodash, {
  title: 'Prototype Pollution in lodash',
  aliases: ['GHSA-jf85-cpcp-j695'],
  advisories: ['GHSA-jf85-cpcp-j695'],
  severity: 'critical',
  severitySource: 'ghsa label',
  cvss: [{ version: '3.1', vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:H', score: 9.1 }],
  fixedIn: ['4.17.12'],
  status: 'fixed',
  priority: 60,
  locations: [{ path: 'app/node_modules/lodash/package.json', layer: topLayer }],
});

const log4jFinding = vulnerability('CVE-2021-44228', log4j, {
  title: 'Remote code injection in Log4j',
  advisories: ['GHSA-jfh8-c2jp-5v3q'],
  package: { purl: log4j, name: 'log4j-core', version: '2.14.0' },
  severity: 'critical',
  severitySource: 'ghsa cvss 3.1',
  cvss: [{ version: '3.1', vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', score: 10 }],
  fixedIn: ['2.15.0', '2.16.0'],
  status: 'fixed',
  priority: 100,
  locations: [{ path: 'app/shop.jar!BOOT-INF/lib/log4j-core-2.14.0.jar', layer: topLayer }],
});

/** The same flaw as in glibc, rated otherwise in another package. */
const otherRating = vulnerability('CVE-2023-4911', 'pkg:pypi/pyyaml@6.0', {
  advisories: ['X-1'],
  severity: 'unknown',
  status: 'will-not-fix',
});

const malware: VulnerabilityFinding = {
  ...vulnerability('MAL-2025-1', 'pkg:npm/%40babel/core@7.0.0', {
    advisories: ['MAL-2025-1'],
    title: 'Malicious code in @babel/core',
    severity: 'critical',
    severitySource: 'malware record',
    lesson: 'malicious-package',
    scope: 'development',
    notPresent: true,
    locations: [],
  }),
  kind: 'malware',
};

const leaked: IssueFinding = {
  kind: 'secret',
  id: 'aws-access-key',
  title: 'AWS access key',
  severity: 'high',
  locations: [{ path: 'app/my settings/.env', layer: topLayer, line: 3 }],
  evidence: { hint: 'AKIA…7Q', entropy: 4.2, deleted: false },
  fix: 'Rotate the key, then remove the file from the layer.',
  lesson: 'leaked-secret',
};

const suppressed: readonly Suppressed[] = [
  {
    finding: vulnerability('CVE-2020-8203', lodash, { advisories: ['X-2'], severity: 'high' }),
    by: 'vex',
    reason: 'not affected: vulnerable_code_not_present (shop.vex.json)',
    expires: null,
  },
  {
    finding: vulnerability('CVE-2021-23337', lodash, { advisories: ['X-3'] }),
    by: 'ignore',
    reason: 'templates are ours',
    expires: '2027-01-01',
  },
];

export const sampleTarget = {
  kind: 'docker-archive',
  name: 'shop:1.4',
  digest: `sha256:${'c'.repeat(64)}`,
  platform: 'linux/amd64',
  os: {
    id: 'debian',
    versionId: '12',
    name: 'Debian GNU/Linux 12 (bookworm)',
    endOfLife: '2028-06-30',
  },
  layers: [
    { digest: null, diffId: baseLayer, createdBy: 'ADD file:1 in /', size: 100 },
    { digest: topLayer, diffId: topLayer, createdBy: null, size: 50 },
  ],
  config: {
    user: null,
    exposedPorts: ['80/tcp'],
    environmentNames: ['PATH'],
    entrypoint: [],
    command: ['node', 'shop.js'],
    workingDirectory: '/app',
    labels: { maintainer: 'shop' },
    created: '2026-11-01T00:00:00Z',
    hasHealthcheck: false,
    volumes: ['/data'],
  } satisfies Required<ImageConfig>,
  base: { layers: 1, name: 'debian:12', known: 'label' },
} satisfies Required<TargetDescription>;

export interface ReportParts {
  readonly target?: TargetDescription;
  readonly packages?: readonly Package[];
  readonly findings?: readonly Finding[];
  readonly suppressed?: readonly Suppressed[];
  readonly unknowns?: readonly Unknown[];
}

/** A report of these parts, graded and counted as a scan does it. */
export function reportOf(parts: ReportParts): Report {
  const { packages = [], findings = [], suppressed: held = [], unknowns = [] } = parts;
  const judged = { findings, suppressed: held, unknowns };
  const target = parts.target ?? sampleTarget;
  return {
    schemaVersion: 1,
    generatedAt: sampleNow.toISOString(),
    tool: { name: 'seaworthy', version: '0.1.0' },
    target,
    database: {
      builtAt: '2026-11-20T11:00:00Z',
      ageHours: 23,
      advisories: 23_745,
      sources: [{ name: 'debian', advisories: 10, licence: null, retrievedAt: null, skipped: 0 }],
      builtIn: false,
    },
    packages,
    ...judged,
    grade: gradeOf({
      ...judged,
      endOfLife: target.os?.endOfLife ?? null,
      unassessedSystem: false,
      fixFirst:
        findings.length === 0
          ? []
          : [
              {
                action: 'rebuild on debian 12 of today (updates 1 packages)',
                removes: 1,
                exploited: 1,
                where: 'layer 1',
                ids: ['CVE-2023-4911'],
              },
              {
                action: 'npm: lodash 4.17.4 -> 4.17.21',
                removes: 1,
                exploited: 0,
                where: 'app/node_modules/lodash/package.json',
                ids: ['CVE-2019-10744'],
              },
            ],
      now: sampleNow,
    }),
    summary: summaryOf({ packages, ...judged }),
  };
}

/** Every optional field of a package: a new one is missing here until the schema knows it. */
const complete = {
  ...packageOf('pkg:generic/complete@1', { name: 'complete' }),
  notPresent: true,
  scope: 'optional',
  vendor: 'Vendor',
  modularity: 'a:b:1:c:d',
  confidence: 'low',
  origin: 'url',
  dependsOn: ['other'],
  qualifiers: { os: 'linux' },
  broughtBy: { layer: topLayer, index: 1, createdBy: null },
} satisfies Required<Package>;

/** The same for findings. */
const completeFinding = {
  ...vulnerability('GHSA-0000', complete.purl, { advisories: ['GHSA-0000'] }),
  severity: 'negligible',
  scope: 'optional',
  notPresent: true,
  inUse: { containers: 2, of: 14 },
} satisfies Required<VulnerabilityFinding>;

/** A report of objects in which no field is left out. */
export function completeReport(): Report {
  return reportOf({ packages: [complete], findings: [completeFinding] });
}

/** One of everything. */
export function sampleReport(): Report {
  return reportOf({
    packages: [...systemPackages, ...languagePackages],
    findings: [log4jFinding, glibcFinding, lodashFinding, malware, otherRating, leaked],
    suppressed,
    unknowns: [
      { path: 'app/broken.jar', layer: topLayer, reason: 'the archive ends early' },
      { path: '', layer: null, reason: '3 generic packages not assessed' },
    ],
  });
}

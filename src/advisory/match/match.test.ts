// Matching of OS packages, over small records that state one thing each.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alma, debian, ids, installed, match, upTo } from '../../../test/sample-match.ts';
import type { OsvRecord } from '../../model/advisory.ts';
import type { Package } from '../../model/package.ts';

function unfixedTar(id: string, specific: Record<string, string>): OsvRecord {
  return {
    id,
    affected: [upTo('Debian:12', 'tar', '', { ecosystem_specific: specific })],
  };
}

function label(stream: string): Partial<Package> {
  return {
    modularity: `nodejs:${stream}:8090020240101:489197e6:x86_64`,
  };
}

describe('OS packages', () => {
  const glibc: OsvRecord = {
    id: 'DEBIAN-CVE-2023-4911',
    upstream: ['CVE-2023-4911'],
    affected: [
      upTo('Debian:12', 'glibc', '2.36-9+deb12u3', { ecosystem_specific: { urgency: 'high' } }),
      upTo('Debian:13', 'glibc', '2.37-12'),
    ],
  };

  test('by source package and source version, with everything that proves it', () => {
    const libc = installed('deb', 'libc6', '2.36-9+b1', {
      source: { name: 'glibc', version: '2.36-9' },
    });
    const { findings, unknowns, statistics } = match([libc], [glibc]);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      kind: 'vulnerability',
      id: 'CVE-2023-4911',
      aliases: ['DEBIAN-CVE-2023-4911'],
      advisories: ['DEBIAN-CVE-2023-4911'],
      package: { purl: libc.purl, name: 'libc6', version: '2.36-9+b1' },
      severity: 'high',
      severitySource: 'debian urgency',
      fixedIn: ['2.36-9+deb12u3'],
      status: 'fixed',
      kev: false,
      epss: null,
      locations: libc.locations,
      evidence: {
        range: '>= 0, < 2.36-9+deb12u3',
        comparedAs: 'deb',
        field: 'source',
        comparedName: 'glibc',
        comparedVersion: '2.36-9',
        ecosystem: 'Debian:12',
      },
    });
    expect(unknowns).toEqual([]);
    expect(statistics).toEqual({ assessed: 1, owned: 0, kernel: 0, unassessed: 0 });
  });

  test('binaries of one source share the answer and keep their own names and places', () => {
    const source = { name: 'glibc', version: '2.36-9' };
    const packages = ['libc6', 'libc-bin'].map((name) =>
      installed('deb', name, '2.36-9', { source }),
    );
    const { findings } = match(packages, [glibc]);
    expect(findings.map((finding) => finding.package.name).toSorted()).toEqual([
      'libc-bin',
      'libc6',
    ]);
    expect(new Set(findings.map(({ locations }) => locations[0]?.path))).toEqual(
      new Set(['var/deb/libc-bin', 'var/deb/libc6']),
    );
  });

  test('the fixed version is safe; another release does not speak', () => {
    const fixed = installed('deb', 'glibc', '2.36-9+deb12u3');
    expect(ids(match([fixed], [glibc]))).toEqual([]);
    const later = { ...debian, osvEcosystem: 'Debian:13' };
    const old = installed('deb', 'glibc', '2.37-11');
    expect(ids(match([old], [glibc], { distribution: later }))).toEqual(['CVE-2023-4911']);
    expect(match([old], [glibc], { distribution: later }).findings[0]?.fixedIn).toEqual([
      '2.37-12',
    ]);
  });

  test('unimportant is negligible, will-not-fix and deferred are told', () => {
    const { findings } = match(
      [installed('deb', 'tar', '1.34')],
      [
        unfixedTar('DEBIAN-CVE-2005-2541', { urgency: 'unimportant' }),
        unfixedTar('DEBIAN-CVE-2022-1000', { urgency: 'low', fix_status: 'will-not-fix' }),
        unfixedTar('DEBIAN-CVE-2022-2000', { fix_status: 'fix-deferred' }),
        unfixedTar('DEBIAN-CVE-2022-3000', { urgency: 'not yet assigned' }),
      ],
    );
    const told = Object.fromEntries(findings.map((f) => [f.id, `${f.severity} ${f.status}`]));
    expect(told).toEqual({
      'CVE-2005-2541': 'negligible affected',
      'CVE-2022-1000': 'low will-not-fix',
      'CVE-2022-2000': 'unknown fix-deferred',
      'CVE-2022-3000': 'unknown affected',
    });
  });

  test('no feed for the release: an unknown that counts, never silence', () => {
    const packages = [installed('deb', 'bash', '5.2'), installed('deb', 'tar', '1.34')];
    const nowhere = match(packages, [], { distribution: { ...debian, osvEcosystem: null } });
    expect(nowhere.unknowns.map(({ reason }) => reason)).toEqual([
      '2 deb packages not assessed: no advisory feed speaks for Debian GNU/Linux 12 (bookworm)',
    ]);
    expect(nowhere.statistics.unassessed).toBe(2);
    const unheld = match(packages, [glibc], {
      distribution: { ...debian, osvEcosystem: 'Debian:10' },
    });
    expect(unheld.unknowns[0]?.reason).toContain('holds nothing for Debian');
    expect(match(packages, [glibc], { distribution: null }).unknowns[0]?.reason).toBe(
      '2 deb packages not assessed: the distribution is not known',
    );
    const mixed = match([installed('rpm', 'bash', '5.2')], [glibc]);
    expect(mixed.unknowns[0]?.reason).toContain('does not use this type');
  });

  test('the kernel of a container is its host`s: counted, and matched when asked', () => {
    const header = installed('deb', 'linux-libc-dev', '6.1.1', {
      source: { name: 'linux', version: '6.1.1' },
    });
    const flaw: OsvRecord = {
      id: 'DEBIAN-CVE-2024-1086',
      affected: [upTo('Debian:12', 'linux', '6.1.76')],
    };
    const skipped = match([header], [flaw]);
    expect(skipped.findings).toEqual([]);
    expect(skipped.statistics.kernel).toBe(1);
    expect(skipped.unknowns[0]?.reason).toMatch(
      /^kernel, not run here: 1 package .*linux-libc-dev/,
    );
    expect(ids(match([header], [flaw], { kernel: 'match' }))).toEqual(['CVE-2024-1086']);
  });

  test('foreign builds are matched, flagged, ranked lower and told', () => {
    const own = installed('deb', 'nodejs', '18.1.0-1');
    const foreign = installed('deb', 'nodejs', '18.1.0-1nodesource1', {
      vendor: 'NodeSource Support <support@nodesource.com>',
    });
    const flaw: OsvRecord = {
      id: 'DEBIAN-CVE-2023-1000',
      affected: [upTo('Debian:12', 'nodejs', '18.13', { ecosystem_specific: { urgency: 'high' } })],
    };
    const { findings, unknowns } = match([own, foreign], [flaw]);
    expect(findings.map((finding) => finding.package.purl)).toEqual([own.purl, foreign.purl]);
    expect(findings[1]?.priority).toBeLessThan(findings[0]?.priority ?? 0);
    expect(findings[1]?.evidence.notes?.[0]).toMatch(/^foreign origin: NodeSource/);
    expect(unknowns[0]?.reason).toMatch(/^1 package from another vendor: .*nodejs/);
  });

  test('apk from a tagged repository: matched, and told as foreign', () => {
    const alpine = { ...debian, packageType: 'apk', osvEcosystem: 'Alpine:v3.20' };
    const edge = installed('apk', 'curl', '8.0-r0', { vendor: 'repository @edge' });
    const flaw: OsvRecord = {
      id: 'CVE-2024-1',
      affected: [upTo('Alpine:v3.20', 'curl', '8.1-r0')],
    };
    const { findings, unknowns } = match([edge], [flaw], { distribution: alpine });
    expect(findings[0]?.evidence.notes?.[0]).toBe('foreign origin: repository @edge');
    expect(unknowns[0]?.reason).toMatch(/^1 package from another vendor/);
  });

  test('virtual packages of apk say nothing', () => {
    const alpine = { ...debian, packageType: 'apk', osvEcosystem: 'Alpine:v3.10' };
    const result = match([installed('apk', '.build-deps', '0')], [], { distribution: alpine });
    expect(result.unknowns).toEqual([]);
  });

  test('further streams of the release are asked, one finding each', () => {
    const streams = ['Red Hat:enterprise_linux:9::baseos', 'Red Hat:enterprise_linux:9::appstream'];
    const redhat = { ...alma, id: 'rhel', osvEcosystem: streams[0] ?? '', osvStreams: streams };
    const flaw: OsvRecord = {
      id: 'RHSA-2024:1',
      upstream: ['CVE-2024-1000'],
      affected: streams.map((stream) => upTo(stream, 'curl', '0:7.76.1-29.el9_4')),
    };
    const curl = installed('rpm', 'curl', '7.76.1-14.el9');
    const { findings } = match([curl], [flaw], { distribution: redhat });
    expect(findings.map((finding) => [finding.id, finding.advisories])).toEqual([
      ['CVE-2024-1000', ['RHSA-2024:1']],
    ]);
  });
});

describe('rpm', () => {
  const errata: OsvRecord = {
    id: 'ALSA-2024:1',
    summary: 'Important: nodejs:18 security update',
    related: ['CVE-2024-1000', 'CVE-2024-2000'],
    affected: [
      upTo('AlmaLinux:8', 'nodejs', '1:18.20.4-1.module_el8.10.0+3904'),
      upTo('AlmaLinux:8', 'nodejs', '1:18.20.4-1.module_el8.9.0+3700'),
    ],
  };
  const build = '1:18.19.1-1.module_el8.9.0+3693';

  test('an erratum gives a finding for each CVE, with the vendor`s word', () => {
    const node = installed('rpm', 'nodejs', build, label('18'));
    const { findings } = match([node], [errata], { distribution: alma });
    expect(findings.map((f) => [f.id, f.severity, f.severitySource, f.advisories])).toEqual([
      ['CVE-2024-1000', 'high', 'almalinux rating', ['ALSA-2024:1']],
      ['CVE-2024-2000', 'high', 'almalinux rating', ['ALSA-2024:1']],
    ]);
    expect(findings[0]?.evidence).toMatchObject({ field: 'binary', comparedAs: 'rpm' });
  });

  test('only for its stream, and not for a plain package', () => {
    const other = installed('rpm', 'nodejs', build, label('20'));
    expect(ids(match([other], [errata], { distribution: alma }))).toEqual([]);
    const plain = installed('rpm', 'nodejs', '1:16.0.0-1.el8');
    expect(ids(match([plain], [errata], { distribution: alma }))).toEqual([]);
  });

  test('a build that has the fix of an older minor release is safe', () => {
    const rebuilt = installed('rpm', 'nodejs', '1:18.20.4-1.module_el8.9.0+3700', label('18'));
    expect(ids(match([rebuilt], [errata], { distribution: alma }))).toEqual([]);
  });

  test('a source-keyed feed is asked with the epoch of the binary', () => {
    const rocky = { ...alma, id: 'rocky', osvEcosystem: 'Rocky Linux:9' };
    const bind = installed('rpm', 'bind-libs', '32:9.16.23-11.el9', {
      source: { name: 'bind', version: '9.16.23-11.el9' },
    });
    const flaw: OsvRecord = {
      id: 'RLSA-2024:1',
      upstream: ['CVE-2024-1000'],
      affected: [upTo('Rocky Linux:9', 'bind', '32:9.16.23-18.el9_4.1')],
    };
    const { findings } = match([bind], [flaw], { distribution: rocky });
    expect(findings[0]?.evidence).toMatchObject({
      field: 'source',
      comparedName: 'bind',
      comparedVersion: '32:9.16.23-11.el9',
    });
  });
});

test('the answer does not depend on the order of packages or records', () => {
  const records: readonly OsvRecord[] = [
    { id: 'GHSA-1', aliases: ['CVE-2024-1000'], affected: [upTo('npm', 'a', '2.0.0')] },
    { id: 'NSWG-1', aliases: ['GHSA-1'], affected: [upTo('npm', 'a', '2.0.1')] },
    { id: 'GHSA-2', aliases: [], affected: [upTo('npm', 'a', '3.0.0'), upTo('npm', 'b', '1.0.0')] },
    { id: 'DEBIAN-CVE-2024-1000', affected: [upTo('Debian:12', 'a', '2')] },
    { id: 'MAL-1', affected: [{ package: { ecosystem: 'npm', name: 'c' } }] },
  ];
  const packages = [
    installed('npm', 'a', '1.0.0'),
    installed('npm', 'b', '0.5.0'),
    installed('npm', 'b', 'strange'),
    installed('npm', 'c', '1.0.0'),
    installed('deb', 'a', '1.0'),
    installed('deb', 'linux-libc-dev', '1.0'),
    installed('pypi', 'a', '1.0'),
  ];
  const expected = match(packages, records);
  expect(expected.findings).toHaveLength(5);
  fc.assert(
    fc.property(
      fc.shuffledSubarray([...packages], { minLength: packages.length }),
      fc.shuffledSubarray([...records], { minLength: records.length }),
      (shuffledPackages, shuffledRecords) => {
        expect(match(shuffledPackages, shuffledRecords)).toEqual(expected);
      },
    ),
    { seed: 11, numRuns: 100 },
  );
});

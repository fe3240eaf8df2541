// Known truths over real advisories: versions whose flaws everybody can look up.
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { memorySource, recordsOfZip, testEcosystems } from '../../../test/advisory-source.ts';
import { alma, debian, installed } from '../../../test/sample-match.ts';
import { noSharedData, sharedData } from '../../../test/shared-data.ts';
import type { OsvRecord } from '../../model/advisory.ts';
import type { Distribution } from '../../model/distribution.ts';
import type { Package } from '../../model/package.ts';
import { smallestFixForAll } from './fix.ts';
import { matchPackages } from './match.ts';

const folder = sharedData('osv');
const alpine: Distribution = {
  ...debian,
  id: 'alpine',
  name: 'Alpine Linux v3.10',
  packageType: 'apk',
  osvEcosystem: 'Alpine:v3.10',
};

function recordsFor(ecosystem: string, name: string): readonly OsvRecord[] {
  return recordsOfZip(`${folder}/${ecosystem}/all.zip`, (record) =>
    (record.affected ?? []).some((affected) => affected.package?.name === name),
  );
}

interface Case {
  readonly found: Package;
  readonly distribution: Distribution | null;
  readonly ecosystem: string;
  readonly name: string;
}

function findingsFor({ found, distribution, ecosystem, name }: Case) {
  const source = memorySource(recordsFor(ecosystem, name));
  const options = { source, ecosystems: testEcosystems };
  const { findings } = matchPackages({ packages: [found], distribution, ...options });
  return { findings, fix: smallestFixForAll(findings, options) };
}

function goFlaws(version: string): readonly string[] {
  return findingsFor({
    found: installed('golang', 'stdlib', version),
    distribution: null,
    ecosystem: 'Go',
    name: 'stdlib',
  }).findings.map(({ id }) => id);
}

function nodeFindings(stream: string) {
  return findingsFor({
    found: installed('rpm', 'nodejs', '1:18.12.1-2.module_el8.7.0+3370+0e8a8a7d', {
      modularity: `nodejs:${stream}:8070020221215171232:bd1311ed:x86_64`,
    }),
    distribution: alma,
    ecosystem: 'AlmaLinux',
    name: 'nodejs',
  }).findings;
}

describe.skipIf(folder === null)(`known truths (else: ${noSharedData})`, () => {
  test('lodash 4.17.4: one finding a flaw, 4.17.21 clears all', () => {
    const { findings, fix } = findingsFor({
      found: installed('npm', 'lodash', '4.17.4'),
      distribution: null,
      ecosystem: 'npm',
      name: 'lodash',
    });
    expect(findings.map(({ id }) => id).toSorted()).toEqual([
      'CVE-2018-16487',
      'CVE-2018-3721',
      'CVE-2019-10744',
      'CVE-2020-28500',
      'CVE-2020-8203',
      'CVE-2021-23337',
    ]);
    expect(findings[0]).toMatchObject({ id: 'CVE-2019-10744', severity: 'critical' });
    expect(fix).toMatchObject({ version: '4.17.21', leaves: [] });
  });

  test('log4j-core 2.14.1: Log4Shell and its three sequels, 2.17.1 clears all', () => {
    const { findings, fix } = findingsFor({
      found: installed('maven', 'log4j-core', '2.14.1', { namespace: 'org.apache.logging.log4j' }),
      distribution: null,
      ecosystem: 'Maven',
      name: 'org.apache.logging.log4j:log4j-core',
    });
    expect(findings.map(({ id, severity }) => [id, severity])).toEqual([
      ['CVE-2021-44228', 'critical'],
      ['CVE-2021-45046', 'critical'],
      ['CVE-2021-45105', 'high'],
      ['CVE-2021-44832', 'medium'],
    ]);
    expect(fix).toMatchObject({ version: '2.17.1', leaves: [] });
    expect(
      findingsFor({
        found: installed('maven', 'log4j-core', '2.17.1', {
          namespace: 'org.apache.logging.log4j',
        }),
        distribution: null,
        ecosystem: 'Maven',
        name: 'org.apache.logging.log4j:log4j-core',
      }).findings,
    ).toEqual([]);
  });

  test('glibc 2.36-9 of Debian 12: Looney Tunables and iconv', () => {
    const source = { name: 'glibc', version: '2.36-9' };
    const at = (version: string) =>
      findingsFor({
        found: installed('deb', 'libc6', version, { source: { ...source, version } }),
        distribution: debian,
        ecosystem: 'Debian',
        name: 'glibc',
      }).findings;
    const fixes = new Map(at('2.36-9').map(({ id, fixedIn }) => [id, fixedIn.join(' ')]));
    expect(fixes.get('CVE-2023-4911')).toBe('2.36-9+deb12u3');
    expect(fixes.get('CVE-2024-2961')).toBe('2.36-9+deb12u6');
    const later = new Set(at('2.36-9+deb12u3').map(({ id }) => id));
    expect(later.has('CVE-2023-4911')).toBe(false);
    expect(later.has('CVE-2024-2961')).toBe(true);
  });

  test('openssl 1.1.1d-r2 of Alpine 3.10: CVE-2020-1967 yes, CVE-2019-1551 no', () => {
    const { findings } = findingsFor({
      found: installed('apk', 'libssl1.1', '1.1.1d-r2', {
        source: { name: 'openssl', version: '1.1.1d-r2' },
      }),
      distribution: alpine,
      ecosystem: 'Alpine',
      name: 'openssl',
    });
    const fixes = new Map(findings.map(({ id, fixedIn }) => [id, fixedIn.join(' ')]));
    expect(fixes.get('CVE-2020-1967')).toBe('1.1.1g-r0');
    expect(fixes.has('CVE-2019-1551')).toBe(false);
  });

  test('Go 1.22.1: pre-release lower bounds, and 1.21.9 is another line', () => {
    expect(goFlaws('1.22.1')).toContain('CVE-2023-45288');
    expect(goFlaws('1.22.0-rc1')).toContain('CVE-2023-45288');
    expect(goFlaws('1.21.9')).not.toContain('CVE-2023-45288');
    expect(goFlaws('1.22.2')).not.toContain('CVE-2023-45288');
  });

  test('nodejs 18 of AlmaLinux 8: only errata of its stream', () => {
    const found = nodeFindings('18');
    expect(found.map(({ id }) => id)).toContain('CVE-2023-44487');
    expect(found.every(({ title }) => title.includes('nodejs:18'))).toBe(true);
    expect(found.every(({ severitySource }) => severitySource === 'almalinux rating')).toBe(true);
    expect(nodeFindings('12').some(({ title }) => title.includes('nodejs:18'))).toBe(false);
  });
});

const dpkg = spawnSync('dpkg', ['--version']).status === 0;

describe.skipIf(folder === null || !dpkg)('against dpkg --compare-versions', () => {
  test('every Debian 12 advisory of ten sources, at three versions each', () => {
    const names = [
      'glibc',
      'openssl',
      'curl',
      'systemd',
      'expat',
      'git',
      'perl',
      'tiff',
      'vim',
      'bind9',
    ];
    const wanted = new Set(names);
    const records = recordsOfZip(`${folder}/Debian/all.zip`, (record) =>
      (record.affected ?? []).some((affected) => wanted.has(affected.package?.name ?? '')),
    );
    const source = memorySource(records);
    let compared = 0;
    for (const name of names) {
      const fixes = [...source.lookup('Debian:12', name)].map(
        ({ id, ranges }) => [id, ranges[0]?.events[1]?.fixed ?? ''] as const,
      );
      const stated = [...new Set(fixes.map(([, fixed]) => fixed))];
      for (const version of [stated[0], stated.at(-1), `${stated[1]}~x`]) {
        if (version === undefined) continue;
        const expected = new Set(
          fixes.filter(([, fixed]) => isOlder(version, fixed)).map(([id]) => id),
        );
        const packages = [installed('deb', name, version)];
        const options = { distribution: debian, source, ecosystems: testEcosystems };
        const { findings } = matchPackages({ packages, ...options });
        expect(new Set(findings.flatMap(({ advisories }) => advisories))).toEqual(expected);
        compared += fixes.length;
      }
    }
    expect(compared).toBeGreaterThan(500);
  });
});

const verdicts = new Map<string, boolean>();

function isOlder(version: string, fixed: string): boolean {
  const key = `${version} ${fixed}`;
  const known = verdicts.get(key);
  if (known !== undefined) return known;
  const older = spawnSync('dpkg', ['--compare-versions', version, 'lt', fixed]).status === 0;
  verdicts.set(key, older);
  return older;
}

// Matching of language packages, over small records that state one thing each.
import { describe, expect, test } from 'vitest';
import { memorySource, testEcosystems } from '../../../test/advisory-source.ts';
import { ids, installed, match, upTo } from '../../../test/sample-match.ts';
import type { OsvAffected, OsvRecord } from '../../model/advisory.ts';
import { matchPackages } from './match.ts';

function goFlaw(id: string): OsvRecord {
  return {
    id,
    affected: [
      {
        package: { ecosystem: 'Go', name: 'example.com/a/tool' },
        ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.2.0' }] }],
      },
    ],
  };
}

function mavenRange(introduced: string, fixed: string): OsvAffected {
  return {
    package: { ecosystem: 'Maven', name: 'org.example:a' },
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced }, { fixed }] }],
  };
}

describe('language packages', () => {
  const lodash: OsvRecord = {
    id: 'GHSA-35jh-r3h4-6jhm',
    aliases: ['CVE-2021-23337'],
    summary: 'Command Injection in lodash',
    database_specific: { severity: 'HIGH' },
    affected: [upTo('npm', 'lodash', '4.17.21')],
  };

  test('scope, kev, epss and the lesson are carried', () => {
    const found = installed('npm', 'lodash', '4.17.4', { scope: 'development' });
    const source = memorySource([lodash], {
      kev: { 'CVE-2021-23337': { dateAdded: '2024-01-01', ransomware: false } },
      epss: { 'CVE-2021-23337': 0.5 },
    });
    const { findings } = matchPackages({
      packages: [found],
      distribution: null,
      source,
      ecosystems: testEcosystems,
    });
    expect(findings[0]).toMatchObject({
      title: 'Command Injection in lodash',
      severitySource: 'ghsa label',
      scope: 'development',
      kev: true,
      epss: 0.5,
      lesson: 'exploited-vulnerability',
    });
  });

  test('a file of an OS package is left to the distribution, if its feed is there', () => {
    const owner = installed('deb', 'node-lodash', '4.17.21+dfsg-1');
    const owned = installed('npm', 'lodash', '4.17.4', { ownedBy: owner.purl });
    const tracker: OsvRecord = {
      id: 'DEBIAN-CVE-2000-1000',
      affected: [upTo('Debian:12', 'x', '1')],
    };
    const covered = match([owner, owned], [lodash, tracker]);
    expect(covered.findings).toEqual([]);
    expect(covered.statistics.owned).toBe(1);
    expect(ids(match([owner, owned], [lodash]))).toEqual(['CVE-2021-23337']);
    const foreign = { ...owner, version: '4.17.4-1nodesource1' };
    expect(ids(match([foreign, owned], [lodash, tracker]))).toEqual(['CVE-2021-23337']);
  });

  test('git and local packages are not matched by name, and this is told', () => {
    const packages = (['git', 'local', 'url'] as const).map((origin) =>
      installed('npm', 'lodash', '4.17.4', { origin, purl: `pkg:npm/lodash@4.17.4?${origin}` }),
    );
    const result = match(packages, [lodash]);
    expect(result.findings).toEqual([]);
    expect(result.unknowns[0]?.reason).toBe(
      '3 packages from git, a folder or a URL not matched by name (lodash)',
    );
  });

  test('versions without a place are undetermined, named and counted', () => {
    const main = installed('golang', 'tool', '(devel)', { namespace: 'example.com/a' });
    const { findings, unknowns } = match([main], [goFlaw('GO-2024-2'), goFlaw('GO-2024-1')]);
    expect(findings).toEqual([]);
    expect(unknowns).toEqual([
      {
        path: 'var/golang/tool',
        layer: 'sha256:1',
        reason:
          'tool "(devel)" undetermined against 2 advisories (GO-2024-1, GO-2024-2): version has no place in the golang order',
      },
    ]);
  });

  test('Go imports make a note', () => {
    const record: OsvRecord = {
      id: 'GO-2024-1',
      aliases: ['CVE-2024-1000'],
      affected: [
        {
          package: { ecosystem: 'Go', name: 'stdlib' },
          ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.22.2' }] }],
          ecosystem_specific: { imports: [{ path: 'net/http', symbols: ['Serve'] }] },
        },
      ],
    };
    const { findings } = match([installed('golang', 'stdlib', '1.22.1')], [record]);
    expect(findings[0]?.evidence.notes).toEqual([
      'module level: only code that links net/http is affected',
    ]);
  });

  test('malware is malware, in every version', () => {
    const mal: OsvRecord = {
      id: 'MAL-2024-1',
      affected: [{ package: { ecosystem: 'npm', name: 'evil' } }],
    };
    const { findings } = match([installed('npm', 'evil', 'whatever')], [mal]);
    expect(findings[0]).toMatchObject({
      kind: 'malware',
      severity: 'critical',
      severitySource: 'malware record',
      priority: 100,
      lesson: 'malicious-package',
    });
  });

  test('withdrawn records decide nothing', () => {
    const gone = { ...lodash, withdrawn: '2024-01-01T00:00:00Z' };
    expect(ids(match([installed('npm', 'lodash', '4.17.4')], [gone]))).toEqual([]);
  });

  test('types without advisories, ecosystems not held, JARs without a group', () => {
    const { unknowns } = match(
      [
        installed('generic', 'busybox', '1.36'),
        installed('pypi', 'django', '3.2'),
        installed('maven', 'log4j-core', '2.14.1'),
      ],
      [lodash],
    );
    expect(unknowns.map(({ reason }) => reason)).toEqual([
      '1 pypi package not assessed: the advisory database holds nothing for this type (django)',
      '1 generic package not assessed: no advisory database names this type (busybox)',
      '1 package without a group id not matched: the name alone is ambiguous (log4j-core)',
    ]);
  });

  test('the same package in two places is one finding with both', () => {
    const first = installed('npm', 'lodash', '4.17.4');
    const second = { ...first, locations: [{ path: 'b/package.json', layer: null }] };
    const { findings } = match([first, second], [lodash]);
    expect(findings).toHaveLength(1);
    expect(findings[0]?.locations.map(({ path }) => path)).toEqual([
      'b/package.json',
      'var/npm/lodash',
    ]);
  });

  test('several entries of one record: the interval that is left last gives the fix', () => {
    const entries = [mavenRange('1.0', '1.2'), mavenRange('0', '1.5'), mavenRange('2.0', '2.1')];
    for (const affected of [entries, entries.toReversed()]) {
      const { findings } = match(
        [installed('maven', 'a', '1.1', { namespace: 'org.example' })],
        [{ id: 'GHSA-1', affected }],
      );
      expect(findings.map(({ fixedIn, evidence }) => [fixedIn, evidence.range])).toEqual([
        [['1.5'], '>= 0, < 1.5'],
      ]);
    }
  });

  test('each name is looked up once', () => {
    const source = memorySource([lodash]);
    const packages = Array.from({ length: 50 }, (_, index) =>
      installed('npm', 'lodash', `4.17.${index}`),
    );
    matchPackages({ packages, distribution: null, source, ecosystems: testEcosystems });
    expect([...source.lookups]).toEqual([['npm lodash', 1]]);
  });
});

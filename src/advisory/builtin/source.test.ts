// The built-in set as the matcher asks it: known bad versions are found, fixed ones are not.
import { describe, expect, test } from 'vitest';
import { schemeById, schemeForOsv } from '../../inventory/version/index.ts';
import { lookupName } from '../feed/index.ts';
import { evaluateRanges } from '../match/index.ts';
import { builtinRecords } from './records.ts';
import { builtinRows } from './rows.ts';
import { builtinLesson, builtinSource } from './source.ts';

const source = builtinSource();

/** Ids of the advisories that hit a version. */
function hits(ecosystem: string, name: string, version: string): readonly string[] {
  const order = schemeForOsv(ecosystem);
  const semver = schemeById('semver');
  if (order === null || semver === null) throw new Error(`no order for ${ecosystem}`);
  const orders = { ecosystem: order, semver };
  return [...source.lookup(ecosystem, name)]
    .filter((match) => evaluateRanges(match, version, orders).kind === 'affected')
    .map((match) => match.id);
}

const decided: readonly (readonly [
  id: string,
  ecosystem: string,
  name: string,
  bad: string,
  good: string,
])[] = [
  ['CVE-2021-44228', 'Maven', 'org.apache.logging.log4j:log4j-core', '2.14.1', '2.17.1'],
  ['CVE-2021-44228', 'Maven', 'org.apache.logging.log4j:log4j-core', '2.12.1', '2.12.4'],
  ['CVE-2022-22965', 'Maven', 'org.springframework:spring-beans', '5.3.17', '5.3.18'],
  ['CVE-2025-24813', 'Maven', 'org.apache.tomcat.embed:tomcat-embed-core', '9.0.98', '9.0.99'],
  ['CVE-2023-4911', 'Debian:12', 'glibc', '2.36-9', '2.36-9+deb12u3'],
  ['CVE-2024-6387', 'Debian:12', 'openssh', '1:9.2p1-2+deb12u2', '1:9.2p1-2+deb12u3'],
  ['CVE-2024-3094', 'Debian:13', 'xz-utils', '5.6.1-1', '5.6.1+really5.4.5-1'],
  ['CVE-2024-3094', 'Debian:13', 'xz-utils', '5.6.0-0.2', '5.4.5-0.3'],
  ['CVE-2024-3094', 'Alpine:v3.20', 'xz', '5.6.1-r1', '5.4.6-r0'],
  ['CVE-2014-0160', 'Debian:7', 'openssl', '1.0.1e-2+deb7u4', '1.0.1e-2+deb7u5'],
  ['CVE-2014-0160', 'Debian:7', 'openssl', '1.0.1c-4', '0.9.8o-4'],
  ['CVE-2021-4034', 'Ubuntu:20.04:LTS', 'policykit-1', '0.105-26ubuntu1.1', '0.105-26ubuntu1.2'],
  ['CVE-2021-41773', 'Alpine:v3.14', 'apache2', '2.4.49-r0', '2.4.48-r0'],
  ['CVE-2022-37434', 'Alpine:v3.16', 'zlib', '1.2.12-r1', '1.2.12-r2'],
  ['CVE-2020-1967', 'Alpine:v3.10', 'openssl', '1.1.1d-r2', '1.1.1g-r0'],
  ['CVE-2024-21626', 'Go', 'github.com/opencontainers/runc', 'v1.1.11', 'v1.1.12'],
  ['CVE-2023-44487', 'Go', 'stdlib', '1.21.2', '1.21.3'],
  ['CVE-2024-41110', 'Go', 'github.com/docker/docker', 'v25.0.5+incompatible', 'v27.1.1'],
  ['CVE-2025-55182', 'npm', 'react-server-dom-webpack', '19.1.1', '19.1.2'],
  ['CVE-2025-66478', 'npm', 'next', '15.3.5', '14.2.35'],
  ['CVE-2021-23337', 'npm', 'lodash', '4.17.20', '4.17.21'],
  ['CVE-2022-0235', 'npm', 'node-fetch', '2.6.6', '2.6.7'],
  ['MAL-2026-2307', 'npm', 'axios', '1.14.1', '1.14.0'],
  ['GHSA-hxxf-q3w9-4xgw', 'npm', 'eslint-scope', '3.7.2', '3.7.3'],
  ['GHSA-5rqg-jm4f-cqx7', 'npm', 'colors', '1.4.44-liberty-2', '1.4.0'],
  ['PYSEC-2022-252', 'PyPI', 'Deep_Translator', '1.8.5', '1.11.4'],
  ['CVE-2024-1135', 'PyPI', 'gunicorn', '21.2.0', '22.0.0'],
  ['CVE-2023-4863', 'NuGet', 'skiasharp', '2.88.3', '2.88.6'],
  ['CVE-2017-9841', 'Packagist', 'PHPUnit/phpunit', '5.6.2', '5.6.3'],
  ['CVE-2019-15224', 'RubyGems', 'rest-client', '1.6.13', '2.0.2'],
  ['CVE-2024-32650', 'crates.io', 'rustls', '0.23.4', '0.23.5'],
];

test.each(decided)('%s in %s %s: %s is hit, %s is not', (id, ecosystem, name, bad, good) => {
  expect(hits(ecosystem, name, bad)).toContain(id);
  expect(hits(ecosystem, name, good)).not.toContain(id);
});

describe('the source', () => {
  test('says what it is', () => {
    const info = source.info();
    expect(info.builtIn).toBe(true);
    expect(info.advisories).toBe(builtinRows().length);
    expect(info.builtAt).toBe('2026-11-21T00:00:00Z');
    expect(info.ecosystems).toContain('Debian:12');
    expect(info.sources.map((entry) => entry.name)).toEqual(['builtin']);
  });

  test('knows nothing of strangers', () => {
    expect([...source.lookup('npm', '__proto__')]).toEqual([]);
    expect([...source.lookup('Debian:14', 'glibc')]).toEqual([]);
    expect([...source.lookup('Debian', 'glibc')]).toEqual([]);
    expect(source.byId('CVE-1999-0001')).toEqual([]);
    expect(source.kev('CVE-1999-0001')).toBeNull();
    expect(source.cve('constructor')).toBeNull();
    expect(source.epss('CVE-2021-44228')).toBeNull();
    expect(builtinLesson('CVE-1999-0001')).toBeNull();
  });

  test('finds every package of every record under the key of the database', () => {
    for (const record of builtinRecords()) {
      for (const affected of record.affected ?? []) {
        const { ecosystem, name } = affected.package ?? { ecosystem: '', name: '' };
        for (const asked of [name, lookupName(ecosystem, name)]) {
          const ids = [...source.lookup(ecosystem, asked)].map((match) => match.id);
          expect(ids, `${ecosystem} ${asked}`).toContain(record.id);
        }
      }
    }
  });

  test('answers by id and by alias alike', () => {
    const byId = source.byId('CVE-2021-44228');
    expect(byId.length).toBeGreaterThan(0);
    expect(source.byId('GHSA-jfh8-c2jp-5v3q')).toEqual(byId);
    expect(byId[0]?.package).toEqual({
      ecosystem: 'Maven',
      name: 'org.apache.logging.log4j:log4j-core',
    });
    expect(builtinLesson('GHSA-jfh8-c2jp-5v3q')).toBe(builtinLesson('CVE-2021-44228'));
  });

  test('gives the facts of its CVEs', () => {
    expect(source.kev('CVE-2021-44228')).toEqual({ dateAdded: '2021-12-10', ransomware: true });
    expect(source.kev('CVE-2022-22965')).toEqual({ dateAdded: '2022-04-04', ransomware: false });
    expect(source.cve('CVE-2021-44228')).toMatchObject({
      source: 'builtin',
      published: '2021-12-10T00:00:00Z',
      severity: [{ type: 'CVSS_V3' }],
    });
    expect(source.byId('CVE-2022-0811')[0]?.vendorSeverity).toBe('critical');
  });

  test('calls hostile packages malicious in words that the matcher knows', () => {
    for (const row of builtinRows().filter((entry) => entry.malware === true)) {
      for (const match of source.byId(row.id)) {
        expect(match.summary).toMatch(/^Malicious code in /);
      }
    }
  });

  test('builds nothing until it is asked, and the same thing twice', () => {
    const again = builtinSource();
    expect([...again.lookup('npm', 'lodash')][0]).toBe([...source.lookup('npm', 'lodash')][0]);
    source.close();
    expect([...source.lookup('npm', 'lodash')]).toHaveLength(3);
  });
});

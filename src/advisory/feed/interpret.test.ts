import { describe, expect, test } from 'vitest';
import type { OsvRecord } from '../../model/advisory.ts';
import { feedLimits } from './bounds.ts';
import { cleanRecord } from './clean.ts';
import { type Advisory, interpretRecord, oneLine, recordMatches } from './interpret.ts';

function interpreted(value: Partial<OsvRecord> & { id: string }): Advisory {
  const record = cleanRecord(value);
  if (typeof record === 'string') throw new Error(record);
  const advisory = interpretRecord(record);
  if (typeof advisory === 'string') throw new Error(advisory);
  return advisory;
}

function reasonOf(value: Partial<OsvRecord> & { id: string }): string {
  const record = cleanRecord(value);
  if (typeof record === 'string') throw new Error(record);
  const advisory = interpretRecord(record);
  return typeof advisory === 'string' ? advisory : 'none';
}

function affectedBy(ecosystem: string, name: string, fixed: string) {
  return {
    package: { ecosystem, name },
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
  };
}

const deb = affectedBy('Debian:12', 'glibc', '2.36-9+deb12u3');

describe('vendor severity', () => {
  const cases: readonly [string, Partial<OsvRecord> & { id: string }, string | null][] = [
    [
      'GitHub label',
      { id: 'GHSA-1', affected: [deb], database_specific: { severity: 'MODERATE' } },
      'moderate',
    ],
    [
      'Debian urgency',
      { id: 'DEBIAN-CVE-2023-1', affected: [{ ...deb, ecosystem_specific: { urgency: 'low**' } }] },
      'low',
    ],
    [
      'Debian unimportant',
      {
        id: 'DEBIAN-CVE-2023-1',
        affected: [{ ...deb, ecosystem_specific: { urgency: 'unimportant' } }],
      },
      'unimportant',
    ],
    [
      'Debian without a rating',
      {
        id: 'DEBIAN-CVE-2023-1',
        affected: [{ ...deb, ecosystem_specific: { urgency: 'not yet assigned' } }],
      },
      null,
    ],
    [
      'Ubuntu priority of the record',
      { id: 'UBUNTU-CVE-2023-1', affected: [deb], severity: [{ type: 'Ubuntu', score: 'medium' }] },
      'medium',
    ],
    [
      'the entry before the record',
      {
        id: 'UBUNTU-CVE-2023-1',
        affected: [{ ...deb, severity: [{ type: 'Ubuntu', score: 'high' }] }],
        severity: [{ type: 'Ubuntu', score: 'low' }],
      },
      'high',
    ],
    [
      'AlmaLinux, before the title',
      { id: 'ALSA-2024:1', summary: 'Important: kernel security update', affected: [deb] },
      'important',
    ],
    [
      'AlmaLinux, behind the title',
      {
        id: 'ALSA-2022:5468',
        summary: 'ALSA-2022:5468: php:8.0 security update (Important)',
        affected: [deb],
      },
      'important',
    ],
    [
      'a title of another feed is no rating',
      { id: 'GHSA-1', summary: 'Critical: remote code execution', affected: [deb] },
      null,
    ],
    [
      'a vector is no word',
      { id: 'GHSA-1', affected: [deb], database_specific: { severity: 9.8 } },
      null,
    ],
  ];
  test.each(cases)('%s', (_, record, expected) => {
    const advisory = interpreted(record);
    expect(advisory.affected[0]?.vendorSeverity ?? advisory.vendorSeverity).toBe(expected);
  });
  test("Ubuntu's word is not among the vectors", () => {
    const severity = [
      { type: 'Ubuntu', score: 'medium' },
      { type: 'CVSS_V3', score: 'CVSS:3.1/AV:N' },
    ];
    const advisory = interpreted({ id: 'UBUNTU-CVE-2023-1', affected: [deb], severity });
    expect(advisory.severity).toEqual([{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N' }]);
  });
});

describe('what is no vulnerability', () => {
  const crate = affectedBy('crates.io', 'clipboard', '9');
  test.each([
    ['bug fix update', { id: 'ALBA-2021:1', affected: [deb] }, 'not a vulnerability'],
    ['enhancement update', { id: 'ALEA-2021:1', affected: [deb] }, 'not a vulnerability'],
    [
      'bug fix update that names a CVE',
      { id: 'ALBA-2021:1', affected: [deb], related: ['CVE-2021-1234'] },
      'none',
    ],
    [
      'unmaintained crate',
      {
        id: 'RUSTSEC-2022-0056',
        affected: [{ ...crate, database_specific: { informational: 'unmaintained' } }],
      },
      'not a vulnerability',
    ],
    [
      'unsound crate',
      {
        id: 'RUSTSEC-2022-0001',
        affected: [{ ...crate, database_specific: { informational: 'unsound' } }],
      },
      'none',
    ],
    [
      'vulnerable crate',
      {
        id: 'RUSTSEC-2022-0001',
        affected: [{ ...crate, database_specific: { informational: null } }],
      },
      'none',
    ],
    [
      'git ranges only',
      { id: 'CVE-2020-1', affected: [{ ranges: [{ type: 'GIT', events: [] }] }] },
      'git ranges only',
    ],
    [
      'git ranges of a package',
      { id: 'A', affected: [{ package: deb.package, ranges: [{ type: 'GIT', events: [] }] }] },
      'git ranges only',
    ],
    ['no package', { id: 'A', affected: [] }, 'no package'],
    ['nothing affected', { id: 'A', affected: [{ package: deb.package }] }, 'no affected versions'],
  ] as const)('%s', (_, record, expected) => {
    expect(reasonOf(record as never)).toBe(expected);
  });
});

describe('identity', () => {
  test('an erratum is about the CVEs that it lists as related', () => {
    const related = ['CVE-2022-35255', 'CVE-2022-35256', 'RHSA-2022:7821'];
    const advisory = interpreted({ id: 'ALSA-2022:7821', affected: [deb], related });
    expect(advisory.upstream).toEqual(['CVE-2022-35255', 'CVE-2022-35256']);
    expect(advisory.aliases).toEqual([]);
  });
  test('related ids of other feeds carry no identity', () => {
    const advisory = interpreted({ id: 'GO-2024-1', affected: [deb], related: ['CVE-2024-1234'] });
    expect(advisory.upstream).toEqual([]);
  });
  test('a withdrawn record is a tombstone', () => {
    const advisory = interpreted({
      id: 'GO-2024-1',
      affected: [deb],
      withdrawn: '2024-01-01T00:00:00Z',
    });
    expect(advisory.affected).toEqual([]);
    expect(advisory.withdrawn).toBe('2024-01-01T00:00:00Z');
  });
  test('malware without versions is malware in all of them', () => {
    const npm = { package: { ecosystem: 'npm', name: 'evil' } };
    const advisory = interpreted({ id: 'MAL-2024-1', affected: [npm] });
    expect(advisory.affected[0]?.ranges).toEqual([
      { type: 'ECOSYSTEM', events: [{ introduced: '0' }] },
    ]);
  });
});

describe('entries', () => {
  const modular = affectedBy('AlmaLinux:8', 'nodejs', '1:18.9.1-1.module_el8.7.0+3343+ea2b7901');
  test('the module stream stands in the title', () => {
    const advisory = interpreted({
      id: 'ALSA-2022:7821',
      summary: 'Important: nodejs:18 security update',
      affected: [modular, deb],
    });
    expect(advisory.affected.map((entry) => entry.modularity)).toEqual(['nodejs:18', null]);
  });
  test('two modules give an entry each', () => {
    const advisory = interpreted({
      id: 'ALSA-2021:0711',
      summary: 'Important: virt:rhel and virt-devel:rhel security update',
      affected: [modular],
    });
    expect(advisory.affected.map((entry) => entry.modularity)).toEqual([
      'virt:rhel',
      'virt-devel:rhel',
    ]);
  });
  test('Go imports with symbols; custom ranges are ignored', () => {
    const [entry] = interpreted({
      id: 'GO-2023-2385',
      affected: [
        {
          package: { ecosystem: 'Go', name: 'github.com/pubnub/go/v5' },
          ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }] }],
          ecosystem_specific: {
            imports: [{ path: 'github.com/pubnub/go/v5/utils', symbols: ['DecryptFile', 7] }, 'x'],
            custom_ranges: [
              { type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '5.0.4' }] },
            ],
          },
        },
      ],
    }).affected;
    expect(entry?.imports).toEqual([
      { path: 'github.com/pubnub/go/v5/utils', symbols: ['DecryptFile'] },
    ]);
    expect(entry?.ranges).toEqual([{ type: 'SEMVER', events: [{ introduced: '0' }] }]);
  });
  test('git ranges go, the others stay', () => {
    const ranges = [{ type: 'GIT', events: [{ introduced: '0' }] }, ...deb.ranges];
    const [entry] = interpreted({ id: 'PYSEC-1', affected: [{ ...deb, ranges }] }).affected;
    expect(entry?.ranges).toEqual(deb.ranges);
  });
  test('versions that restate the range of a distribution are dropped, others are not', () => {
    const py = affectedBy('PyPI', 'Django', '4.2');
    const advisory = interpreted({
      id: 'X-1',
      affected: [
        { ...deb, versions: ['2.36-9'] },
        { ...py, versions: ['4.1'] },
        { package: deb.package, versions: ['2.36-8'] },
      ],
    });
    expect(advisory.affected.map((entry) => entry.versions)).toEqual([[], ['4.1'], ['2.36-8']]);
  });
  test('the same seen by the matcher', () => {
    const [match] = recordMatches({
      id: 'DEBIAN-CVE-2023-4911',
      upstream: ['CVE-2023-4911'],
      affected: [deb],
    });
    expect(match).toMatchObject({
      id: 'DEBIAN-CVE-2023-4911',
      package: { ecosystem: 'Debian:12', name: 'glibc' },
      source: 'debian',
      upstream: ['CVE-2023-4911'],
      ranges: deb.ranges,
    });
  });
});

describe('titles and references', () => {
  test('control characters never reach a terminal', () => {
    expect(oneLine('a\u001b[31m\u009b b\r\n c\u0000')).toBe('a [31m b c');
  });
  test('a long text is cut at a word', () => {
    const line = oneLine('word '.repeat(1000));
    expect(line.length).toBeLessThanOrEqual(feedLimits.summaryLength + 1);
    expect(line.endsWith('word…')).toBe(true);
  });
  test('a text is never cut inside a character', () => {
    expect(oneLine('\u{1F600}'.repeat(1000)).isWellFormed()).toBe(true);
  });
  test('details serve where the summary lacks', () => {
    expect(
      interpreted({ id: 'PYSEC-1', details: 'Django is\nbroken', affected: [deb] }).summary,
    ).toBe('Django is broken');
  });
  test('the most telling references first, each once, up to the bound', () => {
    const references = [
      ...Array.from({ length: 50 }, (_, n) => ({ type: 'WEB', url: `https://example.org/${n}` })),
      { type: 'FIX', url: 'https://example.org/fix' },
      { type: 'ADVISORY', url: 'https://example.org/advisory' },
      { type: 'WEB', url: 'https://example.org/advisory' },
    ];
    const advisory = interpreted({ id: 'A-1', affected: [deb], references });
    expect(advisory.references).toHaveLength(feedLimits.references);
    expect(advisory.references.slice(0, 2)).toEqual([
      'https://example.org/advisory',
      'https://example.org/fix',
    ]);
  });
});

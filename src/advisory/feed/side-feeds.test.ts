// KEV, EPSS and the CVE feeds.

import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noSharedData, sharedData } from '../../../test/shared-data.ts';
import { osvCveItem, readCveRecord, readNvd } from './cve.ts';
import { detectFeed } from './detect.ts';
import { readEpss } from './epss.ts';
import { readKev } from './kev.ts';

describe('KEV', () => {
  test('entries, and bad ones by name', () => {
    const document = {
      catalogVersion: '2025.08.25',
      vulnerabilities: [
        { cveID: 'CVE-2021-44228', dateAdded: '2021-12-10', knownRansomwareCampaignUse: 'Known' },
        { cveID: 'CVE-2025-48384', dateAdded: '2025-08-25', knownRansomwareCampaignUse: 'Unknown' },
        { cveID: 'CVE-2025-1', dateAdded: '2025-08-25' },
        { cveID: 'CVE-2025-1234', dateAdded: 'soon' },
        null,
      ],
    };
    expect(readKev(Buffer.from(JSON.stringify(document)), 'kev.json')).toEqual([
      { kind: 'kev', cve: 'CVE-2021-44228', entry: { dateAdded: '2021-12-10', ransomware: true } },
      { kind: 'kev', cve: 'CVE-2025-48384', entry: { dateAdded: '2025-08-25', ransomware: false } },
      { kind: 'bad', where: 'kev.json [2]', reason: 'no CVE id' },
      { kind: 'bad', where: 'CVE-2025-1234', reason: 'no date' },
      { kind: 'bad', where: 'kev.json [4]', reason: 'no CVE id' },
    ]);
  });
  test.each(['', '[]', '{"vulnerabilities":{}}', '<html>'])('%j is bad as a whole', (text) => {
    expect(readKev(Buffer.from(text), 'kev.json')).toMatchObject([{ kind: 'bad' }]);
  });
  const real = sharedData('kev/known_exploited_vulnerabilities.json');
  test.skipIf(real === null)(
    `the real catalogue is read whole${real === null ? ` (${noSharedData})` : ''}`,
    () => {
      const items = readKev(readFileSync(real ?? ''), 'kev');
      expect(items).toHaveLength(1404);
      expect(items.every((item) => item.kind === 'kev')).toBe(true);
    },
  );
});

describe('EPSS', () => {
  const csv = [
    '#model_version:v2025.03.14,score_date:2026-11-20T12:55:00Z',
    'cve,epss,percentile',
    'CVE-2021-44228,0.94358,0.99957',
    'CVE-1999-0001,0.00042,0.1',
    'CVE-2020-1,0.5,0.5',
    'CVE-2020-1234,1.5,0.5',
    'CVE-2020-1234,,0.5',
    '',
  ].join('\r\n');
  test('scores, and bad lines by number', () => {
    expect([...readEpss([Buffer.from(csv)], 'epss.csv')]).toEqual([
      { kind: 'epss', cve: 'CVE-2021-44228', score: 0.94358 },
      { kind: 'epss', cve: 'CVE-1999-0001', score: 0.00042 },
      ...[5, 6, 7].map((line) => ({
        kind: 'bad',
        where: `epss.csv:${line}`,
        reason: 'not a CVE with its score',
      })),
    ]);
  });
  test('a file that is no EPSS is bad once, not line by line', () => {
    expect([...readEpss([Buffer.from('<html>\n<p>\n')], 'x')]).toHaveLength(1);
    expect([...readEpss([], 'x')]).toHaveLength(1);
  });
  test('the cutting of the stream does not matter', () => {
    const whole = [...readEpss([Buffer.from(csv)], 'e')];
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), (size) => {
        const chunks: Uint8Array[] = [];
        for (let at = 0; at < csv.length; at += size)
          chunks.push(Buffer.from(csv.slice(at, at + size)));
        expect([...readEpss(chunks, 'e')]).toEqual(whole);
      }),
      { seed: 6, numRuns: 50 },
    );
  });
  test('a line without end is cut', () => {
    const chunk = Buffer.alloc(1 << 20, 'x');
    expect([
      ...readEpss(
        Array.from({ length: 30 }, () => chunk),
        'e',
      ),
    ]).toHaveLength(1);
  });
});

const nvd = {
  resultsPerPage: 3,
  format: 'NVD_CVE',
  version: '2.0',
  vulnerabilities: [
    {
      cve: {
        id: 'CVE-2021-44228',
        published: '2021-12-10T10:15:09.143',
        vulnStatus: 'Analyzed',
        descriptions: [
          { lang: 'es', value: 'Caracteristicas de JNDI' },
          { lang: 'en', value: 'Apache Log4j2  JNDI features' },
        ],
        metrics: {
          cvssMetricV31: [
            { type: 'Secondary', cvssData: { vectorString: 'CVSS:3.1/AV:L' } },
            { type: 'Primary', cvssData: { vectorString: 'CVSS:3.1/AV:N' } },
          ],
          cvssMetricV2: [
            { type: 'Primary', cvssData: { vectorString: 'AV:N/AC:M/Au:N/C:C/I:C/A:C' } },
          ],
        },
      },
    },
    { cve: { id: 'CVE-2020-9999', vulnStatus: 'Rejected' } },
    { cve: { id: 'none' } },
  ],
};

describe('NVD 2.0', () => {
  test('own analysis first; rejected left out', () => {
    expect([...readNvd([Buffer.from(JSON.stringify(nvd))], 'nvd.json')]).toEqual([
      {
        kind: 'cve',
        cve: 'CVE-2021-44228',
        facts: {
          severity: [
            { type: 'CVSS_V3', score: 'CVSS:3.1/AV:N' },
            { type: 'CVSS_V2', score: 'AV:N/AC:M/Au:N/C:C/I:C/A:C' },
          ],
          source: 'nvd',
          summary: 'Apache Log4j2 JNDI features',
          published: '2021-12-10T10:15:09.143Z',
        },
      },
      { kind: 'left-out', where: 'CVE-2020-9999', reason: 'rejected' },
      { kind: 'bad', where: 'nvd.json', reason: 'no CVE id' },
    ]);
  });
  test('mutated documents never throw', () => {
    const text = JSON.stringify(nvd);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 2 }), (at, put) => {
        const bytes = Buffer.from(text.slice(0, at) + put + text.slice(at + 1));
        expect([...readNvd([bytes], 'x')].length).toBeGreaterThanOrEqual(0);
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});

function readCve(value: unknown) {
  return readCveRecord(Buffer.from(JSON.stringify(value)), 'x.json');
}

describe('CVE 5', () => {
  const record = {
    dataType: 'CVE_RECORD',
    cveMetadata: {
      cveId: 'CVE-2024-3094',
      state: 'PUBLISHED',
      datePublished: '2024-03-29T16:51:12.588Z',
    },
    containers: {
      cna: {
        title: 'Xz: malicious code in distributed source',
        metrics: [{ other: {} }, { cvssV3_1: { vectorString: 'CVSS:3.1/AV:N/AC:L' } }],
      },
      adp: [{ metrics: [{ cvssV3_1: { vectorString: 'CVSS:3.1/AV:P' } }] }],
    },
  };
  test('the assigner before the enrichers', () => {
    expect(readCve(record)).toMatchObject({
      cve: 'CVE-2024-3094',
      facts: {
        severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L' }],
        source: 'cve',
        summary: 'Xz: malicious code in distributed source',
      },
    });
  });
  test('enrichers where the assigner is silent', () => {
    const { adp } = record.containers;
    expect(readCve({ ...record, containers: { cna: {}, adp } })).toMatchObject({
      facts: { severity: [{ score: 'CVSS:3.1/AV:P' }], summary: null },
    });
  });
  test('rejected and broken ones', () => {
    expect(
      readCve({ ...record, cveMetadata: { cveId: 'CVE-2024-3094', state: 'REJECTED' } }).kind,
    ).toBe('left-out');
    expect(readCve({}).kind).toBe('bad');
    expect(readCveRecord(Buffer.from('{'), 'x').kind).toBe('bad');
  });
});

test('OSV records of CVEs are facts, all others are not', () => {
  expect(
    osvCveItem({
      id: 'CVE-2024-3094',
      details: 'xz',
      severity: [{ type: 'Ubuntu', score: 'low' }],
    }),
  ).toMatchObject({
    facts: { source: 'osv', summary: 'xz', severity: [] },
  });
  expect(osvCveItem({ id: 'GHSA-1' })).toBeNull();
  expect(osvCveItem({ id: 'CVE-2024-3094', withdrawn: '2024-01-01' })).toBeNull();
});

describe('telling feeds apart', () => {
  test.each([
    ['zip', 'PK\u0003\u0004'],
    ['epss', '#model_version:v1\ncve,epss'],
    ['epss', 'cve,epss,percentile'],
    ['sqlite', 'SQLite format 3\u0000'],
    ['kev', JSON.stringify({ title: 'x', catalogVersion: '1', vulnerabilities: [] }, null, 4)],
    ['nvd', JSON.stringify(nvd)],
    ['cve-record', '{"dataType":"CVE_RECORD"'],
    ['cve-record', '{"containers":{},"dataType": "CVE_RECORD"'],
    ['alpine-secdb', '{"apkurl":"{{x}}","archs":[]'],
    ['alpine-secdb', '{ "distroversion": "v3.20"'],
    ['debian-tracker', '{"389-ds-base": {"CVE-2012-0833": {"description": "x"'],
    ['osv', '{"id":"GHSA-1","details":"\\"dataType\\": \\"CVE_RECORD\\""'],
    ['osv', '\uFEFF {"schema_version":"1.7.0"'],
    ['osv', '[{"id":1}]'],
    [null, '<html>'],
    [null, ''],
    [null, 'hello'],
  ])('%s', (kind, start) => {
    expect(detectFeed(Buffer.from(start))).toBe(kind);
  });
  test('compressed files', () => {
    expect(detectFeed(Uint8Array.of(0x1f, 0x8b, 8, 0))).toBe('gzip');
    expect(detectFeed(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd))).toBe('zstd');
  });
});

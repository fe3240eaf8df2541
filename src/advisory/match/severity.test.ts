// Severity: who is asked first, and that the answer names its source whatever the order.
import { describe, expect, test } from 'vitest';
import { chooseSeverity, severityOfWord } from './severity.ts';

const critical31 = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
const medium31 = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L';
const high40 = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N';
const high20 = 'AV:N/AC:L/Au:N/C:C/I:C/A:C';

function rated(source: string, vendorSeverity: string | null, ...vectors: readonly string[]) {
  const severity = vectors.map((score) => ({ type: 'CVSS', score }));
  return { id: `${source}-1`, source, vendorSeverity, severity };
}

function facts(...vectors: readonly string[]) {
  const severity = vectors.map((score) => ({ type: 'CVSS_V3', score }));
  return { severity, source: 'nvd', summary: null, published: null };
}

test.each([
  ['IMPORTANT', 'high'],
  ['Moderate', 'medium'],
  ['unimportant', 'negligible'],
  ['low**', 'low'],
  ['not yet assigned', null],
  ['end-of-life', null],
  ['', null],
  [null, null],
] as const)('the word %j is %j', (word, severity) => {
  expect(severityOfWord(word)).toBe(severity);
});

describe('order of sources', () => {
  test.each([
    [
      'the urgency of Debian before any score',
      [rated('debian', 'unimportant', critical31)],
      facts(critical31),
      'negligible',
      'debian urgency',
    ],
    ['the label of GitHub', [rated('ghsa', 'MODERATE', critical31)], null, 'medium', 'ghsa label'],
    [
      'a distribution before GitHub, GitHub before a language database',
      [rated('go', 'low'), rated('ghsa', 'high'), rated('ubuntu', 'medium')],
      null,
      'medium',
      'ubuntu priority',
    ],
    [
      'of two errata the worse',
      [rated('almalinux', 'moderate'), rated('almalinux', 'important')],
      null,
      'high',
      'almalinux rating',
    ],
    ['the vector of the record', [rated('pypa', null, medium31)], null, 'medium', 'pypa cvss 3.1'],
    [
      'the newer CVSS of one record',
      [rated('rustsec', null, medium31, high40)],
      null,
      'high',
      'rustsec cvss 4.0',
    ],
    [
      'the CVE where no record rates',
      [rated('debian', null)],
      facts(critical31),
      'critical',
      'nvd cvss 3.1',
    ],
    ['CVSS 2.0 has no critical', [rated('debian', null)], facts(high20), 'high', 'nvd cvss 2.0'],
    [
      'a broken vector rates nothing',
      [rated('go', null, 'CVSS:3.1/AV:N')],
      null,
      'unknown',
      'none',
    ],
    ['nothing at all', [rated('alpine', null)], null, 'unknown', 'none'],
  ] as const)('%s', (_name, advisories, about, severity, source) => {
    expect(chooseSeverity(advisories, about)).toMatchObject({ severity, source });
    expect(chooseSeverity(advisories.toReversed(), about)).toMatchObject({ severity, source });
  });

  test('a word where others hold a vector (OSV type Ubuntu)', () => {
    const advisory = { ...rated('ubuntu', null), severity: [{ type: 'Ubuntu', score: 'low' }] };
    expect(chooseSeverity([advisory], null)).toMatchObject({
      severity: 'low',
      source: 'ubuntu priority',
    });
  });
});

test('every distinct vector is kept, newest version first', () => {
  const advisories = [rated('ghsa', 'high', medium31, high40), rated('go', null, medium31)];
  const chosen = chooseSeverity(advisories, facts(critical31, high20));
  expect(chosen.cvss).toEqual([
    { version: '4.0', vector: high40, score: 8.7 },
    { version: '3.1', vector: critical31, score: 9.8 },
    { version: '3.1', vector: medium31, score: 5.3 },
    { version: '2.0', vector: high20, score: 10 },
  ]);
});

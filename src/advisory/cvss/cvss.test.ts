// CVSS scores against FIRST's published examples, and against vectors scored by a second calculator.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scoreVector, severityOfScore } from './index.ts';

/** FIRST, "CVSS v2 Complete Guide", section 3.3: base, temporal, environmental. */
const version2: readonly (readonly [string, number, number, number])[] = [
  ['AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H', 7.8, 6.4, 9.2],
  ['AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:N/TD:N/CR:M/IR:M/AR:H', 7.8, 6.4, 0],
  ['AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:L', 10, 8.3, 9],
  ['AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:M', 6.2, 4.9, 7.5],
];

/** FIRST, "CVSS v3.1 Examples": base scores. */
const version31: readonly (readonly [string, number, string])[] = [
  ['AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', 6.1, 'CVE-2013-1937'],
  ['AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N', 6.4, 'CVE-2013-0375'],
  ['AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N', 3.1, 'CVE-2014-3566'],
  ['AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H', 9.9, 'CVE-2012-1516'],
  ['AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L', 4.2, 'CVE-2009-0783'],
  ['AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H', 8.8, 'CVE-2012-0384'],
  ['AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H', 7.8, 'CVE-2015-1098'],
  ['AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N', 7.5, 'CVE-2014-0160'],
  ['AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 9.8, 'CVE-2014-6271'],
  ['AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N', 6.8, 'CVE-2008-1447'],
  ['AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 6.8, 'CVE-2014-2005'],
  ['AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N', 7.4, 'CVE-2014-0224'],
  ['AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H', 9.3, 'CVE-2013-6014'],
  ['AV:N/AC:L/PR:L/UI:R/S:C/C:H/I:H/A:H', 9.0, 'CVE-2019-7551'],
  ['AV:N/AC:H/PR:N/UI:R/S:U/C:H/I:H/A:N', 6.8, 'CVE-2016-0128'],
];

/** FIRST, "CVSS v4.0 Examples": base, and overall with threat or environment. */
const version4: readonly (readonly [string, number, number])[] = [
  ['AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 7.3, 7.3],
  ['AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U', 7.7, 5.2],
  ['AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N', 8.3, 8.3],
  [
    'AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N/CR:H/IR:L/AR:L/MAV:N/MAC:H/MVC:H/MVI:L/MVA:L',
    8.3,
    8.1,
  ],
  ['AV:L/AC:L/AT:N/PR:N/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N', 4.6, 4.6],
  ['AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N', 5.1, 5.1],
  ['AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:L/VA:N/SC:N/SI:L/SA:N', 6.9, 6.9],
  ['AV:L/AC:L/AT:N/PR:H/UI:N/VC:N/VI:N/VA:N/SC:H/SI:N/SA:N', 5.9, 5.9],
  ['AV:L/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H', 9.3, 9.3],
  ['AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N', 8.7, 8.7],
  ['AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H', 10, 10],
  ['AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N', 0, 0],
];

/** Random vectors scored by an independent implementation (ae-cvss-calculator 1.0). */
// biome-ignore format: one vector a line
const crossChecked: readonly (readonly [string, number])[] = [
  ['CVSS:4.0/AV:A/AC:L/AT:N/PR:H/UI:P/VC:N/VI:L/VA:N/SC:L/SI:N/SA:L', 2.4],
  ['CVSS:4.0/AV:P/AC:H/AT:N/PR:H/UI:P/VC:L/VI:H/VA:H/SC:L/SI:H/SA:H/E:A/CR:L/MAV:P/MSI:S/MVA:L', 7.1],
  ['CVSS:4.0/AV:L/AC:H/AT:P/PR:L/UI:N/VC:H/VI:L/VA:H/SC:N/SI:N/SA:H', 7],
  ['CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:P/VC:L/VI:N/VA:N/SC:N/SI:L/SA:H/E:P/CR:H/MAV:A/MSI:H/MVA:H', 7.1],
  ['CVSS:4.0/AV:N/AC:H/AT:N/PR:H/UI:P/VC:N/VI:L/VA:H/SC:L/SI:N/SA:L', 5.8],
  ['CVSS:4.0/AV:L/AC:L/AT:P/PR:H/UI:P/VC:H/VI:N/VA:L/SC:N/SI:H/SA:H/E:P/CR:M/MAV:A/MSI:L/MVA:N', 1.5],
  ['CVSS:4.0/AV:N/AC:H/AT:P/PR:L/UI:A/VC:L/VI:L/VA:N/SC:H/SI:N/SA:N', 4.3],
  ['CVSS:4.0/AV:P/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:L/SC:H/SI:N/SA:L/E:U/CR:M/MAV:A/MSI:H/MVA:L', 7.4],
  ['CVSS:4.0/AV:A/AC:L/AT:P/PR:L/UI:A/VC:N/VI:N/VA:L/SC:L/SI:H/SA:N', 2],
  ['CVSS:4.0/AV:N/AC:L/AT:N/PR:H/UI:P/VC:H/VI:N/VA:H/SC:N/SI:L/SA:L/E:P/CR:L/MAV:L/MSI:L/MVA:H', 3.2],
  ['CVSS:4.0/AV:P/AC:H/AT:N/PR:N/UI:N/VC:N/VI:L/VA:L/SC:N/SI:N/SA:H', 1.8],
  ['CVSS:4.0/AV:A/AC:L/AT:P/PR:H/UI:A/VC:N/VI:N/VA:N/SC:L/SI:N/SA:L/E:U/CR:H/MAV:L/MSI:H/MVA:H', 1.6],
  ['CVSS:4.0/AV:L/AC:H/AT:P/PR:N/UI:P/VC:N/VI:L/VA:L/SC:N/SI:N/SA:L', 2],
  ['CVSS:4.0/AV:A/AC:L/AT:N/PR:N/UI:P/VC:N/VI:H/VA:L/SC:L/SI:H/SA:N/E:P/CR:H/MAV:A/MSI:S/MVA:N', 8.5],
  ['CVSS:4.0/AV:P/AC:L/AT:P/PR:H/UI:A/VC:N/VI:H/VA:H/SC:N/SI:N/SA:L', 4.4],
  ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:P/VC:L/VI:H/VA:L/SC:H/SI:N/SA:H/E:P/CR:H/MAV:P/MSI:H/MVA:H', 5.5],
  ['CVSS:4.0/AV:N/AC:H/AT:N/PR:N/UI:A/VC:N/VI:L/VA:N/SC:L/SI:H/SA:H', 5.3],
  ['CVSS:4.0/AV:P/AC:H/AT:N/PR:N/UI:N/VC:H/VI:L/VA:H/SC:N/SI:H/SA:N/E:U/CR:L/MAV:L/MSI:L/MVA:H', 2.1],
  ['CVSS:4.0/AV:A/AC:H/AT:P/PR:L/UI:N/VC:L/VI:N/VA:N/SC:L/SI:L/SA:H', 5.1],
  ['CVSS:4.0/AV:A/AC:L/AT:N/PR:H/UI:P/VC:N/VI:L/VA:H/SC:N/SI:H/SA:H/E:U/CR:L/MAV:A/MSI:S/MVA:N', 1.8],
  ['CVSS:4.0/AV:P/AC:L/AT:P/PR:H/UI:P/VC:L/VI:N/VA:H/SC:H/SI:L/SA:N', 5.7],
  ['CVSS:4.0/AV:L/AC:L/AT:P/PR:N/UI:N/VC:L/VI:H/VA:L/SC:L/SI:H/SA:L/E:U/CR:L/MAV:L/MSI:L/MVA:L', 2.1],
  ['CVSS:4.0/AV:L/AC:H/AT:N/PR:N/UI:A/VC:H/VI:L/VA:H/SC:H/SI:L/SA:L', 7],
  ['CVSS:4.0/AV:P/AC:H/AT:N/PR:H/UI:N/VC:L/VI:H/VA:H/SC:H/SI:H/SA:L/E:A/CR:L/MAV:L/MSI:H/MVA:L', 7],
  ['CVSS:4.0/AV:N/AC:H/AT:P/PR:N/UI:N/VC:N/VI:N/VA:N/SC:H/SI:N/SA:H', 7],
  ['CVSS:4.0/AV:A/AC:L/AT:N/PR:N/UI:N/VC:N/VI:H/VA:H/SC:H/SI:H/SA:N/E:U/CR:H/MAV:L/MSI:H/MVA:H', 5.7],
  ['CVSS:3.0/AV:N/AC:H/PR:H/UI:R/S:C/C:L/I:H/A:H/E:U/RL:W/CR:L/MS:U/MC:N', 5.1],
  ['CVSS:3.1/AV:P/AC:L/PR:H/UI:N/S:U/C:N/I:N/A:N/E:U/RL:O/CR:L/MS:U/MC:L', 0.9],
  ['CVSS:3.0/AV:N/AC:H/PR:N/UI:R/S:U/C:N/I:L/A:L/E:F/RL:W/CR:H/MS:U/MC:L', 5.2],
  ['CVSS:3.1/AV:A/AC:H/PR:L/UI:N/S:C/C:L/I:L/A:N/E:H/RL:T/CR:L/MS:C/MC:L', 3.6],
  ['CVSS:3.0/AV:A/AC:L/PR:L/UI:N/S:U/C:N/I:L/A:N/E:U/RL:O/CR:M/MS:U/MC:N', 3.1],
  ['CVSS:3.1/AV:P/AC:L/PR:H/UI:R/S:C/C:L/I:H/A:H/E:F/RL:T/CR:H/MS:C/MC:L', 6.6],
  ['CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:L/I:N/A:H/E:U/RL:U/CR:M/MS:U/MC:N', 6.9],
  ['CVSS:3.1/AV:P/AC:H/PR:N/UI:N/S:U/C:L/I:H/A:N/E:F/RL:W/CR:L/MS:U/MC:L', 4.3],
];

describe('published examples', () => {
  test.each(version2)('2.0 %s', (vector, base, temporal, environmental) => {
    expect(scoreVector(vector)).toMatchObject({ version: '2.0', base, temporal, environmental });
  });
  test.each(version31)('3.1 %s is %d (%s)', (vector, base) => {
    expect(scoreVector(`CVSS:3.1/${vector}`)).toMatchObject({ version: '3.1', base });
  });
  test.each(version4)('4.0 %s', (vector, base, overall) => {
    const scores = scoreVector(`CVSS:4.0/${vector}`);
    expect(scores?.base).toBe(base);
    expect(scores?.environmental ?? scores?.temporal ?? scores?.base).toBe(overall);
  });
  test.each(crossChecked)('%s is %d', (vector, overall) => {
    const scores = scoreVector(vector);
    expect(scores?.environmental ?? scores?.temporal ?? scores?.base).toBe(overall);
  });
  test('3.0 and 3.1 differ in the environmental impact of a changed scope', () => {
    const metrics = 'AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:N/A:L/MS:C/CR:H';
    expect(scoreVector(`CVSS:3.0/${metrics}`)).toMatchObject({ base: 7.1, environmental: 9.6 });
    expect(scoreVector(`CVSS:3.1/${metrics}`)).toMatchObject({ base: 7.1, environmental: 9.7 });
  });
});

describe('malformed vectors are null', () => {
  test.each([
    '',
    'CVSS:3.1',
    'CVSS:3.1/',
    'CVSS:3.1/AV:N',
    'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H',
    'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/A:H',
    'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:Q',
    'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:',
    'CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/ZZ:1',
    'CVSS:3.1/av:n/ac:l/pr:n/ui:n/s:u/c:h/i:h/a:h',
    'CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    'CVSS:4.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:S/SA:H',
    'AV:N/AC:L/Au:N/C:N/I:N',
    'AV:N/AC:L/Au:N/C:N/I:N/A:C/__proto__:x',
    'high',
    '9.8',
  ])('%j', (vector) => {
    expect(scoreVector(vector)).toBeNull();
  });
  test('white space around, parentheses and prefixes of 2.0 are tolerated', () => {
    expect(scoreVector(' (AV:N/AC:L/Au:N/C:N/I:N/A:C) ')?.base).toBe(7.8);
    expect(scoreVector('CVSS2#AV:N/AC:L/Au:N/C:N/I:N/A:C')?.base).toBe(7.8);
    expect(scoreVector('CVSS:2.0/AV:N/AC:L/Au:N/C:N/I:N/A:C')?.base).toBe(7.8);
  });
});

function letterOf(letters: string): fc.Arbitrary<string> {
  return fc.constantFrom(...letters.split(''));
}

const metrics3 = fc.record({
  AV: letterOf('NALP'),
  AC: letterOf('LH'),
  PR: letterOf('NLH'),
  UI: letterOf('NR'),
  S: letterOf('UC'),
  C: letterOf('NLH'),
  I: letterOf('NLH'),
  A: letterOf('NLH'),
});

describe('laws', () => {
  test('any text gives null or scores within 0..10 of one decimal', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('CVSS:3.1/', 'CVSS:3.0/', 'CVSS:4.0/', '', 'CVSS2#'),
        fc.string(),
        (prefix, rest) => {
          const scores = scoreVector(prefix + rest);
          expect(scores === null || (scores.base >= 0 && scores.base <= 10)).toBe(true);
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });
  test('the order of metrics does not matter, more impact never scores less (3.x)', () => {
    fc.assert(
      fc.property(metrics3, fc.constantFrom('3.0', '3.1'), (metrics, version) => {
        const parts = Object.entries(metrics).map(([name, value]) => `${name}:${value}`);
        const score = scoreVector(`CVSS:${version}/${parts.join('/')}`)?.base ?? -1;
        expect(scoreVector(`CVSS:${version}/${parts.toReversed().join('/')}`)?.base).toBe(score);
        expect(Math.round(score * 10) / 10).toBe(score);
        const worse = parts.map((part) => (part.startsWith('C:') ? 'C:H' : part)).join('/');
        expect(scoreVector(`CVSS:${version}/${worse}`)?.base).toBeGreaterThanOrEqual(score);
      }),
      { seed: 2, numRuns: 300 },
    );
  });
});

test.each([
  [0, '3.1', 'negligible'],
  [0.1, '3.1', 'low'],
  [3.9, '3.1', 'low'],
  [4, '3.1', 'medium'],
  [6.9, '4.0', 'medium'],
  [7, '3.1', 'high'],
  [8.9, '3.0', 'high'],
  [9, '3.1', 'critical'],
  [10, '2.0', 'high'],
] as const)('score %d of %s is %s', (score, version, word) => {
  expect(severityOfScore(score, version)).toBe(word);
});

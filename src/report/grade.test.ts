// The letter: what lowers it, how far, and what does not count.
import { describe, expect, test } from 'vitest';
import { secret, vulnerability } from '../../test/sample-findings.ts';
import { sampleNow } from '../../test/sample-report.ts';
import type { Finding, IssueFinding, VulnerabilityFinding } from '../model/report.ts';
import { type Graded, gradeOf } from './grade.ts';

function grade(findings: readonly Finding[], more: Partial<Graded> = {}) {
  return gradeOf({
    findings,
    unknowns: [],
    endOfLife: null,
    unassessedSystem: false,
    fixFirst: [],
    now: sampleNow,
    ...more,
  });
}

function many(count: number, more: Partial<VulnerabilityFinding>): readonly Finding[] {
  return Array.from({ length: count }, (_, index) =>
    vulnerability(`CVE-2024-${1000 + index}`, 'pkg:npm/p@1', more),
  );
}

function setting(severity: IssueFinding['severity']): IssueFinding {
  return { ...secret('image-empty-password', 'etc/shadow'), kind: 'misconfiguration', severity };
}

const malware: Finding = { ...vulnerability('MAL-1', 'pkg:npm/x@1'), kind: 'malware' };

describe('gradeOf', () => {
  test.each<[string, readonly Finding[], string, number, readonly string[]]>([
    ['nothing', [], 'A', 100, []],
    ['negligible only', many(500, { severity: 'negligible' }), 'A', 100, []],
    ['one low', many(1, { severity: 'low' }), 'A', 99, ['1 low vulnerability']],
    ['many low', many(900, { severity: 'low' }), 'A', 97, ['900 low vulnerabilities']],
    ['one medium', many(1, { severity: 'medium' }), 'A', 97, ['1 medium vulnerability']],
    ['one unrated', many(1, { severity: 'unknown' }), 'A', 95, ['1 unrated vulnerability']],
    ['many unrated', many(99, { severity: 'unknown' }), 'C', 74, ['99 unrated vulnerabilities']],
    ['one high', many(1, { severity: 'high' }), 'B', 88, ['1 high vulnerability']],
    ['many high', many(99, { severity: 'high' }), 'B', 75, ['99 high vulnerabilities']],
    ['one critical', many(1, { severity: 'critical' }), 'C', 70, ['1 critical vulnerability']],
    ['two critical', many(2, { severity: 'critical' }), 'C', 67, ['2 critical vulnerabilities']],
    [
      'one exploited',
      many(1, { severity: 'low', kev: true }),
      'C',
      65,
      ['1 known-exploited vulnerability'],
    ],
    ['a secret', [secret('key', '.env')], 'B', 85, ['1 secret']],
    ['an encrypted key', [{ ...secret('key', '.env'), severity: 'low' }], 'A', 100, []],
    ['an untidy setting', [setting('medium')], 'A', 100, []],
    ['a dangerous setting', [setting('high')], 'A', 92, ['1 dangerous setting']],
    ['malware', [malware], 'F', 10, ['1 malicious package']],
  ])('%s', (_, findings, letter, score, because) => {
    expect(grade(findings)).toMatchObject({ letter, score, because });
  });

  test.each<[string, Partial<VulnerabilityFinding>]>([
    ['development tools', { scope: 'development' }],
    ['build tools', { scope: 'build' }],
    ['what is only declared', { notPresent: true }],
  ])('%s do not count', (_, more) => {
    expect(grade(many(5, { severity: 'critical', kev: true, ...more })).score).toBe(100);
  });

  test('everything at once ends at 0, worst reason first', () => {
    const all = [
      malware,
      ...many(9, { severity: 'critical' }),
      ...many(9, { severity: 'high', kev: true }),
      secret('key', '.env'),
    ];
    const { letter, score, because } = grade(all);
    expect([letter, score]).toEqual(['F', 0]);
    expect(because[0]).toBe('1 malicious package');
    expect(because.at(-1)).toBe('1 secret');
  });

  test('a dead release costs, a living one does not', () => {
    expect(grade([], { endOfLife: '2022-06-30' })).toMatchObject({
      score: 80,
      because: ['no security support since 2022-06-30'],
    });
    expect(grade([], { endOfLife: '2028-06-30' }).score).toBe(100);
  });

  test('what was not assessed is never excellent', () => {
    const { letter, score, because } = grade([], { unassessedSystem: true });
    expect([letter, score]).toEqual(['C', 74]);
    expect(because).toEqual(['the system packages could not be assessed']);
  });

  test('whoever did not ask for vulnerabilities is told so', () => {
    const { letter, because } = grade([], { flawsUnasked: true, unassessedSystem: true });
    expect(letter).toBe('C');
    expect(because).toEqual(['vulnerabilities were not looked for']);
  });

  test('what could not be read takes off a little, much of it the best letter', () => {
    const unread = (count: number) =>
      grade([], {
        unknowns: Array.from({ length: count }, () => ({ path: 'a', layer: null, reason: 'b' })),
      });
    expect(unread(1)).toMatchObject({ score: 99, because: ['1 unread place'] });
    expect(unread(10_001)).toMatchObject({ letter: 'B', score: 88 });
    expect(unread(10_001).because).toEqual(['10,001 unread places']);
  });

  test('one more finding never makes it better', () => {
    for (const severity of ['critical', 'high', 'medium', 'low', 'unknown'] as const) {
      const scores = [0, 1, 2, 5, 20, 100].map((count) => grade(many(count, { severity })).score);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    }
  });
});

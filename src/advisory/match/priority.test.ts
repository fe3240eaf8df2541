// The priority's promises: exploited first, then likelihood, impact, fix, presence.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { severities } from '../../model/severity.ts';
import { type PriorityInput, priorityOf } from './priority.ts';

const plain: PriorityInput = {
  severity: 'high',
  score: 8,
  epss: 0.01,
  kev: null,
  malware: false,
  fixable: true,
  scope: undefined,
  notPresent: false,
  unsure: false,
};

describe('order', () => {
  test('exploited before everything else of the same standing', () => {
    const exploited = priorityOf({
      ...plain,
      severity: 'low',
      score: 2,
      kev: { ransomware: false },
    });
    const worstOther = priorityOf({ ...plain, severity: 'critical', score: 10, epss: 1 });
    expect(exploited).toBeGreaterThan(worstOther);
    expect(priorityOf({ ...plain, kev: { ransomware: true } })).toBeGreaterThan(
      priorityOf({ ...plain, kev: { ransomware: false } }),
    );
  });
  test.each([
    [
      'likely before severe',
      { severity: 'medium', score: 6, epss: 0.9 },
      { severity: 'critical', score: 9.8, epss: 0.001 },
    ],
    ['severe before mild', { severity: 'critical', score: 9.8 }, { severity: 'medium', score: 5 }],
    ['fixable before not', { fixable: true }, { fixable: false }],
    ['runtime before development', {}, { scope: 'development' }],
    ['present before absent', {}, { notPresent: true }],
    ['sure before unsure', {}, { unsure: true }],
    [
      'vendor says negligible, whatever the score',
      { severity: 'low', score: 2 },
      { severity: 'negligible', score: 9.8 },
    ],
    [
      'malware before exploited',
      { malware: true },
      { severity: 'critical', score: 10, kev: { ransomware: false } },
    ],
  ] as const)('%s', (_name, first, second) => {
    expect(priorityOf({ ...plain, ...first })).toBeGreaterThan(priorityOf({ ...plain, ...second }));
  });
  test('malware that runs is 100', () => {
    expect(priorityOf({ ...plain, malware: true })).toBe(100);
  });
});

test('always an integer within 0..100, never lower with more likelihood', () => {
  const input = fc.record({
    severity: fc.constantFrom(...severities),
    score: fc.option(fc.double({ min: 0, max: 10, noNaN: true })),
    epss: fc.double({ min: 0, max: 1, noNaN: true }),
    kev: fc.option(fc.record({ ransomware: fc.boolean() })),
    malware: fc.boolean(),
    fixable: fc.boolean(),
    scope: fc.constantFrom(undefined, 'runtime', 'development', 'optional', 'build'),
    notPresent: fc.boolean(),
    unsure: fc.boolean(),
  }) as fc.Arbitrary<PriorityInput>;
  fc.assert(
    fc.property(input, (given) => {
      const priority = priorityOf(given);
      expect(Number.isInteger(priority) && priority >= 0 && priority <= 100).toBe(true);
      expect(priorityOf({ ...given, epss: 1 })).toBeGreaterThanOrEqual(priority);
      expect(priorityOf({ ...given, kev: { ransomware: true } })).toBeGreaterThanOrEqual(priority);
    }),
    { seed: 5, numRuns: 300 },
  );
});

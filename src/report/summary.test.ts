// The counts of a report.
import { expect, test } from 'vitest';
import { sampleReport } from '../../test/sample-report.ts';
import { summaryOf } from './summary.ts';

test('findings are counted by kind and severity, suppressed ones apart', () => {
  expect(summaryOf(sampleReport())).toEqual({
    packages: 8,
    vulnerabilities: { critical: 2, high: 0, medium: 1, low: 0, negligible: 0, unknown: 1 },
    malware: 1,
    secrets: 1,
    misconfigurations: 0,
    licences: 0,
    exploited: 1,
    fixable: 3,
    suppressed: 2,
    unknowns: 2,
  });
});

test('of nothing are all zero', () => {
  const summary = summaryOf({ packages: [], findings: [], suppressed: [], unknowns: [] });
  const { vulnerabilities, ...counts } = summary;
  expect([...Object.values(vulnerabilities), ...Object.values(counts)].every((n) => n === 0)).toBe(
    true,
  );
});

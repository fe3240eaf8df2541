// Severity words of the contract, worst first.

export const severities = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'] as const;
export type Severity = (typeof severities)[number];

/** 0 for critical ... 5 for unknown: sort key, worst first. */
export function severityRank(severity: Severity): number {
  return severities.indexOf(severity);
}

// The score of an audit: what share of what could be judged holds, weighed by severity.
import type { Severity } from '../model/severity.ts';
import type { AuditResult } from './judge.ts';

/** Points of a control by its severity: one grave fault weighs more than many small ones. */
const points: Readonly<Record<Severity, number>> = {
  critical: 10,
  high: 5,
  medium: 2,
  low: 1,
  negligible: 0,
  unknown: 0,
};

export interface Score {
  /** 0..100, rounded down: 100 means that nothing failed. */
  readonly score: number;
  readonly pointsHeld: number;
  readonly pointsAsked: number;
  readonly passed: number;
  readonly failed: number;
  readonly manual: number;
  readonly notApplicable: number;
  /** Controls that could not be answered: they neither help nor harm the score. */
  readonly unknown: number;
  /** Failed controls, those that cost most first. */
  readonly costs: readonly { readonly id: string; readonly points: number }[];
}

/** Weighs passed against failed controls; manual, unknown and not applicable ones do not count. */
export function scoreOf(results: readonly AuditResult[]): Score {
  const count = (status: AuditResult['status']): number =>
    results.filter((one) => one.status === status).length;
  const weigh = (status: AuditResult['status']): number =>
    results.reduce((sum, one) => (one.status === status ? sum + points[one.severity] : sum), 0);
  const held = weigh('pass');
  const lost = weigh('fail');
  const asked = held + lost;
  const failed = results.filter(({ status }) => status === 'fail');
  return {
    // Rounded down, so that one small fault is not rounded away.
    score: asked === 0 ? 100 : Math.floor((held / asked) * 100),
    pointsHeld: held,
    pointsAsked: asked,
    passed: count('pass'),
    failed: failed.length,
    manual: count('manual'),
    notApplicable: count('not-applicable'),
    unknown: count('unknown'),
    costs: failed
      .map(({ id, severity }) => ({ id, points: points[severity] }))
      .toSorted((a, b) => b.points - a.points),
  };
}

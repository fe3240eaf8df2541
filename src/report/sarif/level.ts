// Severity in the words of SARIF and of code hosts that read it: the same as in every other output.
import { type Finding, isAboutPackage } from '../../model/report.ts';
import type { Severity } from '../../model/severity.ts';

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  negligible: 'note',
  // What nobody has rated is not harmless.
  unknown: 'warning',
};

export function levelOf(severity: Severity): 'error' | 'warning' | 'note' {
  return levels[severity];
}

interface Band {
  readonly from: number;
  readonly below: number;
  /** Stands for the band where no score lies in it. */
  readonly middle: number;
}

/** Bands by which GitHub turns `security-severity` back into words. */
const bands: Readonly<Record<Exclude<Severity, 'unknown'>, Band>> = {
  critical: { from: 9, below: 10.1, middle: 9.5 },
  high: { from: 7, below: 9, middle: 8 },
  medium: { from: 4, below: 7, middle: 5.5 },
  low: { from: 0.1, below: 4, middle: 2 },
  negligible: { from: 0, below: 0.1, middle: 0 },
};

/**
 * The property `security-severity`: a CVSS score when it says the same as the severity that was
 * decided (by the vendor, mostly), else the middle of that severity's band; null when nothing is
 * known.
 */
export function securitySeverity(finding: Finding): string | null {
  const { severity } = finding;
  if (severity === 'unknown') return null;
  const { from, below, middle } = bands[severity];
  const scores = isAboutPackage(finding) ? finding.cvss.map(({ score }) => score) : [];
  const fitting = scores.filter((score) => score >= from && score < below);
  return (fitting.length === 0 ? middle : Math.max(...fitting)).toFixed(1);
}

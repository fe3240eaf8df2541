// One number that orders findings by real risk: what attackers do before what a score says.
import type { Scope } from '../../model/package.ts';
import type { Severity } from '../../model/severity.ts';

export interface PriorityInput {
  readonly severity: Severity;
  /** CVSS base score 0..10, or null. */
  readonly score: number | null;
  /** EPSS probability 0..1, or null when not known. */
  readonly epss: number | null;
  /** In CISA's catalogue of exploited vulnerabilities; `ransomware` as that catalogue says. */
  readonly kev: { readonly ransomware: boolean } | null;
  readonly malware: boolean;
  /** A version that fixes it exists. */
  readonly fixable: boolean;
  readonly scope: Scope | undefined;
  /** A lock file or manifest names the package, and nothing of it is there. */
  readonly notPresent: boolean;
  /** Foreign origin or a guessed name: the match itself is less sure. */
  readonly unsure: boolean;
}

/** Score band of each severity, as in CVSS; `unknown` is treated as in the middle. */
const bands: Readonly<Record<Severity, readonly [number, number]>> = {
  critical: [9, 10],
  high: [7, 8.9],
  medium: [4, 6.9],
  low: [0.1, 3.9],
  negligible: [0, 0.5],
  unknown: [5, 5],
};

/** Half of all CVEs have an EPSS below this: the prior for those without one. */
const epssPrior = 0.002;

const scopeFactors: Readonly<Record<Scope, number>> = {
  runtime: 1,
  optional: 0.8,
  build: 0.4,
  development: 0.4,
};

/**
 * Priority 0..100, an integer. With `impact` = CVSS base score held inside the band of the chosen
 * severity, as 0..1:
 *
 *   malware                 100
 *   exploited (KEV)          84 + 12 x impact + 4 if used by ransomware
 *   all others               30 x impact + 45 x impact x sqrt(EPSS) + 5 if a fix exists
 *
 * so an exploited flaw stands above every other of the same package. The sum is multiplied by what
 * lowers exposure: 0.4 development or build, 0.8 optional, 0.3 declared but not present, 0.8 when
 * the match is unsure (foreign origin, guessed name). EPSS is skewed (most CVEs below 0.01), so its
 * root is taken. Whether the package can be reached from the network is not known at scan time and
 * changes nothing.
 * Reasons: docs/decisions/priority.md.
 */
export function priorityOf(input: PriorityInput): number {
  const impact = impactOf(input.severity, input.score);
  let value: number;
  if (input.malware) value = 100;
  else if (input.kev !== null) value = 84 + 12 * impact + (input.kev.ransomware ? 4 : 0);
  else {
    const likelihood = Math.sqrt(Math.min(1, Math.max(0, input.epss ?? epssPrior)));
    value = 30 * impact + 45 * impact * likelihood + (input.fixable ? 5 : 0);
  }
  value *= scopeFactors[input.scope ?? 'runtime'];
  if (input.notPresent) value *= 0.3;
  if (input.unsure) value *= 0.8;
  return Math.round(Math.min(100, Math.max(0, value)));
}

function impactOf(severity: Severity, score: number | null): number {
  const [low, high] = bands[severity];
  const value = score ?? (low + high) / 2;
  return Math.min(high, Math.max(low, value)) / 10;
}

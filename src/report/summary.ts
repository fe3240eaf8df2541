// The counts of a report.
import type { Finding, Summary, Suppressed } from '../model/report.ts';
import { type Severity, severities } from '../model/severity.ts';

export interface Counted {
  readonly packages: readonly unknown[];
  readonly findings: readonly Finding[];
  readonly suppressed: readonly Suppressed[];
  readonly unknowns: readonly unknown[];
}

/** Counts findings by kind and severity; suppressed ones are counted apart. */
export function summaryOf({ packages, findings, suppressed, unknowns }: Counted): Summary {
  const vulnerabilities = Object.fromEntries(severities.map((one) => [one, 0])) as Record<
    Severity,
    number
  >;
  const kinds = { malware: 0, secret: 0, misconfiguration: 0, licence: 0 };
  let exploited = 0;
  let fixable = 0;
  for (const finding of findings) {
    if (finding.kind === 'vulnerability') {
      vulnerabilities[finding.severity] += 1;
      if (finding.kev) exploited += 1;
      if (finding.fixedIn.length > 0) fixable += 1;
    } else kinds[finding.kind] += 1;
  }
  return {
    packages: packages.length,
    vulnerabilities,
    malware: kinds.malware,
    secrets: kinds.secret,
    misconfigurations: kinds.misconfiguration,
    licences: kinds.licence,
    exploited,
    fixable,
    suppressed: suppressed.length,
    unknowns: unknowns.length,
  };
}

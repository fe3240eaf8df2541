// Rows of the terminal table: one for each flaw and source package, not one for each binary
// package.
import { isAboutPackage, type Report, type VulnerabilityFinding } from '../../model/report.ts';
import { type Severity, severityRank } from '../../model/severity.ts';

export interface Row {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** What was compared: `glibc`, `2.36-9+deb12u2`. */
  readonly name: string;
  readonly version: string;
  readonly fixedIn: string | null;
  readonly kev: boolean;
  readonly epss: number | null;
  readonly priority: number;
  readonly remarks: readonly string[];
  /** Binary packages that carry it. */
  readonly packages: readonly string[];
}

/** Most urgent first within each severity. */
export function rowsOf(report: Report): Row[] {
  const vulnerabilities = report.findings.filter((finding) => isAboutPackage(finding));
  const groups = Map.groupBy(
    vulnerabilities,
    ({ id, evidence, package: { version } }) =>
      `${id}\0${evidence.ecosystem}\0${evidence.comparedName}\0${version}`,
  );
  const layers = new Map(report.target.layers.map((layer, index) => [layer.diffId, index + 1]));
  const rows = [...groups.values()].map((group) => rowOf(group, report, layers));
  return rows.toSorted(
    (a, b) =>
      severityRank(a.severity) - severityRank(b.severity) ||
      b.priority - a.priority ||
      (a.id < b.id ? -1 : 1),
  );
}

function rowOf(
  group: readonly VulnerabilityFinding[],
  report: Report,
  layers: ReadonlyMap<string, number>,
): Row {
  const first = group[0] as VulnerabilityFinding;
  const { evidence } = first;
  return {
    id: first.id,
    title: first.title,
    severity: first.severity,
    name: evidence.comparedName,
    version: evidence.comparedVersion,
    fixedIn: first.fixedIn[0] ?? null,
    kev: first.kev,
    epss: first.epss,
    priority: Math.max(...group.map(({ priority }) => priority)),
    remarks: remarksOf(group, report, layers),
    packages: [...new Set(group.map((finding) => finding.package.name))],
  };
}

function remarksOf(
  group: readonly VulnerabilityFinding[],
  report: Report,
  layers: ReadonlyMap<string, number>,
): string[] {
  const first = group[0] as VulnerabilityFinding;
  const remarks: string[] = [];
  if (first.kind === 'malware') remarks.push('malware');
  if (first.kev) remarks.push('exploited');
  else if (first.epss !== null && first.epss >= 0.1)
    remarks.push(`EPSS ${Math.round(first.epss * 100)} %`);
  if (first.status === 'will-not-fix') remarks.push('will not be fixed');
  if (first.scope === 'development') remarks.push('development only');
  if (first.notPresent === true) remarks.push('declared only');
  const used = Math.max(0, ...group.map(({ inUse }) => inUse?.containers ?? 0));
  if (used > 0) remarks.push(`in use in ${used} ${used === 1 ? 'container' : 'containers'}`);
  const numbers = group.flatMap(({ locations }) =>
    locations.flatMap(({ layer }) => (layer === null ? [] : (layers.get(layer) ?? []))),
  );
  if (numbers.length > 0 && report.target.layers.length > 1) {
    const lowest = Math.min(...numbers);
    const base = report.target.base?.layers ?? 0;
    remarks.push(lowest <= base ? `base · layer ${lowest}` : `layer ${lowest}`);
  }
  return remarks;
}

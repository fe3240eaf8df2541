// Findings for the tests of suppression.
import type { IssueFinding, VulnerabilityFinding } from '../src/model/report.ts';

/** A vulnerability of the package with this purl; `more` overrides. */
export function vulnerability(
  id: string,
  purl: string,
  more: Partial<VulnerabilityFinding> = {},
): VulnerabilityFinding {
  const bare = purl.split('?')[0] ?? purl;
  const name = decodeURIComponent(bare.slice(bare.lastIndexOf('/') + 1, bare.lastIndexOf('@')));
  const version = bare.slice(bare.lastIndexOf('@') + 1);
  return {
    kind: 'vulnerability',
    id,
    title: id,
    aliases: [],
    advisories: [],
    package: { purl, name, version },
    severity: 'high',
    severitySource: 'none',
    cvss: [],
    fixedIn: [],
    status: 'affected',
    kev: false,
    epss: null,
    priority: 20,
    published: null,
    locations: [{ path: 'app/package.json', layer: null }],
    evidence: {
      range: '>= 0',
      comparedAs: 'semver',
      field: 'package',
      comparedName: name,
      comparedVersion: version,
      ecosystem: 'npm',
    },
    references: [],
    lesson: 'vulnerable-dependency',
    ...more,
  };
}

export function secret(id: string, ...paths: readonly string[]): IssueFinding {
  return {
    kind: 'secret',
    id,
    title: id,
    severity: 'critical',
    locations: paths.map((path) => ({ path, layer: null, line: 1 })),
    evidence: {},
    fix: 'remove it',
    lesson: 'secret',
  };
}

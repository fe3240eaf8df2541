// One result of a SARIF run: what, where, how bad, and a fingerprint that stays while the finding
// does.
import type { Location } from '../../model/package.ts';
import {
  type Finding,
  isAboutPackage,
  type Suppressed,
  type VulnerabilityFinding,
} from '../../model/report.ts';
import { digestOf } from '../identifier.ts';
import { levelOf } from './level.ts';
import { artifactOf, type Places } from './place.ts';
import type { Rule } from './rule.ts';

export interface ResultContext {
  readonly rule: Rule;
  readonly suppressed: Suppressed | null;
  readonly places: Places;
}

/** Places of one result; a package in hundreds of folders is one problem. */
const mostLocations = 50;

export function resultOf(finding: Finding, { rule, suppressed, places }: ResultContext): unknown {
  const locations = finding.locations.slice(0, mostLocations);
  const fingerprint = fingerprintOf(finding);
  return {
    ruleId: rule.id,
    ruleIndex: rule.index,
    level: levelOf(finding.severity),
    message: { text: messageOf(finding) },
    locations:
      locations.length === 0
        ? [locationOf(null, finding, places)]
        : locations.map((location) => locationOf(location, finding, places)),
    partialFingerprints: {
      'seaworthy/v1': fingerprint,
      primaryLocationLineHash: `${fingerprint.slice(0, 16)}:1`,
    },
    ...(suppressed === null ? {} : { suppressions: [suppressionOf(suppressed)] }),
    ...(isAboutPackage(finding) ? { rank: finding.priority } : {}),
    properties: propertiesOf(finding),
  };
}

/**
 * What makes it the same finding tomorrow: id, package without its version, first place without its
 * line. A newer version that is still vulnerable is the same open problem.
 */
function fingerprintOf(finding: Finding): string {
  const path = finding.locations[0]?.path ?? '';
  const subject = isAboutPackage(finding) ? withoutVersion(finding.package.purl) : '';
  return digestOf(finding.kind, finding.id, subject, path).slice(0, 32);
}

/** `pkg:npm/lodash@4.17.4?x=y` -> `pkg:npm/lodash`. */
function withoutVersion(purl: string): string {
  const end = purl.search(/[?#]/);
  const bare = end < 0 ? purl : purl.slice(0, end);
  const at = bare.lastIndexOf('@');
  return at <= bare.lastIndexOf('/') ? bare : bare.slice(0, at);
}

function messageOf(finding: Finding): string {
  if (!isAboutPackage(finding)) return `${finding.title}. ${finding.fix}`;
  const { id, title, kind, package: found } = finding;
  const what = title === id ? id : `${title} (${id})`;
  const where = `${found.name} ${found.version}`;
  if (kind === 'malware') return `${where} is malware: ${what}. Remove it.`;
  return `${where}: ${what}. ${fixOf(finding)}`;
}

function fixOf({ fixedIn, status, evidence, package: found }: VulnerabilityFinding): string {
  const source =
    evidence.comparedName === found.name ? '' : ` of ${evidence.comparedName}, its source package`;
  if (fixedIn.length > 0) return `Fixed in ${fixedIn.join(', ')}${source}.`;
  if (status === 'will-not-fix') return 'The vendor will not fix it.';
  return status === 'end-of-life' ? 'The release gets no fixes any more.' : 'No fixed version yet.';
}

/** The file, and the package (or the part inside of the file) as a logical location. */
function locationOf(location: Location | null, finding: Finding, places: Places): unknown {
  const artifact =
    location === null
      ? { uri: places.whole, ...(places.baseId === null ? {} : { uriBaseId: places.baseId }) }
      : artifactOf(location.path, places);
  const logical = logicalOf(location, finding);
  return {
    physicalLocation: { artifactLocation: artifact, region: { startLine: location?.line ?? 1 } },
    ...(logical === null ? {} : { logicalLocations: [logical] }),
    ...(location === null || location.layer === null
      ? {}
      : { properties: { layer: location.layer } }),
  };
}

function logicalOf(location: Location | null, finding: Finding): unknown {
  const inside = location?.path.includes('!') === true ? { decoratedName: location.path } : {};
  if (isAboutPackage(finding)) {
    const { name, purl } = finding.package;
    return { name, fullyQualifiedName: purl, kind: 'package', ...inside };
  }
  return location === null || !location.path.includes('!') ? null : { name: location.path };
}

function suppressionOf({ by, reason, expires }: Suppressed): unknown {
  const until = expires === null ? '' : ` (until ${expires})`;
  return {
    kind: 'external',
    status: 'accepted',
    justification: `${reason}${until}`,
    properties: { by, expires },
  };
}

function propertiesOf(finding: Finding): unknown {
  if (!isAboutPackage(finding)) {
    return { kind: finding.kind, severity: finding.severity, lesson: finding.lesson };
  }
  const { kind, severity, severitySource, kev, epss, priority, status, fixedIn, lesson } = finding;
  return {
    kind,
    purl: finding.package.purl,
    severity,
    severitySource,
    kev,
    epss,
    priority,
    status,
    fixedIn,
    advisories: finding.advisories,
    evidence: finding.evidence,
    lesson,
  };
}

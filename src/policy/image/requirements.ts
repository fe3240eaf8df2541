// What the policy wants of every image, and the faults of one that does not keep it.

import { compilePattern } from '../../base/path-pattern.ts';
import { isUnsupported } from '../../model/distribution.ts';
import { compileNamePattern, normalName } from '../../model/repository-name.ts';
import { type Severity, severityRank } from '../../model/severity.ts';
import { parseImageName } from '../image-name.ts';
import type { About } from '../inquiry.ts';
import { clip } from '../scalar.ts';
import { daysSince, type ImageFacts, isRootUser } from './facts.ts';

export interface ImageRequirements {
  /** Patterns of full references (`registry.example/**`); empty: any registry. */
  readonly trusted: readonly string[];
  readonly pinned: boolean;
  readonly signed: boolean;
  /** The worst severity that may be there; null: not asked. */
  readonly maxSeverity: Severity | null;
  /** Findings without a fix do not count for `maxSeverity`. */
  readonly onlyFixed: boolean;
  readonly noExploited: boolean;
  readonly maxAgeDays: number | null;
  readonly scanned: boolean;
  readonly notRoot: boolean;
  readonly supportedBase: boolean;
  readonly sbom: boolean;
}

export type ImageVerdict =
  | { readonly kind: 'fault'; readonly about: About; readonly message: string }
  | { readonly kind: 'unknown'; readonly reason: string };

const about = {
  registry: {
    id: 'image-registry',
    title: 'The image comes from a registry that is not trusted',
    severity: 'high',
    sources: ['CIS Kubernetes 5.5.1'],
    lesson: 'image-trust',
    fix: 'Take the image from a trusted registry',
  },
  pinned: {
    id: 'image-pinned',
    title: 'The image is not pinned to a digest',
    severity: 'medium',
    sources: ['CIS Kubernetes 5.5.1'],
    lesson: 'unpinned-image',
    fix: 'Add the digest: name:version@sha256:<digest>',
  },
  signed: {
    id: 'image-signed',
    title: 'The image is not signed by whom the policy trusts',
    severity: 'high',
    sources: ['CIS Docker 4.5'],
    lesson: 'image-trust',
    fix: 'Sign the digest where it is built',
  },
  findings: {
    id: 'image-findings',
    title: 'The image has flaws that the policy does not allow',
    severity: 'high',
    sources: ['CIS Docker 4.4'],
    lesson: 'vulnerable-os-package',
    fix: 'Rebuild on a current base and update what is listed',
  },
  exploited: {
    id: 'image-exploited',
    title: 'The image has flaws that are being exploited',
    severity: 'critical',
    sources: ['CISA KEV'],
    lesson: 'exploited-vulnerability',
    fix: 'Update the packages that are named, today',
  },
  age: {
    id: 'image-age',
    title: 'The image is older than the policy allows',
    severity: 'medium',
    sources: ['Seaworthy'],
    lesson: 'end-of-life-base',
    fix: 'Rebuild it',
  },
  scanned: {
    id: 'image-scanned',
    title: 'The image was never scanned',
    severity: 'medium',
    sources: ['CIS Docker 4.4'],
    lesson: 'not-assessed',
    fix: 'Scan it: seaworthy scan <image>',
  },
  root: {
    id: 'image-root',
    title: 'The image runs as root',
    severity: 'medium',
    sources: ['CIS Docker 4.1'],
    lesson: 'runs-as-root',
    fix: 'Set USER to an account of its own',
  },
  base: {
    id: 'image-base',
    title: 'The base of the image is past its end of life',
    severity: 'high',
    sources: ['CIS Docker 4.2'],
    lesson: 'end-of-life-base',
    fix: 'Move to a release that is supported',
  },
  sbom: {
    id: 'image-sbom',
    title: 'The image has no list of its packages',
    severity: 'low',
    sources: ['Seaworthy'],
    lesson: 'not-assessed',
    fix: 'Scan it, or attach an SBOM where it is built',
  },
} as const satisfies Record<string, About>;

/** Ids of the controls, for pages and waivers. */
export const imageControls: readonly About[] = Object.values(about);

/** Whether the reference fits one of the patterns, by the names that trust policies know as well. */
function isTrusted(reference: string, patterns: readonly string[]): boolean {
  const { name: written, tag, digest } = parseImageName(reference);
  // A slash too many makes another name that the same registry may serve.
  if (/\/\/|\/$|^\/|\s/.test(written)) return false;
  const name = normalName(reference);
  if (name === null) return false;
  const suffix = `${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`;
  return patterns.some((pattern) => {
    // A tag or digest in a pattern is meant as it stands there.
    const own = /(?::[^/:@]*)?(?:@[^/@]*)?$/.exec(pattern)?.[0] ?? '';
    const isPort = /^[^/]*$/.test(pattern) && /^:\d+$/.test(own);
    const end = isPort ? '' : own;
    const compiled = compileNamePattern(pattern.slice(0, pattern.length - end.length));
    if (!compiled.ok || !compiled.matches(name)) return false;
    return end === '' || compilePattern(end)(suffix);
  });
}

/** What one image breaks. `facts` null: nobody knows anything but its name. */
export function judgeImage(
  reference: string,
  facts: ImageFacts | null,
  { wanted, now }: { readonly wanted: ImageRequirements; readonly now: Date },
): ImageVerdict[] {
  const name = clip(reference);
  const verdicts = byName(name, reference, wanted);
  const fault = (one: About, message: string): void => {
    verdicts.push({ kind: 'fault', about: one, message });
  };
  const unknown = (reason: string): void => {
    verdicts.push({ kind: 'unknown', reason: `${name}: ${reason}` });
  };
  if (wanted.signed) judgeSignature(name, facts, { fault, unknown });
  if (wanted.sbom && facts?.sbom !== true) fault(about.sbom, `${name} has no list of packages`);
  const scan = facts?.scan ?? null;
  if (scan === null && wanted.scanned) fault(about.scanned, `${name} was never scanned here`);
  const asksScan = wanted.maxSeverity !== null || wanted.noExploited || wanted.supportedBase;
  if (scan === null && asksScan && !wanted.scanned) unknown('it was never scanned here');
  if (scan !== null) judgeScan(name, scan, { wanted, now, fault });
  if (wanted.notRoot) {
    if (facts === null || facts.user === null) unknown('its user is not known');
    else if (isRootUser(facts.user)) fault(about.root, `${name} runs as ${facts.user || 'root'}`);
  }
  if (wanted.maxAgeDays !== null) {
    const days = daysSince(facts?.createdAt ?? null, now);
    if (days === null) unknown('its age is not known');
    else if (days > wanted.maxAgeDays) fault(about.age, `${name} is ${days} days old`);
  }
  return verdicts;
}

function byName(name: string, reference: string, wanted: ImageRequirements): ImageVerdict[] {
  const verdicts: ImageVerdict[] = [];
  if (wanted.trusted.length > 0 && !isTrusted(reference, wanted.trusted)) {
    const message = `${name} is from none of ${wanted.trusted.join(', ')}`;
    verdicts.push({ kind: 'fault', about: about.registry, message });
  }
  if (wanted.pinned && parseImageName(reference).digest === null) {
    const message = `${name} may be another image tomorrow`;
    verdicts.push({ kind: 'fault', about: about.pinned, message });
  }
  return verdicts;
}

interface Tell {
  readonly fault: (one: About, message: string) => void;
  readonly unknown: (reason: string) => void;
}

function judgeSignature(name: string, facts: ImageFacts | null, { fault, unknown }: Tell): void {
  const signature = facts?.signature ?? { kind: 'unknown', reason: 'nobody looked for signatures' };
  if (signature.kind === 'unknown') unknown(`its signature is not known (${signature.reason})`);
  else if (signature.kind === 'unsigned') fault(about.signed, `${name} is not signed`);
  else if (signature.kind === 'refused') {
    fault(about.signed, `no signature of ${name} counts: ${clip(signature.reason)}`);
  }
}

function judgeScan(
  name: string,
  scan: NonNullable<ImageFacts['scan']>,
  { wanted, now, fault }: { wanted: ImageRequirements; now: Date; fault: Tell['fault'] },
): void {
  const { maxSeverity } = wanted;
  if (maxSeverity !== null) {
    const above = scan.findings
      .filter(({ severity }) => severityRank(severity) < severityRank(maxSeverity))
      .filter(({ fixed }) => fixed || !wanted.onlyFixed);
    if (above.length > 0) fault(about.findings, `${name} has ${told(above)} above ${maxSeverity}`);
  }
  const exploited = scan.findings.filter((one) => one.exploited);
  if (wanted.noExploited && exploited.length > 0) {
    fault(about.exploited, `${name} has ${told(exploited)} that attackers use`);
  }
  const { endOfLife } = scan;
  if (wanted.supportedBase && isUnsupported(endOfLife, now)) {
    fault(about.base, `${scan.system ?? 'the base'} of ${name} is unsupported since ${endOfLife}`);
  }
}

/** `3 findings (CVE-1, CVE-2, ...)`. */
function told(findings: readonly { readonly id: string }[]): string {
  const ids = [...new Set(findings.map(({ id }) => id))];
  const shown = ids.slice(0, 3).join(', ');
  return `${ids.length} ${ids.length === 1 ? 'finding' : 'findings'} (${shown}${ids.length > 3 ? ', …' : ''})`;
}

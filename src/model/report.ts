// The report of one target: docs/schema/report-1.schema.json, `schemaVersion` 1.
import type { DatabaseSource } from './advisory.ts';
import type { Distribution } from './distribution.ts';
import type { ImageConfig, Layer, TargetKind } from './image.ts';
import type { Location, Package, Scope } from './package.ts';
import type { Severity } from './severity.ts';
import type { Unknown } from './unknown.ts';

export interface TargetDescription {
  readonly kind: TargetKind;
  readonly name: string;
  /** Image ID or manifest digest; null for folders and SBOMs. */
  readonly digest: string | null;
  readonly platform: string | null;
  readonly os: {
    readonly id: string;
    readonly versionId: string;
    readonly name: string;
    readonly endOfLife: string | null;
  } | null;
  readonly layers: readonly Layer[];
  readonly config?: ImageConfig;
  /** Number of base-image layers from the bottom, when known, and how it is known. */
  readonly base?: {
    readonly layers: number;
    readonly name: string | null;
    readonly known: 'label' | 'seen' | 'guess';
  };
}

export interface DatabaseDescription {
  readonly builtAt: string;
  readonly ageHours: number;
  readonly advisories: number;
  readonly sources: readonly DatabaseSource[];
  readonly builtIn: boolean;
}

export type FixStatus =
  | 'affected'
  | 'fixed'
  | 'will-not-fix'
  | 'fix-deferred'
  | 'end-of-life'
  | 'undetermined';

export interface CvssScore {
  /** 2.0, 3.0, 3.1 or 4.0 */
  readonly version: string;
  readonly vector: string;
  /** Base score 0..10, one decimal. */
  readonly score: number;
}

export interface VulnerabilityFinding {
  readonly kind: 'vulnerability' | 'malware';
  /** Canonical id: CVE, else GHSA, else the ecosystem's id. */
  readonly id: string;
  readonly title: string;
  readonly aliases: readonly string[];
  readonly advisories: readonly string[];
  readonly package: { readonly purl: string; readonly name: string; readonly version: string };
  readonly severity: Severity;
  /** Which record and field decided, e.g. `debian urgency`, `ghsa label`, `nvd cvss 3.1`, `none`. */
  readonly severitySource: string;
  readonly cvss: readonly CvssScore[];
  /** Versions that fix it, lowest first, per the advisories that matched. */
  readonly fixedIn: readonly string[];
  /** `fixed`: a fixed version exists. `affected`: none yet. */
  readonly status: FixStatus;
  readonly kev: boolean;
  readonly epss: number | null;
  /** 0..100, orders by real risk; the raw inputs are beside it. */
  readonly priority: number;
  readonly published: string | null;
  readonly locations: readonly Location[];
  /** Absent: runtime. Development, optional and build dependencies rank lower. */
  readonly scope?: Scope;
  /** The package is declared, but no installed counterpart was found in the target. */
  readonly notPresent?: true;
  /** Containers that executed or loaded a file of the package, of all that ran the image. */
  readonly inUse?: { readonly containers: number; readonly of: number };
  readonly evidence: {
    /** The range or version list that matched, in words: `>= 0, < 2.36-9+deb12u3`. */
    readonly range: string;
    /** Version scheme: deb, apk, rpm, semver, pep440, maven, ... */
    readonly comparedAs: string;
    /** What was compared: the binary package, its source package, or an OS owner. */
    readonly field: 'source' | 'binary' | 'package';
    readonly comparedName: string;
    readonly comparedVersion: string;
    readonly ecosystem: string;
    /** What weakens or explains the match: `foreign origin: ...`, `module level: ...`. */
    readonly notes?: readonly string[];
  };
  readonly references: readonly string[];
  readonly lesson: string;
}

export interface IssueFinding {
  readonly kind: 'secret' | 'misconfiguration' | 'licence';
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly locations: readonly Location[];
  readonly evidence: Readonly<Record<string, string | number | boolean>>;
  readonly fix: string;
  readonly lesson: string;
}

export type Finding = VulnerabilityFinding | IssueFinding;

/** Whether a finding is about a package: a vulnerability, or the package itself being malware. */
export function isAboutPackage(finding: Finding): finding is VulnerabilityFinding {
  return finding.kind === 'vulnerability' || finding.kind === 'malware';
}

export interface Suppressed {
  readonly finding: Finding;
  readonly by: 'vex' | 'ignore';
  readonly reason: string;
  readonly expires: string | null;
}

export interface FixAction {
  /** An imperative line: `npm: lodash 4.17.4 -> 4.17.21`. */
  readonly action: string;
  /** Findings that go away. */
  readonly removes: number;
  /** Of these, known to be exploited. */
  readonly exploited: number;
  /** Where: file or layers. */
  readonly where: string;
  /** Ids of the findings, worst first. */
  readonly ids: readonly string[];
}

export interface Grade {
  readonly letter: 'A' | 'B' | 'C' | 'D' | 'E' | 'F';
  readonly score: number;
  readonly because: readonly string[];
  readonly fixFirst: readonly FixAction[];
}

export interface Summary {
  readonly packages: number;
  readonly vulnerabilities: Readonly<Record<Severity, number>>;
  readonly malware: number;
  readonly secrets: number;
  readonly misconfigurations: number;
  readonly licences: number;
  readonly exploited: number;
  readonly fixable: number;
  readonly suppressed: number;
  readonly unknowns: number;
}

export interface Report {
  readonly schemaVersion: 1;
  readonly generatedAt: string;
  readonly tool: { readonly name: 'seaworthy'; readonly version: string };
  readonly target: TargetDescription;
  readonly database: DatabaseDescription | null;
  readonly packages: readonly Package[];
  readonly findings: readonly Finding[];
  readonly suppressed: readonly Suppressed[];
  readonly unknowns: readonly Unknown[];
  readonly grade: Grade;
  readonly summary: Summary;
}

/** The inventory alone: what `sbom` prints and what is stored by image digest. */
export interface Inventory {
  readonly target: TargetDescription;
  readonly packages: readonly Package[];
  readonly unknowns: readonly Unknown[];
  /** The release and its feed; null when the target has no operating system that we know. */
  readonly distribution: Distribution | null;
  /** Secrets and misconfiguration as the inspectors found them; absent where none was asked. */
  readonly issues?: readonly IssueFinding[];
}

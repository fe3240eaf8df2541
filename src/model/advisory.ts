// Advisories in the OSV format (ossf/osv-schema 1.7), the only format the engine knows.
// Only the fields that decide or explain are kept; feeds in other formats are converted at the edge.

export interface OsvEvent {
  readonly introduced?: string;
  readonly fixed?: string;
  readonly last_affected?: string;
  readonly limit?: string;
}

export interface OsvRange {
  readonly type: string;
  readonly events: readonly OsvEvent[];
}

export interface OsvSeverity {
  readonly type: string;
  readonly score: string;
}

export interface OsvAffected {
  readonly package?: { readonly ecosystem: string; readonly name: string; readonly purl?: string };
  readonly ranges?: readonly OsvRange[];
  readonly versions?: readonly string[];
  readonly severity?: readonly OsvSeverity[];
  readonly ecosystem_specific?: Readonly<Record<string, unknown>>;
  readonly database_specific?: Readonly<Record<string, unknown>>;
}

export interface OsvRecord {
  readonly id: string;
  readonly modified?: string;
  readonly published?: string;
  readonly withdrawn?: string;
  readonly aliases?: readonly string[];
  readonly upstream?: readonly string[];
  readonly related?: readonly string[];
  readonly summary?: string;
  readonly details?: string;
  readonly severity?: readonly OsvSeverity[];
  readonly affected?: readonly OsvAffected[];
  readonly references?: readonly { readonly type: string; readonly url: string }[];
  readonly database_specific?: Readonly<Record<string, unknown>>;
}

/** One affected package of one advisory, as the database hands it to the matcher. */
export interface AdvisoryMatch {
  /** Advisory id, e.g. `DEBIAN-CVE-2023-4911`, `GHSA-...`, `GO-2024-2491`. */
  readonly id: string;
  /** Ecosystem (as OSV spells it) and name under which it was found; set by `byId` and `lookup`. */
  readonly package?: { readonly ecosystem: string; readonly name: string };
  readonly aliases: readonly string[];
  /** The flaws that it is about; for errata (ALSA, RHSA, USN, SUSE-SU) every CVE that they fix. */
  readonly upstream: readonly string[];
  readonly summary: string;
  readonly published: string | null;
  readonly modified: string | null;
  readonly withdrawn: string | null;
  /** Severity of the record and of the affected entry (entry first). */
  readonly severity: readonly OsvSeverity[];
  /** The vendor's own word (`database_specific.severity`, Debian `urgency`, ...), else null. */
  readonly vendorSeverity: string | null;
  /** Which feed it is from: `debian`, `alpine`, `ghsa`, `go`, `builtin`, ... */
  readonly source: string;
  readonly ranges: readonly OsvRange[];
  readonly versions: readonly string[];
  /** Vendor's word on the fix: `will-not-fix`, `fix-deferred`, `end-of-life`, or null. */
  readonly fixStatus: 'will-not-fix' | 'fix-deferred' | 'end-of-life' | null;
  /** Module stream for modular rpm advisories (`nodejs:18`), else null. */
  readonly modularity: string | null;
  /** Go import paths / symbols of the affected code, when the record names them. */
  readonly imports: readonly { readonly path: string; readonly symbols: readonly string[] }[];
  readonly references: readonly string[];
}

/**
 * What advisories say of one name: every match, one after the other. Where the order of versions was known
 * when they were written down they stand on a ladder, so that a version is compared with a few of them and
 * the rest is not even looked at.
 */
export interface AdvisoryPage extends Iterable<AdvisoryMatch> {
  readonly ladder?: AdvisoryLadder;
}

/** Matches in the ecosystem's own order of versions; none with a fix that is a build of an rpm module. */
export interface AdvisoryLadder {
  /** Fixed versions of matches that are exactly `[0, fixed)`, lowest first: all above a version strike. */
  readonly fixes: readonly string[];
  /** The matches of the fixes from `index` on. */
  plain(index: number): readonly LadderMatch[];
  /**
   * Versions, lowest first, at and beyond which a match does not strike whatever else it says; for
   * versions that have their place in the order.
   */
  readonly bounds: readonly string[];
  /** The matches of the bounds from `index` on, and those that have none. */
  others(index: number): readonly AdvisoryMatch[];
}

export interface LadderMatch {
  readonly fixed: string;
  readonly advisory: AdvisoryMatch;
}

export interface KevEntry {
  readonly dateAdded: string;
  readonly ransomware: boolean;
}

/** Facts about a CVE that no package feed carries. */
export interface CveFacts {
  readonly severity: readonly OsvSeverity[];
  /** `nvd`, `cve`, `osv`, ... */
  readonly source: string;
  readonly summary: string | null;
  readonly published: string | null;
}

export interface DatabaseSource {
  readonly name: string;
  readonly advisories: number;
  readonly licence: string | null;
  /** Whom the licence asks to name, or null. */
  readonly attribution?: string | null;
  readonly retrievedAt: string | null;
  /** What was skipped while reading it (bad records), counted. */
  readonly skipped: number;
}

export interface DatabaseInfo {
  /** ISO time; for the built-in set the day it was written. */
  readonly builtAt: string;
  readonly advisories: number;
  readonly sources: readonly DatabaseSource[];
  /** True for the small set that ships with the program. */
  readonly builtIn: boolean;
  /** OSV ecosystems (with release) that hold at least one advisory. */
  readonly ecosystems: readonly string[];
}

/** What the matcher asks. Implemented by the SQLite file and by the built-in set. */
export interface AdvisorySource {
  info(): DatabaseInfo;
  /**
   * `name` is normalised by the ecosystem (`advisoryName`). Withdrawn records are left out.
   * The fields of a match may be read from the file on access: read them, do not spread the object.
   */
  lookup(osvEcosystem: string, name: string): AdvisoryPage;
  /** Tells that all these CVEs are asked about next: a file reads them in one go. */
  expect?(cves: readonly string[]): void;
  kev(cve: string): KevEntry | null;
  /** Probability 0..1 of exploitation in 30 days (FIRST EPSS), or null. */
  epss(cve: string): number | null;
  cve(cve: string): CveFacts | null;
  /** Everything known for one id (for `learn` and `exposed`), aliases included. */
  byId(id: string): readonly AdvisoryMatch[];
  close(): void;
}

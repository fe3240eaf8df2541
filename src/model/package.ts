// A package as a cataloger finds it, and as the report tells it.

/** `installed`: its files are there. `declared`: a lock file or manifest names it. */
export type Evidence = 'installed' | 'declared';

/** A place in the target. `path` has no leading slash; `layer` is a diffID, null outside images. */
export interface Location {
  readonly path: string;
  readonly layer: string | null;
  readonly line?: number;
}

/** The source package from which a distribution built a binary package. */
export interface SourcePackage {
  readonly name: string;
  readonly version: string;
}

export type Scope = 'runtime' | 'development' | 'optional' | 'build';

/** What a cataloger reads out of one file. Coordinates are those of the package URL specification. */
export interface FoundPackage {
  /** purl type: deb, apk, rpm, npm, pypi, golang, maven, gem, cargo, ... */
  readonly type: string;
  readonly namespace: string | null;
  readonly name: string;
  /** As the package manager writes it (epoch included for deb as `1:2.3-4`, for rpm as `1:2.3-4.el9`). */
  readonly version: string;
  /** purl qualifiers, e.g. arch, epoch. The `distro` qualifier is added later by the squash. */
  readonly qualifiers?: Readonly<Record<string, string>>;
  readonly source?: SourcePackage | null;
  /** SPDX expressions or the raw words of the package, as found. */
  readonly licences: readonly string[];
  readonly scope?: Scope;
  /** Path inside an archive file: `BOOT-INF/lib/a.jar` or, for shaded jars, `group:artifact`. */
  readonly within?: string;
  /** Who built it (rpm VENDOR, deb Maintainer, apk maintainer); decides whether distro advisories apply. */
  readonly vendor?: string;
  /** rpm module `name:stream:version:context:arch`. */
  readonly modularity?: string;
  /**
   * Paths (no leading slash) of the files that this package owns. For OS packages: every path;
   * for language packages: the metadata files besides the parsed one, if known.
   */
  readonly files?: readonly string[];
  /** Names of packages that it needs, as far as the file says; for the SBOM's graph. */
  readonly dependsOn?: readonly string[];
  /** Line (1-based) in the file where it is declared, where the parser knows it. */
  readonly line?: number;
  /** Set when identity is a guess (a JAR without groupId): matching then demands an exact name. */
  readonly confidence?: 'low';
  /** Cargo/Go/npm: the package came from a registry (`registry`) or from elsewhere (not matched by name). */
  readonly origin?: 'registry' | 'local' | 'git' | 'url';
}

/** A package of the report (`packages[]` of docs/schema/report-1.schema.json). */
export interface Package {
  readonly purl: string;
  readonly type: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly version: string;
  readonly source: SourcePackage | null;
  readonly licences: readonly string[];
  readonly locations: readonly Location[];
  /** purl of the OS package that owns its files, else null. */
  readonly ownedBy: string | null;
  readonly evidence: Evidence;
  /** Declared, but no installed counterpart or file was found in the target. */
  readonly notPresent?: true;
  readonly scope?: Scope;
  readonly vendor?: string;
  readonly modularity?: string;
  readonly confidence?: 'low';
  readonly origin?: 'registry' | 'local' | 'git' | 'url';
  readonly dependsOn?: readonly string[];
  readonly qualifiers?: Readonly<Record<string, string>>;
  /** The layer that first brought it in the version that is there now, and its build instruction. */
  readonly broughtBy?: {
    readonly layer: string;
    readonly index: number;
    readonly createdBy: string | null;
  };
}

// The contract of a package ecosystem: how its files are read and how its versions compare.
import type { Evidence, FoundPackage } from '../../model/package.ts';

/**
 * One file of the target with random access, whatever it lies in (tar, gzip stream, folder).
 * Valid only during the `parse` call that receives it: buffers are reused afterwards.
 */
export interface FileView {
  /** Path in the image without leading slash, symlinks of parents not resolved. */
  readonly path: string;
  readonly size: number;
  /** Permission bits of the entry (0o755 ...). */
  readonly mode: number;
  /** Up to `length` bytes from `offset`; shorter at the end of the file, never an error beyond it. */
  read(offset: number, length: number): Uint8Array;
  /** The whole file; throws `SeaworthyError` `limit` above `limits.metadataFileBytes`. */
  bytes(): Uint8Array;
  /** The whole file as UTF-8 (invalid bytes become U+FFFD), without byte order mark. */
  text(): string;
}

export interface CatalogContext {
  /** A companion file captured in the same layer (see `Cataloger.companions`), by full path. */
  companion(path: string): FileView | null;
}

/** What could not be understood inside this file; the walk adds path and layer. */
export interface CatalogUnknown {
  readonly reason: string;
  /** Where inside the file (member of an archive, key of a document), if not the file itself. */
  readonly within?: string;
}

export interface CatalogResult {
  readonly packages: readonly FoundPackage[];
  readonly unknowns: readonly CatalogUnknown[];
  /** The file is a program that tells neither what it is nor its version. */
  readonly nameless?: true;
  /**
   * Files owned by packages that another file lists (dpkg `info/<package>.list`):
   * owner is `name` or `name:arch`; the files by their `ownershipHash`, sorted.
   */
  readonly ownership?: readonly { readonly owner: string; readonly hashes: Float64Array }[];
  /**
   * Licences of packages that another file lists (dpkg `doc/<package>/copyright`), in the form of
   * `FoundPackage.licences`: owner is the package's name, without architecture.
   */
  readonly licences?: readonly { readonly owner: string; readonly licences: readonly string[] }[];
}

/** One entry of the changelog of an installed package. */
export interface ChangelogEntry {
  /** Null: it does not say. */
  readonly year: number | null;
  readonly version: string | null;
  readonly text: string;
}

/** Reads one kind of file. Pure: no clock, no disk, no network; never throws on content. */
export interface Cataloger {
  readonly name: string;
  /** Part of the layer cache's key: raise it when the output for the same bytes changes. */
  readonly revision: number;
  readonly evidence: Evidence;
  /**
   * Path patterns: `var/lib/dpkg/status`, `var/lib/dpkg/info/*.list`, or below any folder with a
   * leading double star. The last part is a literal name or `*` + a literal suffix (`*.jar`);
   * `*` inside a middle part stands for anything but a slash. Matching is case-sensitive.
   */
  readonly globs: readonly string[];
  /** Also offered: files that start with the magic of ELF, PE or Mach-O. */
  readonly executables?: true;
  /**
   * Says nothing that an owning system package does not say better: files that a package list of
   * the same layer names need not be offered.
   */
  readonly yieldsToOwner?: true;
  /** Patterns of files that `parse` may ask for by `context.companion`, from the same layer. */
  readonly companions?: readonly string[];
  parse(file: FileView, context: CatalogContext): CatalogResult;
  /**
   * The changelogs that this file keeps of the packages of these names, newest entry first: by name, and
   * by name, space and version where several are installed. Never throws on content.
   */
  readonly changelogs?: (
    file: FileView,
    context: CatalogContext,
    names: ReadonlySet<string>,
  ) => ReadonlyMap<string, readonly ChangelogEntry[]>;
}

/** Order of versions. Total, linear in the input length, never throws on any string. */
export interface VersionScheme {
  /** Name told in evidence: deb, apk, rpm, semver, pep440, maven, gem, nuget, composer, ... */
  readonly id: string;
  /** Negative, zero or positive. */
  compare(a: string, b: string): number;
  /** False: the string has no place in the order; a match on it is `undetermined`. */
  isValid(version: string): boolean;
}

export interface Ecosystem {
  /** Folder name: deb, apk, rpm, npm, pypi, ... */
  readonly id: string;
  readonly purlTypes: readonly string[];
  readonly catalogers: readonly Cataloger[];
  readonly versions: VersionScheme;
  /** OSV ecosystem name (`npm`, `PyPI`, ...), or null where the distribution decides (deb, apk, rpm). */
  readonly osvEcosystem: string | null;
  /** The name under which advisories list a package, normalised as OSV does for this ecosystem. */
  advisoryName(found: Pick<FoundPackage, 'namespace' | 'name'>): string;
}

/** The empty result, for parsers that recognise nothing. */
export const nothingFound: CatalogResult = { packages: [], unknowns: [] };

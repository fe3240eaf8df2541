// Turns rpm headers into packages: version with epoch, source by SOURCERPM, files, needs.
import { limits } from '../../../base/limits.ts';
import { splitLicences } from '../../../model/licence.ts';
import type { FoundPackage, SourcePackage } from '../../../model/package.ts';
import type { RpmHeader } from './header.ts';
import { tags } from './header.ts';

/** Names and versions above this are refused: rpm's own are below 200 characters. */
const longestIdentity = 1024;
/** Paths kept of one database and their length in all; a full workstation has 500,000 of 60 each. */
const mostPaths = 1_000_000;
const mostPathCharacters = 256 * 1024 * 1024;

/** A package with what its dependencies are resolved by. */
export interface Draft {
  readonly package: FoundPackage;
  readonly provides: readonly string[];
  readonly requires: readonly string[];
}

/** Counts over a whole database, so that hostile headers cannot multiply a few bytes into gigabytes. */
export interface PathBudget {
  paths: number;
  characters: number;
  lost: number;
}

export function newPathBudget(): PathBudget {
  return { paths: mostPaths, characters: mostPathCharacters, lost: 0 };
}

/** The package of a header, `skip` for keys of repositories, or what is missing. */
export function packageOfHeader(
  header: RpmHeader,
  budget: PathBudget,
): Draft | { readonly problem: string } | 'skip' {
  const name = header.string(tags.name);
  if (name === 'gpg-pubkey') return 'skip';
  const version = header.string(tags.version);
  const release = header.string(tags.release);
  if (name === null || version === null || release === null) {
    return { problem: 'a package header has no name, version or release' };
  }
  if (name.length > longestIdentity || version.length + release.length > longestIdentity) {
    return { problem: 'a package header has a name or version of absurd length' };
  }
  const found = describePackage({
    name,
    versionRelease: `${version}-${release}`,
    epoch: header.numbers(tags.epoch)[0] ?? 0,
    architecture: header.string(tags.architecture),
    sourceRpm: header.string(tags.sourceRpm),
    vendor: header.string(tags.vendor),
    licence: header.string(tags.licence),
    modularity: header.string(tags.modularityLabel),
    files: ownedFiles(header, budget),
  });
  return {
    package: found,
    provides: header.strings(tags.provideName),
    requires: header.strings(tags.requireName),
  };
}

export interface RpmFacts {
  readonly name: string;
  readonly versionRelease: string;
  /** 0 when absent: rpm compares both alike. */
  readonly epoch: number;
  readonly architecture: string | null;
  /** File name of the source package: `bash-5.1.8-6.el9.src.rpm`. */
  readonly sourceRpm: string | null;
  readonly vendor: string | null;
  readonly licence?: string | null;
  readonly modularity?: string | null;
  readonly files?: readonly string[];
}

/**
 * Version is `[epoch:]version-release`, the epoch only when it is not 0. The purl keeps the epoch as a
 * qualifier (purl-spec, type rpm), with `arch` and the source package's file name as `upstream`.
 */
export function describePackage(facts: RpmFacts): FoundPackage {
  const { name, versionRelease, epoch, architecture, sourceRpm, vendor, modularity, files } = facts;
  const hasSource = sourceRpm !== null && sourceRpm.endsWith('.rpm');
  return {
    type: 'rpm',
    namespace: null,
    name,
    version: withEpoch(versionRelease, epoch),
    qualifiers: {
      ...(architecture ? { arch: architecture } : {}),
      ...(epoch > 0 ? { epoch: String(epoch) } : {}),
      ...(hasSource ? { upstream: sourceRpm } : {}),
    },
    source: hasSource ? sourceOf(sourceRpm, epoch) : null,
    licences: facts.licence ? splitLicences(facts.licence) : [],
    ...(vendor ? { vendor } : {}),
    ...(modularity ? { modularity } : {}),
    ...(files ? { files } : {}),
  };
}

function withEpoch(version: string, epoch: number): string {
  return epoch > 0 ? `${epoch}:${version}` : version;
}

/**
 * `name-version-release.src.rpm` (or `.nosrc.rpm`). The file name has no epoch; a source package gives
 * its epoch to the packages built from it, so the binary's is taken.
 */
function sourceOf(sourceRpm: string, epoch: number): SourcePackage | null {
  const stem = sourceRpm.replace(/\.(?:no)?src\.rpm$/, '');
  const release = stem.lastIndexOf('-');
  const version = release <= 0 ? -1 : stem.lastIndexOf('-', release - 1);
  if (version <= 0) return null;
  return { name: stem.slice(0, version), version: withEpoch(stem.slice(version + 1), epoch) };
}

/** File i is DIRNAMES[DIRINDEXES[i]] + BASENAMES[i]; rpm before 4 wrote whole names. */
function ownedFiles(header: RpmHeader, budget: PathBudget): readonly string[] {
  const baseNames = header.strings(tags.baseNames);
  const files: string[] = [];
  const add = (path: string): void => {
    if (path.length > limits.pathBytes || budget.paths <= 0 || budget.characters < path.length) {
      budget.lost++;
      return;
    }
    budget.paths--;
    budget.characters -= path.length;
    files.push(path.startsWith('/') ? path.slice(1) : path);
  };
  if (baseNames.length === 0) {
    for (const path of header.strings(tags.oldFileNames)) add(path);
    return files;
  }
  const directories = header.strings(tags.directoryNames);
  const indexes = header.numbers(tags.directoryIndexes);
  for (let at = 0; at < baseNames.length; at++) {
    const directory = directories[indexes[at] ?? -1];
    if (directory === undefined) budget.lost++;
    else add(directory + (baseNames[at] as string));
  }
  return files;
}

/** Sets `dependsOn`: which of the installed packages provides what each one requires. */
export function resolveNeeds(drafts: readonly Draft[]): FoundPackage[] {
  const providers = new Map<string, string>();
  const wantedFiles = new Set<string>();
  for (const { package: found, provides, requires } of drafts) {
    for (const provided of provides)
      if (!providers.has(provided)) providers.set(provided, found.name);
    for (const required of requires)
      if (required.startsWith('/')) wantedFiles.add(required.slice(1));
  }
  for (const { package: found } of drafts) {
    for (const path of found.files ?? []) {
      if (wantedFiles.has(path) && !providers.has(`/${path}`))
        providers.set(`/${path}`, found.name);
    }
  }
  return drafts.map(({ package: found, requires }) => {
    const needs = new Set<string>();
    for (const required of requires) {
      const provider = providers.get(required);
      if (provider !== undefined && provider !== found.name) needs.add(provider);
    }
    return needs.size > 0 ? { ...found, dependsOn: [...needs] } : found;
  });
}

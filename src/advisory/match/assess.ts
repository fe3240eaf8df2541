// Which packages are asked about, under which names: the first step of matching. What is not asked
// about is put in a class that the report counts, never dropped.
import type { DatabaseInfo } from '../../model/advisory.ts';
import type { Distribution } from '../../model/distribution.ts';
import type { Package } from '../../model/package.ts';
import { isKernelPackage } from './kernel.ts';

/** Types whose packages the distribution's feed speaks for. */
const osTypes = new Set(['deb', 'apk', 'rpm', 'alpm', 'opkg', 'ebuild', 'portage']);

export interface Query {
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
  readonly field: 'source' | 'binary' | 'package';
}

export type Assessment =
  | { readonly kind: 'ask'; readonly queries: readonly Query[] }
  | { readonly kind: Unasked };

/** Why a package is not asked about. */
export type Unasked =
  /** Its files belong to an OS package, and the distribution's feed speaks for that one. */
  | 'owned'
  /** Built from the kernel's source; a container runs its host's kernel. */
  | 'kernel'
  /** The distribution has no advisories here: unknown, or not in the database. */
  | 'no-feed'
  /** No advisory database names this type of package. */
  | 'no-ecosystem'
  /** The database holds nothing for this ecosystem. */
  | 'empty-ecosystem'
  /** From git, a folder or a URL: a name in a registry says nothing about it. */
  | 'unregistered'
  /** A JAR without its group: no exact name. */
  | 'no-name'
  /** Virtual packages of apk (`.build-deps`) hold no files. */
  | 'virtual';

export interface AssessContext {
  readonly distribution: Distribution | null;
  readonly info: DatabaseInfo;
  readonly osvEcosystem: (purlType: string) => string | null;
  readonly advisoryName: (found: Package) => string;
  /** Match packages of the kernel's source as well (a host's own root, not a container). */
  readonly includeKernel: boolean;
  /** purls of OS packages from elsewhere than the distribution. */
  readonly foreignOwners: ReadonlySet<string>;
}

/** True for packages of the operating system's own package manager. */
export function isOsPackage(found: Pick<Package, 'type'>): boolean {
  return osTypes.has(found.type);
}

/** The OSV ecosystems that speak for this release and that the database holds. */
function coveredStreams(distribution: Distribution | null, info: DatabaseInfo): readonly string[] {
  if (distribution === null) return [];
  const wanted = [distribution.osvEcosystem, ...(distribution.osvStreams ?? [])];
  const held = new Set(info.ecosystems);
  return wanted.filter((name): name is string => name !== null && held.has(name));
}

/** Makes the function that sorts packages; built once for a scan. */
export function createAssessor(context: AssessContext): (found: Package) => Assessment {
  const streams = coveredStreams(context.distribution, context.info);
  const held = new Set(context.info.ecosystems.map(baseOf));
  return (found) =>
    isOsPackage(found)
      ? assessOs(found, streams, context)
      : assessLanguage(found, { ...context, streams, held });
}

function assessOs(found: Package, streams: readonly string[], context: AssessContext): Assessment {
  const { distribution } = context;
  if (found.type === 'apk' && found.name.startsWith('.')) return { kind: 'virtual' };
  if (!context.includeKernel && isKernelPackage(found)) return { kind: 'kernel' };
  if (distribution?.packageType !== found.type || streams.length === 0) return { kind: 'no-feed' };
  const queries = streams.flatMap((ecosystem) => osQueries(found, ecosystem));
  return { kind: 'ask', queries };
}

/**
 * Feeds that list binary package names; all others list source packages (ossf/osv-schema, "Defined
 * ecosystems": Debian, Ubuntu, Alpine, Rocky, SUSE, Mageia and openEuler name the source).
 */
const binaryFeeds = new Set(['AlmaLinux', 'Red Hat', 'Oracle', 'Oracle Linux', 'Amazon Linux']);

function osQueries(found: Package, ecosystem: string): readonly Query[] {
  const { source } = found;
  if (binaryFeeds.has(baseOf(ecosystem)) || source === null) {
    const field = found.type === 'rpm' ? 'binary' : 'source';
    return [{ ecosystem, name: found.name, version: found.version, field }];
  }
  return [{ ecosystem, name: source.name, version: sourceVersion(found), field: 'source' }];
}

/** SOURCERPM names no epoch; rpm builds give binary packages that of their source. */
function sourceVersion(found: Package): string {
  const version = found.source?.version ?? found.version;
  if (found.type !== 'rpm' || version === '' || version.includes(':')) {
    return version === '' ? found.version : version;
  }
  const colon = found.version.indexOf(':');
  return colon < 0 ? version : `${found.version.slice(0, colon)}:${version}`;
}

interface LanguageContext extends AssessContext {
  readonly streams: readonly string[];
  readonly held: ReadonlySet<string>;
}

function assessLanguage(found: Package, context: LanguageContext): Assessment {
  const ecosystem = context.osvEcosystem(found.type);
  if (ecosystem === null) return { kind: 'no-ecosystem' };
  if (found.ownedBy !== null && context.streams.length > 0) {
    if (!context.foreignOwners.has(found.ownedBy)) return { kind: 'owned' };
  }
  if (found.origin !== undefined && found.origin !== 'registry') return { kind: 'unregistered' };
  if (found.type === 'maven' && (found.namespace ?? '') === '') return { kind: 'no-name' };
  if (!context.held.has(baseOf(ecosystem))) return { kind: 'empty-ecosystem' };
  const name = context.advisoryName(found);
  const query: Query = { ecosystem, name, version: found.version, field: 'package' };
  return { kind: 'ask', queries: [query] };
}

function baseOf(ecosystem: string): string {
  const colon = ecosystem.indexOf(':');
  return colon < 0 ? ecosystem : ecosystem.slice(0, colon);
}

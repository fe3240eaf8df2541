// From the components of an SBOM to packages: named by their package URLs, told apart where they
// have none.
import { limits } from '../../base/limits.ts';
import type { Package, SourcePackage } from '../../model/package.ts';
import { formatPurl, type PurlParts, parsePurl } from '../../model/purl.ts';
import type { SbomComponent, SbomContent } from './document.ts';
import { sourceOfPurl } from './source.ts';

const osTypes = new Set(['deb', 'apk', 'rpm', 'opkg', 'alpm']);
/** Names shown of a class of components that could not be used. */
const namesShown = 5;
/** Qualifiers that a package of a scan does not keep: they are fields of their own. */
const fieldQualifiers = new Set(['distro', 'epoch', 'upstream', 'rpmmod', 'modularitylabel']);

export interface Named {
  /** In the order of their purls, each once. */
  readonly packages: readonly Package[];
  /** Parsed purls of `packages`. */
  readonly purls: readonly PurlParts[];
  readonly remarks: readonly string[];
}

/**
 * Packages of all components that name a package URL; the others are counted and named in remarks.
 */
export function namePackages(content: SbomContent): Named {
  const packages = new Map<string, Package>();
  const purls: PurlParts[] = [];
  const nameless: string[] = [];
  const malformed: string[] = [];
  let dropped = 0;
  for (const component of content.components) {
    if (component.purl === null) {
      nameless.push(component.name);
      continue;
    }
    const parts = parsePurl(component.purl);
    if (parts === null) {
      malformed.push(component.name || component.purl);
      continue;
    }
    const purl = formatPurl(parts);
    const known = packages.get(purl);
    if (known === undefined && packages.size >= limits.packagesPerFile) {
      dropped += 1;
      continue;
    }
    purls.push(parts);
    const made = packageOf(component, { purl, parts, installed: content.installed });
    packages.set(purl, known === undefined ? made : joined(known, made));
  }
  const remarks = [
    ...told(nameless, 'without a package URL, so not judged'),
    ...told(malformed, 'with a malformed package URL, so not judged'),
    ...(dropped > 0 ? [`${dropped} components beyond ${limits.packagesPerFile} not read`] : []),
  ];
  const sorted = [...packages.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1));
  return { packages: withNeeds(sorted, content.components), purls, remarks };
}

/** Packages with the names of what they need, in the form in which scans have them. */
function withNeeds(
  packages: readonly Package[],
  components: readonly SbomComponent[],
): readonly Package[] {
  const needs = new Map<string, readonly string[]>();
  for (const { purl, needs: own } of components) {
    if (purl !== null && own !== undefined && own.length > 0) needs.set(purl, own);
  }
  if (needs.size === 0) return packages;
  const names = new Map(packages.map((one) => [one.purl, graphName(one)]));
  return packages.map((one) => {
    const own = needs.get(one.purl) ?? [];
    const dependsOn = own.flatMap((purl) => names.get(purl) ?? []);
    return dependsOn.length === 0 ? one : { ...one, dependsOn };
  });
}

function graphName({ type, namespace, name }: Package): string {
  if (namespace === null || osTypes.has(type)) return name;
  return type === 'maven' ? `${namespace}:${name}` : `${namespace}/${name}`;
}

function told(names: readonly string[], what: string): readonly string[] {
  if (names.length === 0) return [];
  const distinct = [...new Set(names.map((name) => name || 'without a name'))].toSorted();
  const shown = distinct.slice(0, namesShown).map((name) => name.slice(0, 100));
  const more = distinct.length > namesShown ? ` and ${distinct.length - namesShown} more` : '';
  const count = names.length === 1 ? '1 component' : `${names.length} components`;
  return [`${count} ${what} (${shown.join(', ')}${more})`];
}

interface Identity {
  readonly purl: string;
  readonly parts: PurlParts;
  readonly installed: boolean;
}

function packageOf(component: SbomComponent, { purl, parts, installed }: Identity): Package {
  const { type, namespace } = parts;
  const version = versionOf(parts);
  const qualifiers = Object.entries(parts.qualifiers ?? {}).filter(
    ([key]) => !fieldQualifiers.has(key),
  );
  const isOs = osTypes.has(type);
  const modularity = parts.qualifiers?.['rpmmod'] ?? parts.qualifiers?.['modularitylabel'];
  const { ownedBy = null, evidence, ...facts } = component.facts;
  return {
    purl,
    type,
    namespace,
    name: spelledName(component, parts, purl),
    version,
    source: isOs ? withVersion(component.source ?? sourceOfPurl(parts), version) : component.source,
    licences: component.licences,
    locations: component.locations,
    ownedBy,
    evidence: evidence ?? (installed || isOs ? 'installed' : 'declared'),
    ...(modularity === undefined ? {} : { modularity }),
    ...facts,
    ...(qualifiers.length === 0 ? {} : { qualifiers: Object.fromEntries(qualifiers) }),
  };
}

/** `PyYAML` for `pkg:pypi/pyyaml`: the spelling of the document where the purl has lost it. */
function spelledName({ name }: SbomComponent, parts: PurlParts, purl: string): string {
  if (name !== parts.name && name.toLowerCase() === parts.name) {
    return formatPurl({ ...parts, name }) === purl ? name : parts.name;
  }
  return parts.name;
}

/** The version as the package manager writes it: the epoch comes back from its qualifier. */
function versionOf({ type, version, qualifiers }: PurlParts): string {
  const epoch = qualifiers?.['epoch'] ?? '';
  if (version === null) return '';
  const takesEpoch = type === 'rpm' || type === 'deb';
  return takesEpoch && /^\d+$/.test(epoch) && Number(epoch) > 0 && !/^\d+:/.test(version)
    ? `${epoch}:${version}`
    : version;
}

function withVersion(source: SourcePackage | null, version: string): SourcePackage | null {
  return source === null || source.version !== '' ? source : { name: source.name, version };
}

/** The same package listed twice (once for each place) is one, as in a scan. */
function joined(known: Package, other: Package): Package {
  const places = new Map(
    [...known.locations, ...other.locations].map((place) => [
      `${place.path}\n${place.layer}\n${place.line}`,
      place,
    ]),
  );
  const bothOwned = known.ownedBy !== null && other.ownedBy !== null;
  return {
    ...known,
    licences: known.licences.length > 0 ? known.licences : other.licences,
    locations: [...places.values()],
    source: known.source ?? other.source,
    ownedBy: bothOwned ? known.ownedBy : null,
  };
}

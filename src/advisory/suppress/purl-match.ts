// Does what a VEX statement names cover a package, or the target itself?
import { type PurlParts, parsePurl } from '../../model/purl.ts';
import type { VulnerabilityFinding } from '../../model/report.ts';
import type { VexReference } from './statement.ts';

/** Qualifiers that say where a package comes from and not which one it is. */
const placeQualifiers = new Set([
  'repository_url',
  'download_url',
  'vcs_url',
  'checksum',
  'file_name',
]);
/** A statement may name the archive form that an inventory leaves out. */
const optionalQualifiers = new Set(['type']);

/**
 * True when `pattern` covers `found`: same type, namespace and name, the version if the pattern has
 * one, and each qualifier of the pattern (as go-vex decides).
 */
function purlCovers(pattern: PurlParts, found: PurlParts): boolean {
  if (pattern.type !== found.type || pattern.name !== found.name) return false;
  if ((pattern.namespace ?? '') !== (found.namespace ?? '')) return false;
  if (pattern.version !== null && pattern.version !== found.version) return false;
  for (const [key, value] of Object.entries(pattern.qualifiers ?? {})) {
    if (placeQualifiers.has(key)) continue;
    const own = new Map(Object.entries(found.qualifiers ?? {})).get(key);
    if (own === undefined ? !optionalQualifiers.has(key) : own !== value) return false;
  }
  return true;
}

/**
 * True when a reference means the package of a finding. `arch=src` names a source package: compared
 * with the source that the advisory was matched by.
 */
export function coversFinding(pattern: PurlParts, finding: VulnerabilityFinding): boolean {
  const found = parsePurl(finding.package.purl);
  if (found === null) return false;
  const arch = pattern.qualifiers?.['arch'];
  if (arch !== 'src' && arch !== 'source') return purlCovers(pattern, found);
  const { evidence } = finding;
  return (
    evidence.field === 'source' &&
    pattern.type === found.type &&
    (pattern.namespace ?? '') === (found.namespace ?? '') &&
    pattern.name === evidence.comparedName &&
    (pattern.version === null || pattern.version === evidence.comparedVersion)
  );
}

/** The scanned thing, as far as VEX documents can name it. */
export interface VexTarget {
  /** Image references: `alpine:3.20`, `registry.example/team/app:1.2`. */
  readonly references: readonly string[];
  /** Image, manifest and repository digests, `sha256:...`. */
  readonly digests: readonly string[];
  /** purls of the packages in it, for products that are packages with parts. */
  readonly purls?: readonly string[];
}

/** A target with its names taken apart once. */
export interface KnownTarget {
  readonly texts: ReadonlySet<string>;
  readonly digests: ReadonlySet<string>;
  readonly repositories: readonly { readonly path: string; readonly tag: string | null }[];
  readonly packages: readonly PurlParts[];
}

export function knowTarget(target: VexTarget): KnownTarget {
  return {
    texts: new Set([...target.references, ...target.digests]),
    digests: new Set(target.digests),
    repositories: target.references.map(splitReference),
    packages: (target.purls ?? []).flatMap((text) => {
      const purl = parsePurl(text);
      return purl === null ? [] : [purl];
    }),
  };
}

/**
 * True when a reference means the target: by its own text, by digest, or by repository (and tag)
 * for purls of type `oci` and `docker`; a package purl means a target that holds the package.
 */
export function meansTarget({ text, purl }: VexReference, target: KnownTarget): boolean {
  if (target.texts.has(text)) return true;
  if (purl === null) return false;
  if (purl.type !== 'oci' && purl.type !== 'docker') {
    return target.packages.some((found) => purlCovers(purl, found));
  }
  const { version } = purl;
  if (version?.includes(':')) return target.digests.has(version);
  const qualifiers = new Map(Object.entries(purl.qualifiers ?? {}));
  const tag = qualifiers.get('tag') ?? version;
  const url = qualifiers.get('repository_url');
  const named = url ?? (purl.namespace === null ? purl.name : `${purl.namespace}/${purl.name}`);
  const wanted = splitReference(named).path;
  return target.repositories.some((known) => {
    if (tag !== null && known.tag !== tag) return false;
    if (url === undefined && purl.namespace === null && purl.type === 'oci') {
      return known.path.slice(known.path.lastIndexOf('/') + 1) === purl.name;
    }
    return known.path === wanted;
  });
}

/** `alpine:3.20` -> `docker.io/library/alpine`, tag 3.20: names as Docker completes them. */
function splitReference(reference: string): { readonly path: string; readonly tag: string | null } {
  const undigested = reference.split('@')[0] ?? reference;
  const bare = undigested.replace(/^[a-z]+:\/\//, '').toLowerCase();
  const slash = bare.lastIndexOf('/');
  const colon = bare.indexOf(':', slash + 1);
  const path = colon < 0 ? bare : bare.slice(0, colon);
  const tag = colon < 0 ? null : undigested.slice(undigested.lastIndexOf(':') + 1);
  const [first = '', ...rest] = path.split('/');
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const host = isHost ? first : 'docker.io';
  const inside = isHost ? rest.join('/') : path;
  const isHub = host === 'docker.io' || host === 'index.docker.io';
  const full = isHub && !inside.includes('/') ? `library/${inside}` : inside;
  return { path: `${isHub ? 'docker.io' : host}/${full}`, tag };
}

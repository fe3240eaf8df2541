// Turns stanzas into packages: which ones count as installed, their source, and what they need.
import { splitLicences } from '../../../model/licence.ts';
import type { FoundPackage, SourcePackage } from '../../../model/package.ts';
import type { CatalogResult, CatalogUnknown } from '../ecosystem.ts';
import { relationNames } from './relation.ts';
import type { Stanza, StanzaReading } from './stanza.ts';
import { readStanzas } from './stanza.ts';

/** Names and versions above this are refused: dpkg's own are below 200 characters. */
const longestIdentity = 1024;

interface Draft {
  readonly stanza: Stanza;
  readonly name: string;
  readonly version: string;
}

export interface StanzaPackagesOptions {
  /** purl type: `deb`, or `opkg` for the databases of OpenWrt and its kin. */
  readonly type: 'deb' | 'opkg';
  /** Files of the package, when the caller knows them (distroless md5sums). */
  readonly files?: readonly string[];
}

/**
 * All installed packages of a status file. A stanza without `Status` counts as installed: distroless
 * images and build tools write none. Residues (`config-files`, `not-installed`) are left out.
 */
export function packagesOfStanzas(
  bytes: Uint8Array,
  options: StanzaPackagesOptions,
): CatalogResult {
  const drafts: Draft[] = [];
  const unknowns: CatalogUnknown[] = [];
  let residues = 0;
  const reading = readStanzas(bytes, (stanza) => {
    const { package: name = '', version = '' } = stanza;
    if (!isPresent(stanza.status)) residues++;
    else if (name === '' && version === '') return;
    else if (name === '' || version === '') {
      const missing = name === '' ? 'package name' : 'version';
      unknowns.push({ reason: `a package entry has no ${missing}`, within: name || version });
    } else if (name.length > longestIdentity || version.length > longestIdentity) {
      unknowns.push({ reason: 'a package entry has a name or version of absurd length' });
    } else drafts.push({ stanza, name, version });
  });
  unknowns.push(...readingUnknowns(reading));
  if (drafts.length === 0 && residues === 0 && unknowns.length === 0 && bytes.length > 0) {
    if (!bytes.every((byte) => byte <= 32)) unknowns.push({ reason: 'no package entry was found' });
  }
  const resolve = dependencyResolver(drafts);
  return { packages: drafts.map((draft) => toPackage(draft, options, resolve)), unknowns };
}

function readingUnknowns(reading: StanzaReading): CatalogUnknown[] {
  const unknowns: CatalogUnknown[] = [];
  if (reading.cutOff) unknowns.push({ reason: 'the file ends in the middle of a line' });
  if (reading.strayLines > 0) {
    unknowns.push({ reason: `${reading.strayLines} lines are not fields of a package entry` });
  }
  if (reading.longValues > 0) {
    unknowns.push({ reason: `${reading.longValues} fields are too long and were left out` });
  }
  if (reading.stoppedAtLimit)
    unknowns.push({ reason: 'too many package entries; the rest was not read' });
  return unknowns;
}

/** The third word of `Status: want flag state` (dpkg(1), PACKAGE STATES). */
function isPresent(status: string | undefined): boolean {
  if (status === undefined || status === 'install ok installed') return true;
  const state = status.split(/\s+/, 3)[2];
  return state !== 'config-files' && state !== 'not-installed';
}

function toPackage(
  draft: Draft,
  options: StanzaPackagesOptions,
  resolve: (stanza: Stanza) => readonly string[],
): FoundPackage {
  const { stanza, name, version } = draft;
  const { architecture, maintainer } = stanza;
  const dependsOn = resolve(stanza);
  return {
    type: options.type,
    namespace: null,
    name,
    version,
    ...(architecture ? { qualifiers: { arch: architecture } } : {}),
    source: sourceOf(stanza.source, draft),
    licences: stanza.license ? splitLicences(stanza.license) : [],
    ...(maintainer ? { vendor: maintainer } : {}),
    ...(options.files ? { files: options.files } : {}),
    ...(dependsOn.length > 0 ? { dependsOn } : {}),
  };
}

/**
 * `Source: name (version)` (deb-control(5)): the version is stated when it differs from the binary's,
 * as after a binary-only rebuild (`+b1`) or with another epoch. Without the field both are the binary's.
 */
function sourceOf(field: string | undefined, draft: Draft): SourcePackage {
  if (field === undefined || field === '') return { name: draft.name, version: draft.version };
  const open = field.indexOf('(');
  if (open < 0) return { name: field.trim(), version: draft.version };
  const close = field.indexOf(')', open);
  const version = field.slice(open + 1, close < 0 ? field.length : close).trim();
  return { name: field.slice(0, open).trim(), version: version === '' ? draft.version : version };
}

/** Finds for each relation the installed alternative, directly or by `Provides`; else the first one. */
function dependencyResolver(drafts: readonly Draft[]): (stanza: Stanza) => readonly string[] {
  const names = new Set<string>();
  const providers = new Map<string, string>();
  for (const { stanza, name } of drafts) {
    names.add(name);
    if (stanza.provides === undefined) continue;
    for (const [provided = ''] of relationNames(stanza.provides)) {
      if (!providers.has(provided)) providers.set(provided, name);
    }
  }
  const choose = (alternatives: readonly string[]): string => {
    for (const name of alternatives) if (names.has(name)) return name;
    for (const name of alternatives) {
      const provider = providers.get(name);
      if (provider !== undefined) return provider;
    }
    return alternatives[0] as string;
  };
  return (stanza) => {
    const chosen = new Set<string>();
    for (const field of [stanza['pre-depends'], stanza.depends]) {
      if (field === undefined) continue;
      for (const alternatives of relationNames(field)) chosen.add(choose(alternatives));
    }
    return [...chosen];
  };
}

// Packages of an SPDX document: the target, its operating system, what is in it.
import type { TargetKind } from '../../model/image.ts';
import type { Package } from '../../model/package.ts';
import { type Finding, isAboutPackage, type TargetDescription } from '../../model/report.ts';
import { placeOf } from '../address.ts';
import { factsOf } from '../facts.ts';
import type { SpdxLicences } from '../licence/index.ts';
import { packageId, systemId, targetId } from './identifier.ts';

export interface SpdxContext {
  /** `2026-11-21T10:00:00Z`, without fractions as SPDX demands. */
  readonly created: string;
  readonly annotator: string;
  readonly licences: SpdxLicences;
  /** purl -> external references to its advisories. */
  readonly references: ReadonlyMap<string, readonly unknown[]>;
  /** purl -> SPDXID. */
  readonly ids: ReadonlyMap<string, string>;
}

const unstated = 'NOASSERTION';
const folderKinds: ReadonlySet<TargetKind> = new Set(['dir', 'rootfs', 'sbom', 'pkg']);

/** What the document describes. */
export function targetPackage(target: TargetDescription): unknown {
  const { kind, name, digest } = target;
  const checksum = /^sha256:([0-9a-f]{64})$/.exec(digest ?? '')?.[1];
  return {
    SPDXID: targetId,
    name,
    ...(digest === null ? {} : { versionInfo: digest }),
    downloadLocation: unstated,
    filesAnalyzed: false,
    ...(checksum === undefined
      ? {}
      : { checksums: [{ algorithm: 'SHA256', checksumValue: checksum }] }),
    primaryPackagePurpose: folderKinds.has(kind) ? 'SOURCE' : 'CONTAINER',
    licenseConcluded: unstated,
    licenseDeclared: unstated,
    copyrightText: unstated,
  };
}

/** The distribution. */
export function systemPackage(
  os: NonNullable<TargetDescription['os']>,
  context: SpdxContext,
): unknown {
  return {
    SPDXID: systemId,
    name: os.id,
    ...(os.versionId === '' ? {} : { versionInfo: os.versionId }),
    description: os.name,
    downloadLocation: unstated,
    filesAnalyzed: false,
    primaryPackagePurpose: 'OPERATING_SYSTEM',
    licenseConcluded: unstated,
    licenseDeclared: unstated,
    copyrightText: unstated,
    ...(os.endOfLife === null
      ? {}
      : { annotations: [annotation(context, { 'os:endOfLife': os.endOfLife })] }),
  };
}

/** One package. What SPDX has no field for is one annotation, which our own reader takes back. */
export function packageOf(one: Package, context: SpdxContext): unknown {
  const { source, locations } = one;
  const facts = {
    ...Object.fromEntries(factsOf(one)),
    ...(locations.length === 0 ? {} : { locations }),
  };
  return {
    SPDXID: context.ids.get(one.purl) ?? packageId(one.purl),
    name: nameOf(one),
    ...(one.version === '' ? {} : { versionInfo: one.version }),
    supplier: supplierOf(one.vendor),
    downloadLocation: unstated,
    filesAnalyzed: false,
    ...(source === null
      ? {}
      : { sourceInfo: `built package from: ${source.name} ${source.version}`.trim() }),
    licenseConcluded: unstated,
    licenseDeclared: context.licences.expression(one.licences),
    copyrightText: unstated,
    externalRefs: [
      { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: one.purl },
      ...(context.references.get(one.purl) ?? []),
    ],
    annotations: [annotation(context, facts)],
  };
}

function nameOf({ namespace, name, type }: Package): string {
  const bare = namespace === null || ['deb', 'apk', 'rpm', 'opkg'].includes(type);
  return bare ? name : `${namespace}${type === 'maven' ? ':' : '/'}${name}`;
}

/** `Some Team <team@example.org>` as SPDX writes people and organisations (SPDX 2.3, 7.5). */
function supplierOf(vendor: string | undefined): string {
  const words = /^([^<>()]{1,200}?)\s*<([^<>()\s]{1,200})>$/.exec(vendor ?? '');
  if (words !== null) return `Person: ${words[1]} (${words[2]})`;
  const plain = (vendor ?? '').replaceAll(/[\u0000-\u001f()<>\s]+/g, ' ').trim();
  return plain === '' ? unstated : `Organization: ${plain}`;
}

function annotation({ created, annotator }: SpdxContext, facts: unknown): unknown {
  return {
    annotationDate: created,
    annotationType: 'OTHER',
    annotator,
    comment: `seaworthy: ${JSON.stringify(facts)}`,
  };
}

/** Advisories of each purl as SECURITY references, in the order of the report. */
export function findingReferences(
  findings: readonly Finding[],
): ReadonlyMap<string, readonly unknown[]> {
  const references = new Map<string, unknown[]>();
  for (const finding of findings) {
    if (!isAboutPackage(finding)) continue;
    const { id, severity, fixedIn, package: found } = finding;
    const fix = fixedIn.length === 0 ? 'no fixed version' : `fixed in ${fixedIn.join(', ')}`;
    const reference = {
      referenceCategory: 'SECURITY',
      referenceType: 'advisory',
      referenceLocator: placeOf(id).url,
      comment: `${id}: ${severity}, ${fix}`,
    };
    const list = references.get(found.purl);
    if (list === undefined) references.set(found.purl, [reference]);
    else list.push(reference);
  }
  return references;
}

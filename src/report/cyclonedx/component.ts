// Components of a CycloneDX document: the target, its operating system, its packages.
import type { TargetKind } from '../../model/image.ts';
import type { Location, Package } from '../../model/package.ts';
import type { TargetDescription } from '../../model/report.ts';
import { factsOf } from '../facts.ts';
import type { CycloneDxLicences } from '../licence/index.ts';

export const targetRef = 'target';
export const systemRef = 'operating-system';

/** Versions are at most this long (schema `version`). */
const longestVersion = 1024;

interface Property {
  readonly name: string;
  readonly value: string;
}

const imageKinds: ReadonlySet<TargetKind> = new Set([
  'docker-archive',
  'oci-archive',
  'oci',
  'docker',
  'registry',
  'container',
]);

/** What the document is about: images with their digest and layers. */
export function targetComponent(target: TargetDescription): unknown {
  const { kind, name, digest, platform, layers } = target;
  const hash = /^sha256:([0-9a-f]{64})$/.exec(digest ?? '')?.[1];
  const properties: Property[] = [
    { name: 'seaworthy:target:kind', value: kind },
    ...(platform === null ? [] : [{ name: 'seaworthy:target:platform', value: platform }]),
    ...layers.map(({ diffId }) => ({ name: 'seaworthy:target:layer', value: diffId })),
  ];
  return {
    type: imageKinds.has(kind) ? 'container' : 'application',
    'bom-ref': targetRef,
    name,
    ...(digest === null ? {} : { version: digest }),
    ...(hash === undefined ? {} : { hashes: [{ alg: 'SHA-256', content: hash }] }),
    properties,
  };
}

/** The distribution as a component, as other tools look for it. */
export function systemComponent(os: NonNullable<TargetDescription['os']>): unknown {
  return {
    type: 'operating-system',
    'bom-ref': systemRef,
    name: os.id,
    version: os.versionId,
    description: os.name,
    ...(os.endOfLife === null
      ? {}
      : { properties: [{ name: 'seaworthy:os:endOfLife', value: os.endOfLife }] }),
  };
}

/** One package; its purl is its `bom-ref`. */
export function componentOf(
  one: Package,
  licencesOf: (licences: readonly string[]) => CycloneDxLicences,
): unknown {
  const isLanguage = !['deb', 'apk', 'rpm', 'opkg'].includes(one.type);
  const licences = licencesOf(one.licences);
  const properties = propertiesOf(one);
  return {
    type: 'library',
    'bom-ref': one.purl,
    ...(one.vendor === undefined ? {} : { supplier: { name: one.vendor } }),
    ...(isLanguage && one.namespace !== null ? { group: one.namespace } : {}),
    name: one.name,
    version: one.version.slice(0, longestVersion),
    ...(one.scope === undefined || one.scope === 'runtime' ? {} : { scope: scopeOf(one.scope) }),
    ...(licences.length === 0 ? {} : { licenses: licences }),
    purl: one.purl,
    properties,
    ...(one.locations.length === 0
      ? {}
      : { evidence: { occurrences: one.locations.map(occurrenceOf) } }),
  };
}

/** The vendor is the supplier. */
function propertiesOf(one: Package): readonly Property[] {
  const properties: Property[] = [];
  for (const [name, value] of factsOf(one)) {
    if (name !== 'vendor') properties.push({ name: `seaworthy:${name}`, value });
  }
  return properties;
}

function scopeOf(scope: NonNullable<Package['scope']>): string {
  return scope === 'optional' ? 'optional' : 'excluded';
}

function occurrenceOf({ path, layer, line }: Location): unknown {
  return {
    location: path,
    ...(line === undefined ? {} : { line }),
    ...(layer === null ? {} : { additionalContext: `layer ${layer}` }),
  };
}

// Syft's own JSON (anchore/syft, `syft/format/syftjson/model`), any schema version: packages with
// the metadata of their package manager, and which package owns the files of another.
import { asArray, type DocumentRecord, field, stringField } from '../../base/json.ts';
import type { Location, SourcePackage } from '../../model/package.ts';
import type { SystemIdentity } from '../distro/index.ts';
import type { PackageFacts, SbomComponent, SbomReading } from './document.ts';
import { relative } from './properties.ts';
import { sourceOfRpmFile } from './source.ts';

/** The artifacts of a Syft document. Never throws. */
export function readSyft(document: DocumentRecord): SbomReading {
  const artifacts = asArray(field(document, 'artifacts'));
  const purls = new Map<string, string>();
  for (const raw of artifacts) {
    const id = stringField(raw, 'id');
    const purl = stringField(raw, 'purl');
    if (id !== null && purl) purls.set(id, purl);
  }
  const owners = new Map<string, string>();
  for (const raw of asArray(field(document, 'artifactRelationships'))) {
    if (stringField(raw, 'type') !== 'ownership-by-file-overlap') continue;
    const owner = purls.get(stringField(raw, 'parent') ?? '');
    if (owner !== undefined) owners.set(stringField(raw, 'child') ?? '', owner);
  }
  const version = stringField(field(document, 'descriptor'), 'version') ?? '';
  const sourceType = stringField(field(document, 'source'), 'type');
  const system = systemOf(field(document, 'distro'));
  return {
    ok: true,
    content: {
      format: `Syft ${version}`.trim(),
      components: artifacts.map((raw) => componentOf(raw, owners)),
      system,
      installed: sourceType === 'image' || system !== null,
      remarks: [],
    },
  };
}

function systemOf(distro: unknown): SystemIdentity | null {
  const name = stringField(distro, 'name') || null;
  const id = stringField(distro, 'id') || name;
  if (id === null) return null;
  return {
    id,
    versionId: stringField(distro, 'versionID') || stringField(distro, 'version') || null,
    name: stringField(distro, 'prettyName') || name,
    codename: stringField(distro, 'versionCodename') || null,
  };
}

function componentOf(raw: unknown, owners: ReadonlyMap<string, string>): SbomComponent {
  const metadata = field(raw, 'metadata');
  return {
    purl: stringField(raw, 'purl') || null,
    name: stringField(raw, 'name') ?? '',
    licences: licencesOf(field(raw, 'licenses')),
    locations: locationsOf(field(raw, 'locations')),
    source: sourceOf(metadata),
    facts: factsOf(metadata, owners.get(stringField(raw, 'id') ?? '')),
  };
}

/** Strings up to schema 8, later objects with `value` and, if it is one, `spdxExpression`. */
function licencesOf(value: unknown): readonly string[] {
  return asArray(value).flatMap((entry) => {
    if (typeof entry === 'string') return entry === '' ? [] : [entry];
    const text = stringField(entry, 'spdxExpression') || stringField(entry, 'value');
    return text ? [text] : [];
  });
}

function locationsOf(value: unknown): readonly Location[] {
  return asArray(value).flatMap((entry) => {
    const path = stringField(entry, 'path');
    return path ? [{ path: relative(path), layer: stringField(entry, 'layerID') || null }] : [];
  });
}

function sourceOf(metadata: unknown): SourcePackage | null {
  const rpm = stringField(metadata, 'sourceRpm');
  if (rpm) return sourceOfRpmFile(rpm);
  const name = stringField(metadata, 'source') || stringField(metadata, 'originPackage');
  return name ? { name, version: stringField(metadata, 'sourceVersion') ?? '' } : null;
}

function factsOf(metadata: unknown, ownedBy: string | undefined): PackageFacts {
  const vendor = stringField(metadata, 'vendor') || stringField(metadata, 'maintainer');
  const modularity = stringField(metadata, 'modularityLabel');
  return {
    ...(ownedBy === undefined ? {} : { ownedBy }),
    ...(vendor ? { vendor } : {}),
    ...(modularity ? { modularity } : {}),
  };
}

// packages.config, Directory.Packages.props and project files: packages that MSBuild projects ask for.
import { childText, parseXml, type XmlElement } from '../../../base/xml.ts';
import type { CatalogResult } from '../ecosystem.ts';
import { packageList } from '../package-list.ts';

/** `<package id= version= />`: exact versions, as restored. */
export function parsePackagesConfig(text: string): CatalogResult {
  const parsed = parseXml(text);
  if (!parsed.ok) return { packages: [], unknowns: [{ reason: parsed.reason }] };
  const list = packageList();
  for (const element of parsed.root.children) {
    if (element.name !== 'package') continue;
    const development = element.attributes.get('developmentDependency') === 'true';
    list.add({
      type: 'nuget',
      namespace: null,
      name: element.attributes.get('id') ?? '',
      version: element.attributes.get('version') ?? '',
      licences: [],
      scope: development ? 'development' : 'runtime',
      line: element.line,
    });
  }
  return list.result();
}

const referenceNames: ReadonlySet<string> = new Set([
  'PackageReference',
  'PackageVersion',
  'GlobalPackageReference',
]);
/** Names listed in the one reason for all unresolved references, and how much of each. */
const namesListed = 20;
const nameLength = 100;

/**
 * References with a version in this file: NuGet restores the lowest version that fits, so `1.2.3` is
 * what gets built. Properties of the file are filled in; conditions are not evaluated.
 */
export function parseProjectFile(text: string): CatalogResult {
  const parsed = parseXml(text);
  if (!parsed.ok) return { packages: [], unknowns: [{ reason: parsed.reason }] };
  const properties = new Map<string, string>();
  const references: XmlElement[] = [];
  for (const group of parsed.root.children) {
    for (const item of group.children) {
      if (group.name === 'PropertyGroup') properties.set(item.name, item.text);
      else if (group.name === 'ItemGroup' && referenceNames.has(item.name)) references.push(item);
    }
  }
  const list = packageList();
  const unresolved: string[] = [];
  for (const reference of references) {
    const name = reference.attributes.get('Include') ?? reference.attributes.get('Update') ?? '';
    const written = reference.attributes.get('Version') ?? childText(reference, 'Version');
    // Without a version it stands in a central file, which is read for itself.
    if (name === '' || written === null) continue;
    const version = exactVersion(expand(written, properties));
    if (version === null) {
      unresolved.push(name);
      continue;
    }
    const isPrivate =
      (reference.attributes.get('PrivateAssets') ?? childText(reference, 'PrivateAssets')) ===
      'all';
    list.add({
      type: 'nuget',
      namespace: null,
      name,
      version,
      licences: [],
      scope: isPrivate ? 'build' : 'runtime',
      line: reference.line,
    });
  }
  if (unresolved.length > 0) list.note(unresolvedReason(unresolved));
  return list.result();
}

function unresolvedReason(names: readonly string[]): string {
  const listed = names
    .slice(0, namesListed)
    .map((name) => name.slice(0, nameLength))
    .join(', ');
  const more = names.length > namesListed ? ', ...' : '';
  return `${names.length} references whose version is not exact here: ${listed}${more}`;
}

/** Versions are short; longer text is nothing to expand. */
const valueLimit = 256;

/** `$(Name)` once: a property made of properties stays unresolved. */
function expand(text: string, properties: ReadonlyMap<string, string>): string {
  if (text.length > valueLimit) return text;
  return text.replaceAll(/\$\(([A-Za-z_][\w.-]{0,127})\)/g, (whole, name: string) => {
    const value = properties.get(name) ?? whole;
    return value.length > valueLimit ? whole : value;
  });
}

/** `1.2.3`, `[1.2.3]`; ranges and floating versions are decided at restore time. */
function exactVersion(text: string): string | null {
  const match = /^\[?(\d[0-9A-Za-z.+-]*)\]?$/.exec(text.trim());
  return match?.[1] ?? null;
}

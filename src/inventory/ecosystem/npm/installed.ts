// Installed npm packages: the package.json at the root of each package folder.
import { entriesOf, field, keysOf, parseJson, stringField } from '../../../base/json.ts';
import { notRead, textOf, tooLargeToRead } from '../document.ts';
import { type Cataloger, type CatalogResult, type FileView, nothingFound } from '../ecosystem.ts';
import { packageList } from '../package-list.ts';
import { licencesOf } from './licence.ts';
import { type NpmOrigin, npmPackage, originOfResolved } from './package.ts';

/** Reads `package.json` of installed packages (npm-package-json). */
export const installedPackages: Cataloger = {
  name: 'npm-installed',
  revision: 1,
  evidence: 'installed',
  globs: ['**/package.json'],
  parse: parseManifest,
};

function parseManifest(file: FileView): CatalogResult {
  const place = placeOf(file.path);
  if (place === 'inside-package') return nothingFound;
  const text = textOf(file);
  if (text === null) return tooLargeToRead(file);
  const parsed = parseJson(text);
  if (!parsed.ok) return place === 'package-root' ? notRead(parsed.reason) : nothingFound;
  const manifest = parsed.value;
  const name = stringField(manifest, 'name');
  const version = stringField(manifest, 'version');
  // Marker files (`{"type": "module"}`) and manifests of unpublished code have no identity.
  if (name === null || version === null || name === '' || version === '') return nothingFound;
  if (place === 'elsewhere' && !isNamedAfter(file.path, name, version)) return nothingFound;
  const found = npmPackage({
    name,
    version,
    licences: licencesOf(manifest),
    origin: originOfManifest(manifest, place),
    dependsOn: dependencyNames(manifest),
  });
  const list = packageList();
  if (found === null) list.skip();
  else list.add(found);
  return list.result();
}

type Place = 'package-root' | 'inside-package' | 'elsewhere';

/** Folders whose children are packages, as Node.js and Debian's and Fedora's Node.js resolve them. */
const packageFolders = ['node_modules/', 'usr/share/nodejs/', 'usr/lib/nodejs/'];

/**
 * Whether a package.json is that of a package (`node_modules/a/package.json`,
 * `node_modules/@s/a/package.json`), a fixture or marker inside one, or lies outside of all.
 */
function placeOf(path: string): Place {
  for (const folder of packageFolders) {
    const start = startOfFolder(path, folder);
    if (start === -1) continue;
    const parts = path.slice(start + folder.length).split('/');
    const depth = parts[0]?.startsWith('@') === true ? 3 : 2;
    return parts.length === depth ? 'package-root' : 'inside-package';
  }
  return 'elsewhere';
}

function startOfFolder(path: string, folder: string): number {
  if (folder !== 'node_modules/') return path.startsWith(folder) ? 0 : -1;
  const nested = path.lastIndexOf(`/${folder}`);
  if (nested !== -1) return nested + 1;
  return path.startsWith(folder) ? 0 : -1;
}

/**
 * Outside of package folders a manifest counts when its folder says that it was unpacked as that
 * package: `opt/yarn-v1.22.22`, `usr/lib/code-server`, `ghost/versions/5.2.0`. All others are the
 * manifests of an application itself or of its tests.
 */
function isNamedAfter(path: string, name: string, version: string): boolean {
  const folders = path.split('/').slice(0, -1);
  const last = folders.at(-1) ?? '';
  const bare = name.slice(name.lastIndexOf('/') + 1);
  const names = [bare, version, `v${version}`, `${bare}-${version}`, `${bare}-v${version}`];
  return names.includes(last) || `${folders.at(-2)}/${last}` === name;
}

/** npm up to 6 wrote where a package came from; a private one never came from a registry. */
function originOfManifest(manifest: unknown, place: Place): NpmOrigin | undefined {
  const resolved = stringField(manifest, '_resolved');
  if (resolved !== null && resolved !== '') return originOfResolved(resolved);
  const isPrivate = field(manifest, 'private') === true;
  return isPrivate && place === 'elsewhere' ? 'local' : undefined;
}

function dependencyNames(manifest: unknown): readonly string[] {
  const required = keysOf(field(manifest, 'dependencies'));
  const optional = entriesOf(field(manifest, 'optionalDependencies')).map(([name]) => name);
  return [...new Set([...required, ...optional])];
}

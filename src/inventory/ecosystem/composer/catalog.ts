// The files of Composer: what it installed (vendor/composer/installed.json) and what it locked.
import {
  asArray,
  asRecord,
  field,
  keysOf,
  parseJson,
  stringField,
  stringsOf,
} from '../../../base/json.ts';
import { lineCursor } from '../../../base/line-cursor.ts';
import type { FoundPackage, Scope } from '../../../model/package.ts';
import { notRead, textOf, tooLargeToRead } from '../document.ts';
import { type Cataloger, type CatalogResult, type FileView, nothingFound } from '../ecosystem.ts';
import { packageList } from '../package-list.ts';

/** Reads installed.json of Composer 1 (an array) and 2 (an object that names development packages). */
export const installedPackages: Cataloger = {
  name: 'composer-installed',
  revision: 1,
  evidence: 'installed',
  globs: ['**/composer/installed.json'],
  parse(file) {
    const read = readDocument(file);
    if ('unknowns' in read) return read;
    const { document, text } = read;
    const development = new Set(stringsOf(field(document, 'dev-package-names')));
    const isVersion2 = asRecord(document) !== null;
    const packages = isVersion2 ? field(document, 'packages') : document;
    if (!Array.isArray(packages)) return notRead('not an installed.json of Composer');
    return packagesOf(text, [
      {
        packages,
        // Composer 1 does not tell them apart.
        scopeOf: (name) =>
          isVersion2 ? (development.has(name) ? 'development' : 'runtime') : undefined,
      },
    ]);
  },
};

/** Reads composer.lock. */
export const composerLock: Cataloger = {
  name: 'composer-lock',
  revision: 1,
  evidence: 'declared',
  globs: ['**/composer.lock'],
  parse(file) {
    // Packages ship their own lock files, which nobody uses.
    if (/(?:^|\/)vendor\/[^/]+\/[^/]+\//.test(file.path)) return nothingFound;
    const read = readDocument(file);
    if ('unknowns' in read) return read;
    const { document, text } = read;
    const packages = field(document, 'packages');
    if (!Array.isArray(packages)) return notRead('not a composer.lock');
    return packagesOf(text, [
      { packages, scopeOf: () => 'runtime' },
      { packages: asArray(field(document, 'packages-dev')), scopeOf: () => 'development' },
    ]);
  },
};

function readDocument(
  file: FileView,
): { readonly document: unknown; readonly text: string } | CatalogResult {
  const text = textOf(file);
  if (text === null) return tooLargeToRead(file);
  const parsed = parseJson(text);
  return parsed.ok ? { document: parsed.value, text } : notRead(parsed.reason);
}

interface Section {
  readonly packages: readonly unknown[];
  readonly scopeOf: (name: string) => Scope | undefined;
}

function packagesOf(text: string, sections: readonly Section[]): CatalogResult {
  const list = packageList();
  const lines = lineCursor(text);
  for (const { packages, scopeOf } of sections) {
    for (const entry of packages) {
      const name = stringField(entry, 'name');
      const version = stringField(entry, 'version');
      if (name === null || version === null) {
        list.skip();
        continue;
      }
      const line = lines.lineOf(`"name": ${JSON.stringify(name)}`);
      const found = packageOf(entry, { name, version, scope: scopeOf(name), line });
      if (found === null) list.skip();
      else list.add(found);
    }
  }
  return list.result();
}

interface Identity {
  readonly name: string;
  readonly version: string;
  readonly scope: Scope | undefined;
  readonly line: number | undefined;
}

/** Null when the name is not `vendor/project`, the only form that Composer accepts. */
function packageOf(entry: unknown, { name, version, scope, line }: Identity): FoundPackage | null {
  const [vendor, project, more] = name.split('/');
  if (!vendor || !project || more !== undefined) return null;
  // Platform requirements (php, ext-json, lib-icu) have no vendor.
  const dependsOn = keysOf(field(entry, 'require')).filter((needed) => needed.includes('/'));
  const isFolder = stringField(field(entry, 'dist'), 'type') === 'path';
  return {
    type: 'composer',
    namespace: vendor.toLowerCase(),
    name: project.toLowerCase(),
    // `dev-*` names a branch: it stays as it is, has no place in the order, and is told so.
    version,
    licences: stringsOf(field(entry, 'license')),
    origin: isFolder ? 'local' : 'registry',
    ...(scope === undefined ? {} : { scope }),
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
    ...(line === undefined ? {} : { line }),
  };
}

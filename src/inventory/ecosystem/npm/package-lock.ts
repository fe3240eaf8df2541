// package-lock.json and npm-shrinkwrap.json, lockfile versions 1, 2 and 3.
import { asRecord, entriesOf, field, keysOf, parseJson, stringField } from '../../../base/json.ts';
import { type LineCursor, lineCursor } from '../../../base/line-cursor.ts';
import type { Scope } from '../../../model/package.ts';
import { notRead, textOf, tooLargeToRead } from '../document.ts';
import { type Cataloger, type CatalogResult, type FileView, nothingFound } from '../ecosystem.ts';
import { type PackageList, packageList } from '../package-list.ts';
import { licencesOf } from './licence.ts';
import {
  type NpmOrigin,
  npmPackage,
  originOfRange,
  originOfResolved,
  splitSpecifier,
} from './package.ts';
import { isInsidePackage } from './path.ts';

/**
 * Reads npm's lock files (docs of npm, "package-lock.json"). Where both forms exist (version 2) the
 * `packages` map is read and the old `dependencies` tree is not.
 */
export const packageLock: Cataloger = {
  name: 'npm-package-lock',
  revision: 1,
  evidence: 'declared',
  globs: ['**/package-lock.json', '**/npm-shrinkwrap.json'],
  parse: parseLock,
};

function parseLock(file: FileView): CatalogResult {
  if (isInsidePackage(file.path)) return nothingFound;
  const text = textOf(file);
  if (text === null) return tooLargeToRead(file);
  const parsed = parseJson(text);
  if (!parsed.ok) return notRead(parsed.reason);
  const list = packageList();
  const lines = lineCursor(text);
  const packages = field(parsed.value, 'packages');
  const dependencies = field(parsed.value, 'dependencies');
  if (asRecord(packages) !== null) readPackages(packages, lines, list);
  else if (asRecord(dependencies) !== null) readTree(dependencies, lines, list);
  else if (asRecord(parsed.value) === null) return notRead('not an npm lock file');
  return list.result();
}

/** Versions 2 and 3: a flat map by folder. */
function readPackages(packages: unknown, lines: LineCursor, list: PackageList): void {
  for (const [path, entry] of entriesOf(packages)) {
    const folder = path.lastIndexOf('node_modules/');
    // Without node_modules it is the project, a workspace or a local folder; links point to these.
    if (folder === -1 || field(entry, 'link') === true) continue;
    const version = stringField(entry, 'version');
    const line = lines.lineOf(`${JSON.stringify(path)}:`);
    const resolved = stringField(entry, 'resolved');
    if (version === null) {
      // Placeholders of optional peers that were not installed have neither version nor source.
      if (resolved !== null) list.skip();
      continue;
    }
    add(list, {
      name: stringField(entry, 'name') ?? path.slice(folder + 'node_modules/'.length),
      version,
      licences: licencesOf(entry),
      scope: scopeOf(entry),
      origin: resolved === null ? 'registry' : originOfResolved(resolved),
      dependsOn: [
        ...keysOf(field(entry, 'dependencies')),
        ...keysOf(field(entry, 'optionalDependencies')),
      ],
      line,
    });
  }
}

/** Version 1: a tree; its depth is bounded by that of the document. */
function readTree(dependencies: unknown, lines: LineCursor, list: PackageList): void {
  for (const [name, entry] of entriesOf(dependencies)) {
    const line = lines.lineOf(`${JSON.stringify(name)}: {`);
    const version = stringField(entry, 'version');
    if (version === null) list.skip();
    else addFromTree({ name, version, entry, line, list });
    readTree(field(entry, 'dependencies'), lines, list);
  }
}

interface TreeEntry {
  readonly name: string;
  readonly version: string;
  readonly entry: unknown;
  readonly line: number | undefined;
  readonly list: PackageList;
}

function addFromTree({ name, version, entry, line, list }: TreeEntry): void {
  const alias = version.startsWith('npm:') ? splitSpecifier(version.slice(4)) : null;
  const origin = alias === null ? originOfRange(version) : 'registry';
  // `file:` is a folder of the project; its own packages follow below it.
  if (origin === 'local' && !version.endsWith('.tgz')) return;
  add(list, {
    name: alias?.name ?? name,
    version: alias?.rest ?? version,
    licences: [],
    scope: scopeOf(entry),
    origin,
    dependsOn: keysOf(field(entry, 'requires')),
    line,
  });
}

function scopeOf(entry: unknown): Scope {
  if (field(entry, 'dev') === true) return 'development';
  const optional = field(entry, 'optional') === true || field(entry, 'devOptional') === true;
  return optional ? 'optional' : 'runtime';
}

interface LockEntry {
  readonly name: string;
  readonly version: string;
  readonly licences: readonly string[];
  readonly scope: Scope;
  readonly origin: NpmOrigin;
  readonly dependsOn: readonly string[];
  readonly line: number | undefined;
}

function add(list: PackageList, entry: LockEntry): void {
  const found = npmPackage(entry);
  if (found === null) list.skip();
  else list.add(found);
}

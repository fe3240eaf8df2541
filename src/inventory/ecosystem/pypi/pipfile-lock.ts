// Pipfile.lock of pipenv: a map for each category of packages.
import { entriesOf, field, parseJson, stringField } from '../../../base/json.ts';
import { lineCursor } from '../../../base/line-cursor.ts';
import type { Scope } from '../../../model/package.ts';
import { notRead, textOf, tooLargeToRead } from '../document.ts';
import { type Cataloger, type CatalogResult, type FileView, nothingFound } from '../ecosystem.ts';
import { packageList } from '../package-list.ts';
import { type PythonOrigin, pythonPackage } from './package.ts';
import { isInsidePackage } from './path.ts';

/** Reads Pipfile.lock (pipfile-spec 6). */
export const pipfileLock: Cataloger = {
  name: 'pypi-pipfile-lock',
  revision: 1,
  evidence: 'declared',
  globs: ['**/Pipfile.lock'],
  parse: parseLock,
};

const scopes = new Map<string, Scope>([
  ['default', 'runtime'],
  ['develop', 'development'],
]);

function parseLock(file: FileView): CatalogResult {
  if (isInsidePackage(file.path)) return nothingFound;
  const text = textOf(file);
  if (text === null) return tooLargeToRead(file);
  const parsed = parseJson(text);
  if (!parsed.ok) return notRead(parsed.reason);
  if (field(parsed.value, '_meta') === undefined) return notRead('not a Pipfile.lock');
  const list = packageList();
  const lines = lineCursor(text);
  for (const [category, members] of entriesOf(parsed.value)) {
    if (category === '_meta') continue;
    for (const [name, entry] of entriesOf(members)) {
      const line = lines.lineOf(`${JSON.stringify(name)}: {`);
      const origin = originOf(entry);
      // A folder is the project's own; a repository has its commit in place of a version.
      const version = stringField(entry, 'version') ?? stringField(entry, 'ref');
      if (version === null) {
        if (origin !== 'local') list.skip();
        continue;
      }
      const scope = scopes.get(category);
      const found = pythonPackage({
        name,
        version: version.replace(/^=+/, ''),
        scope,
        origin,
        line,
      });
      if (found === null) list.skip();
      else list.add(found);
    }
  }
  return list.result();
}

function originOf(entry: unknown): PythonOrigin {
  if (stringField(entry, 'git') !== null) return 'git';
  if (stringField(entry, 'path') !== null) return 'local';
  return stringField(entry, 'file') === null ? 'registry' : 'url';
}

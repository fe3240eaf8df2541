// bun.lock: JSON with comments and trailing commas; packages are tuples whose first member is
// `name@version` or `name@place` and whose object member lists the dependencies.
import {
  asArray,
  asRecord,
  asString,
  entriesOf,
  field,
  keysOf,
  parseJsonWithComments,
} from '../../../base/json.ts';
import { lineCursor } from '../../../base/line-cursor.ts';
import type { Scope } from '../../../model/package.ts';
import { type DependencyEdge, scopesOf } from '../dependency-scope.ts';
import { notRead, textOf, tooLargeToRead } from '../document.ts';
import { type Cataloger, type CatalogResult, type FileView, nothingFound } from '../ecosystem.ts';
import { packageList } from '../package-list.ts';
import { manifestRoots } from './manifest.ts';
import { npmPackage, originOfRange, splitSpecifier } from './package.ts';
import { isInsidePackage } from './path.ts';

/** Reads bun.lock, the text lock file of Bun 1.2 and later. */
export const bunLock: Cataloger = {
  name: 'npm-bun-lock',
  revision: 1,
  evidence: 'declared',
  globs: ['**/bun.lock'],
  parse: parseLock,
};

function parseLock(file: FileView): CatalogResult {
  if (isInsidePackage(file.path)) return nothingFound;
  const text = textOf(file);
  if (text === null) return tooLargeToRead(file);
  const parsed = parseJsonWithComments(text);
  if (!parsed.ok) return notRead(parsed.reason);
  const packages = asRecord(field(parsed.value, 'packages'));
  if (packages === null) return notRead('not a bun lock file');
  const list = packageList();
  const lines = lineCursor(text);
  const scopes = scopesByKey(packages, field(parsed.value, 'workspaces'));
  for (const [key, tuple] of Object.entries(packages)) {
    const reference = splitSpecifier(asString(asArray(tuple)[0]) ?? '');
    if (reference === null) {
      list.skip();
      continue;
    }
    const { name, rest } = reference;
    if (isOfProject(rest)) continue;
    const found = npmPackage({
      name,
      version: versionOf(rest),
      origin: originOfRange(rest),
      scope: scopes.get(key),
      dependsOn: dependencyNames(tuple),
      line: lines.lineOf(`${JSON.stringify(key)}: [`),
    });
    if (found === null) list.skip();
    else list.add(found);
  }
  return list.result();
}

/** Workspaces, links, local folders and the root entry of a workspace are the project itself. */
function isOfProject(reference: string): boolean {
  return (
    /^(?:workspace|link|root):/.test(reference) ||
    (reference.startsWith('file:') && !/\.t(?:ar\.)?gz$/.test(reference))
  );
}

/** Packages from elsewhere carry no version: the commit or address stands in its place. */
function versionOf(reference: string): string {
  const hash = reference.lastIndexOf('#');
  return originOfRange(reference) === 'git' && hash !== -1 ? reference.slice(hash + 1) : reference;
}

/** The object member of the tuple; its place differs by kind. */
function detailsOf(tuple: unknown): unknown {
  return asArray(tuple).find((member) => asRecord(member) !== null);
}

function dependencyNames(tuple: unknown): readonly string[] {
  const details = detailsOf(tuple);
  return [
    ...keysOf(field(details, 'dependencies')),
    ...keysOf(field(details, 'optionalDependencies')),
  ];
}

/** Keys are paths of few names; a hostile one would make each lookup quadratic in its length. */
const longestKey = 2048;

/** Keys are paths of names (`a/b`: the b that a sees), so a name is looked up from below upwards. */
function scopesByKey(packages: object, workspaces: unknown): ReadonlyMap<string, Scope> {
  const known = new Set(Object.keys(packages));
  const resolveFrom = (path: string, name: string): string | undefined => {
    let base = path.length > longestKey ? '' : path;
    while (base !== '' && !known.has(`${base}/${name}`)) base = parentOf(base);
    const key = base === '' ? name : `${base}/${name}`;
    return known.has(key) ? key : undefined;
  };
  const roots = { runtime: [] as string[], optional: [] as string[], development: [] as string[] };
  for (const [, workspace] of entriesOf(workspaces)) {
    const base = asString(field(workspace, 'name')) ?? '';
    const own = manifestRoots(workspace, (name) => resolveFrom(known.has(base) ? base : '', name));
    roots.runtime.push(...own.runtime);
    roots.optional.push(...own.optional);
    roots.development.push(...own.development);
  }
  const edges = (key: string): readonly DependencyEdge[] => {
    const details = detailsOf(field(packages, key));
    return ['dependencies', 'peerDependencies', 'optionalDependencies'].flatMap((section) =>
      keysOf(field(details, section)).flatMap((name) => {
        const to = resolveFrom(key, name);
        return to === undefined ? [] : [{ to, optional: section === 'optionalDependencies' }];
      }),
    );
  };
  return scopesOf({ roots, edges });
}

/** `a/@s/b/c` -> `a/@s/b` -> `a` -> ''. */
function parentOf(path: string): string {
  const last = path.lastIndexOf('/');
  if (last === -1) return '';
  const before = path.slice(0, last);
  const scope = before.lastIndexOf('/');
  if (!before.startsWith('@', scope + 1)) return before;
  return scope === -1 ? '' : before.slice(0, scope);
}

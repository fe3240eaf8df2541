// poetry.lock of Poetry 1 and 2.
import {
  asArray,
  asString,
  entriesOf,
  field,
  keysOf,
  stringField,
  stringsOf,
} from '../../../base/json.ts';
import type { Scope } from '../../../model/package.ts';
import { type DependencyEdge, scopesOf } from '../dependency-scope.ts';
import type { CatalogContext, Cataloger, FileView } from '../ecosystem.ts';
import { normalisedName, type PythonOrigin } from './package.ts';
import { projectFiles } from './path.ts';
import { projectBesides, projectRoots } from './pyproject.ts';
import { readTomlLock } from './toml-lock.ts';

/** Reads poetry.lock; scopes come from its groups (2), categories (to 1.4) or pyproject.toml. */
export const poetryLock: Cataloger = {
  name: 'pypi-poetry-lock',
  revision: 1,
  evidence: 'declared',
  globs: ['**/poetry.lock'],
  companions: projectFiles,
  parse: (file, context) =>
    readTomlLock(file, {
      key: 'package',
      interpreter(document) {
        const fallback = scopesByReach(document, file, context);
        return ({ table, name, version }) => {
          const origin = originOf(table);
          return {
            name,
            version,
            origin,
            scope: toldScope(table) ?? fallback.get(normalisedName(name)),
            dependsOn: keysOf(field(table, 'dependencies')),
          };
        };
      },
    }),
};

/** Kinds of `source`; `legacy` is an index other than the public one. */
const origins = new Map<string, PythonOrigin>([
  ['git', 'git'],
  ['directory', 'local'],
  ['file', 'local'],
  ['url', 'url'],
]);

function originOf(table: unknown): PythonOrigin {
  return origins.get(stringField(field(table, 'source'), 'type') ?? '') ?? 'registry';
}

function toldScope(table: unknown): Scope | null {
  const groups = stringsOf(field(table, 'groups'));
  const category = asString(field(table, 'category'));
  if (groups.length === 0 && category === null) return null;
  const isMain = groups.includes('main') || category === 'main';
  if (!isMain) return 'development';
  return field(table, 'optional') === true ? 'optional' : 'runtime';
}

/** Poetry 1.5 to 1.8 tell nothing: what the project asks for is followed through the file. */
function scopesByReach(
  document: unknown,
  file: FileView,
  context: CatalogContext,
): ReadonlyMap<string, Scope> {
  const tables = asArray(field(document, 'package'));
  if (tables.some((table) => toldScope(table) !== null)) return new Map();
  const project = projectBesides(file, context);
  if (project === null) return new Map();
  const needs = new Map<string, DependencyEdge[]>();
  for (const table of tables) {
    const key = normalisedName(stringField(table, 'name') ?? '');
    const edges = needs.get(key) ?? [];
    for (const [name, wanted] of entriesOf(field(table, 'dependencies'))) {
      edges.push({ to: normalisedName(name), optional: field(wanted, 'optional') === true });
    }
    needs.set(key, edges);
  }
  return scopesOf({ roots: projectRoots(project), edges: (key) => needs.get(key) ?? [] });
}

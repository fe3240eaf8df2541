// uv.lock: packages with their dependencies; the project and its workspace are among them.
import { asArray, entriesOf, field, stringField } from '../../../base/json.ts';
import type { Scope } from '../../../model/package.ts';
import { type DependencyEdge, scopesOf } from '../dependency-scope.ts';
import type { Cataloger } from '../ecosystem.ts';
import type { PythonOrigin } from './package.ts';
import { readTomlLock } from './toml-lock.ts';

/** Reads uv.lock; scopes come from the dependencies of the workspace's members. */
export const uvLock: Cataloger = {
  name: 'pypi-uv-lock',
  revision: 1,
  evidence: 'declared',
  globs: ['**/uv.lock'],
  parse: (file) =>
    readTomlLock(file, {
      key: 'package',
      interpreter(document) {
        const scopes = scopesByName(asArray(field(document, 'package')));
        return ({ table, name, version }) => {
          const origin = originOf(table);
          if (origin === 'project') return null;
          const dependsOn = dependenciesOf(table).map((dependency) => dependency.name);
          return { name, version, origin, scope: scopes.get(name), dependsOn };
        };
      },
    }),
};

/** `virtual`, `editable` and `directory` are the project, its workspace and folders beside it. */
function originOf(table: unknown): PythonOrigin | 'project' {
  const [kind = ''] = entriesOf(field(table, 'source')).map(([key]) => key);
  switch (kind) {
    case 'virtual':
    case 'editable':
    case 'directory':
      return 'project';
    case 'git':
      return 'git';
    case 'path':
      return 'local';
    case 'url':
      return 'url';
    default:
      return 'registry';
  }
}

interface Dependency {
  readonly name: string;
  readonly extras: readonly string[];
}

function dependenciesOf(table: unknown): readonly Dependency[] {
  return dependencyList(field(table, 'dependencies'));
}

function dependencyList(list: unknown): readonly Dependency[] {
  return asArray(list).flatMap((item) => {
    const name = stringField(item, 'name');
    const extras = asArray(field(item, 'extra')).filter((extra) => typeof extra === 'string');
    return name === null ? [] : [{ name, extras }];
  });
}

/** Keys are `name` and `name[extra]`; forks of one name share them. */
function keysOfDependency({ name, extras }: Dependency): readonly string[] {
  return [name, ...extras.map((extra) => `${name}[${extra}]`)];
}

function scopesByName(tables: readonly unknown[]): ReadonlyMap<string, Scope> {
  const needs = new Map<string, DependencyEdge[]>();
  const roots = { runtime: [] as string[], optional: [] as string[], development: [] as string[] };
  const need = (key: string, dependencies: readonly Dependency[]) => {
    const known = needs.get(key) ?? [];
    for (const to of dependencies.flatMap(keysOfDependency)) known.push({ to, optional: false });
    needs.set(key, known);
  };
  for (const table of tables) {
    const name = stringField(table, 'name') ?? '';
    const extras = entriesOf(field(table, 'optional-dependencies'));
    const groups = entriesOf(field(table, 'dev-dependencies'));
    if (originOf(table) === 'project') {
      roots.runtime.push(...dependenciesOf(table).flatMap(keysOfDependency));
      for (const [, list] of extras) {
        roots.optional.push(...dependencyList(list).flatMap(keysOfDependency));
      }
      for (const [, list] of groups) {
        roots.development.push(...dependencyList(list).flatMap(keysOfDependency));
      }
    } else {
      need(name, dependenciesOf(table));
      for (const [extra, list] of extras) need(`${name}[${extra}]`, dependencyList(list));
    }
  }
  return scopesOf({ roots, edges: (key) => needs.get(key) ?? [] });
}

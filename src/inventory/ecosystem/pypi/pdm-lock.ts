// pdm.lock: packages with the groups that need them (lock version 4.4 and later).
import { field, keysOf, stringField, stringsOf } from '../../../base/json.ts';
import type { Scope } from '../../../model/package.ts';
import type { Cataloger } from '../ecosystem.ts';
import { nameOfRequirement, type PythonOrigin } from './package.ts';
import { projectFiles } from './path.ts';
import { projectBesides } from './pyproject.ts';
import { readTomlLock } from './toml-lock.ts';

/** Reads pdm.lock; pyproject.toml tells which of its groups are for development. */
export const pdmLock: Cataloger = {
  name: 'pypi-pdm-lock',
  revision: 1,
  evidence: 'declared',
  globs: ['**/pdm.lock'],
  companions: projectFiles,
  parse: (file, context) =>
    readTomlLock(file, {
      key: 'package',
      interpreter() {
        const extras = optionalGroups(projectBesides(file, context));
        return ({ table, name, version }) => {
          const origin = originOf(table);
          return {
            name,
            version,
            origin,
            scope: scopeOf(table, extras),
            dependsOn: stringsOf(field(table, 'dependencies')).flatMap(
              (requirement) => nameOfRequirement(requirement) ?? [],
            ),
          };
        };
      },
    }),
};

function originOf(table: unknown): PythonOrigin {
  if (stringField(table, 'git') !== null) return 'git';
  if (stringField(table, 'path') !== null) return 'local';
  return stringField(table, 'url') === null ? 'registry' : 'url';
}

/** Names of the project's extras; null without a project file. */
function optionalGroups(project: unknown): readonly string[] | null {
  if (project === null) return null;
  return keysOf(field(field(project, 'project'), 'optional-dependencies'));
}

function scopeOf(table: unknown, extras: readonly string[] | null): Scope | undefined {
  const groups = stringsOf(field(table, 'groups'));
  if (groups.includes('default')) return 'runtime';
  if (groups.length === 0 || extras === null) return undefined;
  return groups.some((group) => extras.includes(group)) ? 'optional' : 'development';
}

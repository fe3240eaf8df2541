// pylock.toml, the standard lock file (PEP 751).
import { asArray, field, stringField } from '../../../base/json.ts';
import type { Scope } from '../../../model/package.ts';
import type { Cataloger } from '../ecosystem.ts';
import type { PythonOrigin } from './package.ts';
import { readTomlLock } from './toml-lock.ts';

/** Reads pylock.toml and pylock.<name>.toml. */
export const pylock: Cataloger = {
  name: 'pypi-pylock',
  revision: 1,
  evidence: 'declared',
  globs: ['**/pylock.toml', '**/pylock.*.toml'],
  parse: (file) =>
    readTomlLock(file, {
      key: 'packages',
      interpreter:
        () =>
        ({ table, name, version }) => {
          // A folder is the project or lies beside it; its version is not recorded.
          if (field(table, 'directory') !== undefined) return null;
          const origin = originOf(table);
          const dependsOn = asArray(field(table, 'dependencies')).flatMap(
            (dependency) => stringField(dependency, 'name') ?? [],
          );
          return { name, version, origin, scope: scopeOf(table), dependsOn };
        },
    }),
};

function originOf(table: unknown): PythonOrigin {
  if (field(table, 'vcs') !== undefined) return 'git';
  return field(table, 'archive') === undefined ? 'registry' : 'url';
}

/** The marker variables of PEP 751 tell what needs a package. */
function scopeOf(table: unknown): Scope | undefined {
  const marker = stringField(table, 'marker') ?? '';
  if (/\bin\s+dependency_groups\b/.test(marker)) return 'development';
  return /\bin\s+extras\b/.test(marker) ? 'optional' : undefined;
}

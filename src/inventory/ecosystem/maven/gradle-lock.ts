// gradle.lockfile (Gradle user manual, "Locking dependency versions"): `group:artifact:version=configurations`.
import type { Scope } from '../../../model/package.ts';
import type { CatalogResult } from '../ecosystem.ts';
import { isCoordinate, packageList } from '../package-list.ts';

/** Every locked dependency; `build` for the build script's own. Odd lines are counted. */
export function parseGradleLock(
  text: string,
  options: { readonly buildScript: boolean },
): CatalogResult {
  const list = packageList();
  let line = 0;
  for (const raw of text.split('\n')) {
    line += 1;
    const entry = raw.trim();
    if (entry === '' || entry.startsWith('#') || entry.startsWith('empty=')) continue;
    const equals = entry.indexOf('=');
    const parts = (equals < 0 ? entry : entry.slice(0, equals)).split(':');
    const [namespace = '', name = '', version = ''] = parts;
    if (parts.length !== 3 || !isCoordinate(namespace)) {
      list.skip();
      continue;
    }
    const configurations = equals < 0 ? [] : entry.slice(equals + 1).split(',');
    const scope = options.buildScript ? 'build' : scopeOf(configurations);
    list.add({ type: 'maven', namespace, name, version, licences: [], scope, line });
  }
  return list.result();
}

/** Configurations are free words; Gradle's own plugins name those of tests `test...`. */
function scopeOf(configurations: readonly string[]): Scope {
  const named = configurations.filter((name) => name !== '');
  if (named.length === 0) return 'runtime';
  if (named.every((name) => name.toLowerCase().includes('test'))) return 'development';
  if (named.every((name) => name.toLowerCase().includes('annotationprocessor'))) return 'build';
  return 'runtime';
}

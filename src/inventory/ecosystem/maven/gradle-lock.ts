// gradle.lockfile (Gradle user manual, "Locking dependency versions"): `group:artifact:version=configurations`.
import type { FoundPackage, Scope } from '../../../model/package.ts';
import type { CatalogResult } from '../ecosystem.ts';

/** Every locked dependency; `build` for the build script's own. Odd lines are counted in one unknown. */
export function parseGradleLock(
  text: string,
  options: { readonly buildScript: boolean; readonly packagesLimit: number },
): CatalogResult {
  const packages: FoundPackage[] = [];
  let odd = 0;
  let line = 0;
  for (const raw of text.split('\n')) {
    line += 1;
    const entry = raw.trim();
    if (entry === '' || entry.startsWith('#') || entry.startsWith('empty=')) continue;
    const equals = entry.indexOf('=');
    const parts = (equals < 0 ? entry : entry.slice(0, equals)).split(':');
    const [namespace = '', name = '', version = ''] = parts;
    if (parts.length !== 3 || namespace === '' || name === '' || version === '') {
      odd += 1;
      continue;
    }
    if (packages.length >= options.packagesLimit) {
      return { packages, unknowns: [{ reason: `more than ${options.packagesLimit} packages` }] };
    }
    const configurations = equals < 0 ? [] : entry.slice(equals + 1).split(',');
    const scope = options.buildScript ? 'build' : scopeOf(configurations);
    packages.push({ type: 'maven', namespace, name, version, licences: [], scope, line });
  }
  const unknowns = odd === 0 ? [] : [{ reason: `${odd} lines that are no locked dependency` }];
  return { packages, unknowns };
}

/** Configurations are free words; Gradle's own plugins name those of tests `test...`. */
function scopeOf(configurations: readonly string[]): Scope {
  const named = configurations.filter((name) => name !== '');
  if (named.length === 0) return 'runtime';
  if (named.every((name) => name.toLowerCase().includes('test'))) return 'development';
  if (named.every((name) => name.toLowerCase().includes('annotationprocessor'))) return 'build';
  return 'runtime';
}

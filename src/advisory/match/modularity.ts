// Module streams of rpm distributions (`nodejs:18`): advisories for a module speak only for
// packages built in that stream, and those of plain packages not for modular builds.
import type { VersionScheme } from '../../inventory/ecosystem/ecosystem.ts';
import type { OsvRange } from '../../model/advisory.ts';

const moduleBuild = /[.+]module[_+]/;

/** True for a version built in a module: `1.14.1-9.module_el8.3.0+2165+af250afe`. */
export function isModuleBuild(version: string): boolean {
  return moduleBuild.test(version);
}

export interface ModulePackage {
  readonly version: string;
  /** `name:stream:version:context:arch` of the rpm database, where the label is kept. */
  readonly modularity?: string;
}

/** True for a package that was built in a module: advisories of plain packages are not about it. */
export function isModular(found: ModulePackage): boolean {
  return found.modularity !== undefined || isModuleBuild(found.version);
}

/**
 * Whether an advisory entry may speak for a package as far as modules go. `stream` is the
 * advisory's `name:stream` or null. An entry without any fixed version does not tell whether it
 * means the modular builds; it is heard for both.
 */
export function speaksForModule(
  found: ModulePackage,
  advisory: { readonly stream: string | null; readonly ranges: readonly OsvRange[] },
): boolean {
  const modularPackage = isModular(found);
  const modularAdvisory = advisory.stream !== null || fixesAreModular(advisory.ranges);
  if (modularAdvisory === null) return true;
  if (modularAdvisory !== modularPackage) return false;
  if (advisory.stream === null || found.modularity === undefined) return true;
  const [name = '', stream = ''] = found.modularity.split(':', 2);
  return advisory.stream === `${name}:${stream}`;
}

/** True or false as the fixed versions say; null when there are none. */
export function fixesAreModular(ranges: readonly OsvRange[]): boolean | null {
  let any = false;
  for (const range of ranges) {
    for (const { fixed } of range.events) {
      if (fixed === undefined) continue;
      if (isModuleBuild(fixed)) return true;
      any = true;
    }
  }
  return any ? false : null;
}

/**
 * An erratum lists one fixed version for each minor release in which the module was rebuilt from
 * the same source (`1.0-2.module_el8.3.0+...`, `1.0-2.module_el8.5.0+...`). Each has the fix, so of
 * ranges `[0, fixed)` that are equal before the build tag only the lowest is kept.
 */
export function withoutRebuilds(
  ranges: readonly OsvRange[],
  order: VersionScheme,
): readonly OsvRange[] {
  if (ranges.length < 2) return ranges;
  const lowest = new Map<string, { readonly range: OsvRange; readonly fixed: string }>();
  const kept: OsvRange[] = [];
  for (const range of ranges) {
    const fixed = onlyFix(range);
    const tag = fixed === null ? -1 : fixed.search(moduleBuild);
    if (fixed === null || tag < 0) {
      kept.push(range);
      continue;
    }
    const source = fixed.slice(0, tag);
    const known = lowest.get(source);
    if (known === undefined || order.compare(fixed, known.fixed) < 0) {
      lowest.set(source, { range, fixed });
    }
  }
  for (const { range } of lowest.values()) kept.push(range);
  return kept;
}

/** The fixed version of a range that is exactly `[0, fixed)`, else null. */
function onlyFix(range: OsvRange): string | null {
  let fix: string | null = null;
  for (const event of range.events) {
    if (event.last_affected !== undefined || event.limit !== undefined) return null;
    if (event.introduced !== undefined && event.introduced !== '0') return null;
    if (event.fixed === undefined) continue;
    if (fix !== null) return null;
    fix = event.fixed;
  }
  return fix;
}

// Which package needs which, as far as the names that packages give can be resolved without
// guessing.
import type { Package } from '../model/package.ts';

/** purl -> purls that it needs, sorted; a package of which none is known is missing. */
export type DependencyGraph = ReadonlyMap<string, readonly string[]>;

/**
 * Resolves `dependsOn` by name within one package type. Of several packages of that name only one
 * in the same file (a lock file, a package database) is taken; what stays ambiguous is left out.
 */
export function dependencyGraph(packages: readonly Package[]): DependencyGraph {
  const graph = new Map<string, readonly string[]>();
  const dependents = packages.filter(({ dependsOn = [] }) => dependsOn.length > 0);
  if (dependents.length === 0) return graph;
  const byName = indexOf(packages);
  for (const one of dependents) {
    const needed = new Set<string>();
    for (const name of one.dependsOn ?? []) {
      const found = byName.get(`${one.type}\0${name}`);
      const target = Array.isArray(found) ? choose(one, found) : found;
      if (target !== undefined && target.purl !== one.purl) needed.add(target.purl);
    }
    if (needed.size > 0) graph.set(one.purl, [...needed].sort());
  }
  return graph;
}

/** Most names stand for one package: only the others cost a list. */
function indexOf(packages: readonly Package[]): ReadonlyMap<string, Package | Package[]> {
  const byName = new Map<string, Package | Package[]>();
  for (const one of packages) {
    for (const name of namesOf(one)) {
      const key = `${one.type}\0${name}`;
      const known = byName.get(key);
      if (known === undefined) byName.set(key, one);
      else if (Array.isArray(known)) known.push(one);
      else byName.set(key, [known, one]);
    }
  }
  return byName;
}

/** `log4j-core`, and with its namespace `@babel/core` or `org.apache:log4j-core`. */
function namesOf({ namespace, name, type }: Package): readonly string[] {
  if (namespace === null || namespace === '') return [name];
  if (['deb', 'apk', 'rpm', 'opkg'].includes(type)) return [name];
  return type === 'maven'
    ? [`${namespace}:${name}`, `${namespace}/${name}`]
    : [`${namespace}/${name}`];
}

function choose(from: Package, candidates: readonly Package[]): Package | undefined {
  const files = new Set(from.locations.map(({ path }) => path));
  const near = candidates.filter(({ locations }) => locations.some(({ path }) => files.has(path)));
  if (near.length === 1) return near[0];
  const architecture = from.qualifiers?.['arch'];
  if (architecture === undefined) return undefined;
  const same = near.filter(({ qualifiers }) => qualifiers?.['arch'] === architecture);
  return same.length === 1 ? same[0] : undefined;
}

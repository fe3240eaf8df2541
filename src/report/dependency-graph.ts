// Which package needs which, as far as the names that packages give can be resolved without
// guessing.
import type { Package } from '../model/package.ts';

/** purl -> purls that it needs, sorted; a package is missing when it does not say what it needs. */
export type DependencyGraph = ReadonlyMap<string, readonly string[]>;

/**
 * Resolves `dependsOn` by name within one package type. Of several packages of that name only one
 * in the same file (a lock file, a package database) is taken; what stays ambiguous is left out.
 */
export function dependencyGraph(packages: readonly Package[]): DependencyGraph {
  const byName = new Map<string, Package[]>();
  for (const one of packages) {
    for (const name of namesOf(one)) {
      const key = `${one.type}\0${name}`;
      const list = byName.get(key);
      if (list === undefined) byName.set(key, [one]);
      else list.push(one);
    }
  }
  const graph = new Map<string, readonly string[]>();
  for (const one of packages) {
    if (one.dependsOn === undefined) continue;
    const needed = new Set<string>();
    for (const name of one.dependsOn) {
      const target = choose(one, byName.get(`${one.type}\0${name}`) ?? []);
      if (target !== null && target.purl !== one.purl) needed.add(target.purl);
    }
    graph.set(one.purl, [...needed].sort());
  }
  return graph;
}

/** `log4j-core`, and with its namespace `@babel/core` or `org.apache:log4j-core`. */
function namesOf({ namespace, name, type }: Package): readonly string[] {
  if (namespace === null || namespace === '') return [name];
  if (['deb', 'apk', 'rpm', 'opkg'].includes(type)) return [name];
  return type === 'maven'
    ? [`${namespace}:${name}`, `${namespace}/${name}`]
    : [`${namespace}/${name}`];
}

function choose(from: Package, candidates: readonly Package[]): Package | null {
  const [first] = candidates;
  if (candidates.length <= 1) return first ?? null;
  const files = new Set(from.locations.map(({ path }) => path));
  const near = candidates.filter(({ locations }) => locations.some(({ path }) => files.has(path)));
  if (near.length === 1) return near[0] ?? null;
  const architecture = from.qualifiers?.['arch'];
  const same = near.filter(({ qualifiers }) => qualifiers?.['arch'] === architecture);
  return architecture !== undefined && same.length === 1 ? (same[0] ?? null) : null;
}

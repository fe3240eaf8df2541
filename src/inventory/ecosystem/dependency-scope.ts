// Which packages of a lock file reach production, for formats that mark only the first dependencies.
import type { Scope } from '../../model/package.ts';

export interface DependencyEdge {
  readonly to: string;
  readonly optional: boolean;
}

export interface DependencyGraph {
  /** What the project itself asks for, by keys of the lock file. */
  readonly roots: {
    readonly runtime: readonly string[];
    readonly optional: readonly string[];
    readonly development: readonly string[];
  };
  /** What the package of this key asks for. */
  edges(key: string): readonly DependencyEdge[];
}

/**
 * The scope of every key that can be reached. `runtime`: by required edges from a runtime root;
 * `optional`: else by any edge from a runtime or optional root; `development`: the rest.
 * Linear in packages and edges.
 */
export function scopesOf(graph: DependencyGraph): ReadonlyMap<string, Scope> {
  const scopes = new Map<string, Scope>();
  const optional = new Set(graph.roots.optional);
  spread(graph.roots.runtime, 'runtime', (edge) => {
    if (edge.optional) optional.add(edge.to);
    return !edge.optional;
  });
  spread([...optional], 'optional', () => true);
  spread(graph.roots.development, 'development', () => true);
  return scopes;

  function spread(
    roots: readonly string[],
    scope: Scope,
    follow: (edge: DependencyEdge) => boolean,
  ): void {
    const pending = roots.filter((key) => !scopes.has(key));
    for (const key of pending) scopes.set(key, scope);
    for (let key = pending.pop(); key !== undefined; key = pending.pop()) {
      for (const edge of graph.edges(key)) {
        if (!follow(edge) || scopes.has(edge.to)) continue;
        scopes.set(edge.to, scope);
        pending.push(edge.to);
      }
    }
  }
}

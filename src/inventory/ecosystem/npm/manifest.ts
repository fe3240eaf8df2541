// What a package.json asks for, as roots of the lock file's graph.
import { asString, entriesOf, field } from '../../../base/json.ts';
import type { DependencyGraph } from '../dependency-scope.ts';

/** Finds the entry of the lock file for a dependency of the project. */
export type Resolve = (name: string, range: string) => string | undefined;

/** `dependencies` and peers, `optionalDependencies`, `devDependencies` of a manifest or workspace. */
export function manifestRoots(manifest: unknown, resolve: Resolve): DependencyGraph['roots'] {
  const optionalNames = new Set(
    entriesOf(field(manifest, 'optionalDependencies')).map(([name]) => name),
  );
  const roots = (section: string, left: ReadonlySet<string>) =>
    entriesOf(field(manifest, section)).flatMap(([name, range]) => {
      const key = left.has(name) ? undefined : resolve(name, asString(range) ?? '');
      return key === undefined ? [] : [key];
    });
  const none: ReadonlySet<string> = new Set();
  return {
    // npm and yarn let an optional dependency override a required one of the same name.
    runtime: [...roots('dependencies', optionalNames), ...roots('peerDependencies', none)],
    optional: roots('optionalDependencies', none),
    development: roots('devDependencies', none),
  };
}

// pnpm-lock.yaml, lockfile versions 5.x, 6.0 and 9.0.
import type { Scope } from '../../../model/package.ts';
import { type DependencyEdge, scopesOf } from '../dependency-scope.ts';
import { notRead, textOf, tooLargeToRead } from '../document.ts';
import { type Cataloger, type CatalogResult, type FileView, nothingFound } from '../ecosystem.ts';
import { packageList } from '../package-list.ts';
import { type NpmEntry, npmPackage, originOfRange } from './package.ts';
import { isInsidePackage } from './path.ts';
import { type PnpmEntry, type ReadPnpmLock, readPnpmLock } from './pnpm-entries.ts';
import { keyOfDependency, parsePnpmKey } from './pnpm-key.ts';

/** Reads pnpm-lock.yaml; scopes come from its flags (to 6.0) or its importers (9.0). */
export const pnpmLock: Cataloger = {
  name: 'npm-pnpm-lock',
  revision: 1,
  evidence: 'declared',
  globs: ['**/pnpm-lock.yaml'],
  parse: parseLock,
};

function parseLock(file: FileView): CatalogResult {
  if (isInsidePackage(file.path)) return nothingFound;
  const text = textOf(file);
  if (text === null) return tooLargeToRead(file);
  const lock = readPnpmLock(text);
  if (!lock.ok) return notRead(lock.reason);
  const list = packageList();
  const { scopes, missing } = graphOf(lock);
  if (missing > 0) {
    list.note(`${missing} dependencies have no entry: the lock file is cut off or damaged`);
  }
  const snapshots = dependenciesOfSnapshots(lock.snapshots);
  for (const [key, entry] of lock.packages) {
    const identity = identityOf(key, entry);
    if (identity === 'folder') continue;
    const found =
      identity === null
        ? null
        : npmPackage({
            ...identity,
            scope: entry.scope ?? scopes.get(identityKey(key)),
            dependsOn: snapshots.get(key) ?? [...entry.dependencies.keys()],
            line: entry.line === 0 ? undefined : entry.line,
          });
    if (found === null) list.skip();
    else list.add(found);
  }
  return list.result();
}

/** Name, version and origin. Null: not understood; a folder of the project is no package. */
function identityOf(key: string, entry: PnpmEntry): NpmEntry | 'folder' | null {
  const parsed = parsePnpmKey(key);
  const { reference } = parsed;
  const name = entry.name ?? parsed.name;
  if (entry.isFolder || reference.startsWith('link:')) return 'folder';
  if (name === null) return null;
  const isVersion = /^\d/.test(reference) && !entry.isGit;
  const origin = entry.isGit ? 'git' : isVersion ? 'registry' : originOfReference(reference);
  const version = entry.version ?? (isVersion ? reference : commitOf(reference));
  return version === null ? null : { name, version, origin };
}

/** Keys of git hosts have no scheme in 5.x and 6.0: `github.com/a/b/<commit>`. */
function originOfReference(reference: string): NonNullable<NpmEntry['origin']> {
  const origin = originOfRange(reference);
  return origin === 'registry' ? 'git' : origin;
}

/** The commit at the end of a git reference, as the only version there is. */
function commitOf(reference: string): string | null {
  return /[0-9a-f]{40}$/.exec(reference)?.[0] ?? null;
}

/** Names by key without peers; several snapshots of one package differ only in their peers. */
function dependenciesOfSnapshots(
  snapshots: ReadonlyMap<string, PnpmEntry>,
): ReadonlyMap<string, readonly string[]> {
  return new Map(
    [...snapshots].map(([key, { dependencies }]) => [identityKey(key), [...dependencies.keys()]]),
  );
}

/** Packages of 9.0 are keyed without peers, their snapshots with them. */
function identityKey(key: string): string {
  const bracket = key.indexOf('(');
  return bracket === -1 ? key : key.slice(0, bracket);
}

interface LockGraph {
  readonly scopes: ReadonlyMap<string, Scope>;
  /** References to entries that the file does not hold. */
  readonly missing: number;
}

/** Scopes by key without peers, for lock files whose entries do not tell (9.0). */
function graphOf(lock: ReadPnpmLock): LockGraph {
  const nodes = lock.snapshots.size > 0 ? lock.snapshots : lock.packages;
  let missing = 0;
  const keysOf = (name: string, value: string): readonly string[] => {
    const key = keyOfDependency(name, value, nodes);
    if (key !== undefined) return [key];
    if (!/^(?:link|file|workspace):/.test(value)) missing += 1;
    return [];
  };
  const roots = (dependencies: readonly (readonly [string, string])[]) =>
    dependencies.flatMap(([name, value]) => keysOf(name, value));
  const edges = (key: string): readonly DependencyEdge[] => {
    const node = nodes.get(key);
    return [...(node?.dependencies ?? [])].flatMap(([name, value]) =>
      keysOf(name, value).map((to) => ({ to, optional: node?.optional.has(name) === true })),
    );
  };
  const scopes = scopesOf({
    roots: {
      runtime: roots(lock.roots.runtime),
      optional: roots(lock.roots.optional),
      development: roots(lock.roots.development),
    },
    edges,
  });
  // One package may have several snapshots, of which one reaches production.
  const order: readonly Scope[] = ['development', 'optional', 'runtime'];
  const widest = order.flatMap((wanted) =>
    [...scopes]
      .filter(([, scope]) => scope === wanted)
      .map(([key, scope]) => [identityKey(key), scope] as const),
  );
  return { scopes: new Map(widest), missing };
}

// yarn.lock of Yarn 1 (its own format) and of Yarn 2 and later (YAML). Both list patterns such as
// `a@^1.0.0` with what they resolve to; neither says what is for development only.
import { field, parseJson } from '../../../base/json.ts';
import type { Scope } from '../../../model/package.ts';
import { type DependencyEdge, scopesOf } from '../dependency-scope.ts';
import { notRead, textOf, tooLargeToRead } from '../document.ts';
import {
  type CatalogContext,
  type Cataloger,
  type CatalogResult,
  type FileView,
  nothingFound,
} from '../ecosystem.ts';
import { packageList } from '../package-list.ts';
import { manifestRoots, type Resolve } from './manifest.ts';
import { type NpmOrigin, npmPackage, originOfRange, splitSpecifier } from './package.ts';
import { besides, isInsidePackage } from './path.ts';
import { readYarnEntries, type YarnEntry } from './yarn-entries.ts';

/** Reads yarn.lock; scopes come from the package.json beside it. */
export const yarnLock: Cataloger = {
  name: 'npm-yarn-lock',
  revision: 1,
  evidence: 'declared',
  globs: ['**/yarn.lock'],
  // The package.json beside the lock; deeper ones would hold each package.json of a large image.
  companions: ['package.json', '*/package.json', '*/*/package.json', '*/*/*/package.json'],
  parse: parseLock,
};

function parseLock(file: FileView, context: CatalogContext): CatalogResult {
  if (isInsidePackage(file.path)) return nothingFound;
  const text = textOf(file);
  if (text === null) return tooLargeToRead(file);
  const read = readYarnEntries(text);
  if (!read.ok) return notRead(read.reason);
  const scopes = scopesByEntry(read.entries, manifestBesides(file, context));
  const list = packageList();
  for (const [index, entry] of read.entries.entries()) {
    const identity = identityOf(entry);
    if (identity === 'workspace') continue;
    const found =
      identity === null
        ? null
        : npmPackage({
            ...identity,
            scope: scopes.get(String(index)),
            dependsOn: [...entry.dependencies.keys(), ...entry.optional.keys()],
            line: entry.line === 0 ? undefined : entry.line,
          });
    if (found === null) list.skip();
    else list.add(found);
  }
  return list.result();
}

interface Identity {
  readonly name: string;
  readonly version: string;
  readonly origin: NpmOrigin;
}

/** Name and version as published: aliases and patches are unwrapped. Null: not understood. */
function identityOf(entry: YarnEntry): Identity | 'workspace' | null {
  const reference = splitSpecifier(entry.resolution ?? entry.patterns[0] ?? '');
  if (reference === null || entry.version === null) return null;
  const { name, rest } = reference;
  if (rest.startsWith('workspace:') || rest.startsWith('link:')) return 'workspace';
  if (rest.startsWith('patch:')) return patched(rest, entry.version);
  if (!rest.startsWith('npm:')) {
    return { name, version: entry.version, origin: originOfRange(rest) };
  }
  // Yarn 1 keeps an alias in the pattern; in the resolution of later ones it is gone.
  const target = splitSpecifier(rest.slice('npm:'.length));
  const real = target === null || target.rest.startsWith(':') ? name : target.name;
  return {
    name: entry.resolution === null ? real : name,
    version: entry.version,
    origin: 'registry',
  };
}

/** `patch:a@npm%3A1.0.0#...`: the package below the patch. */
function patched(reference: string, version: string): Identity | null {
  const inner = reference.slice('patch:'.length).split('#', 1)[0] ?? '';
  const target = splitSpecifier(decoded(inner));
  if (target === null) return null;
  const range = target.rest.startsWith('npm:') ? '' : target.rest;
  return { name: target.name, version, origin: originOfRange(range) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function manifestBesides(file: FileView, context: CatalogContext): unknown {
  const companion = context.companion(besides(file.path, 'package.json'));
  const text = companion === null ? null : textOf(companion);
  const parsed = text === null ? null : parseJson(text);
  return parsed?.ok === true ? parsed.value : null;
}

/** Scopes by index of the entry; empty without a manifest. */
function scopesByEntry(
  entries: readonly YarnEntry[],
  manifest: unknown,
): ReadonlyMap<string, Scope> {
  if (manifest === null) return new Map();
  const byPattern = new Map<string, string>();
  const patches = new Map<string, string>();
  for (const [index, entry] of entries.entries()) {
    for (const pattern of entry.patterns) {
      byPattern.set(pattern, String(index));
      const base = patternBelowPatch(pattern);
      if (base !== null) patches.set(base, String(index));
    }
  }
  const resolve: Resolve = (name, range) =>
    byPattern.get(`${name}@${range}`) ?? byPattern.get(`${name}@npm:${range}`);
  const edges = (key: string) => edgesOf(entries[Number(key)], resolve, patches);
  const scopes = scopesOf({ roots: manifestRoots(manifest, resolve), edges });
  if (field(manifest, 'workspaces') === undefined) return scopes;
  // Other workspaces may use for production what the root uses for development.
  const workspaces = [...entries.keys()].filter((index) => isWorkspace(entries[index]));
  const elsewhere = scopesOf({
    roots: { runtime: workspaces.map(String), optional: [], development: [] },
    edges,
  });
  return new Map(
    [...scopes].filter(
      ([key, scope]) => scope === 'runtime' || (workspaces.length > 0 && !elsewhere.has(key)),
    ),
  );
}

/** A workspace other than the root; only Yarn 2 and later list them. */
function isWorkspace(entry: YarnEntry | undefined): boolean {
  const resolution = entry?.resolution ?? '';
  return resolution.includes('@workspace:') && !resolution.endsWith('@workspace:.');
}

/** `a@patch:a@npm%3A^1#...` -> `a@npm:^1`: Yarn asks for the base, and then patches it. */
function patternBelowPatch(pattern: string): string | null {
  const start = pattern.indexOf('@patch:');
  if (start === -1) return null;
  return decoded(pattern.slice(start + '@patch:'.length).split('#', 1)[0] ?? '');
}

function edgesOf(
  entry: YarnEntry | undefined,
  resolve: Resolve,
  patches: ReadonlyMap<string, string>,
): readonly DependencyEdge[] {
  if (entry === undefined) return [];
  const edges: DependencyEdge[] = [];
  const push = (to: string | undefined, optional: boolean) => {
    if (to !== undefined) edges.push({ to, optional });
  };
  for (const pattern of entry.patterns) push(patches.get(pattern), false);
  for (const [name, range] of entry.dependencies) {
    push(resolve(name, range), entry.optional.has(name));
  }
  for (const [name, range] of entry.optional) push(resolve(name, range), true);
  return edges;
}

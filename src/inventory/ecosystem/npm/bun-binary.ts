// bun.lockb: the binary lock file of Bun before 1.2 (format versions 1 and 2). It is a memory image
// (little-endian columns), so each offset that it holds is checked against the file.

import { limits } from '../../../base/limits.ts';
import type { Scope } from '../../../model/package.ts';
import { type DependencyEdge, scopesOf } from '../dependency-scope.ts';
import { notRead } from '../document.ts';
import { type Cataloger, type CatalogResult, type FileView, nothingFound } from '../ecosystem.ts';
import { packageList } from '../package-list.ts';
import { type BunPackage, type BunResolution, readBunImage } from './bun-image.ts';
import { type NpmOrigin, npmPackage } from './package.ts';
import { isInsidePackage } from './path.ts';

/** Reads bun.lockb: packages, their origin, dependencies and scopes. */
export const bunBinaryLock: Cataloger = {
  name: 'npm-bun-binary-lock',
  revision: 1,
  evidence: 'declared',
  globs: ['**/bun.lockb'],
  parse: parseLock,
};

function parseLock(file: FileView): CatalogResult {
  if (isInsidePackage(file.path)) return nothingFound;
  if (file.size > limits.documentBytes) return notRead('binary lock file too large');
  const packages = readBunImage(file.bytes());
  if (typeof packages === 'string') return notRead(packages);
  const list = packageList();
  const scopes = scopesByIndex(packages);
  for (const [index, { name, resolution, dependencies }] of packages.entries()) {
    const identity = identityOf(resolution);
    if (identity === 'project') continue;
    const scope = scopes.get(String(index));
    const dependsOn = dependencies.map((dependency) => dependency.name);
    const found = identity && npmPackage({ ...identity, name, scope, dependsOn });
    if (found === null) list.skip();
    else list.add(found);
  }
  return list.result();
}

/** Null for a kind of origin that we do not know. */
function identityOf(
  resolution: BunResolution,
): { readonly version: string; readonly origin: NpmOrigin } | 'project' | null {
  switch (resolution.kind) {
    case 'npm':
      return { version: resolution.version, origin: 'registry' };
    case 'git':
      return { version: resolution.commit, origin: 'git' };
    case 'tarball':
      return { version: resolution.address, origin: resolution.isLocal ? 'local' : 'url' };
    case 'project':
      return 'project';
    case 'unknown':
      return null;
  }
}

function scopesByIndex(packages: readonly BunPackage[]): ReadonlyMap<string, Scope> {
  const roots = { runtime: [] as string[], optional: [] as string[], development: [] as string[] };
  for (const { resolution, dependencies } of packages) {
    if (resolution.kind !== 'project') continue;
    for (const { target, isDevelopment, isOptional } of dependencies) {
      // A workspace is no dependency: what it needs are roots of their own.
      if (target === null || packages[target]?.resolution.kind === 'project') continue;
      const kind = isDevelopment ? 'development' : isOptional ? 'optional' : 'runtime';
      roots[kind].push(String(target));
    }
  }
  const edges = (key: string): readonly DependencyEdge[] =>
    (packages[Number(key)]?.dependencies ?? []).flatMap(({ target, isOptional }) =>
      target === null ? [] : [{ to: String(target), optional: isOptional }],
    );
  return scopesOf({ roots, edges });
}

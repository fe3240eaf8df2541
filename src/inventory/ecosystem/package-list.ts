// The packages of one file while a cataloger collects them: checked, once each, bounded.
import { limits } from '../../base/limits.ts';
import type { FoundPackage, Scope } from '../../model/package.ts';
import type { CatalogResult, CatalogUnknown } from './ecosystem.ts';

/** Names and versions beyond this length occur in no ecosystem (npm allows 214 for a name). */
const coordinateLength = 512;

export interface PackageList {
  /**
   * Takes a package. A second one of the same coordinates and origin joins the first: the wider
   * scope wins, the first line stays. Coordinates that cannot be real are counted as not understood.
   */
  add(found: FoundPackage): void;
  /** Counts an entry whose name or version cannot be told. */
  skip(): void;
  /** A reason that concerns the whole file or the place `within` it. */
  note(reason: string, within?: string): void;
  /** What was collected so far, in the order of the file. */
  result(): CatalogResult;
}

/** An empty list. */
export function packageList(): PackageList {
  const packages = new Map<string, FoundPackage>();
  const unknowns: CatalogUnknown[] = [];
  let skipped = 0;
  let dropped = 0;
  return {
    add(found) {
      if (!isCoordinate(found.name) || !isCoordinate(found.version)) {
        skipped += 1;
        return;
      }
      const { type, namespace, name, version, origin = '' } = found;
      const key = `${type}\n${namespace ?? ''}\n${name}\n${version}\n${origin}`;
      const known = packages.get(key);
      if (known !== undefined) packages.set(key, joined(known, found));
      else if (packages.size < limits.packagesPerFile) packages.set(key, found);
      else dropped += 1;
    },
    skip() {
      skipped += 1;
    },
    note(reason, within) {
      unknowns.push(within === undefined ? { reason } : { reason, within });
    },
    result() {
      const counted: CatalogUnknown[] = [];
      if (skipped > 0) {
        counted.push({ reason: `${entries(skipped)} without a usable name or version` });
      }
      if (dropped > 0) {
        counted.push({ reason: `${entries(dropped)} beyond ${limits.packagesPerFile} not listed` });
      }
      return { packages: [...packages.values()], unknowns: [...unknowns, ...counted] };
    },
  };
}

/** A name or version that can be real: not empty, not endless, no white space or control characters. */
export function isCoordinate(text: string): boolean {
  if (text.length === 0 || text.length > coordinateLength) return false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code <= 0x20 || code === 0x7f || code === 0xfffd) return false;
  }
  return true;
}

function entries(count: number): string {
  return count === 1 ? '1 entry' : `${count} entries`;
}

/** Scopes by how much they reach into production; an untold scope may be production. */
const reach: readonly (Scope | undefined)[] = [
  'runtime',
  undefined,
  'optional',
  'build',
  'development',
];

/** The wider of two scopes. */
function widerScope(a: Scope | undefined, b: Scope | undefined): Scope | undefined {
  return reach.indexOf(a) <= reach.indexOf(b) ? a : b;
}

function joined(first: FoundPackage, second: FoundPackage): FoundPackage {
  const scope = widerScope(first.scope, second.scope);
  if (scope === first.scope) return first;
  const { scope: _, ...rest } = first;
  return scope === undefined ? rest : { ...rest, scope };
}

// The coordinates of an npm package: scope and name, and where it came from.
import type { FoundPackage, Scope } from '../../../model/package.ts';

export type NpmOrigin = NonNullable<FoundPackage['origin']>;

export interface NpmEntry {
  /** `name` or `@scope/name`. */
  readonly name: string;
  readonly version: string;
  readonly licences?: readonly string[];
  readonly scope?: Scope | undefined;
  readonly origin?: NpmOrigin | undefined;
  readonly dependsOn?: readonly string[] | undefined;
  readonly line?: number | undefined;
}

/** The package of an entry, or null when its name is none (`@scope` without name, a path, a URL). */
export function npmPackage(entry: NpmEntry): FoundPackage | null {
  const names = splitName(entry.name);
  if (names === null) return null;
  const { scope, origin, dependsOn, line } = entry;
  return {
    type: 'npm',
    ...names,
    version: entry.version.trim(),
    licences: entry.licences ?? [],
    ...(scope === undefined ? {} : { scope }),
    ...(origin === undefined ? {} : { origin }),
    ...(dependsOn === undefined || dependsOn.length === 0 ? {} : { dependsOn }),
    ...(line === undefined ? {} : { line }),
  };
}

/** `@scope/name` -> namespace and name; null for what cannot be a package name. */
export function splitName(full: string): { namespace: string | null; name: string } | null {
  if (!full.startsWith('@')) {
    return full === '' || full.startsWith('.') || /[/\\:@]/.test(full)
      ? null
      : { namespace: null, name: full };
  }
  const slash = full.indexOf('/');
  const name = full.slice(slash + 1);
  if (slash < 2 || name === '' || /[/\\:@]/.test(name)) return null;
  return { namespace: full.slice(0, slash), name };
}

/** Splits `name@rest` and `@scope/name@rest`; null without a separator. */
export function splitSpecifier(text: string): { name: string; rest: string } | null {
  const at = text.indexOf('@', 1);
  return at === -1 ? null : { name: text.slice(0, at), rest: text.slice(at + 1) };
}

/**
 * Where a range points to (the kinds of npm-package-arg): `git+ssh://...`, `github:user/repo`,
 * `user/repo` -> git; `file:`, `link:`, `./x` -> local; other URLs -> url; the rest -> registry.
 */
export function originOfRange(range: string): NpmOrigin {
  if (/^(?:file|link|portal|workspace):|^\.{0,2}\/|^~\//.test(range)) return 'local';
  if (/^(?:git[+:@]|github:|gitlab:|bitbucket:|gist:|ssh:)/.test(range)) return 'git';
  if (/^https?:\/\//.test(range)) return isForge(range) ? 'git' : 'url';
  return /^[\w.-]+\/[\w.-]+(?:#|$)/.test(range) ? 'git' : 'registry';
}

/**
 * Where a `resolved` address points to. A tarball is taken for a registry's: private registries
 * have addresses of every form, and to leave their packages unmatched would hide flaws.
 */
export function originOfResolved(resolved: string): NpmOrigin {
  const origin = originOfRange(resolved);
  return origin === 'url' ? 'registry' : origin;
}

/** An address of a commit's archive or of a repository. */
function isForge(url: string): boolean {
  const path = url.split(/[?#]/, 1)[0] ?? url;
  return (
    path.endsWith('.git') ||
    path.includes('//codeload.github.com/') ||
    path.includes('/-/archive/') ||
    /^https?:\/\/github\.com\/[^/]+\/[^/]+\/(?:archive|tarball)\//.test(path)
  );
}

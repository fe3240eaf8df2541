// Keys of pnpm-lock.yaml, which hold name and version in a form that changed with each major version
// (pnpm/spec, lockfile 5.x, 6.0 and 9.0; dependency-path of pnpm).

export interface PnpmKey {
  /** Null where the key names a place (`file:x`, `github.com/a/b/<commit>`); the entry names it. */
  readonly name: string | null;
  /** A version, or the reference (`file:local`, an address) that stands in its place. */
  readonly reference: string;
}

/**
 * `/a/1.0.0_peer@2`, `/@s/a/1.0.0` (5.x), `/a@1.0.0(peer@2)` (6.0), `a@1.0.0(peer@2)` (9.0),
 * `registry.example/a/1.0.0` (5.x, another registry), `file:local`, `a@file:local`.
 */
export function parsePnpmKey(key: string): PnpmKey {
  const bare = withoutPeers(key);
  if (!bare.startsWith('/')) {
    const at = bare.indexOf('@', 1);
    const isNamed = at !== -1 && /^(?:@[^/:]+\/)?[^/:@]+$/.test(bare.slice(0, at));
    if (isNamed) return { name: bare.slice(0, at), reference: bare.slice(at + 1) };
    return parseHosted(bare);
  }
  const path = bare.slice(1);
  const at = path.indexOf('@', 1);
  const slash = slashBeforeVersion(path);
  // In 6.0 a version follows the name with @; in 5.x an @ can only stand behind the version.
  if (at !== -1 && (slash === -1 || at < slash)) {
    return { name: path.slice(0, at), reference: path.slice(at + 1) };
  }
  if (slash === -1) return { name: null, reference: bare };
  return { name: path.slice(0, slash), reference: withoutSuffix(path.slice(slash + 1)) };
}

/** Drops the peers of 6.0 and later: everything from the first bracket. */
function withoutPeers(key: string): string {
  const bracket = key.indexOf('(');
  return bracket === -1 ? key : key.slice(0, bracket);
}

/** Drops the peers of 5.x: `1.0.0_react@18.0.0`, `1.0.0_0123abcd`; SemVer has no underscore. */
function withoutSuffix(version: string): string {
  const underscore = version.indexOf('_');
  return underscore === -1 ? version : version.slice(0, underscore);
}

/** The slash between name and version in 5.x: the first, or the second of a scoped name. */
function slashBeforeVersion(path: string): number {
  const first = path.indexOf('/');
  return path.startsWith('@') && first !== -1 ? path.indexOf('/', first + 1) : first;
}

/** `registry.example:4873/@s/a/1.0.0`; a git host's key ends in a commit and has no version. */
function parseHosted(key: string): PnpmKey {
  const slash = key.indexOf('/');
  const path = key.slice(slash + 1);
  const end = slashBeforeVersion(path);
  const version = end === -1 ? '' : withoutSuffix(path.slice(end + 1));
  if (slash < 1 || key.startsWith('file:') || !/^\d+\.\d+\.\d+/.test(version)) {
    return { name: null, reference: key };
  }
  return { name: path.slice(0, end), reference: version };
}

/**
 * The key that a dependency's value stands for: `1.0.0(b@2)` of `a` is `a@1.0.0(b@2)` (9.0),
 * `/a@1.0.0` (6.0) or `/a/1.0.0` (5.x); a value that is a key itself (aliases) stands as it is.
 */
export function keyOfDependency(
  name: string,
  value: string,
  entries: ReadonlyMap<string, unknown>,
): string | undefined {
  const latest = `${name}@${value}`;
  if (entries.has(latest)) return latest;
  return [value, `/${latest}`, `/${name}/${value}`].find((key) => entries.has(key));
}

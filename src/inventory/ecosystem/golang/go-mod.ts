// go.mod and go.sum (Go modules reference, "go.mod files"): what a project declares that it builds with.
import type { FoundPackage } from '../../../model/package.ts';
import { isLocalPath, splitModulePath, standardLibrary } from './modules.ts';

interface Requirement {
  readonly path: string;
  readonly version: string;
  readonly line: number;
  readonly indirect: boolean;
}

interface Replacement {
  readonly path: string;
  /** Empty for a folder. */
  readonly version: string;
}

export interface GoMod {
  readonly module: string | null;
  /** `1.22` or `1.22.3`, null when absent. */
  readonly goVersion: string | null;
  /** `go1.22.3`, null when absent or `default`. */
  readonly toolchain: string | null;
  readonly requirements: readonly Requirement[];
  /** By path, or by `path@version` where one version alone is replaced. */
  readonly replacements: ReadonlyMap<string, Replacement>;
  /** `path@version`. */
  readonly excluded: ReadonlySet<string>;
  readonly truncated: boolean;
}

/** Never throws; lines that are no directive of this kind are passed over, as an older Go does. */
export function parseGoMod(text: string, requirementsLimit: number): GoMod {
  const requirements: Requirement[] = [];
  const replacements = new Map<string, Replacement>();
  const excluded = new Set<string>();
  const single = new Map<string, string>();
  let truncated = false;
  for (const { directive, words, line, comment } of directivesOf(text)) {
    const [first = '', second = ''] = words;
    if (directive === 'require' && second !== '') {
      truncated = requirements.length >= requirementsLimit;
      if (truncated) break;
      const indirect = comment === 'indirect' || comment.startsWith('indirect;');
      requirements.push({ path: first, version: second, line, indirect });
    } else if (directive === 'replace') {
      addReplacement(words, replacements);
    } else if (directive === 'exclude') {
      excluded.add(`${first}@${second}`);
    } else if (first !== '' && !single.has(directive)) {
      single.set(directive, first);
    }
  }
  const toolchain = single.get('toolchain') ?? null;
  return {
    module: single.get('module') ?? null,
    goVersion: single.get('go') ?? null,
    toolchain: toolchain === 'default' ? null : toolchain,
    requirements,
    replacements,
    excluded,
    truncated,
  };
}

interface Directive {
  readonly directive: string;
  readonly words: readonly string[];
  readonly line: number;
  readonly comment: string;
}

/** Directives one by one, those of a parenthesised block with the block's word. */
function* directivesOf(text: string): Generator<Directive> {
  let block: string | null = null;
  let line = 0;
  for (const raw of text.split('\n')) {
    line += 1;
    const commentAt = raw.indexOf('//');
    const comment = commentAt < 0 ? '' : raw.slice(commentAt + 2).trim();
    const words = wordsOf(commentAt < 0 ? raw : raw.slice(0, commentAt));
    const [first] = words;
    if (first === undefined) continue;
    if (block !== null) {
      if (first === ')') block = null;
      else yield { directive: block, words, line, comment };
    } else if (words[1] === '(') block = first;
    else yield { directive: first, words: words.slice(1), line, comment };
  }
}

/** Space-separated words; a path may be quoted with `"` or a back quote. */
function wordsOf(text: string): readonly string[] {
  const words = text.split(/[ \t\r]+/).filter((word) => word !== '');
  return words.map((word) => {
    const quote = word[0];
    const quoted = quote === '"' || quote === '`';
    return quoted && word.length > 1 && word.endsWith(quote) ? word.slice(1, -1) : word;
  });
}

/** `old [version] => new [version]`. */
function addReplacement(words: readonly string[], into: Map<string, Replacement>): void {
  const arrow = words.indexOf('=>');
  const [path, version] = words;
  const target = words[arrow + 1];
  if (arrow < 1 || arrow > 2 || path === undefined || target === undefined) return;
  const key = arrow === 2 ? `${path}@${version}` : path;
  into.set(key, { path: target, version: words[arrow + 2] ?? '' });
}

/** Module versions of go.sum whose content (not only their go.mod) was downloaded. */
export function parseGoSum(text: string): ReadonlyMap<string, readonly string[]> {
  const versions = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ');
    const next = line.indexOf(' ', space + 1);
    if (space <= 0 || next < 0) continue;
    const version = line.slice(space + 1, next);
    if (version.endsWith('/go.mod')) continue;
    const path = line.slice(0, space);
    const known = versions.get(path);
    if (known === undefined) versions.set(path, [version]);
    else known.push(version);
  }
  return versions;
}

/** What a module requires, after replacement. Before Go 1.17 the transitive ones stand in go.sum alone. */
export function declaredPackages(
  file: GoMod,
  sums: ReadonlyMap<string, readonly string[]> | null,
  compare: (a: string, b: string) => number,
): readonly FoundPackage[] {
  const packages: FoundPackage[] = [];
  const required = new Set<string>();
  for (const requirement of file.requirements) {
    required.add(requirement.path);
    if (file.excluded.has(`${requirement.path}@${requirement.version}`)) continue;
    packages.push(declared(file, requirement));
  }
  if (sums !== null && !listsTransitive(file.goVersion)) {
    for (const [path, versions] of sums) {
      if (required.has(path) || path === file.module) continue;
      const version = versions.toSorted(compare).at(-1);
      // Minimal version selection takes the highest that anything asks for.
      if (version !== undefined) packages.push(declared(file, { path, version, indirect: true }));
    }
  }
  const library = declaredLibrary(file);
  if (library !== null) packages.push(library);
  return packages;
}

function declared(
  file: GoMod,
  requirement: Omit<Requirement, 'line'> & { readonly line?: number },
): FoundPackage {
  const { path, version, line } = requirement;
  const replacement =
    file.replacements.get(`${path}@${version}`) ?? file.replacements.get(path) ?? null;
  const local =
    replacement !== null && (replacement.version === '' || isLocalPath(replacement.path));
  const built = replacement === null || local ? requirement : replacement;
  return {
    type: 'golang',
    ...splitModulePath(built.path),
    version: built.version,
    licences: [],
    origin: local ? 'local' : 'registry',
    ...(line === undefined ? {} : { line }),
  };
}

/** From Go 1.17 on go.mod itself names every module of the build ("module graph pruning"). */
function listsTransitive(goVersion: string | null): boolean {
  const match = /^(\d{1,6})\.(\d{1,6})/.exec(goVersion ?? '');
  if (match === null) return false;
  const [, major, minor] = match;
  return Number(major) > 1 || Number(minor) >= 17;
}

/**
 * The standard library a project asks for: its toolchain, else a `go` line with a patch level. A line
 * `go 1.22` tells a language level and says nothing about the library that will be linked.
 */
function declaredLibrary(file: GoMod): FoundPackage | null {
  if (file.toolchain !== null) return standardLibrary(file.toolchain);
  if (file.goVersion !== null && /^\d+\.\d+(\.\d+|rc\d+)/.test(file.goVersion)) {
    return standardLibrary(`go${file.goVersion}`);
  }
  return null;
}

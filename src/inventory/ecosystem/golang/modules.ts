// The module text of a Go binary as packages: main module, dependencies with their replacements, stdlib.
import type { FoundPackage } from '../../../model/package.ts';
import type { BuildInfo } from './build-info.ts';
import { mainVersionOf } from './main-version.ts';

/** What the linker writes where the main module has no version. */
const developmentVersion = '(devel)';

interface Module {
  readonly path: string;
  readonly version: string;
  /** The module that was built in its place. */
  readonly replacement: { readonly path: string; readonly version: string } | null;
}

export interface ModuleText {
  readonly main: Module | null;
  readonly dependencies: readonly Module[];
  /** `build` lines: `-ldflags`, `GOOS`, `vcs.revision`, ... */
  readonly settings: ReadonlyMap<string, string>;
}

/** Reads the text of `go version -m`, tab-separated; unknown lines are passed over as Go does. */
export function parseModuleText(text: string, modulesLimit: number): ModuleText {
  const modules: {
    kind: 'mod' | 'dep';
    path: string;
    version: string;
    replacement: Module['replacement'];
  }[] = [];
  const settings = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [kind, first = '', version = ''] = line.split('\t');
    if (kind === 'mod' || kind === 'dep') {
      if (modules.length >= modulesLimit) break;
      if (first !== '') modules.push({ kind, path: first, version, replacement: null });
    } else if (kind === '=>') {
      const replaced = modules.at(-1);
      if (replaced !== undefined) replaced.replacement = { path: first, version };
    } else if (kind === 'build') {
      const equals = splitSetting(first);
      if (equals !== null) settings.set(...equals);
    }
  }
  return {
    main: modules.find((module) => module.kind === 'mod') ?? null,
    dependencies: modules.filter((module) => module.kind === 'dep'),
    settings,
  };
}

/** `key=value`; either side may be a Go string literal when it holds odd characters. */
function splitSetting(text: string): [string, string] | null {
  const equals = text.indexOf('=');
  if (equals <= 0) return null;
  const value = text.slice(equals + 1);
  return [text.slice(0, equals), value.startsWith('"') ? unquote(value) : value];
}

function unquote(literal: string): string {
  try {
    const value: unknown = JSON.parse(literal);
    return typeof value === 'string' ? value : literal;
  } catch {
    return literal.slice(1, literal.endsWith('"') ? -1 : undefined);
  }
}

/** A Go module path as purl has it: the last element is the name, what is before it the namespace. */
export function splitModulePath(path: string): { namespace: string | null; name: string } {
  const slash = path.lastIndexOf('/');
  if (slash <= 0) return { namespace: null, name: path };
  return { namespace: path.slice(0, slash), name: path.slice(slash + 1) };
}

/** A folder on the builder's disk: rooted, relative, or a Windows drive; such a module has no version. */
export function isLocalPath(path: string): boolean {
  return path.startsWith('./') || path.startsWith('../') || path.startsWith('/') || path[1] === ':';
}

/** The module that was really built: a replacement by a folder stays under its own name, unmatched. */
function modulePackage(module: Module): FoundPackage {
  const { replacement } = module;
  const local =
    replacement !== null && (replacement.version === '' || isLocalPath(replacement.path));
  const built = replacement === null || local ? module : replacement;
  const origin = local || built.version === developmentVersion ? 'local' : 'registry';
  return {
    type: 'golang',
    ...splitModulePath(built.path),
    version: built.version === '' ? developmentVersion : built.version,
    licences: [],
    origin,
  };
}

/** Packages of one binary, main module first, stdlib last. */
export function packagesOf(info: BuildInfo, modulesLimit: number): readonly FoundPackage[] {
  const text = parseModuleText(info.moduleText, modulesLimit);
  const dependencies = text.dependencies.map(modulePackage);
  const packages: FoundPackage[] = [];
  if (text.main !== null) {
    packages.push({
      ...mainPackage(text.main, text.settings),
      dependsOn: [
        ...text.dependencies.map((module) => (module.replacement ?? module).path),
        'stdlib',
      ],
    });
  }
  packages.push(...dependencies, standardLibrary(info.goVersion));
  return packages;
}

function mainPackage(main: Module, settings: ReadonlyMap<string, string>): FoundPackage {
  const found = modulePackage(main);
  if (found.version !== developmentVersion) return found;
  const stamped = mainVersionOf(main.path, settings.get('-ldflags') ?? '');
  if (stamped === null) return { ...found, origin: 'local' };
  return {
    ...found,
    version: stamped.version,
    origin: 'registry',
    ...(stamped.certain ? {} : { confidence: 'low' as const }),
  };
}

/** `stdlib` as in the Go vulnerability database: `go1.22.1 X:boringcrypto` is version 1.22.1. */
export function standardLibrary(goVersion: string): FoundPackage {
  return {
    type: 'golang',
    namespace: null,
    name: 'stdlib',
    version: releaseOf(goVersion),
    licences: ['BSD-3-Clause'],
    origin: 'registry',
  };
}

/**
 * `go1.22.1-vendor` and `go1.19.4b4` (the old boringcrypto branch) are 1.22.1 and 1.19.4; `1.22rc1`
 * stays as Go writes it. Development builds keep their
 * first two words and have no place in the order.
 */
function releaseOf(goVersion: string): string {
  const word = goVersion.startsWith('go') ? (goVersion.slice(2).split(' ', 1)[0] ?? '') : goVersion;
  const match =
    /^(\d{1,9}\.\d{1,9}(?:\.\d{1,9})?(?:(?:rc|beta)\d{1,9})?)(?:b\d{1,9})?(?:-\S{0,200})?$/.exec(
      word,
    );
  return match?.[1] ?? goVersion.split(' ', 2).join('-');
}

// <app>.deps.json (dotnet/sdk documentation, "Runtime Configuration Files"): what an application or a
// shared framework really carries, listed by the target it was published for.
import { entriesOf, field, keysOf, parseJson, stringField } from '../../../base/json.ts';
import type { FoundPackage } from '../../../model/package.ts';
import type { CatalogResult } from '../ecosystem.ts';
import { packageList } from '../package-list.ts';

/** Keys of a target's entry that name files; an entry without any is a reference only. */
const assetKeys = ['runtime', 'native', 'runtimeTargets', 'resources'] as const;
const runtimePackPrefix = 'runtimepack.';

/** Packages with files of their own, runtime packs, and the project itself (`local`). */
export function parseDepsJson(text: string): CatalogResult {
  const parsed = parseJson(text);
  if (!parsed.ok) return { packages: [], unknowns: [{ reason: parsed.reason }] };
  const target = targetOf(parsed.value);
  const list = packageList();
  for (const [key, library] of entriesOf(field(parsed.value, 'libraries'))) {
    const slash = key.indexOf('/');
    if (slash < 0) {
      list.skip();
      continue;
    }
    const entry = field(target, key);
    const found = readLibrary({
      name: key.slice(0, slash),
      version: key.slice(slash + 1),
      type: stringField(library, 'type'),
      entry,
    });
    if (found !== null && (target === null || hasAssets(entry))) list.add(found);
  }
  return list.result();
}

/** The target that `runtimeTarget` selects: an object with a name, in old files the name itself. */
function targetOf(document: unknown): unknown {
  const selected = field(document, 'runtimeTarget');
  const name = typeof selected === 'string' ? selected : stringField(selected, 'name');
  const target = name === null ? undefined : field(field(document, 'targets'), name);
  return target ?? null;
}

function hasAssets(entry: unknown): boolean {
  return assetKeys.some((key) => keysOf(field(entry, key)).length > 0);
}

interface Library {
  readonly name: string;
  readonly version: string;
  readonly type: string | null;
  /** Its entry in the target. */
  readonly entry: unknown;
}

function readLibrary(library: Library): FoundPackage | null {
  const { name, version, type } = library;
  if (type !== 'package' && type !== 'project' && type !== 'runtimepack') return null;
  const dependsOn = keysOf(field(library.entry, 'dependencies')).map(withoutPrefix);
  return {
    type: 'nuget',
    namespace: null,
    name: withoutPrefix(name),
    version,
    licences: [],
    origin: type === 'project' ? 'local' : 'registry',
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
  };
}

/** `runtimepack.Microsoft.NETCore.App.Runtime.linux-x64` is the package without its first word. */
function withoutPrefix(name: string): string {
  return name.startsWith(runtimePackPrefix) ? name.slice(runtimePackPrefix.length) : name;
}

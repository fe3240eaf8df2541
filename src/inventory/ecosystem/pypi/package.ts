// The coordinates of a Python package: one spelling for each name.
import type { FoundPackage, Scope } from '../../../model/package.ts';

export type PythonOrigin = NonNullable<FoundPackage['origin']>;

export interface PythonEntry {
  readonly name: string;
  readonly version: string;
  readonly licences?: readonly string[];
  readonly scope?: Scope | undefined;
  readonly origin?: PythonOrigin | undefined;
  readonly dependsOn?: readonly string[];
  readonly line?: number | undefined;
}

/**
 * The normalised name (PEP 503): runs of `-`, `_` and `.` become one `-`, in lower case. Two
 * spellings of it are one project on every index.
 */
export function normalisedName(name: string): string {
  return name
    .trim()
    .replaceAll(/[-_.]+/g, '-')
    .toLowerCase();
}

/** The package of an entry, or null when its name is none (PEP 508: letters, digits, `-_.`). */
export function pythonPackage(entry: PythonEntry): FoundPackage | null {
  if (!/^[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?$/.test(entry.name)) return null;
  const { scope, origin, dependsOn = [], line } = entry;
  return {
    type: 'pypi',
    namespace: null,
    name: normalisedName(entry.name),
    version: entry.version.trim(),
    licences: entry.licences ?? [],
    ...(scope === undefined ? {} : { scope }),
    ...(origin === undefined ? {} : { origin }),
    ...(dependsOn.length === 0 ? {} : { dependsOn: [...new Set(dependsOn.map(normalisedName))] }),
    ...(line === undefined ? {} : { line }),
  };
}

/** The name at the start of a requirement (PEP 508), `zope.interface[test]>=5; ...`, or null. */
export function nameOfRequirement(requirement: string): string | null {
  return /^\s*([A-Za-z0-9][\w.-]*)/.exec(requirement)?.[1]?.replace(/[-_.]+$/, '') ?? null;
}

/** Name and version of a wheel or source archive by its file name (PEP 427, PEP 625), or null. */
export function nameOfArchive(
  address: string,
): { readonly name: string; readonly version: string } | null {
  const path = address.split(/[?#]/, 1)[0] ?? '';
  const file = path.slice(path.lastIndexOf('/') + 1).replaceAll('%2B', '+');
  if (file.endsWith('.whl')) {
    const [name, version] = file.split('-');
    return name && version && /^\d|^v\d/.test(version) ? { name, version } : null;
  }
  const base = /^(.{1,300})\.(?:tar\.gz|zip|tar\.bz2|tgz)$/.exec(file)?.[1];
  const dash = base?.lastIndexOf('-') ?? -1;
  if (base === undefined || dash < 1) return null;
  const version = base.slice(dash + 1);
  return /^\d/.test(version) ? { name: base.slice(0, dash), version } : null;
}

// packages.lock.json (NuGet documentation, "Locking dependencies"), versions 1 and 2.
import { entriesOf, field, keysOf, parseJson, stringField } from '../../../base/json.ts';
import type { CatalogResult } from '../ecosystem.ts';
import { packageList } from '../package-list.ts';

/** Resolved packages of all frameworks, each version once; projects of the solution are left out. */
export function parsePackagesLock(text: string): CatalogResult {
  const parsed = parseJson(text);
  if (!parsed.ok) return { packages: [], unknowns: [{ reason: parsed.reason }] };
  const list = packageList();
  for (const [, framework] of entriesOf(field(parsed.value, 'dependencies'))) {
    for (const [name, entry] of entriesOf(framework)) {
      // Projects carry no version: they are built here.
      if (stringField(entry, 'type')?.toLowerCase() === 'project') continue;
      const dependsOn = keysOf(field(entry, 'dependencies'));
      list.add({
        type: 'nuget',
        namespace: null,
        name,
        version: stringField(entry, 'resolved') ?? '',
        licences: [],
        ...(dependsOn.length === 0 ? {} : { dependsOn }),
      });
    }
  }
  return list.result();
}

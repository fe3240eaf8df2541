// packages.lock.json (NuGet documentation, "Locking dependencies"), versions 1 and 2.
import { entriesOf, field, keysOf, parseJson, stringField } from '../../../base/json.ts';
import type { FoundPackage } from '../../../model/package.ts';
import type { CatalogResult } from '../ecosystem.ts';

/** Resolved packages of all frameworks, each version once; projects of the solution are `local`. */
export function parsePackagesLock(text: string, packagesLimit: number): CatalogResult {
  const parsed = parseJson(text);
  if (!parsed.ok) return { packages: [], unknowns: [{ reason: parsed.reason }] };
  const packages = new Map<string, FoundPackage>();
  let odd = 0;
  for (const [, framework] of entriesOf(field(parsed.value, 'dependencies'))) {
    for (const [name, entry] of entriesOf(framework)) {
      const version = stringField(entry, 'resolved');
      const project = stringField(entry, 'type')?.toLowerCase() === 'project';
      // Projects carry no version: they are built here.
      if (project) continue;
      if (name === '' || version === null) odd += 1;
      else if (packages.size >= packagesLimit) {
        return {
          packages: [...packages.values()],
          unknowns: [{ reason: `more than ${packagesLimit} packages` }],
        };
      } else {
        const dependsOn = keysOf(field(entry, 'dependencies'));
        packages.set(`${name.toLowerCase()}/${version}`, {
          type: 'nuget',
          namespace: null,
          name,
          version,
          licences: [],
          ...(dependsOn.length === 0 ? {} : { dependsOn }),
        });
      }
    }
  }
  const unknowns = odd === 0 ? [] : [{ reason: `${odd} entries without a resolved version` }];
  return { packages: [...packages.values()], unknowns };
}

// Cargo.lock, versions 1 to 4 (The Cargo Book, "Cargo.toml vs Cargo.lock"): what a project declares.
import { asArray, field, stringField, stringsOf } from '../../../base/json.ts';
import { parseToml } from '../../../base/toml.ts';
import type { CatalogResult } from '../ecosystem.ts';
import { packageList } from '../package-list.ts';

/** Every `[[package]]`; those without a source are members of the workspace and never matched. */
export function parseCargoLock(text: string): CatalogResult {
  const parsed = parseToml(text);
  if (!parsed.ok) return { packages: [], unknowns: [{ reason: parsed.reason }] };
  const entries = asArray(field(parsed.value, 'package'));
  const lines = linesOfPackages(text);
  const list = packageList();
  for (const [index, entry] of entries.entries()) {
    const dependsOn = stringsOf(field(entry, 'dependencies')).map(nameOfDependency);
    const line = lines[index];
    list.add({
      type: 'cargo',
      namespace: null,
      name: stringField(entry, 'name') ?? '',
      version: stringField(entry, 'version') ?? '',
      licences: [],
      origin: originOf(stringField(entry, 'source')),
      ...(dependsOn.length === 0 ? {} : { dependsOn: [...new Set(dependsOn)] }),
      ...(line === undefined ? {} : { line }),
    });
  }
  return list.result();
}

/** `name`, `name version` or `name version (source)`. */
function nameOfDependency(text: string): string {
  const space = text.indexOf(' ');
  return space < 0 ? text : text.slice(0, space);
}

function originOf(source: string | null): 'registry' | 'git' | 'local' {
  if (source === null) return 'local';
  return source.startsWith('git+') ? 'git' : 'registry';
}

/** Line of each `[[package]]`; Cargo writes the header alone on its line. */
function linesOfPackages(text: string): readonly number[] {
  const lines: number[] = [];
  let line = 1;
  let start = 0;
  while (start < text.length) {
    if (text.startsWith('[[package]]', start)) lines.push(line);
    const end = text.indexOf('\n', start);
    if (end < 0) break;
    start = end + 1;
    line += 1;
  }
  return lines;
}

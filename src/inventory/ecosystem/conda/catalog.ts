// conda-meta/<name>-<version>-<build>.json: what conda records of each package that it linked.
import { field, parseJson, stringField, stringsOf } from '../../../base/json.ts';
import { notRead, textOf, tooLargeToRead } from '../document.ts';
import type { Cataloger, CatalogResult, FileView } from '../ecosystem.ts';
import { packageList } from '../package-list.ts';

/** Reads the records of a conda, mamba or pixi prefix. */
export const condaMeta: Cataloger = {
  name: 'conda-meta',
  revision: 1,
  evidence: 'installed',
  globs: ['**/conda-meta/*.json'],
  parse: parseRecord,
};

function parseRecord(file: FileView): CatalogResult {
  const text = textOf(file);
  if (text === null) return tooLargeToRead(file);
  const parsed = parseJson(text);
  if (!parsed.ok) return notRead(parsed.reason);
  const name = stringField(parsed.value, 'name');
  const version = stringField(parsed.value, 'version');
  if (name === null || version === null) return notRead('conda record without name or version');
  const licence = stringField(parsed.value, 'license')?.trim() ?? '';
  const dependsOn = stringsOf(field(parsed.value, 'depends')).flatMap((spec) => {
    const wanted = spec.split(' ', 1)[0] ?? '';
    // Virtual packages (`__glibc`) describe the machine.
    return wanted === '' || wanted.startsWith('__') ? [] : [wanted];
  });
  const list = packageList();
  list.add({
    type: 'conda',
    namespace: null,
    name,
    version,
    qualifiers: qualifiersOf(parsed.value),
    licences: licence === '' ? [] : [licence],
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
  });
  return list.result();
}

/** `build`, `channel` and `subdir` of the package URL type conda. */
function qualifiersOf(record: unknown): Readonly<Record<string, string>> {
  const build = stringField(record, 'build') ?? stringField(record, 'build_string');
  const subdir = stringField(record, 'subdir');
  const channel = channelOf(stringField(record, 'channel') ?? '', subdir ?? '');
  return {
    ...(build ? { build } : {}),
    ...(channel ? { channel } : {}),
    ...(subdir ? { subdir } : {}),
  };
}

/** `https://conda.example.org/conda-forge/linux-64` -> `conda-forge`. */
function channelOf(address: string, subdir: string): string {
  const parts = address.split('/').filter((part) => part !== '');
  if (parts.at(-1) === subdir) parts.pop();
  return parts.at(-1) ?? '';
}

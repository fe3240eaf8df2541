// Installed Python packages: the metadata folders and files that pip, Debian and setuptools write.
import { field, parseJson, stringField } from '../../../base/json.ts';
import { openZip, readMember } from '../../../base/zip.ts';
import { notRead, textOf } from '../document.ts';
import type { CatalogContext, Cataloger, CatalogResult, FileView } from '../ecosystem.ts';
import { packageList } from '../package-list.ts';
import { headersOf, readMetadata } from './metadata.ts';
import { type PythonOrigin, pythonPackage } from './package.ts';
import { besides } from './path.ts';

/** Reads `*.dist-info/METADATA` and the older `.egg-info` forms. */
export const installedPackages: Cataloger = {
  name: 'pypi-installed',
  revision: 1,
  evidence: 'installed',
  globs: [
    '**/*.dist-info/METADATA',
    '**/*.egg-info/PKG-INFO',
    '**/*.egg-info',
    '**/EGG-INFO/PKG-INFO',
  ],
  companions: ['**/*.dist-info/direct_url.json'],
  parse: (file, context) => packageOf(headersOf(file), originOf(file, context)),
};

/** Reads the metadata inside zipped eggs (setuptools before 2019). */
export const zippedEggs: Cataloger = {
  name: 'pypi-zipped-egg',
  revision: 1,
  evidence: 'installed',
  globs: ['**/*.egg'],
  parse: parseEgg,
};

function packageOf(headers: string, origin: PythonOrigin | undefined): CatalogResult {
  const { name, version, licences, requires } = readMetadata(headers);
  if (name === null || version === null) return notRead('Python metadata without name or version');
  const found = pythonPackage({ name, version, licences, origin, dependsOn: requires });
  const list = packageList();
  if (found === null) list.skip();
  else list.add(found);
  return list.result();
}

/**
 * What direct_url.json says (PEP 610). An archive given by path or address keeps its project's name
 * (wheels built in an earlier stage of a Dockerfile), so it counts like one of an index.
 */
function originOf(file: FileView, context: CatalogContext): PythonOrigin | undefined {
  if (!file.path.endsWith('/METADATA')) return undefined;
  const companion = context.companion(besides(file.path, 'direct_url.json'));
  const text = companion === null ? null : textOf(companion);
  const parsed = text === null ? null : parseJson(text);
  if (parsed?.ok !== true) return undefined;
  if (stringField(field(parsed.value, 'vcs_info'), 'vcs') !== null) return 'git';
  return field(parsed.value, 'dir_info') === undefined ? undefined : 'local';
}

/** Metadata of honest eggs have some kilobytes. */
const eggMetadataBytes = 2 * 1024 * 1024;

function parseEgg(file: FileView): CatalogResult {
  const opened = openZip(file);
  if (!opened.ok) return notRead(opened.reason);
  const member = opened.members.find(({ name }) => name === 'EGG-INFO/PKG-INFO');
  if (member === undefined) return notRead('egg without EGG-INFO/PKG-INFO');
  const read = readMember(file, member, { limitBytes: eggMetadataBytes });
  if (!read.ok) return notRead(read.reason);
  const text = new TextDecoder().decode(read.bytes);
  const end = text.search(/\r?\n\r?\n/);
  const headers = end === -1 ? text : text.slice(0, end);
  return packageOf(headers, undefined);
}

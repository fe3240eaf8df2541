// Java: packages in JAR, WAR, EAR and their kin, and the declarations of Maven and Gradle projects.
import { mavenVersions } from '../../version/index.ts';
import { ofText, textOf, tooLargeToRead } from '../document.ts';
import {
  type CatalogContext,
  type Cataloger,
  type CatalogResult,
  type Ecosystem,
  nothingFound,
} from '../ecosystem.ts';
import { isCoordinate } from '../package-list.ts';
import { catalogArchive } from './archive.ts';
import { archiveGlobs, isSourceArchive } from './file-name.ts';
import { parseGradleLock } from './gradle-lock.ts';
import { parsePom, type ReadRelative } from './pom.ts';
import { isUnresolved, parsePomProperties } from './properties.ts';

/** The largest published POMs have about 500 KB. */
const pomBytes = 4 * 1024 * 1024;
/**
 * Parents read in one layer, each as often as a child asks for it: a thousand small modules below
 * sixteen large parents would otherwise be read for hours.
 */
const parentBytes = 256 * 1024 * 1024;
const parentsRead = new WeakMap<CatalogContext, number>();

const archive: Cataloger = {
  name: 'java-archive',
  revision: 1,
  evidence: 'installed',
  globs: archiveGlobs,
  parse: (file) => (isSourceArchive(file.path) ? nothingFound : catalogArchive(file, file.path)),
};

/** Archives that were unpacked into folders keep their descriptors. */
const unpacked: Cataloger = {
  name: 'java-unpacked',
  revision: 1,
  evidence: 'installed',
  globs: ['**/META-INF/maven/*/*/pom.properties'],
  parse(file): CatalogResult {
    const text = textOf(file, pomBytes);
    if (text === null) return tooLargeToRead(file, pomBytes);
    const pom = parsePomProperties(text);
    if (pom === null || isUnresolved(pom) || !Object.values(pom).every(isCoordinate)) {
      return { packages: [], unknowns: [{ reason: 'Maven descriptor without coordinates' }] };
    }
    const { group: namespace, artifact: name, version } = pom;
    return { packages: [{ type: 'maven', namespace, name, version, licences: [] }], unknowns: [] };
  },
};

const project: Cataloger = {
  name: 'maven-pom',
  revision: 1,
  evidence: 'declared',
  globs: ['**/pom.xml'],
  companions: ['**/pom.xml'],
  parse: (file, context) =>
    ofText(file, (text) => parsePom(text, relativeReader(file.path, context)), pomBytes),
};

const gradle: Cataloger = {
  name: 'gradle-lock',
  revision: 1,
  evidence: 'declared',
  globs: [
    '**/gradle.lockfile',
    '**/buildscript-gradle.lockfile',
    '**/gradle/dependency-locks/*.lockfile',
  ],
  parse: (file) =>
    ofText(file, (text) =>
      parseGradleLock(text, { buildScript: file.path.endsWith('buildscript-gradle.lockfile') }),
    ),
};

/** Follows `relativePath` of a parent inside the tree; a folder means the pom.xml in it. */
function relativeReader(path: string, context: CatalogContext): ReadRelative {
  return (relative) => {
    const target = resolvePath(path, relative.endsWith('.xml') ? relative : `${relative}/pom.xml`);
    const file = target === null || target === path ? null : context.companion(target);
    if (file === null || target === null || file.size > pomBytes) return null;
    const spent = (parentsRead.get(context) ?? 0) + file.size;
    if (spent > parentBytes) return null;
    parentsRead.set(context, spent);
    return { text: file.text(), next: relativeReader(target, context) };
  };
}

function resolvePath(from: string, relative: string): string | null {
  const parts = from.split('/').slice(0, -1);
  for (const part of relative.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join('/');
}

export const maven: Ecosystem = {
  id: 'maven',
  purlTypes: ['maven'],
  catalogers: [archive, unpacked, project, gradle],
  versions: mavenVersions,
  osvEcosystem: 'Maven',
  advisoryName: ({ namespace, name }) => (namespace === null ? name : `${namespace}:${name}`),
};

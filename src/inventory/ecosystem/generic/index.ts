// Software without a package manager: programs and libraries known by name and by a string inside.

import type { FoundPackage } from '../../../model/package.ts';
import { genericVersions } from '../../version/index.ts';
import {
  type Cataloger,
  type CatalogResult,
  type Ecosystem,
  type FileView,
  nothingFound,
} from '../ecosystem.ts';
import { finderFor } from './classifiers.ts';
import { parseJavaRelease, parseWordpressVersion, type Release } from './text-files.ts';

/** Text files with a version are tiny; other files of the same name may not be. */
const textBytes = 64 * 1024;

const program: Cataloger = {
  name: 'program',
  revision: 2,
  evidence: 'installed',
  globs: [],
  executables: true,
  yieldsToOwner: true,
  parse(file): CatalogResult {
    for (const { product, finder } of finderFor(file.path)) {
      const version = finder(file);
      if (version !== null) return found({ product, version, vendor: null });
    }
    return isRunnable(file) ? namelessProgram : nothingFound;
  },
};

const namelessProgram: CatalogResult = { packages: [], unknowns: [], nameless: true };

/** Libraries, and what lies in folders of packages: those are somebody's part, not a program of its own. */
const partOfOther =
  /\.(?:so|so\.[\d.]{1,20}|node|o|ko|a|dll|dylib|debug)$|(?:^|\/)(?:node_modules|site-packages|dist-packages|gems|var\/lib\/dpkg\/info)\//;

/** An ELF file that may be executed. */
function isRunnable(file: FileView): boolean {
  if ((file.mode & 0o111) === 0 || partOfOther.test(file.path)) return false;
  return Buffer.from(file.read(0, 4)).toString('latin1') === '\u007fELF';
}

const java: Cataloger = {
  name: 'java-release',
  revision: 1,
  evidence: 'installed',
  globs: ['**/release'],
  parse: (file) => (file.size > textBytes ? nothingFound : found(parseJavaRelease(file.text()))),
};

const wordpress: Cataloger = {
  name: 'wordpress-version',
  revision: 1,
  evidence: 'installed',
  globs: ['**/wp-includes/version.php'],
  parse: (file) =>
    file.size > textBytes ? nothingFound : found(parseWordpressVersion(file.text())),
};

function found(release: Release | null): CatalogResult {
  if (release === null) return nothingFound;
  const { product, version, vendor } = release;
  const one: FoundPackage = {
    type: 'generic',
    namespace: null,
    name: product,
    version,
    licences: [],
    ...(vendor === null ? {} : { vendor }),
  };
  return { packages: [one], unknowns: [] };
}

export const generic: Ecosystem = {
  id: 'generic',
  purlTypes: ['generic'],
  catalogers: [program, java, wordpress],
  versions: genericVersions,
  osvEcosystem: null,
  advisoryName: ({ namespace, name }) => (namespace === null ? name : `${namespace}/${name}`),
};

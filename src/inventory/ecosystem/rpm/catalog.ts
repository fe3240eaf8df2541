// The catalogers of rpm databases and of the lists that replace them.
import { messageOf } from '../../../base/error.ts';
import { ofText } from '../document.ts';
import type { Cataloger, CatalogResult } from '../ecosystem.ts';
import { nothingFound } from '../ecosystem.ts';
import { readChangelogs } from './changelog.ts';
import { parseDatabase } from './database.ts';
import { parseBottlerocketInventory, parseContainerManifest } from './manifest.ts';

/** Where rpm keeps its database: classic, moved under /usr, and rpm-ostree. */
const folders = ['var/lib/rpm', 'usr/lib/sysimage/rpm', 'usr/share/rpm'];

/** Runs `read`; a file that cannot be had becomes an unknown. */
function guarded(read: () => CatalogResult): CatalogResult {
  try {
    return read();
  } catch (error) {
    return { ...nothingFound, unknowns: [{ reason: messageOf(error) }] };
  }
}

const database: Cataloger = {
  name: 'rpm-database',
  revision: 1,
  evidence: 'installed',
  globs: folders.flatMap((folder) => [
    `${folder}/rpmdb.sqlite`,
    `${folder}/Packages.db`,
    `${folder}/Packages`,
  ]),
  companions: folders.flatMap((folder) => [
    `${folder}/rpmdb.sqlite-wal`,
    `${folder}/rpmdb.sqlite-journal`,
  ]),
  parse: (file, context) => guarded(() => parseDatabase(file, context)),
  changelogs: (file, context, names) => {
    try {
      return readChangelogs(file, context, names);
    } catch {
      // What cannot be read was told when the packages were.
      return new Map();
    }
  },
};

const containerManifest: Cataloger = {
  name: 'rpm-container-manifest',
  revision: 1,
  evidence: 'installed',
  globs: ['var/lib/rpmmanifest/container-manifest-2'],
  parse: (file) => guarded(() => ofText(file, parseContainerManifest)),
};

const bottlerocket: Cataloger = {
  name: 'bottlerocket-inventory',
  revision: 1,
  evidence: 'installed',
  globs: ['usr/share/bottlerocket/application-inventory.json'],
  parse: (file) => guarded(() => ofText(file, parseBottlerocketInventory)),
};

export const rpmCatalogers: readonly Cataloger[] = [database, containerManifest, bottlerocket];

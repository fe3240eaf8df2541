// The door of the deb ecosystem: dpkg (Debian, Ubuntu and children), distroless, chisel, opkg.
import { debVersions } from '../../version/index.ts';
import type { Ecosystem } from '../ecosystem.ts';
import { debCatalogers } from './catalog.ts';

export const deb: Ecosystem = {
  id: 'deb',
  purlTypes: ['deb', 'opkg'],
  catalogers: debCatalogers,
  versions: debVersions,
  osvEcosystem: null,
  // Debian and Ubuntu file advisories under the source package; the matcher passes its name.
  advisoryName: (found) => found.name,
};

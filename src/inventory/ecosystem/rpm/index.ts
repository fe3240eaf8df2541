// The door of the rpm ecosystem: Red Hat and its kin, SUSE, Amazon, Oracle, Photon, Azure Linux ...
import { rpmVersions } from '../../version/index.ts';
import type { Ecosystem } from '../ecosystem.ts';
import { rpmCatalogers } from './catalog.ts';

export const rpm: Ecosystem = {
  id: 'rpm',
  purlTypes: ['rpm'],
  catalogers: rpmCatalogers,
  versions: rpmVersions,
  osvEcosystem: null,
  // Feeds differ in whether they list source or binary packages; the matcher passes both names.
  advisoryName: (found) => found.name,
};

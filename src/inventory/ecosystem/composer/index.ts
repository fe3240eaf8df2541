// Packagist: PHP packages that Composer installed or locked.
import { composerVersions } from '../../version/index.ts';
import type { Ecosystem } from '../ecosystem.ts';
import { composerLock, installedPackages } from './catalog.ts';

export const composer: Ecosystem = {
  id: 'composer',
  purlTypes: ['composer'],
  catalogers: [installedPackages, composerLock],
  versions: composerVersions,
  osvEcosystem: 'Packagist',
  advisoryName: ({ namespace, name }) =>
    (namespace === null ? name : `${namespace}/${name}`).toLowerCase(),
};

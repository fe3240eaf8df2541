// npm: packages for Node.js, Bun and browsers, whichever tool installed them.
import { semverVersions } from '../../version/index.ts';
import type { Ecosystem } from '../ecosystem.ts';
import { bunBinaryLock } from './bun-binary.ts';
import { bunLock } from './bun-lock.ts';
import { installedPackages } from './installed.ts';
import { packageLock } from './package-lock.ts';
import { pnpmLock } from './pnpm-lock.ts';
import { yarnLock } from './yarn-lock.ts';

export const npm: Ecosystem = {
  id: 'npm',
  purlTypes: ['npm'],
  catalogers: [installedPackages, packageLock, yarnLock, pnpmLock, bunLock, bunBinaryLock],
  versions: semverVersions,
  osvEcosystem: 'npm',
  // Names are exact; the few old ones with capital letters are different packages.
  advisoryName: ({ namespace, name }) => (namespace === null ? name : `${namespace}/${name}`),
};

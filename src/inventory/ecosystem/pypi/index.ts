// PyPI: Python packages, whichever tool installed or locked them.
import { pep440Versions } from '../../version/index.ts';
import type { Ecosystem } from '../ecosystem.ts';
import { installedPackages, zippedEggs } from './installed.ts';
import { normalisedName } from './package.ts';
import { pdmLock } from './pdm-lock.ts';
import { pipfileLock } from './pipfile-lock.ts';
import { poetryLock } from './poetry-lock.ts';
import { pylock } from './pylock.ts';
import { requirements } from './requirements.ts';
import { uvLock } from './uv-lock.ts';

export const pypi: Ecosystem = {
  id: 'pypi',
  purlTypes: ['pypi'],
  catalogers: [
    installedPackages,
    zippedEggs,
    requirements,
    pipfileLock,
    poetryLock,
    uvLock,
    pdmLock,
    pylock,
  ],
  versions: pep440Versions,
  osvEcosystem: 'PyPI',
  advisoryName: ({ name }) => normalisedName(name),
};

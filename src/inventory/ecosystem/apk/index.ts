// The door of the apk ecosystem: Alpine, Wolfi, Chainguard, MinimOS, OpenWrt since 24.10.
import { apkVersions } from '../../version/index.ts';
import type { Ecosystem } from '../ecosystem.ts';
import { installedCataloger } from './catalog.ts';

export const apk: Ecosystem = {
  id: 'apk',
  purlTypes: ['apk'],
  catalogers: [installedCataloger],
  versions: apkVersions,
  osvEcosystem: null,
  // Alpine's secdb lists the origin (source) package; the matcher passes its name.
  advisoryName: (found) => found.name,
};

// R package versions: numbers separated by dots or hyphens alike (R's `package_version`).
import type { VersionScheme } from '../ecosystem/ecosystem.ts';
import { compareNumberLists } from './numeric.ts';

export const cranVersions: VersionScheme = {
  id: 'cran',
  compare: compareNumberLists,
  isValid: (version) => /^\d+(?:[.-]\d+)*$/.test(version),
};

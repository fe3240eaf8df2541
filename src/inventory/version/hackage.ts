// Haskell package versions: `Data.Version`, lists of numbers compared lexically (pvp.haskell.org).
import type { VersionScheme } from '../ecosystem/ecosystem.ts';
import { compareNumberLists } from './numeric.ts';

export const hackageVersions: VersionScheme = {
  id: 'hackage',
  compare: compareNumberLists,
  isValid: (version) => /^\d+(?:\.\d+)*$/.test(version),
};

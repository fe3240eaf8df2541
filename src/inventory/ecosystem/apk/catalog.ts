// The cataloger of apk's installed database.
import { messageOf } from '../../../base/error.ts';
import type { Cataloger } from '../ecosystem.ts';
import { nothingFound } from '../ecosystem.ts';
import { parseInstalled } from './installed.ts';

export const installedCataloger: Cataloger = {
  name: 'apk-installed',
  revision: 2,
  evidence: 'installed',
  globs: ['lib/apk/db/installed', 'usr/lib/apk/db/installed'],
  parse: (file) => {
    try {
      return parseInstalled(file.bytes());
    } catch (error) {
      return { ...nothingFound, unknowns: [{ reason: messageOf(error) }] };
    }
  },
};

// Files of policies: what `--policy` names, files and folders alike.

import { SeaworthyError } from '../../base/error.ts';
import type { PolicyText } from '../../flow/gate-policy.ts';
import { readSources } from './gate-files.ts';

/** All texts. Throws `SeaworthyError` where one cannot be read: half a policy is none. */
export function readPolicyTexts(words: readonly string[]): PolicyText[] {
  // Mounted ConfigMaps hold each file twice: as a link, and in a folder `..2026_11_22`.
  const sources = [...readSources(words)].filter(({ file }) => !/(?:^|\/)\.\.\d/.test(file));
  return sources.map(({ file, text, reason }) => {
    if (text !== null) return { file, text };
    throw new SeaworthyError('unreadable', `${file}: ${reason ?? 'it cannot be read'}`);
  });
}

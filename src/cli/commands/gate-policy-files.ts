// Files of policies: what `--policy` names, files and folders alike.

import { SeaworthyError } from '../../base/error.ts';
import type { PolicyText } from '../../flow/gate-policy.ts';
import { readSources } from './gate-files.ts';

/** All texts. Throws `SeaworthyError` where one cannot be read: half a policy is none. */
export function readPolicyTexts(words: readonly string[]): PolicyText[] {
  return [...readSources(words)].map(({ file, text, reason }) => {
    if (text !== null) return { file, text };
    throw new SeaworthyError('unreadable', `${file}: ${reason ?? 'it cannot be read'}`);
  });
}

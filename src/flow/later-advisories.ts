// Advisories that may not be needed: what is known of an image is known without them.
import { identityOfFile } from '../host/filesystem/index.ts';
import type { AdvisorySource } from '../model/advisory.ts';
import type { Advisories } from './judged.ts';

/** The user's database as it is now, or the built-in set where there is none; opened when asked. */
export function laterAdvisories(file: string): Advisories {
  let opened: Promise<AdvisorySource> | null = null;
  let source: AdvisorySource | null = null;
  return {
    identity: identityOfFile(file) ?? 'built in',
    open() {
      opened ??= import('./advisories.ts').then(({ openAdvisories }) => {
        source = openAdvisories(file);
        return source;
      });
      return opened;
    },
    close: () => source?.close(),
  };
}

// The first code that runs: answers `--version` at once, else loads the program through the
// compile cache, which saves a third of the start-up.

import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../base/folder.ts';
import { version } from './version.ts';

const [first] = process.argv.slice(2);
if (first === '--version' || first === '-V') {
  process.stdout.write(`${version}\n`);
} else {
  cacheCode();
  const { main } = await import('./main.ts');
  await main(process.argv.slice(2));
}

function cacheCode(): void {
  const base = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const folder = join(base, 'seaworthy', `code-${process.getuid?.() ?? 0}`);
  try {
    // Cached code is executed: nobody else may write there.
    makeFolder(folder);
    enableCompileCache(folder);
  } catch {
    // Without a cache the start is slower, nothing else.
  }
}

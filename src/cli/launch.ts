// The first code that runs: answers `--version` at once, else loads the program through the
// compile cache, which saves a third of the start-up.

import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../base/folder.ts';
import { writeStdout } from './stdout.ts';
import { isTooOld, oldestNode, version } from './version.ts';

const [first] = process.argv.slice(2);
if (first === '--version' || first === '-V') {
  await writeStdout(`${version}\n`);
} else if (isTooOld(process.versions.node)) {
  // An older one would fail somewhere in the middle, with words that help nobody.
  const { node } = process.versions;
  process.stderr.write(
    `seaworthy: needs Node ${oldestNode} or newer, and this is ${node}: install it; in a checkout run \`npm install\` and start bin/seaworthy\n`,
  );
  process.exitCode = 3;
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
    // Our threads and processes have no cache of their own accord.
    process.env['NODE_COMPILE_CACHE'] ??= folder;
  } catch {
    // Without a cache the start is slower, nothing else.
  }
}

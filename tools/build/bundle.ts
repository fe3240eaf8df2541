// Bundles the program into dist/: a small launcher, a chunk for each command, the workers.
import { globSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Writes `dist/`; throws when a module cannot be resolved. */
export async function bundle(folder: string = `${root}dist`): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const build = await rolldown({
    input: { seaworthy: `${root}src/cli/launch.ts`, ...workers() },
    platform: 'node',
    logLevel: 'warn',
  });
  await build.write({
    dir: folder,
    format: 'esm',
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
  });
  await build.close();
}

/** Threads start from entries of their own; see src/base/worker.ts. */
function workers(): Record<string, string> {
  const files = globSync('src/**/*.worker.ts', { cwd: root });
  return Object.fromEntries(files.map((file) => [basename(file, '.ts'), `${root}${file}`]));
}

if (import.meta.main) await bundle();

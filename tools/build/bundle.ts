// Bundles the program into dist/: one small launcher and a chunk for each command.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Writes `dist/`; throws when a module cannot be resolved. */
export async function bundle(folder: string = `${root}dist`): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const build = await rolldown({
    input: { seaworthy: `${root}src/cli/launch.ts` },
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

if (import.meta.main) await bundle();

// Builds the dashboard: the files of ui/ become static ones that any server can send, packed already.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const configFile = fileURLToPath(new URL('../../ui/vite.config.ts', import.meta.url));

/** Writes the dashboard to `folder`, which is emptied first; throws when a module cannot be resolved. */
export async function buildUi(folder: string): Promise<void> {
  await build({ configFile, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
  // Once here, not at each start of a server.
  for (const name of globSync('**/*.{js,css,html,svg}', { cwd: folder })) {
    const bytes = readFileSync(join(folder, name));
    writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
  }
}

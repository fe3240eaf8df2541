// Builds the dashboard: the files of ui/ become static ones that any server can send.
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const configFile = fileURLToPath(new URL('../../ui/vite.config.ts', import.meta.url));

/** Writes the dashboard to `folder`, which is emptied first; throws when a module cannot be resolved. */
export async function buildUi(folder: string): Promise<void> {
  await build({ configFile, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
}

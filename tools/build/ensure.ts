// Builds dist/ when it is missing or older than a source, so that a second start is instant.
import { globSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const patterns = [
  'src/**/*.ts',
  'ui/**/*.*',
  'rules/**/*.yaml',
  'package-lock.json',
  'tools/build/*.ts',
];

/** Whether dist/ is the bundle of the sources of now. */
export function isBuilt(): boolean {
  const builtAt = modifiedAt(`${root}dist/seaworthy.mjs`);
  const sources = globSync(patterns, { cwd: root });
  return builtAt > 0 && sources.every((path) => modifiedAt(root + path) <= builtAt);
}

function modifiedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

if (import.meta.main && !isBuilt()) {
  console.error('building ...');
  const { bundle } = await import('./bundle.ts');
  await bundle();
}

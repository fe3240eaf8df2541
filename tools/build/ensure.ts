// Builds dist/ when it is missing or older than a source, so that a second start is instant.
import { globSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

function modifiedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

const builtAt = modifiedAt(`${root}dist/seaworthy.mjs`);
const patterns = ['src/**/*.ts', 'ui/**/*.*', 'package-lock.json', 'tools/build/*.ts'];
const sources = globSync(patterns, { cwd: root });
if (builtAt === 0 || sources.some((path) => modifiedAt(root + path) > builtAt)) {
  console.error('building ...');
  await bundle();
}

// `npm run generate`: writes every page that is made from the code; tidy fails when one is stale.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generatedPages } from './pages.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
for (const { path, text } of generatedPages()) {
  writeFileSync(`${root}${path}`, text);
  console.log(path);
}

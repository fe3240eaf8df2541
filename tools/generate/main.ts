// `npm run generate`: writes every page that is made from the code; tidy fails when one is stale.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generatedPages } from './pages.ts';
import { revisionsSource } from './revisions-source.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
// A test beside that file tells when it is stale.
const revisions = { path: 'src/flow/revisions.ts', text: revisionsSource() };
for (const { path, text } of [...generatedPages(), revisions]) {
  writeFileSync(`${root}${path}`, text);
  console.log(path);
}

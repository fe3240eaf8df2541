// Writes docs/builtin-advisories.md from the rows of the built-in set; a test fails when the page
// is stale.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { builtinPage } from '../../src/advisory/builtin/index.ts';

const page = fileURLToPath(new URL('../../docs/builtin-advisories.md', import.meta.url));
writeFileSync(page, builtinPage());

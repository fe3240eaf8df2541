import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { builtinPage } from './page.ts';
import { builtinRows } from './rows.ts';

const path = new URL('../../../docs/builtin-advisories.md', import.meta.url);

test('the committed page is what the rows say', () => {
  const written = readFileSync(path, 'utf8');
  expect(written, 'run npm run generate').toBe(builtinPage());
});

test('it names every row, and what the set lacks', () => {
  const page = builtinPage();
  for (const row of builtinRows()) expect(page).toContain(`**${row.id}** `);
  expect(page).toContain('## What the set lacks');
  expect(page).toContain(`Seaworthy ships ${builtinRows().length} advisories`);
});

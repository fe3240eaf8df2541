// The SQLite catalogue against the contract of all catalogues, and files that are none.
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { catalogueContract } from './contract.ts';
import { openCatalogue } from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'seaworthy-catalogue-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folder = root;
const fresh = (): void => {
  folder = mkdtempSync(join(root, 'c'));
};

catalogueContract('SQLite', { fresh, open: () => openCatalogue(folder) });

test('a file that is none is set aside', () => {
  fresh();
  writeFileSync(
    join(folder, 'catalogue.db'),
    'this is no database, whatever it is called'.repeat(99),
  );
  const catalogue = openCatalogue(folder);
  expect(catalogue.count()).toBe(0);
  catalogue.close();
  expect(existsSync(join(folder, 'catalogue.db.unusable'))).toBe(true);
});

test('it is its owner’s alone', () => {
  fresh();
  openCatalogue(folder).close();
  expect(statSync(join(folder, 'catalogue.db')).mode & 0o777).toBe(0o600);
});

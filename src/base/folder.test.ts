import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeFolder } from './folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-folder-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('makes every missing parent, private to its user, and accepts what is there', () => {
  const path = join(folder, 'a/b/c');
  makeFolder(path);
  makeFolder(path);
  expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700);
});

test('a file in the way is an error', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => makeFolder(join(folder, 'file'))).toThrow(/EEXIST/);
  expect(() => makeFolder(join(folder, 'file/below'))).toThrow(/ENOTDIR/);
});

test.skipIf(!existsSync('/proc/self'))(
  'a parent that refuses entries is an error, not a hang (needs /proc)',
  () => {
    expect(() => makeFolder('/proc/seaworthy')).toThrow(/ENOENT|EACCES/);
  },
);

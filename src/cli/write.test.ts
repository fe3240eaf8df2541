import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeResult } from './write.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-write-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ['nothing', ''],
  ['a line', 'no finding\n'],
  ['pairs at every border', 'a' + '⚓🚢'.repeat(800_000)],
  ['more than a piece', 'harbour '.repeat(400_000)],
])('%s comes back as it was', async (_name, text) => {
  const file = join(folder, 'result.txt');
  await writeResult(text, file);
  expect(readFileSync(file, 'utf8') === text).toBe(true);
});

test('a folder that is not there is one clear error', async () => {
  await expect(writeResult('x', join(folder, 'no', 'x.json'))).rejects.toMatchObject({
    code: 'unreadable',
    advice: 'choose another place for --output',
  });
});

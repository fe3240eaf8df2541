// The committed object is what its sources say.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clangVersion, compileSensor, objectSha256, readNote, sourcesSha256 } from './sensor.ts';

test('the object was made of these sources', () => {
  const note = readNote();
  expect({ sources: sourcesSha256(), object: objectSha256() }).toEqual({
    sources: note.sourcesSha256,
    object: note.objectSha256,
  });
});

const clang = clangVersion();
const isSame = clang === readNote().clang;

// Needs the clang that made the object: another one gives other bytes.
describe.skipIf(!isSame)(`clang${isSame ? '' : ` ${readNote().clang} is not installed`}`, () => {
  test('gives the same bytes again', () => {
    const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bpf-'));
    try {
      const path = join(folder, 'again.o');
      compileSensor(path);
      expect(objectSha256(path)).toBe(readNote().objectSha256);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

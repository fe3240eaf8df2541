// Records come back from the cache as they were, also those that are kept in pieces.
import { describe, expect, test } from 'vitest';
import {
  type CatalogedFile,
  decodeRecord,
  encodeRecord,
  type LayerRecord,
} from './layer-record.ts';

function fileOf(path: string, count: number): CatalogedFile {
  const packages = Array.from({ length: count }, (_, index) => ({
    type: 'npm',
    namespace: null,
    name: `${path}-${index}`,
    version: '1',
    source: null,
    licences: ['MIT'],
  }));
  const owned = packages.map((_, index) =>
    index % 3 === 0 ? null : Float64Array.of(index, index + 0.5),
  );
  return { path, cataloger: 'npm', ecosystem: 'npm', evidence: 'installed', packages, owned };
}

function recordOf(files: readonly CatalogedFile[]): LayerRecord {
  return {
    entries: Float64Array.of(1, 2),
    solid: Float64Array.of(2),
    whiteouts: ['a'],
    opaques: [],
    symlinks: new Map([['lib', 'usr/lib']]),
    hardlinks: new Map(),
    files,
    ownership: [{ path: 'x.list', owner: 'x', hashes: Float64Array.of(3) }],
    captures: new Map([['etc/os-release', 'ID=x']]),
    licences: [],
    issues: [],
    unknowns: [{ path: 'broken', reason: 'why' }],
    nameless: ['bin/x'],
    entryCount: 2,
    keptBytes: 10,
    size: 1000,
  };
}

describe('records in the cache', () => {
  test.each<[string, readonly CatalogedFile[]]>([
    ['nothing', []],
    ['a few', [fileOf('a', 3), fileOf('b', 0)]],
    ['one file of many packages', [fileOf('a', 1), fileOf('status', 2345), fileOf('b', 2)]],
    ['many files', Array.from({ length: 2100 }, (_, index) => fileOf(`f${index}`, index % 2))],
    ['exactly full pieces', [fileOf('a', 1000), fileOf('b', 2000), fileOf('c', 0)]],
  ])('%s', (_, files) => {
    const record = recordOf(files);
    expect(decodeRecord(encodeRecord(record))).toEqual(record);
  });

  test('what was cut is no record', () => {
    const bytes = encodeRecord(recordOf([fileOf('status', 2345)]));
    for (const end of [0, 5, 8, 100, Math.floor(bytes.length / 2), bytes.length - 1]) {
      expect(decodeRecord(bytes.subarray(0, end))).toBeNull();
    }
  });
});

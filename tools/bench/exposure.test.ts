// The index of the record against a plain count over all runs: the same numbers, the same newest runs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { IdSet, unpackNumbers } from '../../src/store/record/bits.ts';
import { openRecord, type RecordReader, recordFile } from '../../src/store/record/index.ts';
import { buildExposure } from './exposure.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-exposure-test-'));
let reader: RecordReader;
let database: DatabaseSync;

beforeAll(() => {
  buildExposure(folder, { runs: 20_000, images: 300 });
  reader = openRecord(folder);
  database = new DatabaseSync(recordFile(folder));
});
afterAll(() => {
  reader.close();
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Run {
  readonly id: number;
  readonly image: number;
  readonly use_set: number;
  readonly alive: number;
}

/** Members of a version, read from its bitmaps. */
function membersOf(kind: number, version: number): ReadonlySet<number> {
  const set = new IdSet();
  const rows = database
    .prepare('SELECT segment, bits FROM posting WHERE kind = ? AND owner = ?')
    .all(kind, version) as unknown as { segment: number; bits: Uint8Array }[];
  for (const { segment, bits } of rows) set.join(segment, bits);
  return new Set(set.ids());
}

test.each(['libc6', 'package-1', 'package-77', 'package-2500', 'package-3999', 'nothing'])(
  '%s: counts and newest runs are those of a look at every run',
  (name) => {
    const versions = reader.packagesKnownAs([name]).map(({ id }) => id);
    const images = versions.map((id) => membersOf(0, id));
    const runs = database
      .prepare('SELECT id, image, use_set, alive FROM run ORDER BY first_us DESC, id DESC')
      .all() as unknown as readonly Run[];
    const held = runs.filter(({ image }) => images.some((set) => set.has(image)));
    const files = new Map(
      database
        .prepare('SELECT id, version FROM image_file')
        .all()
        .map((row) => [Number(row['id']), Number(row['version'])]),
    );
    const sets = new Map(
      database
        .prepare('SELECT id, files FROM use_set')
        .all()
        .map((row) => [Number(row['id']), unpackNumbers(row['files'] as Uint8Array)]),
    );
    const used = runs.filter(({ use_set: set }) =>
      (sets.get(set) ?? []).some((file) => versions.includes(files.get(file) ?? -1)),
    );
    const answer = reader.runsOf(versions, { skip: 5, limit: 40 });
    expect(answer).toMatchObject({
      images: new Set(held.map(({ image }) => image)).size,
      runs: held.length,
      alive: held.filter(({ alive }) => alive === 1).length,
      used: used.length,
    });
    expect(answer.newest.map(({ stored }) => stored.id)).toEqual(
      held.slice(5, 45).map(({ id }) => id),
    );
    const usedIds = new Set(used.map(({ id }) => id));
    for (const one of answer.newest) expect(one.used.length > 0).toBe(usedIds.has(one.stored.id));
  },
);

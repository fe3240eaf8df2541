import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { advisoryOf, type Mirror, startMirror } from '../../../test/advisory-mirror.ts';
import { DatabaseWriter } from '../database/index.ts';
import { type UpdateOptions, type UpdateResult, updateDatabase } from './update.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-prebuilt-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let mirror: Mirror;
let file = '';
let now = new Date();
/** A database of this moment, to be offered. */
let bytes: Buffer;
let count = 0;
beforeEach(async () => {
  count += 1;
  file = join(folder, String(count), 'advisories.db');
  now = new Date('2026-11-20T00:00:00Z');
  mirror = await startMirror();
  const other = join(folder, 'other.db');
  publish(other);
  bytes = readFileSync(other);
});
afterEach(() => mirror.close());

function publish(path: string): void {
  const writer = new DatabaseWriter(path);
  for (const id of ['GHSA-1', 'GHSA-2', 'GHSA-3']) writer.put(advisoryOf(id));
  writer.finish({ builtAt: now.toISOString() });
}

function update(about: Partial<UpdateOptions> = {}): Promise<UpdateResult> {
  return updateDatabase({
    file,
    from: [mirror.origin],
    clock: () => now,
    network: mirror.network,
    ...about,
  });
}

function nothingLeft(): void {
  expect(readdirSync(join(file, '..'))).toEqual(['advisories.db']);
}

describe('finished databases', () => {
  test.each([
    ['plain', 'x.db', (b: Buffer) => b],
    ['gzip', 'x.db.gz', (b: Buffer) => gzipSync(b)],
    ['zstd', 'x.db.zst', (b: Buffer) => zstdCompressSync(b)],
  ])('%s over http and from a file', async (_, name, pack) => {
    mirror.files.set(name, pack(bytes));
    const url = `${mirror.origin}/${name}`;
    expect(await update({ from: [url] })).toMatchObject({
      outcome: 'built',
      source: url,
      advisories: 3,
    });
    rmSync(file);
    const local = join(folder, name);
    writeFileSync(local, pack(bytes));
    expect(await update({ from: [`file://${local}`] })).toMatchObject({ outcome: 'built' });
    expect(await update({ from: [local] })).toMatchObject({ outcome: 'current' });
    nothingLeft();
  });
  test('an OCI artifact', async () => {
    const asked: string[] = [];
    async function* pull(reference: string): AsyncGenerator<Uint8Array> {
      asked.push(reference);
      for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
    }
    const from = ['oci://registry.example/seaworthy/advisories:1'];
    expect(await update({ from, pullArtifact: pull })).toMatchObject({ outcome: 'built' });
    expect(asked).toEqual(['registry.example/seaworthy/advisories:1']);
  });
  test('the fallback when the bucket cannot be reached, without long waiting', async () => {
    mirror.files.set('ecosystems.txt', (_, response) => void response.writeHead(500).end());
    mirror.files.set('x.db', bytes);
    const from = [mirror.origin, `${mirror.origin}/x.db`];
    expect(await update({ from })).toMatchObject({
      outcome: 'built',
      source: `${mirror.origin}/x.db`,
      problems: [{ name: mirror.origin }],
    });
    expect(mirror.requests).toEqual(['/ecosystems.txt', '/ecosystems.txt', '/x.db']);
  });
  test.each([
    ['cut off', (b: Buffer) => b.subarray(0, b.length - 4096)],
    ['damaged inside', (b: Buffer) => Buffer.from(b).fill(0x5a, 8192, 16_384)],
    ['of another version', (b: Buffer) => Buffer.from(b).fill(9, 60, 64)],
    ['no database', () => Buffer.from('<html>')],
    ['a broken gzip', (b: Buffer) => gzipSync(b).subarray(0, 500)],
    ['empty', () => Buffer.alloc(0)],
  ])('%s: refused, the present one stays', async (_, spoil) => {
    publish(file);
    const before = readFileSync(file);
    now = new Date('2026-11-25T00:00:00Z');
    mirror.files.set('x.db', spoil(bytes));
    const result = await update({ from: [`${mirror.origin}/x.db`] });
    expect(result).toMatchObject({ outcome: 'kept', ageHours: 120 });
    expect(result.problems).toHaveLength(1);
    expect(readFileSync(file).equals(before)).toBe(true);
    nothingLeft();
  });
  test('an older one does not replace a newer one', async () => {
    now = new Date('2026-11-21T00:00:00Z');
    publish(file);
    mirror.files.set('x.db', bytes);
    expect(await update({ from: [`${mirror.origin}/x.db`] })).toMatchObject({
      outcome: 'current',
      builtAt: now.toISOString(),
    });
  });
});

describe('nothing that answers', () => {
  test('nothing to reach and nothing there: one error with advice', async () => {
    const origin = mirror.origin;
    await mirror.close();
    await expect(update({ from: [origin] })).rejects.toMatchObject({ code: 'network' });
    mirror = await startMirror();
  });
  test('nothing to reach: what is there stays, with its age', async () => {
    publish(file);
    now = new Date('2026-11-23T00:00:00Z');
    mirror.files.set('ecosystems.txt', (_, response) => void response.writeHead(500).end());
    const result = await update();
    expect(result).toMatchObject({
      outcome: 'kept',
      source: null,
      ageHours: 72,
      advisories: 3,
      problems: [{ name: mirror.origin }],
    });
    nothingLeft();
  });
  test('offline asks nobody', async () => {
    await expect(update({ offline: true })).rejects.toMatchObject({ code: 'not-found' });
    publish(file);
    mirror.requests.length = 0;
    now = new Date('2026-11-21T00:00:00Z');
    expect(await update({ offline: true })).toMatchObject({ outcome: 'kept', ageHours: 24 });
    expect(mirror.requests).toEqual([]);
  });
});

import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from 'vitest';
import { packageOf } from '../../test/sample-report.ts';
import type { Inventory } from '../model/report.ts';
import { openStore } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-store-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
function freshFolder(): string {
  count += 1;
  return join(folder, `s${count}`);
}

function open(path: string, warnings: string[] = []) {
  return openStore(path, (line) => warnings.push(line));
}

const inventory: Inventory = {
  target: { kind: 'oci', name: 'shop', digest: 'sha256:1', platform: null, os: null, layers: [] },
  packages: [],
  unknowns: [{ path: 'x', layer: null, reason: 'why' }],
  distribution: null,
};

describe('the store', () => {
  test("is its owner's alone, also in a folder that was there before", () => {
    const path = freshFolder();
    mkdirSync(path, { mode: 0o755 });
    const store = open(path);
    store.layers.put('a', Buffer.from('x'));
    for (const name of ['store.db', 'store.db-wal', 'store.db-shm']) {
      expect(statSync(join(path, name)).mode & 0o077).toBe(0);
    }
    store.close();
  });

  test('gives back what was put, after it was closed and opened again', () => {
    const path = freshFolder();
    const first = open(path);
    first.layers.put('sha256:1 r', Buffer.from('record'));
    first.putInventory('sha256:1', 'r', { inventory, firstSeen: '2026-01-02T03:04:05Z' });
    first.close();
    const second = open(path);
    expect(Buffer.from(second.layers.get('sha256:1 r') as Uint8Array).toString()).toBe('record');
    expect(second.inventory('sha256:1', 'r')).toEqual({
      inventory,
      firstSeen: '2026-01-02T03:04:05Z',
    });
    expect(second.inventory('sha256:1', 'other')).toBeNull();
    expect(second.layers.get('sha256:2 r')).toBeNull();
    second.close();
  });

  test('keeps the first sight of an image, whatever comes later', () => {
    const store = open(freshFolder());
    store.putInventory('d', 'r', { inventory, firstSeen: '2020' });
    store.putInventory('d', 'r', { inventory, firstSeen: '2021' });
    expect(store.inventory('d', 'r')?.firstSeen).toBe('2020');
    store.close();
  });

  test('is private to its user', () => {
    const path = freshFolder();
    open(path).close();
    expect(spawnSync('stat', ['-c', '%a', path], { encoding: 'utf8' }).stdout.trim()).toBe('700');
  });

  test.each([
    ['another program wrote it', (file: string) => writeFileSync(file, Buffer.alloc(9000, 0x55))],
    [
      'a later version wrote it',
      (file: string) => {
        const database = new DatabaseSync(file);
        database.exec('PRAGMA user_version = 99');
        database.close();
      },
    ],
  ])('set aside and begun anew: %s', (_name, damage) => {
    const path = freshFolder();
    open(path).close();
    for (const name of readdirSync(path)) if (name !== 'store.db') rmSync(join(path, name));
    damage(join(path, 'store.db'));
    const store = open(path);
    store.layers.put('k', Buffer.from('v'));
    expect(store.layers.get('k')).not.toBeNull();
    store.close();
    expect(readdirSync(path)).toContain('store.db.unusable');
  });

  test('as many packages as the largest images have', () => {
    const store = open(freshFolder());
    const packages = Array.from({ length: 2500 }, (_, index) =>
      packageOf(`pkg:npm/a-${index}@1`, { name: `a-${index}` }),
    );
    store.putInventory('d', 'r', { inventory: { ...inventory, packages }, firstSeen: '2020' });
    expect(store.inventory('d', 'r')?.inventory).toEqual({ ...inventory, packages });
    store.close();
  });

  test('many inventories are deflated and come back as they were', () => {
    const path = freshFolder();
    const store = open(path);
    const packages = Array.from({ length: 50 }, (_, index) =>
      packageOf(`pkg:npm/a-${index}@1`, { name: `a-${index}` }),
    );
    const put = (index: number): void =>
      store.putInventory(`d${index}`, 'r', {
        inventory: { ...inventory, packages },
        firstSeen: `${index}`,
      });
    const bytesOf = (): readonly number[] => {
      const database = new DatabaseSync(join(path, 'store.db'), { readOnly: true });
      const rows = database.prepare('SELECT length(value) AS bytes FROM inventory').all();
      database.close();
      return rows.map(({ bytes }) => Number(bytes));
    };
    for (let index = 0; index < 63; index += 1) put(index);
    const plain = Math.min(...bytesOf());
    put(63);
    expect(Math.max(...bytesOf())).toBeLessThan(plain / 4);
    put(64);
    expect(bytesOf().filter((bytes) => bytes >= plain)).toHaveLength(1);
    for (let index = 0; index < 65; index += 1) {
      expect(store.inventory(`d${index}`, 'r')).toEqual({
        inventory: { ...inventory, packages },
        firstSeen: `${index}`,
      });
    }
    store.close();
  });

  test('a row that was damaged on disk is made again, not believed', () => {
    const path = freshFolder();
    const store = open(path);
    store.putInventory('d', 'r', { inventory, firstSeen: '2020' });
    store.close();
    const database = new DatabaseSync(join(path, 'store.db'));
    database.prepare('UPDATE inventory SET value = ?').run(Buffer.from('nonsense'));
    database.close();
    const again = open(path);
    expect(again.inventory('d', 'r')).toBeNull();
    again.putInventory('d', 'r', { inventory, firstSeen: '2022' });
    expect(again.inventory('d', 'r')).toEqual({ inventory, firstSeen: '2020' });
    again.close();
  });

  test('a file cut to half its pages costs the memory, not the program', () => {
    const path = freshFolder();
    const store = open(path);
    for (let index = 0; index < 200; index += 1)
      store.layers.put(`k${index}`, Buffer.alloc(5000, index));
    store.close();
    const file = join(path, 'store.db');
    truncateSync(file, Math.floor(readFileSync(file).length / 2 / 4096) * 4096);
    const warnings: string[] = [];
    const again = open(path, warnings);
    again.layers.put('new', Buffer.from('v'));
    again.close();
    expect(warnings.length).toBeLessThanOrEqual(1);
  });

  test('eight processes that begin at once all end well', async () => {
    const path = freshFolder();
    const code = `
      import { openStore } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
      const store = openStore(${JSON.stringify(path)}, (line) => { console.error(line); process.exitCode = 1; });
      for (let i = 0; i < 20; i += 1) store.layers.put('k' + process.pid + ' ' + i, Buffer.alloc(1000));
      store.close();`;
    const { spawn } = await import('node:child_process');
    const codes = await Promise.all(
      Array.from(
        { length: 8 },
        () =>
          new Promise((resolve) => {
            spawn(
              process.execPath,
              ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', code],
              { stdio: 'inherit' },
            ).on('close', resolve);
          }),
      ),
    );
    expect(codes).toEqual(Array.from({ length: 8 }, () => 0));
    const database = new DatabaseSync(join(path, 'store.db'));
    expect(database.prepare('SELECT count(*) AS n FROM layer').get()).toEqual({ n: 160 });
    database.close();
  });
});

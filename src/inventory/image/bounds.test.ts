// What is kept of a layer and of an image is bounded, and what is left out is told.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { limits } from '../../base/limits.ts';
import { bytesAsFile } from '../../base/random-access.ts';
import { ecosystems } from '../ecosystem/registry.ts';
import { ResultCollector } from './collect.ts';
import { HeldFiles } from './held.ts';
import { RecordBudget } from './layer-record.ts';
import { Members } from './members.ts';
import { SquashedView } from './squash.ts';
import type { TarEntry, TarKind } from './tar.ts';
import { LayerWalk } from './walk.ts';
import { compileWanted } from './wanted.ts';

const wanted = compileWanted(ecosystems, []);
const spoolFolder = join(tmpdir(), 'seaworthy-never-made');

function entry(path: string, kind: TarKind = 'file', linkTarget = ''): TarEntry {
  return { path, kind, linkTarget, mode: 0o644, size: 0, offset: 0, device: '', sparse: false };
}

function npm(name: string, dependsOn: readonly string[] = []) {
  return { type: 'npm', namespace: null, name, version: '1', licences: [], dependsOn };
}

function collected(collector: ResultCollector, path: string, names: readonly string[]) {
  const found = wanted.catalogers[0] as (typeof wanted.catalogers)[number];
  collector.add({
    ...found,
    path,
    result: { packages: names.map((name) => npm(name)), unknowns: [] },
  });
}

describe('one layer', () => {
  test('packages beyond its share are counted and told', () => {
    const collector = new ResultCollector();
    collector.keeps(limits.layerRecordBytes - 2000, 'names');
    collected(collector, 'a', ['one', 'two', 'three', 'four', 'five', 'six']);
    const { files, unknowns, keptBytes } = collector.take();
    const kept = files[0]?.packages.length ?? 0;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(6);
    expect(keptBytes).toBeLessThanOrEqual(limits.layerRecordBytes);
    expect(unknowns).toEqual([
      {
        path: '',
        reason: `${6 - kept} packages of the layer are left out: it holds more than is kept of one`,
      },
    ]);
  });

  test('an entry that a tar holds a thousand times counts once, as its last one', () => {
    const collector = new ResultCollector();
    const names = Array.from({ length: 1000 }, (_one, index) => `p${index}`);
    for (let copy = 0; copy < 1000; copy += 1) collected(collector, 'a', names);
    collected(collector, 'a', ['last']);
    const { files, unknowns, keptBytes } = collector.take();
    expect(files.map((file) => file.packages.map(({ name }) => name))).toEqual([['last']]);
    expect(unknowns).toEqual([]);
    expect(keptBytes).toBeLessThan(1000);
  });

  test('owned paths beyond the bound leave the package and tell of the list', () => {
    const collector = new ResultCollector();
    const found = wanted.catalogers[0] as (typeof wanted.catalogers)[number];
    const files = Array.from({ length: limits.ownedPaths / 4 }, () => 'usr/x');
    const packages = Array.from({ length: 5 }, (_one, index) => ({ ...npm(`p${index}`), files }));
    collector.add({ ...found, path: 'a', result: { packages, unknowns: [] } });
    const record = collector.take();
    expect(record.files[0]?.packages).toHaveLength(5);
    expect(record.files[0]?.owned.map((hashes) => hashes === null)).toEqual(
      [0, 0, 0, 0, 1].map(Boolean),
    );
    expect(record.unknowns[0]?.reason).toMatch(/^1 file lists of packages /);
  });

  test.each<[string, (index: number) => TarEntry, RegExp]>([
    [
      'symbolic links',
      (index) => entry(`s${index}`, 'symlink', 'x'.repeat(4000)),
      /symbolic links of the layer are left out/,
    ],
    [
      'hard links',
      (index) => entry(`p${index}/package-lock.json`, 'hardlink', 'x'.repeat(4000)),
      /hard links of the layer are left out/,
    ],
    [
      'whiteouts and opaque folders',
      (index) => entry(`${'x'.repeat(4000)}${index}/.wh.${index % 2 === 0 ? 'a' : '.wh..opq'}`),
      /deletions of the layer are left out/,
    ],
  ])('%s without end', (_what, make, reason) => {
    const walk = new LayerWalk({ wanted, spoolFolder });
    for (let index = 0; index < 40_000; index += 1) walk.entry(make(index));
    const { unknowns, keptBytes } = walk.record(0);
    expect(keptBytes).toBeLessThanOrEqual(limits.layerRecordBytes);
    expect(unknowns).toHaveLength(1);
    expect(unknowns[0]?.reason).toMatch(reason);
  });

  test('a link to a longer path than any is told and not kept', () => {
    const walk = new LayerWalk({ wanted, spoolFolder });
    walk.entry(entry('etc', 'symlink', 'x'.repeat(limits.pathBytes + 1)));
    const { symlinks, unknowns } = walk.record(0);
    expect(symlinks.size).toBe(0);
    expect(unknowns).toEqual([
      { path: 'etc', reason: 'is a symbolic link to a longer path than any' },
    ]);
  });

  test('files that wait for companions: their bytes and their number', () => {
    const held = new HeldFiles(spoolFolder);
    expect(held.copy({ size: limits.companionBytes + 1, read: () => new Uint8Array(0) })).toBe(
      null,
    );
    const first = held.copy(bytesAsFile(Buffer.from('first')));
    const second = held.copy(bytesAsFile(Buffer.from('second')));
    expect(Buffer.from(first?.read(0, 99) ?? []).toString()).toBe('first');
    expect(Buffer.from(second?.read(1, 3) ?? []).toString()).toBe('eco');
    expect(second?.read(6, 1)).toHaveLength(0);
    let counted = 2;
    while (held.count()) counted += 1;
    expect(counted).toBe(limits.companionFiles);
    expect(held.copy(bytesAsFile(Buffer.from('x')))).toBe(null);
    held.release();
  });
});

describe('one image', () => {
  const empty = new LayerWalk({ wanted, spoolFolder }).record(0);

  test('records beyond its share end the scan with one error', () => {
    const budget = new RecordBudget();
    const full = { ...empty, keptBytes: limits.layerRecordBytes };
    const most = Math.floor(limits.imageRecordBytes / limits.layerRecordBytes);
    for (let layer = 0; layer < most; layer += 1) budget.add(full);
    expect(() => budget.add(full)).toThrow(/more names and packages than are kept of one image/);
  });

  test('members of an archive: their number and their names', () => {
    const many = new Members('shop.tar');
    const one = entry('x');
    for (let index = 0; index < limits.archiveMembers; index += 1) {
      many.add({ ...one, path: `${index}` });
    }
    expect(() => many.add(one)).toThrow(/shop\.tar has more than 200000 members/);
    const long = new Members('shop.tar');
    const linkTarget = 'x'.repeat(limits.tarHeaderBytes);
    const addAll = (): void => {
      for (let index = 0; index < 100; index += 1) {
        long.add({ ...one, path: `${index}`, linkTarget });
      }
    };
    expect(addAll).toThrow(/shop\.tar names more members than any image has/);
  });

  test('a link that repeats itself ends, however long its target', () => {
    const target = 'a/../'.repeat(limits.pathBytes / 5);
    const view = new SquashedView([{ ...empty, symlinks: new Map([['a', target]]) }]);
    expect(view.resolve('a/x')).toBe(null);
    const wide = new SquashedView([{ ...empty, symlinks: new Map([['a', 'b/'.repeat(2000)]]) }]);
    expect(wide.resolve('a/x')).toBe(null);
  });
});

describe('a thousand layers', () => {
  const count = 1000;

  /** Layer records of nothing but the given entries. */
  function view(entries: readonly (readonly TarEntry[])[]): SquashedView {
    return new SquashedView(
      Array.from({ length: count }, (_one, layer) => {
        const walk = new LayerWalk({ wanted, spoolFolder });
        for (const one of [...(entries[layer] ?? []), entry(`own/${layer}`)]) walk.entry(one);
        return walk.record(0);
      }),
    );
  }

  test.each([1, 31, 32, 33, 64, 500, 991, 992, 999])('layer %d hides what is below', (layer) => {
    const entries: TarEntry[][] = [];
    entries[0] = [entry('kept/file'), entry('deleted/a/b'), entry('over'), entry('tree/x/y')];
    entries[layer] = [
      entry('deleted/.wh.a'),
      entry('over'),
      entry('tree/x', 'symlink', '/elsewhere'),
      entry('cleared/.wh..wh..opq'),
    ];
    entries[0].push(entry('cleared/c'));
    const squashed = view(entries);
    expect(squashed.hiddenBy('kept/file', 0)).toBe(null);
    expect(squashed.hiddenBy('deleted/a/b', 0)).toEqual({ layer, how: 'deleted' });
    expect(squashed.hiddenBy('over', 0)).toEqual({ layer, how: 'replaced' });
    expect(squashed.hiddenBy('tree/x/y', 0)).toEqual({ layer, how: 'deleted' });
    expect(squashed.hiddenBy('cleared/c', 0)).toEqual({ layer, how: 'deleted' });
    expect(squashed.isVisible('over', layer)).toBe(true);
    expect(squashed.layerOf('own/998')).toBe(998);
  });

  test('twenty thousand files under them: a hang would end this test', () => {
    const squashed = view([]);
    for (let index = 0; index < 20_000; index += 1) {
      expect(squashed.isVisible(`srv/app/node_modules/p${index}/package.json`, 0)).toBe(true);
    }
    const deep = `${'d/'.repeat(2000)}package.json`;
    for (let index = 0; index < 100; index += 1) {
      expect(squashed.isVisible(`${index}/${deep}`, 0)).toBe(true);
    }
  });
});

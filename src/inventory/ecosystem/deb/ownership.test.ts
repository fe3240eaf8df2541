// Whose files the lists of dpkg name: which lines count, where diverted files lie.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { CatalogResult } from '../ecosystem.ts';
import { memoryFile } from '../file-view.ts';
import { ownershipHash } from '../path-set.ts';
import { debCatalogers } from './catalog.ts';
import { readDiversions, readOwnedFiles } from './ownership.ts';

interface ListOptions {
  readonly path: string;
  readonly companions?: Readonly<Record<string, string>>;
}

function parseList(
  content: string | Uint8Array,
  { path, companions = {} }: ListOptions,
): CatalogResult {
  const lists = debCatalogers.find(({ name }) => name === 'dpkg-file-list');
  if (lists === undefined) throw new Error('there is no cataloger of file lists');
  const fileOf = (at: string, text: string | Uint8Array) =>
    memoryFile({ path: at, bytes: Buffer.from(text) });
  return lists.parse(fileOf(path, content), {
    companion: (wanted) => {
      const text = companions[wanted];
      return text === undefined ? null : fileOf(wanted, text);
    },
  });
}

describe('ownership', () => {
  const hashesOf = (...paths: readonly string[]): Float64Array =>
    Float64Array.from(paths, (path) => ownershipHash(path)).sort();

  test('folders with entries are left out, slashes are cut', () => {
    const text = '/.\n/usr\n/usr/lib\n/usr/lib/a\n/usr/lib/a.so\n/usr/share\n/usr/share/empty\n\n';
    const { hashes } = readOwnedFiles(text, 'a', new Map());
    expect(hashes).toEqual(hashesOf('usr/lib/a', 'usr/lib/a.so', 'usr/share/empty'));
  });

  test.each([
    ['.\n', []],
    ['/.\r\n', []],
    ['.\t0755\n', []],
    ['./etc/.x\t0644\n', ['etc/.x']],
    ['//a/b//\r\n', ['a/b']],
    ['/..x\n/.x', ['..x', '.x']],
    // A name that begins like the one before lies beside it, not in it.
    ['/a\n/ab\n/ab/c\n', ['a', 'ab/c']],
    ['/a/b\n/a/b\n', ['a/b', 'a/b']],
    ['/ä/b\n', ['ä/b']],
  ])('%j holds %j', (text, paths) => {
    expect(readOwnedFiles(text, 'a', new Map())).toEqual({
      hashes: hashesOf(...paths),
      skipped: 0,
    });
  });

  test('owner is the stem of the file, with its architecture', () => {
    const path = 'var/lib/dpkg/info/libc6:amd64.list';
    const { ownership } = parseList('/.\n/lib\n/lib/libc.so.6\n', { path });
    expect(ownership).toEqual([{ owner: 'libc6:amd64', hashes: hashesOf('lib/libc.so.6') }]);
  });

  test('diverted files lie elsewhere, save those of the diverting package', () => {
    const diversions = readDiversions('/bin/sh\n/bin/sh.distrib\ndash\n/x\n/x.local\n:\n/cut\n');
    const text = '/bin/sh\n/x\n';
    expect(readOwnedFiles(text, 'bash', diversions).hashes).toEqual(
      hashesOf('bin/sh.distrib', 'x.local'),
    );
    expect(readOwnedFiles('/bin/sh\n', 'dash:amd64', diversions).hashes).toEqual(
      hashesOf('bin/sh'),
    );
    const { ownership } = parseList('/bin/sh\n', {
      path: 'var/lib/dpkg/info/bash.list',
      companions: { 'var/lib/dpkg/diversions': '/bin/sh\n/bin/sh.distrib\ndash\n' },
    });
    expect(ownership?.[0]?.hashes).toEqual(hashesOf('bin/sh.distrib'));
  });

  test('paths of absurd length are counted', () => {
    const { unknowns } = parseList(`/${'a'.repeat(20_000)}\n/b\n`, {
      path: 'var/lib/dpkg/info/p.list',
    });
    expect(unknowns).toHaveLength(1);
  });

  const info = '/var/lib/dpkg/info';
  test.skipIf(!existsSync(`${info}/dpkg.list`))('agrees with dpkg-query -L on files', () => {
    const listed = execFileSync('dpkg-query', ['-L', 'dpkg'], { encoding: 'utf8' }).split('\n');
    const { ownership } = parseList(readFileSync(`${info}/dpkg.list`), {
      path: 'var/lib/dpkg/info/dpkg.list',
    });
    const all = new Set(hashesOf(...listed.map((line) => line.replace(/^\//, ''))));
    const hashes = [...(ownership?.[0]?.hashes ?? [])];
    expect(hashes.length).toBeGreaterThan(100);
    expect(hashes.filter((hash) => !all.has(hash))).toEqual([]);
    expect(hashes).toContain(ownershipHash('usr/bin/dpkg'));
    expect(hashes).not.toContain(ownershipHash('usr/bin'));
  });
});

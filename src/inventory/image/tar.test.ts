import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { paxHeader, tar, tarEntry } from '../../../test/tar-builder.ts';
import { limits } from '../../base/limits.ts';
import { type TarEntry, TarScanner } from './tar.ts';

interface Seen {
  readonly entries: TarEntry[];
  readonly contents: Map<string, string>;
  readonly refused: string[];
  readonly problem: string | null;
}

/** Feeds `bytes` in chunks of the given size and keeps every content. */
function scan(bytes: Uint8Array, chunkBytes = bytes.length || 1): Seen {
  const entries: TarEntry[] = [];
  const contents = new Map<string, string>();
  const refused: string[] = [];
  let current = '';
  let parts: Buffer[] = [];
  const scanner = new TarScanner({
    entry(entry) {
      entries.push(entry);
      current = entry.path;
      parts = [];
      return entry.kind === 'file';
    },
    data: (chunk) => parts.push(Buffer.from(chunk)),
    end: () => contents.set(current, Buffer.concat(parts).toString('utf8')),
    refused: (path) => refused.push(path),
  });
  for (let at = 0; at < bytes.length; at += chunkBytes)
    scanner.push(bytes.subarray(at, at + chunkBytes));
  return { entries, contents, refused, problem: scanner.finish() };
}

describe('names and kinds', () => {
  test('paths lose their leading ./ and / and their trailing slash', () => {
    const seen = scan(
      tar([
        { name: './a/', type: '5' },
        { name: '/b' },
        { name: './c/./d//e' },
        { name: './', type: '5' },
      ]),
    );
    expect(seen.entries.map((entry) => entry.path)).toEqual(['a', 'b', 'c/d/e', '']);
    expect(seen.entries.map((entry) => entry.kind)).toEqual([
      'directory',
      'file',
      'file',
      'directory',
    ]);
    expect(seen.problem).toBeNull();
  });

  test('names that leave the root are refused, and what follows is read', () => {
    const seen = scan(
      tar([
        { name: '../etc/passwd', content: 'x' },
        { name: 'a/../../b', content: 'y' },
        { name: 'ok', content: 'z' },
      ]),
    );
    expect(seen.refused).toEqual(['../etc/passwd', 'a/../../b']);
    expect(seen.contents.get('ok')).toBe('z');
  });

  test.each([
    ['1', 'hardlink'],
    ['2', 'symlink'],
    ['3', 'device'],
    ['4', 'device'],
    ['5', 'directory'],
    ['6', 'fifo'],
    ['7', 'file'],
    ['\0', 'file'],
  ])('type flag %j is a %s', (type, kind) => {
    expect(scan(tar([{ name: 'x', type, link: 'target' }])).entries[0]?.kind).toBe(kind);
  });

  test('an unknown type is refused with its content passed over', () => {
    const seen = scan(
      tar([
        { name: 'odd', type: 'Z', content: 'x'.repeat(700) },
        { name: 'ok', content: 'z' },
      ]),
    );
    expect(seen.refused).toEqual(['odd']);
    expect(seen.contents.get('ok')).toBe('z');
  });

  test('hard links and symbolic links have no content whatever their size says', () => {
    const seen = scan(
      tar([
        { name: 'l', type: '1', link: 'a', size: 5000 },
        { name: 'ok', content: 'z' },
      ]),
    );
    expect(seen.entries[0]).toMatchObject({ kind: 'hardlink', linkTarget: 'a', size: 0 });
    expect(seen.contents.get('ok')).toBe('z');
  });

  test('devices tell their numbers: overlay whiteouts are 0:0', () => {
    const seen = scan(
      tar([
        { name: 'gone', type: '3', device: [0, 0] },
        { name: 'sda', type: '4', device: [8, 1] },
      ]),
    );
    expect(seen.entries.map((entry) => entry.device)).toEqual(['c:0:0', 'b:8:1']);
  });

  test('bytes that are no UTF-8 become U+FFFD, not a crash', () => {
    const entry = tarEntry({ name: 'xx', content: 'c' });
    entry[0] = 0xff;
    entry.fill(0x20, 148, 156);
    const sum = entry.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    entry.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    expect(scan(tar([entry])).entries[0]?.path).toBe('\uFFFDx');
  });
});

describe('extended headers', () => {
  test('PAX path, linkpath and size override the header', () => {
    const long = `${'d'.repeat(90)}/${'f'.repeat(90)}`;
    const seen = scan(
      tar([
        paxHeader({ path: long }),
        { name: 'short', content: 'abc' },
        paxHeader({ linkpath: long }),
        { name: 'l', type: '2', link: 'x' },
      ]),
    );
    expect(seen.contents.get(long)).toBe('abc');
    expect(seen.entries[1]?.linkTarget).toBe(long);
  });

  test('GNU long names and long links', () => {
    const long = `${'d'.repeat(120)}/file`;
    const seen = scan(
      tar([
        tarEntry({ name: '././@LongLink', type: 'L', content: `${long}\0` }),
        { name: 'cut', content: 'abc' },
        tarEntry({ name: '././@LongLink', type: 'K', content: `${long}\0` }),
        { name: 'l', type: '2', link: 'cut' },
      ]),
    );
    expect(seen.contents.get(long)).toBe('abc');
    expect(seen.entries[1]?.linkTarget).toBe(long);
  });

  test('base-256 sizes', () => {
    const seen = scan(
      tar([
        { name: 'a', content: 'hello', base256: true },
        { name: 'b', content: 'z' },
      ]),
    );
    expect(seen.contents).toEqual(
      new Map([
        ['a', 'hello'],
        ['b', 'z'],
      ]),
    );
  });

  test('an extended header beyond the limit ends the reading with a reason', () => {
    const entry = tarEntry({ name: 'x', type: 'x', size: limits.tarHeaderBytes + 1 });
    expect(scan(tar([entry, { name: 'after' }])).problem).toMatch(/extended header of \d+ bytes/);
  });

  test.each(['7 path', '999 path=x\n', 'x path=y\n', '5 a\n'])(
    'a PAX record %j that does not add up is a reason',
    (content) => {
      const seen = scan(tar([tarEntry({ name: 'x', type: 'x', content }), { name: 'after' }]));
      expect(seen.problem).toMatch(/bad extended header/);
    },
  );
});

describe('broken archives', () => {
  const sound = tar([
    { name: 'a', content: 'x'.repeat(1000) },
    { name: 'b', content: 'y'.repeat(10) },
  ]);

  test('cut at every 64th byte: never a throw, and a cut entry is told', () => {
    const silent: number[] = [];
    for (let length = 64; length < 2560; length += 64) {
      const { problem } = scan(sound.subarray(0, length), 100);
      if (problem?.includes('truncated at byte') !== true) silent.push(length);
    }
    // Cut between two entries, it is a sound archive of one.
    expect(silent).toEqual([1536]);
    for (let length = 2560; length < sound.length; length += 64) {
      scan(sound.subarray(0, length), 100);
    }
  });

  test('a wrong checksum is told with its place', () => {
    const seen = scan(
      tar([
        { name: 'a', content: 'x' },
        { name: 'b', badChecksum: true },
      ]),
    );
    expect(seen.problem).toBe('has a wrong header checksum at byte 1024');
    expect(seen.contents.get('a')).toBe('x');
  });

  test('a size that lies beyond the end is a truncation', () => {
    expect(scan(tar([{ name: 'big', content: 'x', size: 10 * 1024 ** 3 }])).problem).toMatch(
      /truncated/,
    );
  });

  test('an empty stream and one of zeros', () => {
    expect(scan(new Uint8Array(0)).problem).toBe('is empty');
    expect(scan(new Uint8Array(1024)).problem).toBeNull();
  });

  test('random bytes and flipped bits never throw and always end', () => {
    fc.assert(
      fc.property(
        fc.nat(sound.length - 1),
        fc.nat(255),
        fc.integer({ min: 1, max: 1500 }),
        (at, value, chunk) => {
          const mutated = Buffer.from(sound);
          mutated[at] = value;
          const seen = scan(mutated, chunk);
          return seen.problem === null || seen.problem.length > 0;
        },
      ),
      { numRuns: 300, seed: 7 },
    );
  });
});

describe('the chunk size never matters', () => {
  test('property', () => {
    const bytes = tar([
      { name: 'dir/', type: '5' },
      paxHeader({ path: 'long/name' }),
      { name: 'a', content: 'x'.repeat(1300) },
      { name: 'empty' },
    ]);
    const whole = scan(bytes);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), (chunk) => {
        const seen = scan(bytes, chunk);
        expect(seen.contents).toEqual(whole.contents);
        expect(seen.entries).toEqual(whole.entries);
      }),
      { numRuns: 100, seed: 3 },
    );
  });
});

describe('against GNU tar', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'seaworthy-tar-'));
    const content = join(folder, 'content');
    mkdirSync(join(content, 'd'.repeat(80), 'e'.repeat(80)), { recursive: true });
    writeFileSync(join(content, 'd'.repeat(80), 'e'.repeat(80), 'f'.repeat(60)), 'deep');
    writeFileSync(join(content, 'ünï côdé'), 'name');
    writeFileSync(join(content, 'sparse'), '');
    truncateSync(join(content, 'sparse'), 5_000_000);
    symlinkSync('t'.repeat(150), join(content, 'link'));
    writeFileSync(join(content, 'z-last'), 'last');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(['gnu', 'pax', 'posix', 'oldgnu'])('format %s, sparse files included', (format) => {
    const file = join(folder, `${format}.tar`);
    const words = ['-S', `--format=${format}`, '-cf', file, '-C', join(folder, 'content'), '.'];
    execFileSync('tar', words);
    const seen = scan(execFileSync('cat', [file], { maxBuffer: 1e8 }), 10_000);
    const listed = execFileSync('tar', ['-tf', file, '--quoting-style=literal'], {
      encoding: 'utf8',
    });
    const expected = listed
      .trim()
      .split('\n')
      .map((name) => name.replace(/^\.\//, '').replace(/\/$/, ''));
    expect(seen.problem).toBeNull();
    expect(seen.entries.map((entry) => entry.path).toSorted()).toEqual(
      expected.map((name) => (name === '.' ? '' : name)).toSorted(),
    );
    expect(seen.contents.get('z-last')).toBe('last');
    expect(seen.entries.find((entry) => entry.path === 'sparse')?.sparse).toBe(true);
    expect(seen.entries.find((entry) => entry.path === 'link')?.linkTarget).toBe('t'.repeat(150));
  });
});

import { deflateSync, gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { buildElf } from '../../../../test/build-elf.ts';
import { catalog, catalogerOf, fixture, found, identities } from '../../../../test/catalog.ts';
import { damagedCopies } from '../../../../test/damage.ts';
import { cargo } from './index.ts';

const binary = catalogerOf(cargo, 'cargo-auditable');
const lock = catalogerOf(cargo, 'cargo-lock');

function program(list: Uint8Array): Buffer {
  return buildElf([{ name: '.dep-v0', bytes: list, address: 0x1000 }], {
    wide: true,
    littleEndian: true,
  });
}

function listed(document: unknown) {
  const content = program(deflateSync(JSON.stringify(document)));
  return catalog(binary, { path: 'usr/bin/x', content });
}

const demo = ['demo@0.3.1', 'itoa@1.0.9', 'serde@1.0.229', 'serde_core@1.0.229'];

describe('cargo-auditable', () => {
  test.each([['auditable-elf.gz'], ['auditable-wasm.gz']])('a real program: %s', (name) => {
    const content = gunzipSync(fixture(import.meta.url, name));
    const result = catalog(binary, { path: 'usr/bin/demo', content });
    expect(result.unknowns).toEqual([]);
    expect(identities(result)).toEqual(demo);
    expect(found(result, 'demo@0.3.1')).toMatchObject({
      origin: 'local',
      dependsOn: ['itoa', 'serde'],
    });
    expect(found(result, 'itoa@1.0.9').origin).toBe('registry');
  });

  test('kinds and sources', () => {
    const result = listed({
      packages: [
        {
          name: 'app',
          version: '0.1.0',
          source: 'local',
          dependencies: [1, 2, 3, 99, -1, 'x'],
          root: true,
        },
        { name: 'a', version: '1.0.0', source: 'crates.io' },
        { name: 'b', version: '2.0.0', source: 'git', kind: 'runtime' },
        { name: 'c', version: '3.0.0', source: 'crates.io', kind: 'build' },
        { name: 'd', version: '4.0.0', source: 'registry' },
        { name: 'e', version: '5.0.0', source: 'something new' },
      ],
    });
    expect(result.packages.map((one) => [one.name, one.origin])).toEqual([
      ['app', 'local'],
      ['a', 'registry'],
      ['b', 'git'],
      ['d', 'registry'],
      ['e', 'local'],
    ]);
    expect(result.packages[0]?.dependsOn).toEqual(['a', 'b']);
  });

  test('entries without name or version are counted', () => {
    const result = listed({ packages: [{ name: 'a' }, { version: '1' }, 7, null] });
    expect(result).toEqual({
      packages: [],
      unknowns: [{ reason: '4 entries without a usable name or version' }],
    });
  });

  test.each([
    ['not compressed', Buffer.from('{"packages":[]}'), 'does not inflate'],
    ['cut off', deflateSync('{"packages":[]}').subarray(0, 8), 'does not inflate'],
    [
      'a bomb',
      deflateSync(Buffer.alloc(64 * 1024 * 1024, 32)),
      'inflates to more than 8388608 bytes',
    ],
    ['not JSON', deflateSync('{"packages"'), 'not valid JSON'],
  ])('%s', (_name, bytes, reason) => {
    const result = catalog(binary, { path: 'usr/bin/x', content: program(bytes) });
    expect(result.packages).toEqual([]);
    expect(result.unknowns[0]?.reason).toContain(`cargo-auditable list: ${reason}`);
  });

  test('other programs are nothing', () => {
    const content = buildElf([], { wide: true, littleEndian: true });
    const empty = { packages: [], unknowns: [] };
    expect(catalog(binary, { path: 'usr/bin/x', content })).toEqual(empty);
    expect(catalog(binary, { path: 'a.wasm', content: 'text' })).toEqual(empty);
  });

  test('any damage gives packages or a reason', () => {
    const whole = gunzipSync(fixture(import.meta.url, 'auditable-wasm.gz'));
    for (const content of damagedCopies(whole, { seed: 31, copies: 300 })) {
      const result = catalog(binary, { path: 'a.wasm', content });
      expect(result.packages.length).toBeLessThanOrEqual(demo.length);
    }
  });
});

describe('Cargo.lock', () => {
  test('a real one', () => {
    const content = fixture(import.meta.url, 'Cargo.lock');
    const result = catalog(lock, { path: 'app/Cargo.lock', content });
    expect(result.unknowns).toEqual([]);
    expect(identities(result)).toContain('itoa@1.0.9');
    expect(result.packages).toHaveLength(10);
    const text = Buffer.from(content).toString().split('\n');
    for (const one of result.packages) {
      expect(text[one.line ?? 0]).toBe(`name = "${one.name}"`);
      expect(one.origin).toBe(one.name === 'demo' ? 'local' : 'registry');
    }
    expect(found(result, 'demo@0.3.1').dependsOn).toEqual(['cfg-if', 'itoa', 'serde']);
  });

  test('sources and qualified dependencies', () => {
    const content = [
      '[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "git+https://example.com/a#abc"',
      'dependencies = ["b 1.0.0 (registry+https://x)", "b 2.0.0", "c"]',
      '[[package]]\nname = "b"\nversion = "1.0.0"\nsource = "sparse+https://example.com/"',
      '[[package]]\nname = "broken"',
    ].join('\n');
    const result = catalog(lock, { path: 'Cargo.lock', content });
    expect(result.packages).toMatchObject([
      { name: 'a', origin: 'git', dependsOn: ['b', 'c'] },
      { name: 'b', origin: 'registry' },
    ]);
    expect(result.unknowns).toEqual([{ reason: '1 entry without a usable name or version' }]);
  });

  test('what is not TOML is a reason', () => {
    const result = catalog(lock, { path: 'Cargo.lock', content: '[[package' });
    expect(result).toMatchObject({ packages: [], unknowns: [{}] });
  });

  test('any damage gives packages or a reason', () => {
    const whole = fixture(import.meta.url, 'Cargo.lock');
    for (const content of damagedCopies(whole, { seed: 32, copies: 300 })) {
      const result = catalog(lock, { path: 'Cargo.lock', content });
      expect(result.packages.length + result.unknowns.length).toBeLessThan(30);
    }
  });
});
